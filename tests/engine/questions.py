"""An operator at the desk: asks, and reads the answer."""

from echo.domain.ids import CommandId
from echo.domain.operations import Answer, ListPending, PendingWork, Request
from echo.engine.effects import Effect, Reply
from echo.engine.events import OperatorAsked
from tests.engine.scenes import Desk

WHO = "ana"


def ask(stage: Desk, request: Request) -> Answer:
    """Ask, and return the one answer; what else came of it is in ``stage.told``."""
    [reply] = [each for each in stage.feed(OperatorAsked(7, WHO, request)) if is_reply(each)]
    assert isinstance(reply, Reply)
    assert reply.request_id == 7
    return reply.answer


def is_reply(effect: Effect) -> bool:
    return isinstance(effect, Reply)


def row_of(stage: Desk, command_id: CommandId) -> PendingWork:
    """The row about one command."""
    answer = ask(stage, ListPending())
    [row] = [each for each in getattr(answer, "rows", ()) if each.command_id == command_id]
    assert isinstance(row, PendingWork)
    return row

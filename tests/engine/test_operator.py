"""An operator's requests: carried out when they are safe, refused with the reason when not."""

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.facts import OperatorActed
from echo.domain.ids import CommandId, Ticket
from echo.domain.journal import OperationRecord
from echo.domain.operations import (
    Carried,
    NotDone,
    OperationCode,
    Reconcile,
    Reconciled,
    Request,
    Resend,
    Settle,
)
from echo.engine.effects import Persist, Reply
from tests.engine.questions import WHO, ask
from tests.engine.scenes import (
    LEGACY_FEATURES,
    SLAVE,
    Desk,
    closed,
    desk,
    doubted,
    facts,
    opened,
    ready,
    records,
    sent,
    trade_id_of,
)

UNKNOWN = CommandId("01890a5d-ac96-774b-bcce-b302099a8057")


def code(stage: Desk, command_id: CommandId) -> OperationCode:
    answer = ask(stage, Resend(command_id=command_id))
    assert isinstance(answer, NotDone)
    assert not sent(stage.told, ExecuteOrder)
    return answer.code


def test_a_command_is_sent_again_and_that_is_written_down() -> None:
    stage = desk()
    order = stage.open()
    stage.ack(order.command_id)

    answer = ask(stage, Resend(command_id=order.command_id))

    assert isinstance(answer, Carried)
    assert stage.one(stage.told, ExecuteOrder).command_id == order.command_id
    [record] = records(stage.told, OperationRecord)
    assert (record.by, record.action, record.command_id) == (WHO, "resend", order.command_id)
    assert (record.asked_at_ms, record.outcome) == (stage.now.wall_ms, None)
    [fact] = facts(stage.told, OperatorActed)
    assert (fact.by, fact.action, fact.done) == (WHO, "resend", True)


def test_what_was_sent_again_is_repeated_until_somebody_confirms_it() -> None:
    stage = desk()
    order = stage.open()
    stage.ack(order.command_id)
    ask(stage, Resend(command_id=order.command_id))

    assert sent(stage.wait(1_000), ExecuteOrder)


def test_the_answer_comes_after_the_record() -> None:
    stage = desk()
    order = stage.open()

    ask(stage, Resend(command_id=order.command_id))

    kinds = [type(effect) for effect in stage.told]
    assert kinds.index(Persist) < kinds.index(Reply)
    assert kinds[-1] is Reply


@pytest.mark.parametrize(
    "request_", [Resend(command_id=UNKNOWN), Settle(command_id=UNKNOWN, outcome=Outcome.FAILED)]
)
def test_an_unknown_command_is_refused_observed_and_not_journaled(request_: Request) -> None:
    stage = desk()

    answer = ask(stage, request_)

    assert isinstance(answer, NotDone)
    assert answer.code is OperationCode.UNKNOWN_COMMAND
    assert UNKNOWN in answer.sentence
    assert records(stage.told, OperationRecord) == []
    [fact] = facts(stage.told, OperatorActed)
    assert (fact.done, fact.sentence) == (False, answer.sentence)


def test_what_is_in_doubt_is_never_sent_again() -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order))

    assert code(stage, order.command_id) is OperationCode.IN_DOUBT


def test_an_open_that_an_ea_without_ledger_may_have_read_is_not_sent_again() -> None:
    stage = desk(slave_features=LEGACY_FEATURES)
    order = stage.open()

    assert code(stage, order.command_id) is OperationCode.MAY_HAVE_BEEN_READ


def test_nothing_is_sent_where_nobody_listens() -> None:
    stage = desk()
    order = stage.open()
    stage.leave()

    assert code(stage, order.command_id) is OperationCode.NO_AGENT


def test_reconciling_sends_what_may_be_sent_and_lists_what_may_not() -> None:
    stage = desk()
    doubt = stage.open()
    stage.say(doubted(doubt))
    other = stage.open(trade_id=trade_id_of(2), ticket=Ticket(2))
    stage.ack(other.command_id)

    answer = ask(stage, Reconcile())

    assert isinstance(answer, Reconciled)
    assert (answer.resent, answer.left) == (1, 1)
    assert stage.one(stage.told, ExecuteOrder).command_id == other.command_id
    [finding] = answer.findings
    assert (finding.kind, finding.command_id) == ("in_doubt", doubt.command_id)
    [record] = records(stage.told, OperationRecord)
    assert (record.action, record.command_id) == ("reconcile", None)
    assert record.sentence == "sent 1 again, 1 to look at"


def test_reconciling_names_a_close_that_takes_too_long_and_an_agent_that_is_gone() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.ack(close.command_id)
    stage.leave()
    early = ask(stage, Reconcile())
    stage.wait(30_100)
    late = ask(stage, Reconcile())

    assert isinstance(early, Reconciled)
    assert isinstance(late, Reconciled)
    assert [(each.kind, each.account_id) for each in early.findings] == [("no_agent", SLAVE)]
    assert [each.kind for each in late.findings] == ["late_close"]
    assert (late.resent, late.left) == (0, 1)


def test_reconciling_a_quiet_core_finds_nothing() -> None:
    stage = desk()
    stage.fill()

    assert ask(stage, Reconcile()) == Reconciled(resent=0, left=0, findings=())


def test_after_a_restart_an_operator_finds_the_same() -> None:
    stage = desk()
    stage.fill()
    stage.say(closed())
    doubt = stage.open(trade_id=trade_id_of(2), ticket=Ticket(2))
    stage.say(doubted(doubt))
    stage.restart()
    ready(stage)

    answer = ask(stage, Reconcile())

    assert isinstance(answer, Reconciled)
    assert "in_doubt" in {each.kind for each in answer.findings}
    assert code(stage, doubt.command_id) is OperationCode.IN_DOUBT
    assert stage.outcome() is Outcome.FILLED


def test_the_same_question_gives_the_same_effects() -> None:
    def told() -> list[object]:
        stage = desk()
        stage.say(opened())
        ask(stage, Reconcile())
        return list(stage.told)

    assert told() == told()

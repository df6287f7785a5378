"""Effects are values: two runs can be compared, and a recorder can keep them."""

import pytest

from echo.domain.ids import AccountId
from echo.domain.journal import LedgerMark
from echo.domain.operations import PendingList
from echo.domain.sessions import ClockEcho
from echo.engine.effects import Arm, Disarm, Effect, EndSession, Persist, Reply, Send, SendNow
from tests.engine.scenes import AGENT

MARK = LedgerMark(account_id=AccountId("1"), ledger_n=1)
EMPTY = PendingList(rows=(), total=0)


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (Persist(MARK), Persist(MARK), Persist(MARK, lazy=True)),
        (Arm(("a",), 1), Arm(("a",), 1), Arm(("a",), 2)),
        (Disarm(("a",)), Disarm(("a",)), Disarm(("b",))),
        (
            Send(AGENT, 1, ClockEcho(mono_ms=1)),
            Send(AGENT, 1, ClockEcho(mono_ms=1)),
            SendNow(AGENT, 1, ClockEcho(mono_ms=1)),
        ),
        (Reply(1, EMPTY), Reply(1, EMPTY), Reply(2, EMPTY)),
        (EndSession(AGENT, 1, "x"), EndSession(AGENT, 1, "x"), EndSession(AGENT, 2, "x")),
    ],
    ids=lambda effect: type(effect).__name__,
)
def test_effects_compare_by_what_they_say(one: Effect, same: Effect, other: Effect) -> None:
    assert one == same
    assert hash(one) == hash(same)
    assert one != other


def test_a_record_is_urgent_unless_said_otherwise() -> None:
    assert not Persist(MARK).lazy

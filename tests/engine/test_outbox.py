"""The order of calls is the order of effects."""

from echo.domain.facts import LinkChanged
from echo.domain.ids import AccountId
from echo.domain.journal import LedgerMark
from echo.engine.effects import Arm, Disarm, EndSession, Observe, Persist
from echo.engine.outbox import Outbox
from tests.engine.scenes import AGENT

ONE = LedgerMark(account_id=AccountId("1"), ledger_n=1)
TWO = LedgerMark(account_id=AccountId("2"), ledger_n=2)


def test_effects_come_out_as_they_went_in() -> None:
    out = Outbox()
    out.arm(("a",), 5)
    out.persist(ONE, TWO)
    out.send(EndSession(AGENT, 1, "enough"))
    out.persist_lazily(ONE)
    out.disarm(("a",))
    out.observe(LinkChanged(peer="x", up=True))

    assert out.effects == [
        Arm(("a",), 5),
        Persist(ONE),
        Persist(TWO),
        EndSession(AGENT, 1, "enough"),
        Persist(ONE, lazy=True),
        Disarm(("a",)),
        Observe(LinkChanged(peer="x", up=True)),
    ]


def test_an_event_without_consequences_has_none() -> None:
    assert Outbox().effects == []

from dataclasses import replace
from decimal import Decimal

from echo.domain.handshake import Role
from echo.domain.ids import ANY_STRATEGY, AccountId
from echo.sim.casting import (
    NOBODYS,
    NOBODYS_TRADES,
    absent,
    broker_name,
    engine_settings,
    policy_book,
    same,
)
from echo.sim.faults import MishapKind
from tests.sim.stage import SECOND, SLAVE, closed, opened, scenario

PLAIN = scenario(opened(), closed(), slaves=(SLAVE, SECOND))


def test_every_second_slaves_broker_has_names_of_its_own() -> None:
    names = [broker_name("EURUSD", seat, Role.SLAVE) for seat in PLAIN.slaves]
    assert names == ["EURUSD", "EURUSD.m"]
    assert broker_name("EURUSD", PLAIN.slaves[1], Role.MASTER) == "EURUSD"
    assert same(("EURUSD",)) == {"EURUSD": "EURUSD"}


def test_followers_without_a_terminal_follow_all_the_same() -> None:
    crowded = replace(PLAIN, absent=3)
    accounts = engine_settings(crowded).slave_accounts
    assert accounts == (SLAVE, SECOND, *absent(crowded))
    assert len(absent(crowded)) == 3
    assert all(policy_book(crowded).has_policy(each) for each in accounts)


def test_a_policy_can_be_gone_or_another() -> None:
    book = policy_book(
        PLAIN, {"slave-2001": MishapKind.POLICY_GONE, "slave-2002": MishapKind.POLICY_LOT}
    )
    other = book.policy(SECOND, ANY_STRATEGY)
    assert book.policy(SLAVE, ANY_STRATEGY) is None
    assert other is not None
    assert other.lot_size == Decimal("0.20")
    before = policy_book(PLAIN).policy(SECOND, ANY_STRATEGY)
    assert before is not None
    assert before.lot_size == Decimal("0.10")


def test_somebody_trades_on_an_account_that_is_nobodys() -> None:
    assert NOBODYS.account_id not in {AccountId("1001"), SLAVE, SECOND}
    assert len(NOBODYS_TRADES) == 16

"""Inquiries: a trade is found by any ticket it ever had, and told whole; nothing is written."""

from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import Ticket
from echo.domain.intents import ActionKind
from echo.domain.quantities import Timestamps
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.inquiry import find_trades, read_changes, read_inquest
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.sqlite.places import query

STAMPS = Timestamps(t0_master_ea_ms=1_000, t7_order_filled_ms=1_250)
RECORDS = (
    *ex.one_of_each(),
    ex.action(ex.modify(), ActionKind.MODIFY),
    ex.action(ex.close(), ActionKind.CLOSE),
    replace(
        ex.decision(account_id=ex.OTHER, outcome=Outcome.OMITTED), code=ErrorCode.SPREAD_EXCEEDED
    ),
)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    journal = SqliteJournal.open(tmp_path / "journal.db")
    await journal.commit(RECORDS)
    await journal.close()
    return tmp_path / "journal.db"


def test_a_trade_is_found_by_its_masters_ticket_its_copies_and_its_id(path: Path) -> None:
    trade = ex.trade()
    asked = [
        str(trade.master_ticket),
        str(ex.copy().ticket),
        trade.trade_id,
        trade.trade_id[:13].upper(),
    ]

    assert [find_trades(path, each) for each in asked] == [(trade.trade_id,)] * len(asked)


@pytest.mark.parametrize("asked", ["424242", "ffffffff", str(1 << 70), "' OR 1 = 1 --"])
def test_what_nobody_knows_is_not_found(path: Path, asked: str) -> None:
    assert find_trades(path, asked) == ()


async def test_an_old_ticket_of_a_reduction_still_finds_its_trade(path: Path) -> None:
    journal = SqliteJournal.open(path)
    moved = replace(ex.copy(), ticket=Ticket(777))
    await journal.commit((moved,))
    await journal.close()

    assert find_trades(path, "777") == (ex.trade().trade_id,)
    assert find_trades(path, str(ex.result(ex.execute()).ticket)) == (ex.trade().trade_id,)


def test_a_trade_is_told_with_every_action_decision_and_copy(path: Path) -> None:
    inquest = read_inquest(path, ex.trade().trade_id)
    assert inquest is not None

    assert inquest.trade == ex.trade()
    assert [each.kind for each in inquest.actions] == [
        ActionKind.OPEN,
        ActionKind.MODIFY,
        ActionKind.CLOSE,
    ]
    rows = {each.account_id: each for each in inquest.decisions}
    assert rows[ex.OTHER].rule == f"policy/{ex.OTHER}/max_spread"
    assert rows[ex.OTHER].carried is None
    filled = rows[ex.SLAVE].carried
    assert filled is not None
    assert (filled.ticket, filled.attempt) == (
        ex.result(ex.execute()).ticket,
        ex.progress(ex.execute()).attempt,
    )
    assert [each.ticket for each in inquest.holdings] == [ex.copy().ticket]
    assert inquest.undecided == 3 * len(ex.trade().followers) - 2


async def test_a_latency_is_told_only_where_two_clocks_can_agree(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal.open(path)
    stamped = ex.result(ex.execute(), timestamps=STAMPS)
    await journal.commit((*ex.one_of_each()[:5], ex.execution(stamped)))
    await journal.close()
    inquest = read_inquest(path, ex.trade().trade_id)
    query(path, "UPDATE executions SET timestamps_ms = '{\"t0_master_ea_ms\":99}'")
    other = read_inquest(path, ex.trade().trade_id)

    assert inquest is not None
    assert other is not None
    assert [each.carried and each.carried.latency_ms for each in inquest.decisions] == [250]
    assert [each.carried and each.carried.latency_ms for each in other.decisions] == [None]


def test_a_trade_that_is_not_there_is_none(path: Path) -> None:
    assert read_inquest(path, ex.trade_id(99)) is None


def test_a_row_that_cannot_be_understood_is_told_and_not_guessed(path: Path) -> None:
    query(path, "UPDATE copy_decisions SET code = 'SIDEWAYS'")

    with pytest.raises(JournalUnavailable, match="cannot be understood"):
        read_inquest(path, ex.trade().trade_id)


def test_without_a_journal_there_is_nothing_to_ask(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        find_trades(tmp_path / "journal.db", "1")


def test_changes_are_told_the_latest_first_policies_among_them(path: Path) -> None:
    everything = read_changes(path, "", 100)

    assert {each.key for each in everything} == {
        "core/delivery/max_retries",
        "risk/7001/swing (desk)",
        "risk/7001/* (settings)",
    }
    assert [each.changed_by for each in read_changes(path, "risk/7001/sw", 100)] == ["ana"]
    [put] = read_changes(path, "risk/7001/*", 100)
    assert put.before == ""
    assert '"risk_pct":"0.5"' in put.after
    assert read_changes(path, "core/", 100) == (ex.CHANGE,)
    assert len(read_changes(path, "", 1)) == 1

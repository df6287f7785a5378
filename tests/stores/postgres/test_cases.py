"""An audit reads the same out of both stores, and never holds much of it."""

from pathlib import Path

import pytest

from echo.stores.postgres.cases import read_cases
from echo.stores.sqlite import cases as embedded
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query
from tests.stores.sqlite.test_cases import a_day

RECORDS = (
    *ex.one_of_each(),
    ex.trade(2, settled=True),
    *(ex.command(each) for each in ex.other_commands()),
)


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 500])
async def test_the_same_cases_come_in_the_same_order(
    store: PostgresJournalStore, tmp_path: Path, rows_at_once: int
) -> None:
    path = tmp_path / "journal.sqlite"
    file = SqliteJournal.open(path)
    records = [*RECORDS, *a_day()]
    await file.commit(records)
    await file.close()
    await (await store.open()).commit(records)

    found = [each async for each in read_cases(store.target, rows_at_once=rows_at_once)]

    assert found == list(embedded.read_cases(path))
    assert [each.trade_id for each in found] == sorted({each.trade_id for each in found})
    assert len(found) > 3


async def test_a_row_that_cannot_be_read_is_part_of_its_case(store: PostgresJournalStore) -> None:
    await (await store.open()).commit(RECORDS)
    await query(store.target, "UPDATE trade_actions SET payload = 'x'")

    [case] = [each async for each in read_cases(store.target) if each.trade_id == ex.trade_id(1)]

    assert case.actions == ()
    assert "a row of actions cannot be read" in case.unreadable[0]


async def test_a_ticket_of_two_trades_is_told_with_both(store: PostgresJournalStore) -> None:
    await (await store.open()).commit(RECORDS)
    again = ex.trade_id(2)
    await query(
        store.target,
        "INSERT INTO copies SELECT $1, account_id, ticket, symbol, open_price, lot_initial,"
        " lot_remaining, updated_at_ms FROM copies",
        again,
    )

    [case] = [each async for each in read_cases(store.target) if each.twins]

    assert case.trade_id == again
    assert [each.other for each in case.twins] == [ex.trade_id(1)]

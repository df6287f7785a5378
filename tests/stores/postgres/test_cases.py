"""An audit reads the same out of both stores."""

from pathlib import Path

from echo.stores.postgres.cases import read_cases
from echo.stores.sqlite import cases as embedded
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query

RECORDS = (
    *ex.one_of_each(),
    ex.trade(2, settled=True),
    *(ex.command(each) for each in ex.other_commands()),
)


async def test_the_same_cases_come_in_the_same_order(
    store: PostgresJournalStore, tmp_path: Path
) -> None:
    path = tmp_path / "journal.sqlite"
    file = SqliteJournal.open(path)
    await file.commit(RECORDS)
    await file.close()
    await (await store.open()).commit(RECORDS)

    found = list(await read_cases(store.target))

    assert found == list(embedded.read_cases(path))
    assert [each.trade_id for each in found] == ["", ex.trade_id(1), ex.trade_id(2)]


async def test_a_row_that_cannot_be_read_is_part_of_its_case(store: PostgresJournalStore) -> None:
    await (await store.open()).commit(RECORDS)
    await query(store.target, "UPDATE trade_actions SET payload = 'x'")

    (case,) = (each for each in await read_cases(store.target) if each.trade_id == ex.trade_id(1))

    assert case.actions == ()
    assert "a row of actions cannot be read" in case.unreadable[0]

"""A journal moves from a file to a server and back, and nothing of it is lost."""

from pathlib import Path

import pytest

from echo.domain.journal import Recovered
from echo.ports.errors import JournalRefused, JournalUnavailable, StoreLocked
from echo.stores.postgres.moving import tables, to_file, to_server
from echo.stores.sqlite.cases import read_cases
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.reading import looking_into
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query, target_on
from tests.stores.sqlite.places import query as query_file

RECORDS = (*ex.one_of_each(), *(ex.trade(n, settled=True) for n in range(2, 30)))


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    journal = SqliteJournal.open(path)
    await journal.commit(RECORDS)
    await journal.close()
    return path


async def loaded(path: Path) -> Recovered:
    journal = SqliteJournal.open(path)
    try:
        return await journal.load()
    finally:
        await journal.close()


async def test_a_journal_moves_there_and_back(
    store: PostgresJournalStore, file: Path, tmp_path: Path
) -> None:
    rows = await to_server(file, store.target)

    journal = await store.open()
    assert await journal.load() == await loaded(file)
    await journal.commit(ex.one_of_each())
    again = tmp_path / "again.sqlite"
    assert await to_file(store.target, again) == rows
    assert await loaded(again) == await loaded(file)
    assert list(read_cases(again)) == list(read_cases(file))


async def test_every_table_of_the_file_is_on_the_server(
    store: PostgresJournalStore, file: Path
) -> None:
    await (await store.open()).close()
    with looking_into(file) as connection:
        embedded = {
            (name, each) for name, columns in tables(connection).items() for each in columns
        }

    there = await query(
        store.target,
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'echo'",
    )
    assert embedded <= {(row[0], row[1]) for row in there}


async def test_rows_travel_in_bounded_statements(
    store: PostgresJournalStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("echo.stores.postgres.moving.ROWS_PER_STATEMENT", 7)

    await to_server(file, store.target)

    assert len((await (await store.open()).load()).settled) == 28


async def test_a_journal_with_trades_is_not_overwritten(
    store: PostgresJournalStore, file: Path
) -> None:
    journal = await store.open()
    await journal.commit((ex.trade(99),))
    await journal.close()

    with pytest.raises(JournalRefused, match="holds trades already"):
        await to_server(file, store.target)
    with pytest.raises(JournalRefused, match="is there already"):
        await to_file(store.target, file)


async def test_a_running_core_is_not_disturbed(store: PostgresJournalStore, file: Path) -> None:
    await store.open()

    with pytest.raises(StoreLocked):
        await to_server(file, store.target)


async def test_what_cannot_be_copied_whole_is_not_copied(
    store: PostgresJournalStore, file: Path
) -> None:
    await (await store.open()).close()
    query_file(file, "UPDATE trades SET status = 'SIDEWAYS'")

    with pytest.raises(JournalRefused, match="SIDEWAYS"):
        await to_server(file, store.target)

    assert await query(store.target, "SELECT 1 FROM account_connections") == []


async def test_what_is_not_there_is_told(
    server: PostgresServer, store: PostgresJournalStore, tmp_path: Path
) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        await to_server(tmp_path / "none", store.target)
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        await to_file(target_on(server), tmp_path / "new")

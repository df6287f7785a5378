"""Journals that earlier releases left behind open in this one, with every cell as it was.

Each file was written by a release with that schema, and holds a row of every kind it knew.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import apsw
import pytest

from echo.ports.journal import Journal
from echo.stores.postgres import schema as server_schema
from echo.stores.postgres.connection import connect
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.schema import drop
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.journal import SqliteJournal
from tests.servers.fixtures import cluster, server
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import query, target_on
from tests.stores.sqlite.places import query as query_file

__all__ = ["cluster", "server"]

DATA = Path(__file__).parents[1] / "data"
FILES = sorted((DATA / "sqlite").glob("schema-*.sql"))
DUMPS = sorted((DATA / "postgres").glob("schema-*.sql"))
OWN = frozenset({"schema_version", "schema_functions", "writer"})
"""Tables of the store itself: they tell what release it is, and who writes."""

Row = frozenset[tuple[str, str]]
Tables = Mapping[str, list[Row]]


def release(dump: Path) -> int:
    return int(dump.stem.removeprefix("schema-"))


def text_of(dump: Path) -> str:
    return dump.read_text(encoding="utf-8")


def row(names: list[str], cells: tuple[object, ...]) -> Row:
    return frozenset((name, repr(cell)) for name, cell in zip(names, cells, strict=True))


def lost(before: Tables, after: Tables) -> list[str]:
    """Return the rows that are not there any more as they were; more columns are no loss."""
    return [
        f"{table}: {sorted(gone)}"
        for table, rows in before.items()
        for gone in rows
        if not any(gone <= each for each in after.get(table, []))
    ]


def test_whoever_adds_a_step_leaves_a_journal_of_the_release_before() -> None:
    # Schema 2 of files was never released by itself; journals with schema 3 are played on in
    # the tests of the Core's service.
    files = {*map(release, FILES), 2, 3}
    assert files >= set(range(1, read_migrations("sqlite")[-1].version))
    assert set(map(release, DUMPS)) >= set(range(1, server_schema.steps()[-1].version))


def test_what_is_lost_is_found() -> None:
    one, other = row(["a", "b"], (1, "x")), row(["a", "b", "c"], (1, "y", None))
    grown = row(["a", "b", "c"], (1, "x", None))

    assert lost({"t": [one]}, {"t": [grown]}) == []
    assert lost({"t": [one]}, {"t": [other]}) == ["t: [('a', '1'), ('b', \"'x'\")]"]
    assert len(lost({"t": [one]}, {})) == 1


async def play_on(journal: Journal) -> None:
    """Read everything, and go on working."""
    loaded = await journal.load()
    assert [each.trade_id for each in loaded.trades] == [ex.trade_id(1)]
    assert loaded.settled == {ex.trade_id(2)}
    assert loaded.decisions == (ex.decision(),)
    assert loaded.commands[0].record == ex.command(ex.execute())
    await journal.commit((ex.trade(7), ex.opened(7), ex.decision(7)))
    again = await journal.load()
    assert {each.trade_id for each in again.trades} == {ex.trade_id(1), ex.trade_id(7)}


def file_tables(path: Path) -> Tables:
    names = [str(name) for (name,) in query_file(path, _FILE_TABLES)]
    found = {}
    for name in names:
        columns = [str(each[1]) for each in query_file(path, f"PRAGMA table_info({name})")]
        cells = query_file(path, f"SELECT * FROM {name}")  # noqa: S608 -- the schema's own names
        found[name] = [row(columns, each) for each in cells]
    return found


_FILE_TABLES = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    " AND name <> 'schema_version'"
)


@pytest.mark.parametrize("dump", FILES, ids=lambda dump: dump.stem)
async def test_a_file_opens_with_everything_in_it(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute(text_of(dump))
    connection.close()
    before = file_tables(path)

    journal = SqliteJournal.open(path)
    after = file_tables(path)
    await play_on(journal)
    await journal.close()

    assert sum(map(bool, before.values())) >= 15, "the release left rows of many kinds"
    assert lost(before, after) == []
    versions = query_file(path, "SELECT version FROM schema_version ORDER BY version")
    assert versions == [(each.version,) for each in read_migrations("sqlite")]


async def server_tables(target: PostgresTarget) -> Tables:
    found = {}
    names = "SELECT tablename FROM pg_tables WHERE schemaname = 'echo'"
    for (name,) in await query(target, names):
        if name not in OWN:
            rows = await query(target, f'SELECT * FROM "{name}"')  # noqa: S608 -- as above
            found[name] = [row(list(each.keys()), tuple(each.values())) for each in rows]
    return found


@pytest.fixture
async def target(server: PostgresServer) -> AsyncIterator[PostgresTarget]:
    target = target_on(server, schema="echo")
    await drop(target)
    yield target
    await drop(target)


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
async def test_a_schema_on_a_server_opens_with_everything_in_it(
    dump: Path, target: PostgresTarget
) -> None:
    session = await connect(target, "a test")
    await session.execute(text_of(dump))
    await session.close()
    before = await server_tables(target)

    journal = await PostgresJournal.open(target)
    after = await server_tables(target)
    await play_on(journal)
    await journal.close()

    assert sum(map(bool, before.values())) >= 15, "the release left rows of many kinds"
    assert lost(before, after) == []
    versions = await query(target, "SELECT version FROM schema_version ORDER BY version")
    assert [each[0] for each in versions] == [each.version for each in server_schema.steps()]

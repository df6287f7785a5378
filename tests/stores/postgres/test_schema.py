"""The schema goes forward from every release, belongs to its owner, and serves those below him."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.stores.postgres import schema
from echo.stores.postgres.connection import connect
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.schema import (
    Standing,
    drop,
    fingerprint,
    grant,
    prepare,
    read_sql,
    standing,
    steps,
)
from echo.stores.postgres.target import PostgresTarget
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query, target_on

FIRST_RELEASE = Path(__file__).parents[2] / "data" / "postgres" / "schema-1.sql"


@pytest.fixture
async def target(server: PostgresServer) -> AsyncIterator[PostgresTarget]:
    """A schema that does not exist yet."""
    target = target_on(server)
    yield target
    await drop(target)


def test_steps_are_numbered_from_one_without_a_gap() -> None:
    assert [each.version for each in steps()] == list(range(1, len(steps()) + 1))


async def test_a_schema_is_made_once(target: PostgresTarget) -> None:
    known = steps()[-1].version

    before, again = await prepare(target), await prepare(target)

    assert before == Standing(version=0, known=known, functions_current=False)
    assert again.is_current


async def test_a_journal_of_the_first_release_opens_with_everything_in_it(
    server: PostgresServer,
) -> None:
    target = target_on(server, schema="echo")
    await drop(target)
    session = await connect(target, "a test")
    await session.execute(FIRST_RELEASE.read_text(encoding="utf-8"))
    await session.close()

    journal = await PostgresJournal.open(target)
    try:
        loaded = await journal.load()
        assert loaded.trades == (ex.trade(),)
        assert loaded.decisions == (ex.decision(),)
        assert loaded.commands[0].progress == ex.progress(ex.execute())
        assert loaded.settled == {ex.trade_id(2)}
        assert loaded.symbol_maps == (ex.symbol_map(ex.GOLD, ex.DAX),)
        await journal.commit(ex.one_of_each())
        assert (await journal.load()).trades == loaded.trades, "nothing contradicts it"
    finally:
        await journal.close()
    rows = await query(target, "SELECT version FROM schema_version ORDER BY version")
    assert [row[0] for row in rows] == [each.version for each in steps()]


async def test_a_schema_of_a_newer_program_is_refused(target: PostgresTarget) -> None:
    await prepare(target)
    await query(target, "INSERT INTO schema_version VALUES (9999, 'tomorrow') RETURNING 1")

    with pytest.raises(JournalRefused, match="newer Echo"):
        await prepare(target)


async def test_a_step_that_fails_leaves_everything_as_it_was(
    target: PostgresTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepare(target)
    bad = replace(steps()[-1], version=9_000, sql="CREATE TABLE half (x int); SELECT 1 / 0")
    monkeypatch.setattr(schema, "steps", lambda: (*read_steps, bad))

    with pytest.raises(JournalRefused, match="division by zero"):
        await prepare(target)

    assert (await query(target, "SELECT to_regclass('half')"))[0][0] is None


read_steps = steps()


async def test_functions_of_another_release_are_made_anew(target: PostgresTarget) -> None:
    await prepare(target)
    await query(target, "UPDATE schema_functions SET sha256 = 'old' RETURNING 1")

    before = await prepare(target)

    assert not before.is_current
    assert await query(target, "SELECT sha256 FROM schema_functions") == [(fingerprint(),)]


@pytest.fixture
async def role(server: PostgresServer) -> AsyncIterator[str]:
    """A role that may log in, and nothing else; its name needs quotes."""
    owner = await connect(target_on(server), "owner")
    await owner.execute('CREATE ROLE "echo Core" LOGIN')
    yield "echo Core"
    await owner.execute('DROP OWNED BY "echo Core"; DROP ROLE "echo Core"')
    await owner.close()


async def test_a_writer_does_a_cores_work_and_cannot_change_the_schema(
    target: PostgresTarget, role: str
) -> None:
    await prepare(target, {"writer": role})
    store = PostgresJournalStore(replace(target, user=role))
    try:
        journal = await store.open()
        await journal.commit(ex.one_of_each())
        await journal.commit((ex.trade(settled=True, updated_at_ms=0), ex.trade(2, settled=True)))
        assert await journal.purge(keep_ms=1, trades_max=9) == 1
        assert (await journal.load()).settled == {ex.trade_id(2)}
        for forbidden in (
            "DROP TABLE trades",
            "ALTER TABLE trades ADD COLUMN x int",
            "CREATE TABLE mine (x int)",
            "DELETE FROM schema_version",
            "DELETE FROM writer",
            "DELETE FROM risk_policy_edits",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await query(store.target, forbidden)
    finally:
        await store.close()


async def test_a_writer_who_finds_an_old_schema_is_told_whom_to_ask(
    target: PostgresTarget, role: str
) -> None:
    await prepare(target, {"writer": role})
    await query(target, "DELETE FROM schema_version WHERE version > 1 RETURNING 1")

    with pytest.raises(JournalRefused, match="echoctl store migrate as its owner"):
        await PostgresJournal.open(replace(target, user=role))


async def test_a_reader_reads_and_writes_nothing(target: PostgresTarget, role: str) -> None:
    await prepare(target, {"reader": role})

    assert await query(replace(target, user=role), "SELECT * FROM v_trades_summary") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await query(replace(target, user=role), "UPDATE writer SET epoch = 9")


async def test_a_role_that_is_not_there_is_told(target: PostgresTarget) -> None:
    await prepare(target)
    owner = await connect(target, "owner")
    try:
        with pytest.raises(asyncpg.UndefinedObjectError):
            await grant(owner, target, "writer", 'nobody"; DROP SCHEMA public; --')
    finally:
        await owner.close()


async def test_what_is_dropped_is_gone(target: PostgresTarget) -> None:
    await prepare(target)

    await drop(target)

    session = await connect(target, "a test")
    assert await standing(session) == Standing(
        version=0, known=steps()[-1].version, functions_current=False
    )
    await session.close()


async def test_a_server_that_is_away_is_told(server: PostgresServer) -> None:
    target = replace(target_on(server), port=1)

    with pytest.raises(JournalUnavailable):
        await prepare(target)
    with pytest.raises(JournalUnavailable):
        await drop(target)


async def test_a_writer_may_use_the_tables_that_an_update_brings(
    target: PostgresTarget, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "steps", lambda: read_steps[:2])
    monkeypatch.setattr(schema, "read_sql", before_fences)
    await prepare(target, {"writer": role})
    monkeypatch.undo()
    await prepare(target)

    store = PostgresJournalStore(replace(target, user=role))
    try:
        journal = await store.open()
        await journal.commit(ex.one_of_each())
        assert (await journal.load()).settings == (ex.SEEN,)
    finally:
        await store.close()


def before_fences(name: str) -> str:
    """The functions of a release that knew nothing of what settings had said."""
    text = read_sql(name)
    if name != "functions":
        return text
    begin = text.index("CREATE OR REPLACE FUNCTION put_setting(")
    end = text.index("END $$;\n", begin) + len("END $$;\n")
    return text[:begin] + text[end:]

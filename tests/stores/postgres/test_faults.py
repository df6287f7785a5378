"""What a server does to a journal, and what the journal says of it; each fault is a real one."""

import asyncio
import os
import pwd
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial

import asyncpg
import pytest

from echo.apps.chaos.relay import Relay, Way
from echo.domain.journal import Record
from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable
from echo.stores.postgres import connection as limits
from echo.stores.postgres.connection import connect
from echo.stores.postgres.journal import PostgresJournal
from tests.fakes import WITHIN_S, until_real
from tests.servers.postgres import UNPRIVILEGED, PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query

MIB = 1 << 20
END_CORES = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name LIKE 'echo-core%'"
)
CORES = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'echo-core%'"


def batch(number: int) -> tuple[Record, ...]:
    order = ex.execute(number)
    return (ex.trade(number), ex.opened(number), ex.decision(number), ex.command(order))


async def see_through(
    journal: PostgresJournal, records: tuple[Record, ...], troubles: list[str] | None = None
) -> list[str]:
    """Commit as the Core's shell does, again and again; return what went wrong meanwhile.

    Whoever looks on gives the list of *troubles* that is filled.
    """
    troubles = [] if troubles is None else troubles
    while True:
        try:
            await journal.commit(records)
        except (JournalUnavailable, CommitUnknown) as error:
            troubles.append(f"{type(error).__name__}: {error}")
            assert len(troubles) < 2_000, troubles[-1]
            await asyncio.sleep(0.02)
        else:
            return troubles


async def until(look: Callable[[], Awaitable[object]], *, none: bool = False) -> None:
    """Look until there is something to see, or nothing any more."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if bool(await look()) is not none:
                return
            await asyncio.sleep(0.01)


async def session_of(store: PostgresJournalStore) -> int:
    """Return the server's process for the journal's session."""
    ((pid,),) = await query(store.target, CORES)
    assert isinstance(pid, int)
    return pid


@asynccontextmanager
async def held_up(store: PostgresJournalStore) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Let no commit pass its decisions; yield what waits until one stands there."""
    blocker = await connect(store.target, "blocker")
    await blocker.execute("BEGIN; LOCK TABLE copy_decisions")

    async def reached() -> None:
        await until(lambda: query(store.target, f"{CORES} AND wait_event_type = 'Lock'"))

    try:
        yield reached
    finally:
        blocker.terminate()
        gone = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'blocker'"
        await until(lambda: query(store.target, gone), none=True)


async def test_a_session_that_is_ended_between_commits_comes_back(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    await journal.commit(batch(1))
    epoch = journal.epoch
    await query(store.target, END_CORES)

    await see_through(journal, batch(2))

    assert {each.trade_id for each in (await journal.load()).trades} == {
        ex.trade_id(1),
        ex.trade_id(2),
    }
    assert journal.epoch == epoch, "nobody else wrote meanwhile"


async def test_a_session_that_is_ended_in_the_middle_of_a_commit_leaves_nothing_behind(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    async with held_up(store) as reached:
        task = asyncio.ensure_future(journal.commit(batch(1)))
        await reached()
        await query(store.target, END_CORES)
        with pytest.raises(CommitUnknown, match="administrator command"):
            await task

    assert (await journal.load()).trades == ()
    await see_through(journal, batch(1))
    assert (await journal.load()).decisions == (ex.decision(1),)
    assert journal.found_standing == 0


async def test_a_commit_whose_answer_was_lost_is_found_and_not_written_again(
    store: PostgresJournalStore,
) -> None:
    relay, port = await Relay.tcp(store.target.port)
    journal = await PostgresJournal.open(replace(store.target, port=port))
    try:
        await journal.commit(batch(1))
        silence = asyncio.ensure_future(relay.freeze(frozenset({Way.TO_CLIENT}), 30))
        task = asyncio.ensure_future(journal.commit((*batch(2), ex.evaluation())))
        there = "SELECT 1 FROM account_symbol_registration_eval"
        await until(lambda: query(store.target, there))
        relay.cut()
        with pytest.raises(CommitUnknown):
            await task
        silence.cancel()
        before = await written(store)

        await see_through(journal, (*batch(2), ex.evaluation()))

        assert journal.found_standing == 1
        assert await written(store) == before, "no row was touched a second time"
        await journal.commit(batch(3))
        assert len((await journal.load()).trades) == 3
    finally:
        await journal.close()
        await relay.close()


async def written(store: PostgresJournalStore) -> list[asyncpg.Record]:
    return await query(store.target, "SELECT trade_id, xmin::text FROM trades ORDER BY 1")


async def test_a_commit_in_doubt_that_never_happened_is_written(
    store: PostgresJournalStore,
) -> None:
    relay, port = await Relay.tcp(store.target.port)
    journal = await PostgresJournal.open(replace(store.target, port=port))
    try:
        frozen = asyncio.ensure_future(relay.freeze(frozenset({Way.TO_SERVER}), 30))
        await asyncio.sleep(0)
        task = asyncio.ensure_future(journal.commit(batch(1)))
        await asyncio.sleep(0.1)
        relay.cut()
        with pytest.raises(CommitUnknown):
            await task
        frozen.cancel()

        await see_through(journal, batch(1))

        assert journal.found_standing == 0
        assert (await journal.load()).trades == (ex.trade(1),)
    finally:
        await journal.close()
        await relay.close()


async def test_a_server_that_is_killed_again_and_again_keeps_what_it_acknowledged(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    """The pull of the plug: all its processes end at once, in the middle of commits."""
    journal = await store.open()
    acknowledged: list[int] = []

    async def write() -> None:
        for number in range(1, 10_000):
            await see_through(journal, batch(number))
            acknowledged.append(number)

    async def grown(number: int) -> bool:
        assert not writing.done(), writing.result()
        return len(acknowledged) >= number

    writing = asyncio.ensure_future(write())
    for kill in range(1, 4):
        await until(partial(grown, 12 * kill))
        server.kill()
        await asyncio.sleep(0.05)
        server.start()
    known = len(acknowledged)
    await until(lambda: grown(known + 3))
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing

    loaded = await journal.load()
    stored = {each.trade_id for each in loaded.trades}
    assert {ex.trade_id(number) for number in acknowledged} <= stored
    assert {each.trade_id for each in loaded.decisions} == stored, "whole commits or none"
    assert len(loaded.commands) == len(stored)


async def test_a_server_that_is_restarted_in_order_is_found_again(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    journal = await store.open()
    await journal.commit(batch(1))
    server.stop()

    with pytest.raises((JournalUnavailable, CommitUnknown)):
        await journal.commit(batch(2))
    with pytest.raises(JournalUnavailable):
        await journal.load()
    with pytest.raises(JournalUnavailable):
        await journal.is_settled(ex.trade_id(1))
    server.start()

    await see_through(journal, batch(2))
    assert len((await journal.load()).trades) == 2


async def test_a_statement_that_takes_too_long_is_undone(
    store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits._SETTINGS, "statement_timeout", "500")
    journal = await store.open()
    async with held_up(store):
        with pytest.raises(JournalUnavailable, match="time limit"):
            await journal.commit(batch(1))

    assert (await journal.load()).trades == ()
    await see_through(journal, batch(1))


async def test_a_lock_that_somebody_holds_is_not_waited_for_for_ever(
    store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits._SETTINGS, "lock_timeout", "100")
    journal = await store.open()
    async with held_up(store):
        with pytest.raises(JournalUnavailable, match="holds a lock"):
            await journal.commit(batch(1))

    await see_through(journal, batch(1))


async def test_a_server_that_does_not_answer_leaves_the_commit_in_doubt(
    server: PostgresServer, store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(limits, "ANSWER_S_MAX", 1.0)
        journal = await store.open()
    await see_through(journal, batch(1))
    pid = await session_of(store)
    server.freeze(pid)
    try:
        with pytest.raises(CommitUnknown, match="does not answer"):
            await journal.commit(batch(2))
        with pytest.raises(JournalUnavailable, match="former session"):
            await journal.commit(batch(2))
    finally:
        server.thaw(pid)

    await see_through(journal, batch(2))
    assert len((await journal.load()).trades) == 2


async def test_a_server_that_takes_no_writes_is_told(store: PostgresJournalStore) -> None:
    journal = await store.open()
    owner = await connect(store.target, "owner")
    try:
        await read_only(store, owner, True)
        troubles: list[str] = []
        committing = asyncio.ensure_future(see_through(journal, batch(1), troubles))
        await until_real(lambda: troubles or committing.done())
        await read_only(store, owner, False)

        await committing
        assert any("takes no writes" in each for each in troubles)
        assert (await journal.load()).trades == (ex.trade(1),)
    finally:
        await owner.close()


async def read_only(store: PostgresJournalStore, owner: asyncpg.Connection, on: bool) -> None:
    """Set it for everybody, as a failover does, and wait until the sessions know.

    The server tells all its sessions before it begins a new one.
    """
    word = "on" if on else "off"
    await owner.execute("SET default_transaction_read_only = off")
    await owner.execute(f"ALTER SYSTEM SET default_transaction_read_only = {word}")
    await owner.execute("SELECT pg_reload_conf()")

    async def known() -> bool:
        [(found,)] = await query(store.target, "SHOW default_transaction_read_only")
        return bool(found == word)

    await until(known)


async def test_a_server_without_a_connection_left_is_told(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    server.stop()
    server.start(max_connections="6", superuser_reserved_connections="0", max_wal_senders="0")
    journal = await store.open()
    others = [await connect(store.target, "other") for _ in range(5)]
    try:
        await others[0].execute(END_CORES)
        others.append(await until_connected(store))
        troubles: list[str] = []
        committing = asyncio.ensure_future(see_through(journal, batch(1), troubles))
        await until_real(
            lambda: any("no connection left" in each for each in troubles) or committing.done()
        )
    finally:
        for each in others:
            await each.close()

    await committing
    assert any("no connection left" in each for each in troubles)
    assert (await journal.load()).trades == (ex.trade(1),)


async def until_connected(store: PostgresJournalStore) -> asyncpg.Connection:
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await connect(store.target, "other")
            except asyncpg.PostgresError:
                await asyncio.sleep(0.01)


async def test_a_log_that_cannot_be_written_ends_the_server_and_loses_nothing(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    """PostgreSQL does not go on without its log: it falls, recovers, and says what stood."""
    journal = await store.open()
    await journal.commit(batch(1))
    pid = await session_of(store)
    # Tables may still grow, the log is beyond the limit: it is the log that cannot be written.
    await write_log_beyond(store, MIB)
    server.limit_files(pid, MIB)

    troubles = await see_through(journal, batch(2))

    assert troubles
    assert troubles[0].startswith("CommitUnknown")
    assert len((await journal.load()).trades) == 2
    assert server.running


async def write_log_beyond(store: PostgresJournalStore, offset: int) -> None:
    """Have the server's log stand well behind *offset* of its segment of 16 MiB."""
    where = "SELECT (pg_walfile_name_offset(pg_current_wal_insert_lsn())).file_offset AS at"
    fill = f"SELECT pg_logical_emit_message(false, 'fill', repeat('x', {2 * MIB}))"
    while not 2 * offset <= (await query(store.target, where))[0]["at"] <= 12 * MIB:
        await query(store.target, fill)


@pytest.fixture
def small_disk(server: PostgresServer) -> Iterator[str]:
    """A table space of 24 MiB on a file system of its own."""
    folder = server.folder / "small"
    folder.mkdir(exist_ok=True)
    owner = pwd.getpwnam(UNPRIVILEGED)
    options = f"size=24m,mode=700,uid={owner.pw_uid},gid={owner.pw_gid}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small file system")
    try:
        yield str(folder)
    finally:
        server.stop()
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_refuses_the_commit_whole_and_heals(
    small_disk: str, store: PostgresJournalStore
) -> None:
    journal = await store.open()
    owner = await connect(store.target, "owner")
    try:
        await owner.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        await owner.execute("ALTER TABLE trades SET TABLESPACE small")
        await owner.execute("CREATE TABLE ballast (x text) TABLESPACE small")
        with pytest.raises(asyncpg.DiskFullError):
            await owner.execute(
                "INSERT INTO ballast SELECT repeat('x', 900) FROM generate_series(1, 99999)"
            )
        await owner.execute("INSERT INTO ballast SELECT 'x' FROM generate_series(1, 1)")
        many = tuple(ex.trade(number) for number in range(200, 30_000))
        with pytest.raises(JournalUnavailable, match="disk is full"):
            await journal.commit(many)
        assert (await journal.load()).trades == ()

        await owner.execute("DROP TABLE ballast")
        await journal.commit(batch(1))
        assert (await journal.load()).trades == (ex.trade(1),)
    finally:
        await owner.execute("ALTER TABLE trades SET TABLESPACE pg_default")
        await owner.execute("DROP TABLE IF EXISTS ballast")
        await owner.execute("DROP TABLESPACE small")
        await owner.close()


async def test_a_server_that_would_lose_what_it_acknowledged_is_not_used(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    server.stop()
    server.start(fsync="off")

    with pytest.raises(JournalUnavailable, match="fsync off"):
        await store.open()


async def test_a_server_that_is_not_there_is_told_at_the_start(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    server.stop()

    with pytest.raises(JournalUnavailable, match=str(server.port)):
        await store.open()


async def test_a_database_that_is_not_there_is_told(store: PostgresJournalStore) -> None:
    with pytest.raises(JournalUnavailable, match="no such database"):
        await PostgresJournal.open(replace(store.target, database="nowhere"))


async def test_words_that_the_schema_does_not_know_are_refused_for_good(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    strange = ex.trade(status="SIDEWAYS")

    with pytest.raises(JournalRefused, match="SIDEWAYS"):
        await journal.commit((strange, *batch(2)))

    assert (await journal.load()).trades == ()

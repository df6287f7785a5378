"""Work runs in one thread, in order; what it does and how it fails comes back to who waits."""

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import apsw
import pytest

from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.stores.sqlite.database import Database, Migration, open_database
from echo.stores.sqlite.failures import transaction
from echo.stores.sqlite.writer import ROWS_WORTH_A_CHECKPOINT, Writer, WriterClosed
from echo.stores.store_lock import StoreLock
from tests.fakes import until_real

SCHEMA = (Migration(1, "numbers", "CREATE TABLE numbers (n INTEGER)"),)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(
        tmp_path / "store.db",
        SCHEMA,
        passing=JournalUnavailable,
        refused=JournalRefused,
        log_bytes=1 << 20,
    )


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[Writer]:
    writer = Writer(database)
    yield writer
    await writer.close()


def put(connection: apsw.Connection, n: int) -> None:
    connection.execute("INSERT INTO numbers VALUES (?)", (n,))


def numbers(connection: apsw.Connection) -> list[int]:
    return [n for (n,) in connection.execute("SELECT n FROM numbers ORDER BY rowid")]


async def test_work_is_done_in_the_order_in_which_it_came(writer: Writer) -> None:
    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(writer.run(partial(put, n=n)))

    assert await writer.run(numbers) == list(range(20))


async def test_all_work_runs_in_one_other_thread(writer: Writer) -> None:
    threads = {await writer.run(lambda _: threading.get_ident()) for _ in range(5)}

    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_errors_come_back_and_the_next_work_runs(writer: Writer) -> None:
    with pytest.raises(apsw.SQLError):
        await writer.run(lambda connection: connection.execute("no SQL"))

    assert await writer.run(numbers) == []


async def test_work_is_done_although_nobody_waits_any_more(writer: Writer) -> None:
    release = threading.Event()

    def put_later(connection: apsw.Connection) -> None:
        release.wait()
        put(connection, 7)

    def fail(connection: apsw.Connection) -> None:
        raise KeyError

    tasks = [asyncio.ensure_future(writer.run(work)) for work in (put_later, fail)]
    await asyncio.sleep(0)

    for task in tasks:
        task.cancel()
    release.set()
    await asyncio.wait(tasks)

    assert all(task.cancelled() for task in tasks)
    assert await writer.run(numbers) == [7]


async def test_close_finishes_work_and_releases_the_store(database: Database) -> None:
    writer = Writer(database)
    work = asyncio.ensure_future(writer.run(numbers))
    await asyncio.sleep(0)

    await writer.close()

    assert await work == []
    StoreLock(database.path).release()
    assert not database.path.with_name("store.db-wal").exists()


async def test_closed_writer_takes_no_work(database: Database) -> None:
    writer = Writer(database)
    await writer.close()
    await writer.close()

    with pytest.raises(WriterClosed):
        await writer.run(numbers)


def test_loop_that_is_gone_does_not_stop_the_writer(database: Database) -> None:
    """A program may end its loop with work under way; the thread must live to close the store."""
    started, release = threading.Event(), threading.Event()

    def work(connection: apsw.Connection) -> None:
        started.set()
        release.wait()

    async def leave(writer: Writer) -> None:
        task = asyncio.ensure_future(writer.run(work))
        await asyncio.to_thread(started.wait)
        task.cancel()

    async def make() -> Writer:
        return Writer(database)

    writer = asyncio.run(make())
    asyncio.run(leave(writer))
    release.set()

    asyncio.run(writer.close())

    StoreLock(database.path).release()


async def test_log_is_folded_back_in_a_pause(database: Database, writer: Writer) -> None:
    before = database.path.stat().st_size

    def put_many(connection: apsw.Connection) -> None:
        with transaction(connection):
            for n in range(ROWS_WORTH_A_CHECKPOINT):
                put(connection, n)
            connection.execute("CREATE TABLE wide AS SELECT zeroblob(50000)")

    await writer.run(put_many)
    assert database.path.stat().st_size == before, "a commit does not pay for it"

    await until_real(lambda: database.path.stat().st_size > before)

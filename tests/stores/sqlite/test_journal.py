"""The SQLite journal keeps the contract, and its promises to people who pull the plug."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo.domain.answers import Outcome
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus, Record, Recovered
from echo.ports.errors import JournalRefused, JournalUnavailable, StoreLocked
from echo.stores.memory import MemoryJournal
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.contract import JournalContract
from tests.stores.sqlite.places import SqliteJournalStore, query

WRITES_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex

async def main():
    journal = SqliteJournal.open(Path(sys.argv[1]))
    number = 0
    while True:
        number += 1
        await journal.commit((ex.trade(number), ex.opened(number), ex.decision(number)))
        print(ex.trade_id(number), flush=True)

asyncio.run(main())
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteJournalStore]:
    place = SqliteJournalStore(tmp_path / "core" / "journal.db")
    yield place
    await place.close()


class TestSqliteJournal(JournalContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteJournalStore]:
        place = SqliteJournalStore(tmp_path / "core" / "journal.db")
        yield place
        await place.close()


POOL: tuple[Record, ...] = (
    *ex.one_of_each(),
    *(ex.trade(number, settled=settled) for number in (1, 2) for settled in (False, True)),
    ex.trade(attempt=4),
    ex.opened(2),
    ex.decision(outcome=Outcome.FILLED),
    ex.decision(2, account_id=ex.OTHER, outcome=Outcome.OMITTED),
    ex.command(ex.execute(2)),
    ex.command(ex.execute(), agent_id=None),
    *(ex.command(what) for what in ex.other_commands()),
    *(ex.progress(what, CommandStatus.ACKED) for what in ex.other_commands()),
    ex.progress(ex.execute(2)),
    ex.copy(2),
    ex.copy(remaining="0"),
    ex.symbol_map(),
    ex.symbol_map(ex.DAX, ex.GOLD, reported_at_ms=1),
    ex.action(replace(ex.intent(), price=Decimal(1)), ActionKind.OPEN),
    ex.command(replace(ex.execute(), lot=Decimal(9))),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(POOL), min_size=1, max_size=8), max_size=6))
def test_sqlite_and_reference_agree(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[Record]]
) -> None:
    """Whatever is committed in whatever order, both refuse the same and recover the same."""

    async def run() -> None:
        reference = MemoryJournal()
        journal = SqliteJournal.open(tmp_path_factory.mktemp("journal") / "journal.db")
        try:
            for records in commits:
                verdicts = [await verdict(store, records) for store in (reference, journal)]
                assert verdicts[0] == verdicts[1]
            assert await journal.load() == await reference.load()
        finally:
            await journal.close()

    async def verdict(store: MemoryJournal | SqliteJournal, records: list[Record]) -> str:
        try:
            await store.commit(records)
        except JournalRefused:
            return "refused"
        return "committed"

    asyncio.run(run())


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    program = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline().strip() for _ in range(40)]
        process.send_signal(signal.SIGKILL)
        printed += process.stdout.read().split()

    loaded = asyncio.run(load(path))

    # A line may be cut off in the pipe, an id may be on disk and unprinted; none may be missing.
    whole = {text for text in printed if len(text) == len(ex.trade_id())}
    trades = {record.trade_id for record in loaded.trades}
    assert len(whole) >= 40
    assert whole <= trades
    assert {record.trade_id for record in loaded.decisions} == trades


async def load(path: Path) -> Recovered:
    journal = SqliteJournal.open(path)
    try:
        return await journal.load()
    finally:
        await journal.close()


async def test_second_process_is_locked_out_and_told_why(store: SqliteJournalStore) -> None:
    await store.open()
    opens = "import sys; from pathlib import Path; from echo.stores.sqlite.journal import"
    opens += " SqliteJournal; SqliteJournal.open(Path(sys.argv[1]))"

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", opens, str(store.path)), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 1
    assert f"is in use by process {os.getpid()}: stop that one".encode() in said


async def test_the_store_is_free_again_after_close(store: SqliteJournalStore) -> None:
    journal = await store.open()
    with pytest.raises(StoreLocked):
        SqliteJournal.open(store.path)

    await journal.close()

    await store.open()


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(JournalUnavailable, match=r"journal\.db"):
        SqliteJournal.open(tmp_path / "file" / "journal.db")


def test_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    # Permissions do not bind root, but nobody makes files in sysfs.
    folder = Path("/sys") if os.geteuid() == 0 else tmp_path

    with pytest.raises(JournalUnavailable, match=r"journal\.db: (Permission|Read-only)"):
        SqliteJournal.open(folder / "journal.db")


async def test_full_disk_refuses_the_commit_whole_and_heals(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal.open(path, pages_max=60)
    try:
        await journal.commit((ex.trade(1), ex.opened(1)))
        many = [ex.trade(number) for number in range(2, 2_000)]

        with pytest.raises(JournalUnavailable, match="full"):
            await journal.commit(many)

        assert (await journal.load()).trades == (ex.trade(1),)
        await journal.commit((ex.trade(2),))
        assert len((await journal.load()).trades) == 2
    finally:
        await journal.close()


async def test_store_of_a_newer_program_is_refused(store: SqliteJournalStore) -> None:
    await (await store.open()).close()
    query(store.path, "INSERT INTO schema_version VALUES (9999, 'from_tomorrow', 0)")

    with pytest.raises(JournalRefused, match="newer Echo"):
        await store.open()


async def test_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"quarterly report " * 400)

    with pytest.raises(JournalUnavailable, match="not a store of Echo"):
        SqliteJournal.open(path)

    assert path.read_bytes().startswith(b"quarterly report")


async def test_row_that_nobody_wrote_is_told_and_not_guessed(store: SqliteJournalStore) -> None:
    journal = await store.open()
    await journal.commit((ex.trade(),))
    query(store.path, "UPDATE trades SET status = 'SIDEWAYS'")

    with pytest.raises(JournalUnavailable, match="SIDEWAYS"):
        await journal.load()


async def test_commit_goes_on_when_its_caller_gives_up(store: SqliteJournalStore) -> None:
    """The engine's shell may be cancelled; a transaction that was handed over still happens."""
    journal = await store.open()
    task = asyncio.ensure_future(journal.commit((ex.trade(),)))
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await journal.load()).trades == (ex.trade(),)


async def test_busy_store_is_unavailable_and_nothing_is_written(
    store: SqliteJournalStore,
) -> None:
    journal = await store.open()
    await journal.commit((ex.trade(),))
    other = apsw.Connection(str(store.path))
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalUnavailable, match="another process holds it"):
        await journal.commit((ex.trade(attempt=2),))

    other.close()
    assert (await journal.load()).trades == (ex.trade(),)

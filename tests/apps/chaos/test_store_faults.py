"""A store that cannot be written: locked by somebody else, or on a full disk, then free again."""

import asyncio
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from echo.apps.chaos.store_faults import disk_full, journal_locked, lock_journal
from tests.fakes import WITHIN_S

WRITES = """
import sys
from tests.fakes import WITHIN_S
for line in sys.stdin:
    try:
        with open(line.strip(), "ab") as file:
            file.write(b"a")
        print("written", flush=True)
    except OSError as error:
        print(error.strerror, flush=True)
"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("CREATE TABLE rows (id INTEGER)")
    connection.close()
    return path


def writes(journal: Path) -> bool:
    connection = apsw.Connection(str(journal))
    try:
        connection.execute("INSERT INTO rows VALUES (1)")
    except apsw.BusyError:
        return False
    finally:
        connection.close()
    return True


def test_while_it_is_locked_nobody_else_writes(journal: Path) -> None:
    with journal_locked(journal) as held:
        assert (held, writes(journal)) == (True, False)
    assert writes(journal)


def test_without_a_journal_there_is_no_lock_to_hold(tmp_path: Path) -> None:
    with journal_locked(tmp_path / "journal.sqlite") as held:
        assert not held
    assert list(tmp_path.iterdir()) == [], "making it is the Core's"


async def test_the_lock_is_released_when_its_time_is_over_or_it_is_cancelled(journal: Path) -> None:
    assert await lock_journal(journal, 0)
    assert writes(journal)
    locking = asyncio.create_task(lock_journal(journal, 60))
    async with asyncio.timeout(WITHIN_S):
        while writes(journal):  # noqa: ASYNC110 -- a lock of SQLite notifies nobody
            await asyncio.sleep(0.01)
    locking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await locking
    assert writes(journal)


def test_on_a_full_disk_another_process_writes_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def tries() -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{tmp_path / 'file'}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        assert tries() == "written"
        with disk_full(process.pid) as full:
            assert (full, tries()) == (True, "File too large")
        assert tries() == "written"
    assert (tmp_path / "file").read_bytes() == b"aa"


def test_the_disk_of_a_program_that_has_ended_is_nobody_s() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    with disk_full(process.pid) as full:
        assert not full

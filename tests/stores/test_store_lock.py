"""One holder per store; whoever comes second learns who the first is."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from echo.ports.errors import StoreLocked
from echo.stores.store_lock import StoreLock

HOLDS = """
import sys
from pathlib import Path
from echo.stores.store_lock import StoreLock

lock = StoreLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_second_holder_is_refused_and_told_the_first(tmp_path: Path) -> None:
    store = tmp_path / "journal.db"
    lock = StoreLock(store)

    with pytest.raises(StoreLocked, match=f"in use by process {os.getpid()}"):
        StoreLock(store)

    lock.release()


def test_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    store = tmp_path / "journal.db"
    StoreLock(store).release()

    StoreLock(store).release()


def test_stores_of_one_folder_do_not_lock_each_other(tmp_path: Path) -> None:
    locks = [StoreLock(tmp_path / name) for name in ("a.db", "b.db")]

    for lock in locks:
        lock.release()


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    store = tmp_path / "journal.db"
    program = [sys.executable, "-c", HOLDS, str(store)]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=f"in use by process {process.pid}"):
            StoreLock(store)
        process.kill()
        process.wait()

    StoreLock(store).release()


def test_lock_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    StoreLock(tmp_path / "journal.db").release()

    assert stat.S_IMODE((tmp_path / "journal.db.lock").stat().st_mode) == 0o600


def test_folder_that_does_not_exist_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        StoreLock(tmp_path / "nowhere" / "journal.db")

"""A store that cannot be written for a while: locked by another process, or on a full disk."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

if sys.platform != "win32":  # no such limits there, nor signals: chaos is for Linux
    import resource

_BUSY_MS = 2_000


@contextmanager
def journal_locked(journal: Path) -> Iterator[bool]:
    """Hold the lock that every commit needs; yield whether it could be had."""
    connection: apsw.Connection | None = None
    try:
        # Not made when it is missing: that is the Core's.
        connection = apsw.Connection(str(journal), flags=apsw.SQLITE_OPEN_READWRITE)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.set_busy_timeout(_BUSY_MS)
        connection.execute("BEGIN IMMEDIATE")
        held = True
    except apsw.Error:
        held = False
    try:
        yield held
    finally:
        if connection is not None:
            with contextlib.suppress(apsw.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            connection.close()


async def lock_journal(journal: Path, seconds: float) -> bool:
    """Hold the journal's lock for so long; return whether it could be had."""
    manager = journal_locked(journal)
    held = await asyncio.to_thread(manager.__enter__)
    try:
        if held:
            await asyncio.sleep(seconds)
    finally:
        manager.__exit__(None, None, None)
    return held


@contextmanager
def disk_full(pid: int) -> Iterator[bool]:
    """Let process *pid* write to no file, as on a full disk; yield whether that could be done.

    Sockets and pipes go on.  What is limited is the size that a file may have after a write, so
    every write to a file fails with an error of the disk.
    """
    try:
        _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    except OSError:
        yield False  # it has ended meanwhile
        return
    try:
        yield True
    finally:
        with contextlib.suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_soft, hard))

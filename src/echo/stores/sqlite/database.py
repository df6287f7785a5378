"""A store's file: its folder and permissions, its lock, its schema, its settings."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import apsw

from echo.ports.errors import EchoError
from echo.stores.sqlite.failures import explain, transaction
from echo.stores.store_lock import StoreLock

_FRAME_BYTES: Final = 4_096 + 24
"""A page of the write-ahead log with its header."""

_BUSY_MS: Final = 500
"""Nobody else writes, but a reader that finds an unfinished log holds the file for a moment."""

_MIGRATION: Final = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of a schema."""

    version: int
    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Database:
    """An open store: the one connection that writes, and the lock that keeps it the one."""

    path: Path
    connection: apsw.Connection
    lock: StoreLock


def read_migrations(folder: str) -> tuple[Migration, ...]:
    """Read ``stores/migrations/<folder>/NNNN_name.sql``, in order."""
    found = []
    for entry in (files("echo.stores") / "migrations" / folder).iterdir():
        match = _MIGRATION.fullmatch(entry.name)
        if match is not None:
            text = entry.read_text(encoding="utf-8")
            found.append(Migration(int(match[1]), match[2], text))
    return tuple(sorted(found, key=lambda migration: migration.version))


def open_database(
    path: Path,
    migrations: Sequence[Migration],
    *,
    passing: type[EchoError],
    refused: type[EchoError],
    log_bytes: int,
    pages_max: int | None = None,
) -> Database:
    """Open *path* for writing, made and migrated as needed.

    A folder that has to be made gets mode 0700, the file 0600: it names accounts and sizes.

    Args:
        path: The store's file.
        migrations: Its schema, oldest step first.
        passing: Raised when the file cannot be opened, read or written.
        refused: Raised when a newer program made the schema.
        log_bytes: Size of the write-ahead log: made at once, and folded into the file when used
            up, so that commits overwrite it.  A log that grows costs the file system a commit of
            its own per sync: 0.8 instead of 0.3 ms, measured on ext4.
        pages_max: Size that the file may reach, in pages of 4 KiB; ``None`` = the disk's.

    Raises:
        StoreLocked: another process has the store open.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = StoreLock(path)
    except OSError as error:
        raise passing(f"{path}: {error.strerror or error}") from error
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        connection = apsw.Connection(str(path))
        _configure(connection, log_bytes, pages_max)
        _migrate(connection, path, migrations, refused)
        _reserve_log(connection, path, log_bytes)
    except OSError as error:
        lock.release()
        raise passing(f"{path}: {error.strerror or error}") from error
    except apsw.Error as error:
        lock.release()
        raise passing(f"{path}: {explain(error)}") from error
    except EchoError:
        lock.release()
        raise
    return Database(path, connection, lock)


def _configure(connection: apsw.Connection, log_bytes: int, pages_max: int | None) -> None:
    connection.set_busy_timeout(_BUSY_MS)
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: the log is synced at every commit; NORMAL would lose the last ones with the power.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    # A log that outgrew its size, because a reader kept it from being folded back, is cut again.
    connection.execute(f"PRAGMA journal_size_limit = {log_bytes}")
    # Normally the writer folds the log back in its pauses; this is for loads without a pause.
    connection.execute(f"PRAGMA wal_autocheckpoint = {log_bytes // _FRAME_BYTES * 9 // 10}")
    if pages_max is not None:
        connection.execute(f"PRAGMA max_page_count = {pages_max}")


def _migrate(
    connection: apsw.Connection,
    path: Path,
    migrations: Sequence[Migration],
    refused: type[EchoError],
) -> None:
    with transaction(connection):
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY,"
            " name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT"
        )
        present = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").get
        known = migrations[-1].version if migrations else 0
        if present > known:
            raise refused(
                f"{path} has schema {present}, this program knows {known}: run a newer Echo"
            )
        for migration in migrations:
            if migration.version > present:
                connection.execute(migration.sql)
                connection.execute(
                    "INSERT INTO schema_version"
                    " VALUES (?, ?, CAST(unixepoch('subsec') * 1000 AS INTEGER))",
                    (migration.version, migration.name),
                )


def _reserve_log(connection: apsw.Connection, path: Path, log_bytes: int) -> None:
    """Fill the empty log with zeros, which SQLite reads as "no frames".

    Overwriting them needs no new blocks.  Whatever hinders it, commits are only slower for it.
    """
    with suppress(apsw.BusyError, OSError):
        connection.set_busy_timeout(0)
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        with path.with_name(f"{path.name}-wal").open("r+b", buffering=0) as log:
            if log.seek(0, os.SEEK_END) == 0:
                try:
                    for _ in range(log_bytes >> 20):
                        log.write(bytes(1 << 20))
                    os.fsync(log.fileno())
                except OSError:
                    log.truncate(0)
    connection.set_busy_timeout(_BUSY_MS)

"""A store is made with tight permissions, migrated step by step, and opened for one writer."""

import stat
from pathlib import Path

import apsw
import pytest

from echo.ports.errors import JournalRefused, JournalUnavailable, StoreLocked
from echo.stores.sqlite.database import Database, Migration, open_database, read_migrations
from echo.stores.store_lock import StoreLock

FIRST = Migration(1, "first", "CREATE TABLE one (n INTEGER); INSERT INTO one VALUES (1)")
SECOND = Migration(2, "second", "CREATE TABLE two (n INTEGER)")
LOG_BYTES = 1 << 20


def opened(path: Path, *migrations: Migration, pages_max: int | None = None) -> Database:
    return open_database(
        path,
        migrations,
        passing=JournalUnavailable,
        refused=JournalRefused,
        log_bytes=LOG_BYTES,
        pages_max=pages_max,
    )


def shut(database: Database) -> None:
    database.connection.close()
    database.lock.release()


def pragma(database: Database, name: str) -> object:
    return database.connection.pragma(name)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"

    database = opened(path, FIRST)

    assert mode(path.parent) == 0o700
    assert {each.name: mode(each) for each in path.parent.iterdir()} == {
        name: 0o600 for name in ("store.db", "store.db-wal", "store.db-shm", "store.db.lock")
    }
    shut(database)


def test_file_that_others_could_read_is_shut(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch(mode=0o644)

    shut(opened(path, FIRST))

    assert mode(path) == 0o600


def test_folder_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    shut(opened(tmp_path / "store.db", FIRST))

    assert mode(tmp_path) == 0o755


def test_commits_are_synced(tmp_path: Path) -> None:
    database = opened(tmp_path / "store.db", FIRST)

    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    shut(database)


def test_log_has_its_size_from_the_start_and_is_read_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    database = opened(path, FIRST)

    assert path.with_name("store.db-wal").stat().st_size == LOG_BYTES
    beside = apsw.Connection(str(path))
    assert beside.execute("SELECT n FROM one").get == 1
    beside.close()
    shut(database)


def test_log_does_not_outgrow_its_size(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    database = opened(path, FIRST)

    for _ in range(1_000):
        database.connection.execute("INSERT INTO one VALUES (zeroblob(2000))")

    assert path.with_name("store.db-wal").stat().st_size == LOG_BYTES
    shut(database)


def test_log_that_cannot_be_made_beforehand_hinders_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shut(opened(path, FIRST))
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN; SELECT * FROM one").fetchall()

    database = opened(path, FIRST, SECOND)

    database.connection.execute("INSERT INTO two VALUES (1)")
    reader.close()
    shut(database)


def test_migrations_run_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shut(opened(path, FIRST))

    database = opened(path, FIRST, SECOND)

    versions = database.connection.execute("SELECT version, name FROM schema_version").fetchall()
    assert versions == [(1, "first"), (2, "second")]
    assert database.connection.execute("SELECT count(*) FROM one").get == 1
    shut(database)


def test_migration_that_fails_leaves_the_old_schema(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shut(opened(path, FIRST))
    broken = Migration(2, "broken", "CREATE TABLE two (n INTEGER); CREATE TABLE one (n INTEGER)")

    with pytest.raises(JournalUnavailable, match="already exists"):
        opened(path, FIRST, broken)

    database = opened(path, FIRST)
    assert database.connection.table_exists(None, "two") is False
    shut(database)


def test_schema_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shut(opened(path, FIRST, SECOND))

    with pytest.raises(JournalRefused, match="has schema 2, this program knows 1"):
        opened(path, FIRST)


@pytest.mark.parametrize("content", [b"no store", b"x" * 8_192])
def test_failed_opening_releases_the_lock(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)

    with pytest.raises(JournalUnavailable):
        opened(path, FIRST)

    StoreLock(path).release()


def test_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.mkdir()

    with pytest.raises(JournalUnavailable, match=r"store\.db: Is a directory"):
        opened(path, FIRST)


def test_second_opening_is_locked_out(tmp_path: Path) -> None:
    database = opened(tmp_path / "store.db", FIRST)

    with pytest.raises(StoreLocked):
        opened(tmp_path / "store.db", FIRST)

    shut(database)


def test_size_limit_is_kept(tmp_path: Path) -> None:
    database = opened(tmp_path / "store.db", FIRST, pages_max=20)

    with pytest.raises(apsw.FullError):
        database.connection.execute("INSERT INTO one VALUES (zeroblob(100000))")
    shut(database)


@pytest.mark.parametrize("folder", ["sqlite", "sqlite_ledger"])
def test_shipped_migrations_are_numbered_without_gaps(folder: str) -> None:
    migrations = read_migrations(folder)

    assert [migration.version for migration in migrations] == list(range(1, len(migrations) + 1))
    assert all(migration.sql for migration in migrations)

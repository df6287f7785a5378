"""A journal tells whether its file is whole, and who made it."""

from pathlib import Path

import pytest

from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.health import read_health
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.sqlite.places import query

NEWEST = read_migrations("sqlite")[-1].version


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    journal = SqliteJournal.open(tmp_path / "journal.db")
    await journal.commit(ex.one_of_each())
    await journal.close()
    return tmp_path / "journal.db"


def test_a_sound_journal_of_this_release(path: Path) -> None:
    health = read_health(path)

    assert health.complaints == ()
    assert (health.schema, health.schema_known) == (NEWEST, NEWEST)


def test_a_row_that_its_table_forbids_is_a_complaint(path: Path) -> None:
    query(path, "PRAGMA ignore_check_constraints = 1; UPDATE trades SET settled = 7")

    [complaint] = read_health(path).complaints

    assert "CHECK constraint failed in trades" in complaint


def test_a_file_that_is_cut_off_cannot_be_read(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])

    with pytest.raises(JournalUnavailable, match="damaged"):
        read_health(path)


def test_the_schema_of_another_release_is_told(path: Path) -> None:
    query(path, "INSERT INTO schema_version VALUES (99, 'later', 0)")

    assert read_health(path).schema == 99


def test_what_is_no_journal_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        read_health(tmp_path / "none.db")

    query(tmp_path / "other.db", "CREATE TABLE a (b)")
    with pytest.raises(JournalUnavailable, match="no store of Echo"):
        read_health(tmp_path / "other.db")

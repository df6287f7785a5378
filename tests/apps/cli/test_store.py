"""``echoctl store``: old trades leave a journal that nobody holds; a file says if it is whole."""

import asyncio
import json
from pathlib import Path

import pytest

from echo.apps.cli import store
from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl, write_settings
from tests.stores import examples as ex
from tests.stores.sqlite.places import query

NEWEST = read_migrations("sqlite")[-1].version


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a Core whose journal holds settled trades of days 0, 1, 2 and 10."""
    found = write_settings(tmp_path)

    async def write() -> None:
        journal = SqliteJournal.open(tmp_path / "core" / "journal.sqlite")
        await journal.commit(
            [
                ex.trade(number, settled=True, updated_at_ms=day * store.DAY_MS)
                for number, day in enumerate((0, 1, 2, 10), start=1)
            ]
        )
        await journal.close()

    asyncio.run(write())
    return found


def journal_of(settings: Path) -> Path:
    return settings.parent / "core" / "journal.sqlite"


def trades(settings: Path) -> int:
    ((count,),) = query(journal_of(settings), "SELECT count(*) FROM trades")
    assert isinstance(count, int)
    return count


def test_trades_that_are_too_old_are_removed_and_counted(settings: Path) -> None:
    code, said, errors = echoctl("store", "purge", "--config", str(settings), "--days", "8")

    assert (code, errors) == (0, "")
    assert "removed 2 trades" in said
    assert "more than 8 days" in said
    assert trades(settings) == 2


def test_more_than_one_transaction_takes_are_removed_all_the_same(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TRADES_PER_PURGE", 1)

    code, said, _ = echoctl("store", "purge", "--config", str(settings), "--days", "1", "--json")

    assert code == 0
    assert json.loads(said) == {
        "journal": str(journal_of(settings)),
        "days": 1,
        "removed_trades": 3,
    }


def test_without_a_number_the_settings_say_how_much_is_kept(settings: Path) -> None:
    code, said, _ = echoctl("store", "purge", "--config", str(settings))

    assert code == 0
    assert "removed 0 trades" in said
    assert trades(settings) == 4


def test_settings_that_keep_everything_need_a_number(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, "journal.keep_days = 0")

    code, _, errors = echoctl("store", "purge", "--config", str(settings))

    assert code == 2
    assert "--days N" in errors


def test_the_journal_of_a_running_core_is_left_to_it(settings: Path) -> None:
    async def while_held() -> tuple[int, str, str]:
        journal = SqliteJournal.open(journal_of(settings))
        try:
            return await asyncio.to_thread(
                echoctl, "store", "purge", "--config", str(settings), "--days", "1", "--json"
            )
        finally:
            await journal.close()

    code, said, errors = asyncio.run(while_held())

    assert code == 1
    assert "is in use by process" in errors
    assert "stop it" in errors
    assert json.loads(said)["code"] == "locked"
    assert trades(settings) == 4


@pytest.mark.parametrize("command", ["purge", "check"])
def test_where_there_is_nothing_nothing_is_made(tmp_path: Path, command: str) -> None:
    settings = write_settings(tmp_path)

    code, _, errors = echoctl("store", command, "--config", str(settings))

    assert code == 2
    assert "there is no journal" in errors
    assert not journal_of(settings).exists()


@pytest.mark.parametrize("command", ["purge", "check"])
def test_settings_that_cannot_be_read_are_said_so(tmp_path: Path, command: str) -> None:
    code, _, errors = echoctl("store", command, "--config", str(tmp_path / "none.toml"))

    assert code == 2
    assert "--config FILE" in errors


def test_a_journal_of_a_newer_release_is_not_touched(settings: Path) -> None:
    query(journal_of(settings), "INSERT INTO schema_version VALUES (99, 'later', 0)")

    code, _, errors = echoctl("store", "purge", "--config", str(settings), "--days", "1")

    assert code == 1
    assert "newer Echo" in errors
    assert trades(settings) == 4


def test_a_whole_file_is_one_line(settings: Path) -> None:
    code, said, errors = echoctl("store", "check", "--config", str(settings))

    assert (code, errors) == (0, "")
    assert f"the file is whole, schema {NEWEST} is the one of this Echo" in said


def test_programs_learn_the_schema(settings: Path) -> None:
    code, said, _ = echoctl("store", "check", "--config", str(settings), "--json")

    assert code == 0
    assert json.loads(said) == {
        "journal": str(journal_of(settings)),
        "ok": True,
        "schema": NEWEST,
        "schema_known": NEWEST,
        "problems": [],
    }


def test_an_older_schema_is_no_problem_and_told(settings: Path) -> None:
    query(journal_of(settings), "DELETE FROM schema_version WHERE version > 1")

    code, said, _ = echoctl("store", "check", "--config", str(settings))

    assert code == 0
    assert "schema 1 of an older Echo" in said


def test_a_newer_schema_is_a_problem(settings: Path) -> None:
    query(journal_of(settings), "INSERT INTO schema_version VALUES (99, 'later', 0)")

    code, said, _ = echoctl("store", "check", "--config", str(settings))

    assert code == 1
    assert "schema 99 was made by a newer Echo" in said


def test_a_damaged_file_is_a_problem(settings: Path) -> None:
    query(
        journal_of(settings), "PRAGMA ignore_check_constraints = 1; UPDATE trades SET settled = 7"
    )

    code, said, _ = echoctl("store", "check", "--config", str(settings))

    assert code == 1
    assert "it is damaged: CHECK constraint failed in trades" in said


def test_a_file_that_cannot_even_be_read_is_a_problem(settings: Path) -> None:
    path = journal_of(settings)
    path.write_bytes(path.read_bytes()[:5_000])

    code, _, errors = echoctl("store", "check", "--config", str(settings))

    assert code == 1
    assert "restore a backup" in errors

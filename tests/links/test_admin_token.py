"""The token lies where only its owner reads it, and is compared in constant time."""

import stat
from pathlib import Path

import pytest

from echo.links.admin_token import (
    TOKEN_FILE,
    is_token,
    leave_token,
    mint_token,
    read_token,
    remove_token,
)
from echo.ports.errors import SettingsInvalid


def test_who_reads_the_folder_gets_the_token(tmp_path: Path) -> None:
    token = mint_token()
    leave_token(tmp_path, token)

    assert read_token(tmp_path) == token
    assert len(token) >= 40


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    leave_token(tmp_path, mint_token())

    assert stat.S_IMODE((tmp_path / TOKEN_FILE).stat().st_mode) == 0o600


def test_every_start_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "admin.new").write_text("left behind by a start that was killed")

    token = mint_token()
    assert token != mint_token()
    leave_token(tmp_path, token)
    assert read_token(tmp_path) == token


def test_a_folder_without_a_core_has_none(tmp_path: Path) -> None:
    assert read_token(tmp_path) is None
    (tmp_path / TOKEN_FILE).write_bytes(b"\xff\xfe")
    assert read_token(tmp_path) is None
    (tmp_path / TOKEN_FILE).write_text("\n")
    assert read_token(tmp_path) is None


def test_it_is_taken_away_in_the_end(tmp_path: Path) -> None:
    token = mint_token()
    leave_token(tmp_path, token)
    remove_token(tmp_path, token)
    remove_token(tmp_path, token)

    assert list(tmp_path.iterdir()) == []


def test_nobody_takes_away_what_another_core_left(tmp_path: Path) -> None:
    mine, another = mint_token(), mint_token()
    leave_token(tmp_path, mine)
    leave_token(tmp_path, another)
    remove_token(tmp_path, mine)

    assert read_token(tmp_path) == another


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"admin\.token cannot be written"):
        leave_token(tmp_path / "none", "secret")


@pytest.mark.parametrize("given", ["", "secre", "secret ", "SECRET", "geheim-é", "\udcff"])
def test_nothing_but_the_token_is_the_token(given: str) -> None:
    assert is_token("secret", "secret")
    assert not is_token(given, "secret")

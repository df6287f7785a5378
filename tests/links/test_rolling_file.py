"""Logs that stay small."""

import io
import sys
from pathlib import Path

import pytest

from echo.links.rolling_file import RollingFile


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_full_file_is_set_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    with RollingFile(tmp_path / "a.log", bytes_max=10, kept=2) as log:
        for word in ("first\n", "second\n", "third\n", "fourth\n"):
            assert log.write(word.encode()) == len(word)

    assert texts(tmp_path) == {"a.log": "fourth\n", "a.log.1": "third\n", "a.log.2": "second\n"}


def test_what_was_there_stays_and_counts(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("12345678\n")
    with RollingFile(tmp_path / "a.log", bytes_max=10, kept=1) as log:
        log.write(b"new\n")

    assert texts(tmp_path) == {"a.log": "new\n", "a.log.1": "12345678\n"}


def test_a_long_line_is_kept_whole(tmp_path: Path) -> None:
    with RollingFile(tmp_path / "a.log", bytes_max=4, kept=1) as log:
        log.write(b"longer than all\n")

    assert texts(tmp_path) == {"a.log": "longer than all\n"}


def test_where_it_cannot_be_set_aside_writing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise PermissionError(13, "another program has it open")

    monkeypatch.setattr(Path, "replace", held)
    with RollingFile(tmp_path / "a.log", bytes_max=4, kept=1) as log:
        log.write(b"one\n")
        log.write(b"two\n")

    assert texts(tmp_path) == {"a.log": "one\ntwo\n"}


def test_it_can_stand_in_for_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RollingFile(tmp_path / "a.log") as log:
        assert log.writable()
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(log, write_through=True))  # type: ignore[type-var]  # a raw stream of bytes is enough
        print("to people", file=sys.stderr)
        sys.stderr.buffer.write(b"to programs\n")
        monkeypatch.undo()

        assert texts(tmp_path) == {"a.log": "to people\nto programs\n"}

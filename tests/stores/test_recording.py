"""The file of a recording."""

import stat
from pathlib import Path

import pytest

from echo.ports.errors import SettingsInvalid
from echo.stores.recording import BUFFER_BYTES, RecordingFile

FULL = Path("/dev/full")


@pytest.fixture
def complaints() -> list[str]:
    return []


def test_lines_are_appended_and_nobody_else_may_read_them(
    tmp_path: Path, complaints: list[str]
) -> None:
    path = tmp_path / "day.jsonl"
    for line in (b"one\n", b"two\n"):
        recording = RecordingFile(path, complaints.append)
        recording.write(line)
        recording.close()
        recording.close()
        recording.write(b"too late\n")
        recording.flush()

    assert path.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert complaints == []


def test_what_was_flushed_is_there_for_others(tmp_path: Path, complaints: list[str]) -> None:
    recording = RecordingFile(tmp_path / "day.jsonl", complaints.append)
    recording.write(b"one\n")
    recording.flush()

    assert (tmp_path / "day.jsonl").read_bytes() == b"one\n"
    recording.close()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, complaints: list[str]) -> None:
    with pytest.raises(SettingsInvalid, match="nowhere"):
        RecordingFile(tmp_path / "nowhere" / "day.jsonl", complaints.append)


def test_a_full_disk_ends_the_recording_and_nothing_else(complaints: list[str]) -> None:
    recording = RecordingFile(FULL, complaints.append)
    for _ in range(3):
        recording.write(b"x" * (BUFFER_BYTES + 1))
        recording.flush()
    recording.close()

    assert len(complaints) == 1

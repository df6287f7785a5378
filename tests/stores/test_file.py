"""Settings come out of a file, and follow it without believing half-written ones."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from echo.config.reading import Reading
from echo.domain.facts import Alarm
from echo.ports.errors import SettingsInvalid
from echo.stores.file import FileSettings
from tests.fakes import FactLog, until_real


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "echo.toml"
    path.write_text("[core]\ngrpc_port = 6000\n")
    return path


def write(path: Path, text: str) -> None:
    """Change the file such that its time stamp shows it, however fast the test is."""
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before, before + 1_000_000))


def port(reading: Reading | Mapping[str, object] | None) -> object:
    if isinstance(reading, Reading):
        return reading.values["core/grpc_port"]
    assert reading is not None
    return reading["core/grpc_port"]


def test_file_is_read(path: Path) -> None:
    assert port(FileSettings(path).load()) == 6_000


def test_what_cannot_be_used_is_refused_with_every_reason(path: Path) -> None:
    path.write_text('[core]\ngrpc_port = 70000\nxxxxxxxxxxxx = "blue"\n')

    with pytest.raises(SettingsInvalid) as caught:
        FileSettings(path).load()

    assert caught.value.complaints == (
        f"{path}: core/grpc_port = 70000 is above 65535",
        f"{path}: core/xxxxxxxxxxxx is not a setting",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"[core", "is not TOML"), (b"\xff\xfe", "is not UTF-8 text")],
)
def test_file_that_is_no_toml_is_refused(path: Path, content: bytes, reason: str) -> None:
    path.write_bytes(content)

    with pytest.raises(SettingsInvalid, match=reason):
        FileSettings(path).load()


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="No such file"):
        FileSettings(tmp_path / "echo.toml").load()


def test_unchanged_file_is_not_read_again(path: Path) -> None:
    source = FileSettings(path)
    source.load()

    assert [source.poll() for _ in range(3)] == [None, None, None]


def test_changed_file_is_read_once_it_has_settled(path: Path) -> None:
    source = FileSettings(path)
    source.load()

    write(path, "[core]\ngrpc_port = 6001\n")

    assert source.poll() is None
    assert port(source.poll()) == 6_001
    assert source.poll() is None


def test_file_caught_empty_in_the_middle_of_a_save_changes_nothing(path: Path) -> None:
    source = FileSettings(path)
    source.load()

    write(path, "")
    found = [source.poll()]
    write(path, "[core]\ngrpc_port = 6001\n")
    found += [source.poll(), source.poll()]

    assert found[:2] == [None, None]
    assert port(found[2]) == 6_001


def test_wrong_change_is_told_once_and_the_next_right_one_counts(path: Path) -> None:
    source = FileSettings(path)
    source.load()
    write(path, "[core\n")
    assert source.poll() is None

    with pytest.raises(SettingsInvalid, match="is not TOML"):
        source.poll()

    assert source.poll() is None
    write(path, "[core]\ngrpc_port = 6002\n")
    assert source.poll() is None
    assert port(source.poll()) == 6_002


def test_file_that_is_gone_changes_nothing(path: Path) -> None:
    source = FileSettings(path)
    source.load()
    path.unlink()

    assert source.poll() is None


async def test_a_watched_file_yields_what_can_be_read_and_tells_of_the_rest(path: Path) -> None:
    source, facts = FileSettings(path, look_every_s=0.01), FactLog()
    seen = [await source.fetch()]

    async def follow() -> None:
        async for raw in source.changes(facts):
            seen.append(raw)

    task = asyncio.create_task(follow())
    write(path, "[core")
    await until_real(lambda: facts.facts)
    write(path, "[core]\ngrpc_port = -1\n")
    await until_real(lambda: len(seen) == 2)
    task.cancel()
    await source.keep(seen[-1], facts)

    assert [port(each) for each in seen] == [6_000, -1]
    [alarm] = facts.facts
    assert isinstance(alarm, Alarm)
    assert "is not TOML" in alarm.sentence

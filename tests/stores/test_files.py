"""A terminal's files: nobody else reads them, and a disk that fails is never kept quiet."""

import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from echo.ports.errors import LedgerUnwritable
from echo.stores.files import LocalFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ea.jsonl"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Have the operating system end every file at *size* bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_no_file_is_empty_and_reading_makes_none(path: Path) -> None:
    assert LocalFile(path).read() == b""
    assert not path.exists()


def test_what_is_appended_is_there_at_once_for_everybody(path: Path) -> None:
    file = LocalFile(path)
    file.append(b"one\n")
    file.append(b"two\n")

    assert LocalFile(path).read() == b"one\ntwo\n"


def test_a_later_life_goes_on_at_the_end(path: Path) -> None:
    first = LocalFile(path)
    first.append(b"one\n")
    first.close()
    LocalFile(path).append(b"two\n")

    assert path.read_bytes() == b"one\ntwo\n"


def test_only_the_owner_may_read_it(path: Path) -> None:
    file = LocalFile(path)
    file.append(b"one\n")
    appended = mode(path)
    file.replace(b"two\n")

    assert (appended, mode(path)) == (0o600, 0o600)


def test_a_replaced_file_goes_on_with_the_new_content(path: Path) -> None:
    file = LocalFile(path)
    file.append(b"one\ntwo\n")
    file.replace(b"two\n")
    file.append(b"three\n")

    assert path.read_bytes() == b"two\nthree\n"
    assert [each.name for each in path.parent.iterdir()] == ["ea.jsonl"]


def test_a_file_set_aside_is_kept_and_a_new_one_begins(path: Path) -> None:
    file = LocalFile(path)
    file.append(b"damaged\n")
    file.set_aside()
    file.append(b"new\n")

    assert path.read_bytes() == b"new\n"
    assert path.with_name("ea.jsonl.bad").read_bytes() == b"damaged\n"


def test_a_closed_file_can_be_closed_again_and_appended_to(path: Path) -> None:
    file = LocalFile(path)
    file.append(b"one\n")
    file.close()
    file.close()
    file.append(b"two\n")

    assert path.read_bytes() == b"one\ntwo\n"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "ea.jsonl"

    with pytest.raises(LedgerUnwritable, match=r"nowhere/ea\.jsonl: No such file"):
        LocalFile(path).append(b"one\n")
    with pytest.raises(LedgerUnwritable, match=r"nowhere/ea\.jsonl: No such file"):
        LocalFile(path).replace(b"one\n")


def test_a_disk_that_takes_only_a_part_is_told(path: Path) -> None:
    file = LocalFile(path)
    with files_of_at_most(3), pytest.raises(LedgerUnwritable, match="3 of 4 bytes"):
        file.append(b"one\n")


def test_a_full_disk_leaves_a_replaced_file_as_it_was(path: Path) -> None:
    file = LocalFile(path)
    file.append(b"one\n")
    with files_of_at_most(6), pytest.raises(LedgerUnwritable):
        file.replace(b"two\nthree\n")

    assert path.read_bytes() == b"one\n"

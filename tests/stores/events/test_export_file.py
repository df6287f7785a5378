"""A file of raw events proves itself, or shows where it does not."""

from pathlib import Path

import pytest

from echo.domain.raw_events import FIRST_LINK, Chain, ChainCheck, Linked
from echo.ports.errors import EventsUnavailable
from echo.stores.events.export_file import (
    ExportHead,
    export_lines,
    read_export,
    read_export_head,
)
from tests.stores.events.chains import linked

HEAD = ExportHead(chain_id="abc", before_seq=0, before_link=FIRST_LINK)


@pytest.fixture
def events() -> list[Linked]:
    return linked(Chain(), 5)


@pytest.fixture
def file(tmp_path: Path, events: list[Linked]) -> Path:
    path = tmp_path / "day.jsonl"
    path.write_bytes(b"".join(export_lines(HEAD, events)))
    return path


def test_a_file_says_what_was_exported(file: Path, events: list[Linked]) -> None:
    assert list(read_export(file)) == events
    assert read_export_head(file) == HEAD


def test_an_empty_range_is_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_bytes(b"".join(export_lines(HEAD, [])))

    assert list(read_export(path)) == []


def test_a_part_holds_from_its_head(tmp_path: Path, events: list[Linked]) -> None:
    path = tmp_path / "part.jsonl"
    before = ExportHead(chain_id="abc", before_seq=2, before_link=events[1].link)
    path.write_bytes(b"".join(export_lines(before, events[2:])))
    head = read_export_head(path)
    check = ChainCheck(head.before_link, head.before_seq)

    check.follow(read_export(path))

    assert check.breaks == []


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda all_: all_[:-1], "its last line is missing"),
        (lambda all_: [*all_[:-2], all_[-1]], "ends with 4 events, 5 were exported"),
        (lambda all_: [*all_, all_[1]], "line 8 stands behind the last one"),
        (lambda all_: [all_[0], b"{}\n", *all_[1:]], "line 2 cannot be read"),
        (lambda all_: [all_[0], all_[1].replace(b'"in"', b'"up"'), *all_[2:]], "line 2 cannot"),
    ],
)
def test_a_damaged_file_is_told(file: Path, damage: object, told: str) -> None:
    assert callable(damage)
    file.write_bytes(b"".join(damage(lines(file))))

    with pytest.raises(EventsUnavailable, match=told):
        list(read_export(file))


def test_an_altered_line_breaks_the_chain(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'{"n":3}', b'{"n":7}'))
    check = ChainCheck()

    check.follow(read_export(file))

    assert [each.seq for each in check.breaks] == [4]


@pytest.mark.parametrize("text", [b"", b"{}\n", b'{"form":"other"}\n', b"x"])
def test_another_file_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(text)

    with pytest.raises(EventsUnavailable, match="no export of raw events"):
        read_export_head(path)
    with pytest.raises(EventsUnavailable, match="No such file"):
        read_export_head(tmp_path / "none")

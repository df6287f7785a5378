"""A range of raw events as a file of JSON lines that proves itself.

The first line says where the chain stood before, the last how it ended; whoever has the file can
follow the chain without the store.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from echo.domain.raw_events import Direction, Linked, RawEvent
from echo.ports.errors import EventsUnavailable

FORM: Final = "echo-raw-events/1"

_NOTHING: Final = b"null"
_encoder: Final = msgspec.json.Encoder()


class _Head(msgspec.Struct, frozen=True, tag=FORM, tag_field="form"):
    chain: str
    before_seq: int
    before_link: str


class _Line(msgspec.Struct, frozen=True):
    seq: int
    day: str
    wall_ms: int
    mono_ms: int
    direction: str
    kind: str
    link: str
    payload: msgspec.Raw
    answer: msgspec.Raw


class _Foot(msgspec.Struct, frozen=True):
    events: int
    last_seq: int
    last_link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHead:
    """Where the chain stood before the first event of the file."""

    chain_id: str
    before_seq: int
    before_link: bytes


def export_lines(head: ExportHead, events: Iterable[Linked]) -> Iterator[bytes]:
    """Yield the lines of the file, their ends included."""
    yield _line(
        _Head(
            chain=head.chain_id,
            before_seq=head.before_seq,
            before_link=head.before_link.hex(),
        )
    )
    count, last = 0, (head.before_seq, head.before_link)
    for linked in events:
        event = linked.event
        yield _line(
            _Line(
                seq=event.seq,
                day=event.day,
                wall_ms=event.wall_ms,
                mono_ms=event.mono_ms,
                direction=str(event.direction),
                kind=event.kind,
                link=linked.link.hex(),
                payload=msgspec.Raw(event.payload),
                answer=msgspec.Raw(event.answer or _NOTHING),
            )
        )
        count, last = count + 1, (event.seq, linked.link)
    yield _line(_Foot(events=count, last_seq=last[0], last_link=last[1].hex()))


def read_export_head(path: Path) -> ExportHead:
    """Return the file's first line.

    Raises:
        EventsUnavailable: it cannot be read, or is no export.
    """
    with _opened(path) as lines:
        first = next(iter(lines), b"")
    try:
        head = msgspec.json.decode(first, type=_Head)
        link = bytes.fromhex(head.before_link)
    except (msgspec.DecodeError, ValueError) as error:
        raise EventsUnavailable(f"{path} is no export of raw events: {error}") from error
    return ExportHead(chain_id=head.chain, before_seq=head.before_seq, before_link=link)


def read_export(path: Path) -> Iterator[Linked]:
    """Yield the file's events, in the order in which they stand.

    Raises:
        EventsUnavailable: it cannot be read, a line is none, or the last line is missing or does
            not fit what stands above it.
    """
    count, last, ended = 0, "", False
    with _opened(path) as lines:
        next(iter(lines), b"")
        for number, line in enumerate(lines, start=2):
            if ended:
                raise EventsUnavailable(f"{path}: line {number} stands behind the last one")
            try:
                if line.startswith(b'{"events":'):
                    foot = msgspec.json.decode(line, type=_Foot)
                    if (foot.events, foot.last_link) != (count, last or foot.last_link):
                        raise EventsUnavailable(
                            f"{path} ends with {count} events, {foot.events} were exported"
                        )
                    ended = True
                    continue
                found = msgspec.json.decode(line, type=_Line)
                linked = _linked(found)
            except (msgspec.DecodeError, ValueError) as error:
                raise EventsUnavailable(f"{path}: line {number} cannot be read: {error}") from error
            count, last = count + 1, found.link
            yield linked
    if not ended:
        raise EventsUnavailable(f"{path} is cut off: its last line is missing")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise EventsUnavailable(f"{path}: {error.strerror}") from error


def _linked(line: _Line) -> Linked:
    event = RawEvent(
        seq=line.seq,
        day=line.day,
        wall_ms=line.wall_ms,
        mono_ms=line.mono_ms,
        direction=Direction(line.direction),
        kind=line.kind,
        payload=bytes(line.payload),
        answer=b"" if bytes(line.answer) == _NOTHING else bytes(line.answer),
    )
    return Linked(event, bytes.fromhex(line.link))


def _line(value: msgspec.Struct) -> bytes:
    return _encoder.encode(value) + b"\n"

"""What a recorded day may lie in: a folder or file of raw events, an export, or a recording."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from echo.domain.quantities import Instant
from echo.domain.raw_events import Linked, RawEvent
from echo.engine.events import Event
from echo.ports.errors import EventsUnavailable
from echo.services.core.recorder import read_recording
from echo.stores.events.export_file import FORM, read_export
from echo.stores.events.months import read_events, read_month_events

_SQLITE: Final = b"SQLite format 3\0"
_SNIFFED_BYTES: Final = 64


def is_recording(path: Path) -> bool:
    """Whether *path* is a recording: events alone, without what was decided.

    Raises:
        EventsUnavailable: it cannot be read.
    """
    if path.is_dir():
        return False
    head = _head(path)
    return not head.startswith(_SQLITE) and FORM.encode() not in head


def recorded_events(path: Path) -> Iterator[tuple[Event, Instant]]:
    """Yield the events of a recording.

    Raises:
        EventsUnavailable: it cannot be read.
        ValueError: a line is none of a recording.
    """
    try:
        with path.open("rb") as lines:
            yield from read_recording(lines)
    except OSError as error:
        raise EventsUnavailable(f"{path}: {error.strerror}") from error


def raw_events_of(path: Path) -> Iterator[RawEvent]:
    """Yield the raw events of a folder, of one month's file or of an export, in order.

    Raises:
        EventsUnavailable: it cannot be read.
    """
    linked: Iterator[Linked]
    if path.is_dir():
        linked = read_events(path)
    elif _head(path).startswith(_SQLITE):
        linked = read_month_events(path)
    else:
        linked = read_export(path)
    for each in linked:
        yield each.event


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SNIFFED_BYTES)
    except OSError as error:
        raise EventsUnavailable(f"{path}: {error.strerror}") from error

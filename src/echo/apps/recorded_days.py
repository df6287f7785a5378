"""What a recorded day may lie in: what the Core keeps, a folder, file or export, or a recording."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from echo.apps.live_settings import live_settings
from echo.config.events_keys import events_settings
from echo.domain.quantities import Instant
from echo.domain.raw_events import Linked, RawEvent
from echo.engine.events import Event
from echo.ports.errors import EventsUnavailable
from echo.services.core.raw_events import CHECKPOINT, STARTED
from echo.services.core.recorder import read_recording
from echo.stores.events.export_file import FORM, read_export
from echo.stores.events.months import played_from, read_events, read_month_events

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SQLITE: Final = b"SQLite format 3\0"
_SNIFFED_BYTES: Final = 64


def is_day(what: str) -> bool:
    """Whether *what* names a UTC day, as ``YYYY-MM-DD``, and no file that is there."""
    return _DAY.fullmatch(what) is not None and not Path(what).exists()


def kept_in(config: str) -> Path:
    """Return the folder in which the Core with these settings keeps its raw events.

    Raises:
        SettingsInvalid: they cannot be read.
    """

    async def read() -> Path:
        live = await live_settings(config)
        await live.source.close()
        return events_settings(live.reading.values).folder

    return asyncio.run(read())


def events_of_day(folder: Path, day: str) -> Iterator[RawEvent]:
    """Yield the raw events of *day*, from whatever came before them that it takes to play them.

    Raises:
        EventsUnavailable: there are none, or they cannot be read.
    """
    first_seq = played_from(folder, day, STARTED, CHECKPOINT)
    for each in read_events(folder, last_day=day, after=first_seq - 1):
        yield each.event


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

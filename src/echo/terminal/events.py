"""What can happen to an EA: everything that it decides by comes in as one of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from echo.domain.sealing import sealed
from echo.terminal.orders import BrokerEvent
from echo.terminal.view import Price, TerminalView
from echo.wire.pipe.messages import ToEa

TimerKey = tuple[str, ...]
"""Names a timer: its purpose first, then whom it is for."""

FileRecord = Mapping[str, Any]
"""One record of an EA's file: plain JSON values, with its kind ``t`` and its number ``n``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """The EA was put on its chart: the first event of every life.

    Args:
        instance: Names this life; never used twice.
        records: The file's records after the header, as far as they are good.
        highest_n: The highest number the file ever used; 0 for a new file.
        file_usable: False when there was no file, when its header named another account, server
            or role, or when it was damaged before its end: *records* is empty then.
        view: What the terminal shows now.
        file_id: Names the file, through all lives that it serves; empty = nobody told.
    """

    instance: str
    records: tuple[FileRecord, ...]
    highest_n: int
    file_usable: bool
    view: TerminalView
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class PipeUp:
    """The pipe to the Agent is connected."""


@dataclass(frozen=True, slots=True)
class PipeDown:
    """The pipe is gone; the link connects again by itself."""

    reason: str = ""


@sealed
@dataclass(frozen=True, slots=True)
class Heard:
    """The Agent sent a line that could be read."""

    message: ToEa


@sealed
@dataclass(frozen=True, slots=True)
class Seen:
    """The terminal shows something new: after every change at the broker, and once a second."""

    view: TerminalView


@sealed
@dataclass(frozen=True, slots=True)
class Ticked:
    """Prices moved; all symbols that did, by the broker's names."""

    prices: Mapping[str, Price]


@dataclass(frozen=True, slots=True)
class BrokerSaid:
    """The broker answered a request of this life; what it changed was `Seen` before."""

    event: BrokerEvent


@dataclass(frozen=True, slots=True)
class AppendFailed:
    """These records, by number, are not known to be on disk.

    Nothing that stood behind the first of them in its list of effects was said or ordered.
    """

    numbers: tuple[int, ...]
    sentence: str


@sealed
@dataclass(frozen=True, slots=True)
class Due:
    """A timer is due; checked against the state, for it may have been overtaken."""

    key: TimerKey


Event = Attached | PipeUp | PipeDown | Heard | Seen | Ticked | BrokerSaid | AppendFailed | Due

"""Everything that came in and went out, as it was, in a chain that shows what was changed later.

Each event's link is a hash over the event and the link before it: whoever alters, drops, adds or
moves one breaks the chain at that place.  A chain proves nothing about its own end: who keeps the
last link of a day somewhere else can tell whether the day was cut short or written anew.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

FIRST_LINK: Final = bytes(32)
"""The link before the first event of all."""


class Direction(StrEnum):
    """Which way an event went."""

    IN = "in"
    """It happened to the engine: a message, a timer, changed settings, a person's word."""
    OUT = "out"
    """A message left the Core."""
    CORE = "core"
    """The recording says something about itself: a start, events that were shed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One event, written once and never changed.

    Args:
        seq: Counts up by one over all days and restarts.
        day: UTC day that it is filed under, ``YYYY-MM-DD``; never before the one of its
            predecessor, also when the clock steps back.
        wall_ms: When it arrived or left, Unix ms.
        mono_ms: The same on the Core's monotonic clock.
        kind: What it is: the name of the message or event.
        payload: The event as JSON, byte for byte as it is in the chain.
        answer: What the engine decided upon it, as JSON; empty = nothing, or not an ``IN`` event.
    """

    seq: int
    day: str
    wall_ms: int
    mono_ms: int
    direction: Direction
    kind: str
    payload: bytes
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Linked:
    """An event with its link."""

    event: RawEvent
    link: bytes


def day_of(wall_ms: int) -> str:
    """Return the UTC day of *wall_ms* as ``YYYY-MM-DD``."""
    return datetime.fromtimestamp(wall_ms / 1_000, UTC).strftime("%Y-%m-%d")


def link_of(before: bytes, event: RawEvent) -> bytes:
    """Return the link of *event*, whose predecessor's is *before*.

    Lengths go into the hash with the contents: nothing can be moved from one field to the next.
    """
    head = (
        f"{event.seq} {event.day} {event.wall_ms} {event.mono_ms} {event.direction} {event.kind}"
        f" {len(event.payload)} {len(event.answer)}\n"
    )
    hashed = hashlib.sha256(before)
    hashed.update(head.encode())
    hashed.update(event.payload)
    hashed.update(event.answer)
    return hashed.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A place where a chain does not hold; ``seq`` ``None`` = it is about the whole."""

    seq: int | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeal:
    """How a day's part of the chain ends: note it elsewhere, and the day cannot be rewritten."""

    day: str
    first_seq: int
    last_seq: int
    link: bytes


class ChainCheck:
    """Follows a chain and notes every place where it does not hold.

    Args:
        before: The link of the event before the first that will be followed.
        seq_before: Its number; ``None`` = whatever comes first is taken as it is.
    """

    def __init__(self, before: bytes = FIRST_LINK, seq_before: int | None = 0) -> None:
        self._link, self._seq = before, seq_before
        self._day = ""
        self._first_seq = 0
        self.events = 0
        self.breaks: list[Break] = []
        self.seals: list[DaySeal] = []

    def follow(self, events: Iterable[Linked]) -> None:
        """Take the next events, in the order in which they lie."""
        for each in events:
            self._follow(each)

    def end(self) -> None:
        """Seal the last day."""
        if self._day:
            self._seal()
            self._day = ""

    def _follow(self, linked: Linked) -> None:
        event = linked.event
        expected = None if self._seq is None else self._seq + 1
        if expected is not None and event.seq != expected:
            missing = event.seq - expected
            sentence = f"event {event.seq} stands where {expected} should: " + (
                f"{missing} missing" if missing > 0 else "out of order, or twice"
            )
            self.breaks.append(Break(seq=event.seq, sentence=sentence))
        elif link_of(self._link, event) != linked.link:
            sentence = f"event {event.seq} of {event.day} is not what was recorded"
            self.breaks.append(Break(seq=event.seq, sentence=sentence))
        elif event.day < self._day:
            sentence = f"event {event.seq} of {event.day} stands behind {self._day}"
            self.breaks.append(Break(seq=event.seq, sentence=sentence))
        if event.day != self._day:
            if self._day:
                self._seal()
            self._day, self._first_seq = event.day, event.seq
        # One break is told once: the chain is followed on from what lies there.
        self._link, self._seq = linked.link, event.seq
        self.events += 1

    def _seal(self) -> None:
        assert self._seq is not None  # noqa: S101 -- a day has begun with an event
        self.seals.append(
            DaySeal(day=self._day, first_seq=self._first_seq, last_seq=self._seq, link=self._link)
        )


class Chain:
    """Gives events their number, day and link, one after the other.

    Args:
        before: The link of the last event there is.
        seq: Its number; 0 = there is none.
        day: Its day.
    """

    def __init__(self, before: bytes = FIRST_LINK, seq: int = 0, day: str = "") -> None:
        self.link, self.seq, self.day = before, seq, day

    def take(
        self,
        direction: Direction,
        kind: str,
        *,
        wall_ms: int,
        mono_ms: int,
        payload: bytes,
        answer: bytes = b"",
    ) -> Linked:
        """Return the next event, linked."""
        self.seq += 1
        self.day = max(self.day, day_of(wall_ms))
        event = RawEvent(
            seq=self.seq,
            day=self.day,
            wall_ms=wall_ms,
            mono_ms=mono_ms,
            direction=direction,
            kind=kind,
            payload=payload,
            answer=answer,
        )
        self.link = link_of(self.link, event)
        return Linked(event, self.link)

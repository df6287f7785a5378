"""Keeps raw events beside the Core: taken at once, written by a thread, shed for want of room.

Whoever puts an event never waits, whatever the disk does.  What finds no room is counted, told,
and stands in the chain as a gap that says how many events it is.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from time import monotonic, sleep, time_ns
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from echo.domain.quantities import Instant
from echo.domain.raw_events import Direction, Linked, day_of
from echo.ports.errors import EchoError
from echo.stores.events.months import MonthFiles, drop_months, month_paths

SHED: Final = "Shed"
"""Kind of the event that stands for those that found no room."""

LOOK_EVERY_S: Final = 0.1
RETRY_S: Final = 1.0
BATCH_MAX: Final = 500
SLICE: Final = 16
"""Events encoded in one go: the event loop waits for no more than these, some 0.2 ms."""
LARGE_BYTES: Final = 16_384
"""An event so large is a slice by itself."""
HOT_S: Final = 0.02
"""So long after anything but market data somebody may be trading."""
STAND_BACK_S: Final = 0.01
"""Pause between slices meanwhile."""
WRITE_WITHIN_S: Final = 1.0
"""How long a batch waits at most for a moment in which nobody trades."""
LOOK_AROUND_S: Final = 60.0
"""How often size and age of the files are looked at."""
SPARED_AT: Final = 0.75
DAY_MS: Final = 86_400_000

T = TypeVar("T")


class Bytes(Protocol):
    """An event's bytes, not yet numbered."""

    @property
    def direction(self) -> Direction:
        """Which way it went."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def payload(self) -> bytes:
        """It, as JSON."""

    @property
    def answer(self) -> bytes:
        """What was decided upon it, as JSON."""

    @property
    def now(self) -> Instant:
        """When it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is kept.

    Args:
        waiting_max: Events that may wait in memory for the disk.
        bytes_max: Size of all files together.  Above it the oldest months go, and when only one
            is left, events are shed; those that can be spared from `SPARED_AT` of it on.
        keep_days: Months that ended so many days ago are deleted; 0 = never.
    """

    waiting_max: int = 50_000
    bytes_max: int = 4 << 30
    keep_days: int = 90


@dataclass(slots=True)
class Counters:
    """What became of events since the start; ``trouble`` = why they are shed, empty = they are not.

    Written by one thread each, read by any.
    """

    taken: int = 0
    shed: int = 0
    written: int = 0
    trouble: str = ""


class EventSpool(Generic[T]):
    """Takes events from the event loop and writes them in a thread of its own.

    Args:
        folder: Where the months' files are.
        encode: Turns what was put into events; runs in the thread.
        spare: Whether a day can be told without it: such events are shed first.

    Raises:
        StoreLocked, EventsUnavailable: the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        encode: Callable[[T], Iterable[Bytes]],
        bounds: Bounds,
        *,
        spare: Callable[[T], bool] = lambda _: False,
        first_look_s: float = LOOK_EVERY_S,
    ) -> None:
        self._folder, self._encode, self._bounds = folder, encode, bounds
        self._files = MonthFiles(folder)
        self._chain = self._files.chain()
        self.chain_id = self._files.chain_id
        self.counters = Counters()
        self._spare, self._tight = spare, False
        self._hot_s = 0.0
        self._waiting: deque[T] = deque()
        self._unwritten: list[Linked] = []
        self._told_shed = 0
        self._looked_s: float | None = None
        self._closing = Signal()
        self._first_look_s = first_look_s
        self._thread = Thread(target=self._serve, name="echo-events", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Take *item*; never waits."""
        counters = self.counters
        counters.taken += 1
        spared = self._spare(item)
        if not spared:
            self._hot_s = monotonic()
        if len(self._waiting) >= self._bounds.waiting_max or (self._tight and spared):
            counters.shed += 1
        else:
            self._waiting.append(item)

    def close(self) -> None:
        """Write what waits, if it can be written at once, and end."""
        self._closing.set()
        self._thread.join()

    def _serve(self) -> None:
        pause_s = self._first_look_s
        while not self._closing.wait(pause_s):
            pause_s = LOOK_EVERY_S if self._drained() else RETRY_S
        if not self._drained():
            self.counters.shed += len(self._waiting) + len(self._unwritten)
        self._files.close()

    def _drained(self) -> bool:
        """Write what waits; False = it cannot be written now."""
        try:
            self._look_around()
            while self._unwritten or self._waiting or self._told_shed < self.counters.shed:
                if not self._unwritten:
                    self._unwritten = self._next_batch()
                self._wait_for_a_quiet_moment()
                self._files.append(self._unwritten)
                self.counters.written += len(self._unwritten)
                self._unwritten = []
        except (EchoError, OSError) as error:
            self.counters.trouble = str(error)
            return False
        self.counters.trouble = ""
        return True

    def _next_batch(self) -> list[Linked]:
        """Encode and link the next events, and the gap before them."""
        found: list[Linked] = []
        shed = self.counters.shed
        if shed > self._told_shed:
            found.append(self._gap(shed - self._told_shed))
            self._told_shed = shed
        while self._waiting and len(found) < BATCH_MAX:
            for _ in range(min(SLICE, len(self._waiting))):
                found += self._linked(self._waiting.popleft())
            sleep(STAND_BACK_S if self._is_hot() else 0)
        return found

    def _is_hot(self) -> bool:
        """Whether to stand back, because somebody may be trading and there is room to wait."""
        roomy = len(self._waiting) < self._bounds.waiting_max // 2
        return roomy and monotonic() - self._hot_s < HOT_S and not self._closing.is_set()

    def _wait_for_a_quiet_moment(self) -> None:
        latest_s = monotonic() + WRITE_WITHIN_S
        while self._is_hot() and monotonic() < latest_s:
            sleep(STAND_BACK_S)

    def _linked(self, item: T) -> Iterable[Linked]:
        events: list[Bytes] = []
        try:
            for each in self._encode(item):
                events.append(each)
                if len(each.payload) >= LARGE_BYTES:
                    sleep(STAND_BACK_S if self._is_hot() else 0)
        except (TypeError, ValueError) as error:
            self.counters.shed += 1
            self.counters.trouble = f"{type(item).__name__} cannot be written down: {error}"
            return
        for each in events:
            yield self._chain.take(
                each.direction,
                each.kind,
                wall_ms=each.now.wall_ms,
                mono_ms=each.now.mono_ms,
                payload=each.payload,
                answer=each.answer,
            )

    def _gap(self, events: int) -> Linked:
        why = self.counters.trouble or f"more than {self._bounds.waiting_max} waited for the disk"
        if self._tight and not self.counters.trouble:
            why = "market data, since the files have nearly reached the size that they may have"
        return self._chain.take(
            Direction.CORE,
            SHED,
            wall_ms=time_ns() // 1_000_000,
            mono_ms=int(monotonic() * 1_000),
            payload=msgspec.json.encode({"events": events, "why": why}),
        )

    def _look_around(self) -> None:
        """Delete months that are too old; refuse to grow when the files are too large.

        Raises:
            SpoolFull: they are.
        """
        now_s = monotonic()
        if self._looked_s is not None and now_s - self._looked_s < LOOK_AROUND_S:
            return
        if self._bounds.keep_days:
            kept_ms = time_ns() // 1_000_000 - self._bounds.keep_days * DAY_MS
            drop_months(self._folder, day_of(kept_ms)[:7])
        size = self._size()
        while size > self._bounds.bytes_max and len(months := month_paths(self._folder)) > 1:
            drop_months(self._folder, months[1].stem.removeprefix("events-"))
            size = self._size()
        self._tight = size > SPARED_AT * self._bounds.bytes_max
        if size > self._bounds.bytes_max:
            raise SpoolFull(
                f"raw events fill {size >> 20} MiB of the {self._bounds.bytes_max >> 20} allowed:"
                " make room or allow more"
            )
        self._looked_s = now_s

    def _size(self) -> int:
        return sum(path.stat().st_size for path in month_paths(self._folder))


class SpoolFull(EchoError):
    """The files have reached the size that they may have."""

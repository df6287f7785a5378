"""Stand-ins for the outside world that several test modules share."""

import asyncio
import heapq
import itertools
from collections.abc import Callable

from echo.domain.facts import Fact
from echo.domain.ids import EvaluationId
from echo.domain.quantities import Instant

TURNS_MAX = 2_000
START_WALL_MS = 1_750_000_000_000
WITHIN_S = 60.0
"""For what comes sooner or never: a busy machine may stand still for seconds."""


async def until(condition: Callable[[], object], *, turns_max: int = TURNS_MAX) -> None:
    """Let the event loop turn until *condition* holds; fail when it never does.

    For worlds without sockets and threads: nothing in them takes time, only turns.
    """
    for _ in range(turns_max):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError(f"still not after {turns_max} turns of the loop")


async def until_real(condition: Callable[[], object], *, within_s: float = WITHIN_S) -> None:
    """Poll *condition*, for what sockets, threads and processes do in their own time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 -- what is waited for cannot notify an event
            await asyncio.sleep(0.002)


class FakeTimer:
    """A timer of `FakeClock`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """Time that stands still until it is told to go on."""

    def __init__(self, mono_ms: int = 1_000, wall_ms: int = START_WALL_MS) -> None:
        self._mono_ms, self._wall_ms = mono_ms, wall_ms
        self._order = itertools.count()
        self._heap: list[tuple[int, int, FakeTimer]] = []

    def now(self) -> Instant:
        return Instant(self._wall_ms, self._mono_ms)

    def wall_us(self) -> int:
        return self._wall_ms * 1_000

    def call_at(self, mono_ms: int, callback: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(callback)
        heapq.heappush(self._heap, (mono_ms, next(self._order), timer))
        return timer

    async def sleep_ms(self, duration_ms: int) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        timer = self.call_at(self._mono_ms + duration_ms, wake)
        try:
            await woken
        finally:
            timer.cancel()

    def advance(self, duration_ms: int) -> None:
        """Let *duration_ms* pass; timers go off on the way, each at its own moment."""
        end_ms = self._mono_ms + duration_ms
        while self._heap and self._heap[0][0] <= end_ms:
            due_ms, _, timer = heapq.heappop(self._heap)
            if timer.callback is not None:
                self._move_to(max(due_ms, self._mono_ms))
                timer.callback()
        self._move_to(end_ms)

    @property
    def next_due_ms(self) -> int | None:
        """When the next timer goes off."""
        return min((due for due, _, each in self._heap if each.callback is not None), default=None)

    def _move_to(self, mono_ms: int) -> None:
        self._wall_ms += mono_ms - self._mono_ms
        self._mono_ms = mono_ms


class FakeIds:
    """Ids that count; jitter is what the test says."""

    def __init__(self, jitter_ms: int = 0) -> None:
        self.jitter_ms = jitter_ms
        self._count = itertools.count(1)

    def evaluation_id(self) -> EvaluationId:
        return EvaluationId(f"00000000-0000-7000-8000-{next(self._count):012x}")

    def instance_id(self) -> str:
        return f"{next(self._count):032x}"

    def jitter(self, span_ms: int) -> int:
        return min(self.jitter_ms, span_ms)


class FactLog:
    """A fact sink that remembers."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def observe(self, fact: Fact) -> None:
        self.facts.append(fact)

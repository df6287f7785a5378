"""Timers by key, as brains arm them: one heap, one call of the clock."""

import heapq
from collections.abc import Callable
from typing import Final

from echo.ports.clock import Clock, Timer

TimerKey = tuple[str, ...]

_LEFTOVERS_MAX: Final = 1_000
"""Entries of replaced and disarmed timers that the heap may hold beyond its living ones."""

SLICE_MAX: Final = 64
"""Due timers handled in one go; then whatever else waits gets its turn."""


class Timers:
    """Calls *on_due* with a key when its time has come; arming a key again replaces its timer.

    Keys that are due at the same millisecond go off in the order in which they were armed.

    Args:
        clock: Whose monotonic clock counts.
        on_due: Takes one key; may arm and disarm.
        after: Called after each go at due timers, for what is worth doing once for many.
    """

    def __init__(
        self, clock: Clock, on_due: Callable[[TimerKey], None], after: Callable[[], None]
    ) -> None:
        self._clock, self._on_due, self._after = clock, on_due, after
        self._heap: list[tuple[int, int, TimerKey]] = []
        self._armed: dict[TimerKey, tuple[int, int]] = {}
        self._serial = 0
        self._call: Timer | None = None
        self._call_mono_ms = 0

    def __len__(self) -> int:
        return len(self._armed)

    def arm(self, key: TimerKey, due_mono_ms: int) -> None:
        """Set or replace the timer *key*; one that is overdue goes off as soon as possible."""
        self._serial += 1
        self._armed[key] = (due_mono_ms, self._serial)
        heapq.heappush(self._heap, (due_mono_ms, self._serial, key))
        if len(self._heap) > 2 * len(self._armed) + _LEFTOVERS_MAX:
            self._sweep()
        if self._call is None or due_mono_ms < self._call_mono_ms:
            self._schedule()

    def disarm(self, key: TimerKey) -> None:
        """Forget the timer *key*, if there is one."""
        self._armed.pop(key, None)

    def clear(self) -> None:
        """Forget every timer."""
        self._heap.clear()
        self._armed.clear()
        self._schedule()

    def _sweep(self) -> None:
        self._heap = [(due, serial, key) for key, (due, serial) in self._armed.items()]
        heapq.heapify(self._heap)

    def _schedule(self) -> None:
        """Have the clock call when the earliest living timer is due."""
        if self._call is not None:
            self._call.cancel()
            self._call = None
        heap = self._heap
        while heap and self._armed.get(heap[0][2]) != heap[0][:2]:
            heapq.heappop(heap)
        if heap:
            self._call_mono_ms = heap[0][0]
            self._call = self._clock.call_at(self._call_mono_ms, self._go_off)

    def _go_off(self) -> None:
        self._call = None
        now_mono_ms = self._clock.now().mono_ms
        last_serial = self._serial
        for _ in range(SLICE_MAX):
            if not self._heap or self._heap[0][0] > now_mono_ms:
                break
            due_mono_ms, serial, key = self._heap[0]
            if serial > last_serial:
                break  # armed just now, to go on later: others come first
            heapq.heappop(self._heap)
            if self._armed.get(key) == (due_mono_ms, serial):
                del self._armed[key]
                self._on_due(key)
        self._schedule()
        self._after()

"""Many due times behind one timer of the shell."""

from heapq import heapify, heappop, heappush
from typing import Final, Generic, TypeVar

from echo.bridge.effects import Arm
from echo.bridge.events import TimerKey
from echo.bridge.state import State

K = TypeVar("K")

SPARE_ENTRIES: Final = 64
"""Overtaken entries that may lie in the heap, beside as many as there are live ones."""


class Schedule(Generic[K]):
    """Due times by key; those of the same time are due in the order in which they were set.

    Only the earliest is armed at the shell.  A timer that was overtaken finds nothing due.
    """

    def __init__(self, state: State, timer: TimerKey) -> None:
        self._state = state
        self._timer = timer
        self._due_mono_ms: dict[K, int] = {}
        self._heap: list[tuple[int, int, K]] = []
        self._entries = 0
        self._armed_mono_ms: int | None = None
        self._changed = True
        """Whether the earliest due time may lie before the one that is armed."""

    def set(self, key: K, due_mono_ms: int) -> None:
        """Make *key* due at *due_mono_ms*, whatever was set before."""
        if self._due_mono_ms.get(key) == due_mono_ms:
            return
        self._state.rescheduled = self._changed = True
        self._due_mono_ms[key] = due_mono_ms
        self._entries += 1
        heappush(self._heap, (due_mono_ms, self._entries, key))
        if len(self._heap) > 2 * len(self._due_mono_ms) + SPARE_ENTRIES:
            self._heap = [each for each in self._heap if self._due_mono_ms.get(each[2]) == each[0]]
            heapify(self._heap)

    def forget(self, key: K) -> None:
        """Make *key* never due."""
        self._due_mono_ms.pop(key, None)

    def clear(self) -> None:
        """Make nothing due."""
        self._due_mono_ms.clear()
        self._heap.clear()

    def rang(self) -> None:
        """The shell's timer is spent."""
        self._state.rescheduled = self._changed = True
        self._armed_mono_ms = None

    def take_due(self, entries_max: int | None = None) -> list[K]:
        """Return the keys that are due now, at most *entries_max*, and forget them."""
        due: list[K] = []
        now_mono_ms = self._state.now.mono_ms
        if not self._heap or self._heap[0][0] > now_mono_ms:
            return due
        while self._head_mono_ms(default=now_mono_ms + 1) <= now_mono_ms:
            if len(due) == entries_max:
                break
            key = heappop(self._heap)[2]
            del self._due_mono_ms[key]
            due.append(key)
        return due

    def arm(self, not_before_mono_ms: int = 0) -> None:
        """Have the shell wake us at the earliest due time, if it is not going to anyway."""
        if not self._changed:
            return
        self._changed = False
        if not self._due_mono_ms:
            return
        due_mono_ms = max(self._head_mono_ms(default=0), not_before_mono_ms)
        if self._armed_mono_ms is None or due_mono_ms < self._armed_mono_ms:
            self._armed_mono_ms = due_mono_ms
            self._state.effects.append(Arm(self._timer, due_mono_ms))

    def _head_mono_ms(self, *, default: int) -> int:
        while self._heap and self._due_mono_ms.get(self._heap[0][2]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else default

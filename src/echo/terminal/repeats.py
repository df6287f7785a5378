"""What must be said again until it is acknowledged, and when."""

from collections.abc import Hashable
from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

PAUSE_MS_MAX: Final = 10_000

Key = TypeVar("Key", bound=Hashable)


def pause_ms(attempt: int, backoff_ms: tuple[int, ...]) -> int:
    """How long to wait for an answer to *attempt*, counted from 1.

    The list first, then its last value doubled again and again, never more than 10 s.
    """
    if not backoff_ms:
        return PAUSE_MS_MAX
    beyond = attempt - len(backoff_ms)
    if beyond <= 0:
        return min(backoff_ms[attempt - 1], PAUSE_MS_MAX)
    # More than 20 doublings change nothing, whatever the list says; attempts go on for ever.
    return min(max(backoff_ms[-1], 1) << min(beyond, 20), PAUSE_MS_MAX)


class Repeats(Generic[Key]):
    """Keys that wait for an acknowledgement, with their next time and their count of attempts."""

    def __init__(self) -> None:
        self._due: dict[Key, int] = {}
        self._attempts: dict[Key, int] = {}
        self._heap: list[tuple[int, int, Key]] = []
        self._pushed = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._attempts

    def __len__(self) -> int:
        return len(self._attempts)

    def attempts(self, key: Key) -> int:
        """How often *key* was said; 0 if it does not wait."""
        return self._attempts.get(key, 0)

    def said(self, key: Key, *, now_mono_ms: int, backoff_ms: tuple[int, ...]) -> int:
        """Note one more attempt; returns its number, from 1."""
        attempt = self._attempts.get(key, 0) + 1
        self._attempts[key] = attempt
        self._plan(key, now_mono_ms + pause_ms(attempt, backoff_ms))
        return attempt

    def again_at(self, key: Key, due_mono_ms: int) -> None:
        """Say *key* again at that time, without counting an attempt."""
        self._attempts.setdefault(key, 0)
        self._plan(key, due_mono_ms)

    def drop(self, key: Key) -> None:
        """Forget *key*: it was acknowledged."""
        self._attempts.pop(key, None)
        self._due.pop(key, None)

    def clear(self) -> None:
        """Forget all keys."""
        self._attempts.clear()
        self._due.clear()
        self._heap.clear()

    def take_due(self, now_mono_ms: int, limit: int) -> list[Key]:
        """Return up to *limit* keys whose time has come, earliest first; they have no next time."""
        keys: list[Key] = []
        while len(keys) < limit and (due := self.next_due_mono_ms) is not None:
            if due > now_mono_ms:
                break
            _, _, key = heappop(self._heap)
            del self._due[key]
            keys.append(key)
        return keys

    @property
    def next_due_mono_ms(self) -> int | None:
        """The earliest time of all keys."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _plan(self, key: Key, due_mono_ms: int) -> None:
        self._due[key] = due_mono_ms
        self._pushed += 1
        heappush(self._heap, (due_mono_ms, self._pushed, key))

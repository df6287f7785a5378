"""A memory of bounded size: what was put in last is kept longest."""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A map that forgets its oldest entry when it is full."""

    def __init__(self, entries_max: int) -> None:
        self._entries_max = entries_max
        self._entries: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return what is remembered of *key*, or ``None``."""
        return self._entries.get(key)

    def put(self, key: K, value: V) -> K | None:
        """Remember *value* as the newest; return the key that was forgotten for it, if any."""
        self._entries.pop(key, None)
        self._entries[key] = value
        if len(self._entries) <= self._entries_max:
            return None
        oldest = next(iter(self._entries))
        del self._entries[oldest]
        return oldest

    def pop(self, key: K) -> V | None:
        """Forget *key*; return what was remembered of it, or ``None``."""
        return self._entries.pop(key, None)

"""A cache in the memory of this process."""

from collections import OrderedDict
from typing import Final

from echo.ports.clock import Clock

ENTRIES_MAX: Final = 256
BYTES_MAX: Final = 16 << 20


class MemoryCache:
    """Keeps the entries that were used last.

    Args:
        entries_max: Entries; the one that was not used for longest leaves first.
        bytes_max: Size of all of them together; an entry above it is not kept at all.
    """

    def __init__(
        self, clock: Clock, *, entries_max: int = ENTRIES_MAX, bytes_max: int = BYTES_MAX
    ) -> None:
        self._clock, self._entries_max, self._bytes_max = clock, entries_max, bytes_max
        self._entries: OrderedDict[str, tuple[bytes, int]] = OrderedDict()
        self._bytes = 0

    async def get(self, key: str) -> tuple[bytes, int] | None:
        """As `Cache`."""
        found = self._entries.get(key)
        if found is None:
            return None
        data, until_ms = found
        left_ms = until_ms - self._clock.now().mono_ms
        if left_ms <= 0:
            self._forget(key)
            return None
        self._entries.move_to_end(key)
        return data, left_ms

    async def put(self, key: str, data: bytes, *, lasts_ms: int) -> None:
        """As `Cache`."""
        self._forget(key)
        if len(data) > self._bytes_max:
            return
        self._entries[key] = data, self._clock.now().mono_ms + lasts_ms
        self._bytes += len(data)
        while len(self._entries) > self._entries_max or self._bytes > self._bytes_max:
            self._forget(next(iter(self._entries)))

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = 0

    def _forget(self, key: str) -> None:
        gone = self._entries.pop(key, None)
        if gone is not None:
            self._bytes -= len(gone[0])

"""What waits to be written to a stream: everything that came since the last write leaves with
the next one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

QUEUED_MAX: Final = 100_000
"""A peer that leaves more messages than this unread is too far behind."""

SLICE_MAX: Final = 256
"""Messages that are turned into frames in one go; encoding more would hold up the others."""

_T = TypeVar("_T")


class SendQueue(Generic[_T]):
    """First in, first out, bounded; taken in slices by one writer."""

    def __init__(self, queued_max: int = QUEUED_MAX) -> None:
        self._queued_max = queued_max
        self._queued: deque[_T] = deque()
        self._wake = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        return len(self._queued)

    def put(self, messages: Sequence[_T]) -> bool:
        """Add *messages*; False = there is no room, or the queue is closed; nothing was added."""
        if self._closed or len(self._queued) + len(messages) > self._queued_max:
            return False
        self._queued.extend(messages)
        self._wake.set()
        return True

    def close(self) -> None:
        """Take nothing more in; what is queued can still be taken."""
        self._closed = True
        self._wake.set()

    async def take(self) -> list[_T]:
        """Wait for messages and return the oldest of them; empty = closed, and nothing left."""
        while not self._queued:
            if self._closed:
                return []
            self._wake.clear()
            await self._wake.wait()
        return [self._queued.popleft() for _ in range(min(len(self._queued), SLICE_MAX))]

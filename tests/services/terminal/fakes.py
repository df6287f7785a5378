"""Stand-ins for what surrounds a station, and for the brain inside it."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from echo.domain.quantities import Instant
from echo.ports.errors import LedgerUnwritable
from echo.ports.links import EaLinkHandler
from echo.terminal.effects import Effect
from echo.terminal.events import Event

Kind = TypeVar("Kind")


class FakeFile:
    """A file in memory, on a disk that can be full."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data
        self.bad: list[bytes] = []
        self.full = False
        self.closed = False

    def read(self) -> bytes:
        return self.data

    def append(self, data: bytes) -> None:
        self._check()
        self.data += data

    def replace(self, data: bytes) -> None:
        self._check()
        self.data = data

    def set_aside(self) -> None:
        self.bad.append(self.data)
        self.data = b""

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.full:
            raise LedgerUnwritable("disk full")


class FakePipe:
    """A pipe that takes everything and says nothing."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended: list[str] = []

    async def run(self, handler: EaLinkHandler) -> None:
        await asyncio.Event().wait()

    def write(self, data: bytes) -> bool:
        self.written.append(data)
        return True

    def end(self, reason: str) -> None:
        self.ended.append(reason)


class ScriptedEa:
    """A brain that wants what stands in ``next``, one list an event, and then nothing."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.next: list[Sequence[Effect]] = []

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        self.events.append(event)
        return self.next.pop(0) if self.next else ()

"""Pipes between EAs and their Agent in memory: the real bytes, cut anywhere."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, Final

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.backoff import STEADY_MS, Backoff
from echo.links.pipe_unix_client import (
    RECONNECT_FIRST_MS,
    RECONNECT_JITTER_MS,
    RECONNECT_MAX_MS,
)
from echo.ports.clock import Clock
from echo.ports.errors import PortTaken
from echo.ports.ids import Ids
from echo.ports.links import EaLinkHandler, PipeHandler
from echo.sim.desk.cable import Cable, End
from echo.sim.desk.virtual_loop import this_process

PipeKey = tuple[Role, AccountId]
Said = Callable[[AccountId, bytes], None]

UNREAD_MAX: Final = 150
"""Writes that a peer may leave unread before its pipe is closed."""

CUTS_MAX: Final = 3


class PipeCable(Cable[bytes, bytes]):
    """The way of an EA to its Agent: when it breaks, a line may arrive half."""

    def part_of(self, item: Any) -> Any:
        """Return some of the bytes, or none."""
        return item[: self.chance.randrange(len(item))] if item else None


def pieces(data: bytes, chance: Random, rough: float) -> list[bytes]:
    """Cut *data* as a pipe may: with probability *rough*, at a few places drawn by chance."""
    if len(data) < 2 or chance.random() >= rough:
        return [data]
    places = sorted(chance.randrange(1, len(data)) for _ in range(chance.randint(1, CUTS_MAX)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True) if a < b]


class _Mouth:
    """One end of a pipe: writes whole, hears in pieces.

    Args:
        rough: How often what arrives is cut, 0 to 1.
        take: Takes what arrived.
        lost: Told once that the pipe is over, and why.
    """

    def __init__(
        self,
        end: End[bytes, bytes],
        rough: float,
        take: Callable[[bytes], None],
        lost: Callable[[str], None],
    ) -> None:
        self._end, self._rough, self._take, self._lost = end, rough, take, lost
        end.ear = self

    def write(self, data: bytes) -> bool:
        """Queue *data*; False = the pipe is gone, or its reader too far behind."""
        if self._end.is_over:
            return False
        if self._end.unread >= UNREAD_MAX:
            self.close(f"{self._end.unread} writes unread")
            return False
        return self._end.send(data)

    def close(self, reason: str) -> None:
        """Close this side; its owner hears of it a little later, as of any loss."""
        if not self._end.is_over:
            self._end.close(reason)
            asyncio.get_running_loop().call_soon(self._lost, reason)

    def heard(self, item: bytes) -> None:
        """Bytes arrived."""
        for piece in pieces(item, self._end.cable.chance, self._rough):
            if not self._end.is_over:
                self._take(piece)

    def over(self, reason: str, *, orderly: bool) -> None:
        """The other side is gone; of its last words a part may have come."""
        self._lost(reason)


class MemoryPipe:
    """Fulfils `PipeSession`: the Agent's end."""

    def __init__(
        self,
        end: End[bytes, bytes],
        rough: float,
        *,
        session: int,
        key: PipeKey,
        handler: PipeHandler,
        said: Said,
    ) -> None:
        self.session = session
        self.role, self.account_id = key
        self._said = said
        self._mouth = _Mouth(
            end,
            rough,
            lambda data: handler.pipe_said(self, data),
            lambda reason: handler.pipe_closed(self, reason),
        )

    def write(self, data: bytes) -> bool:
        """Queue *data*; False = the pipe is gone or too far behind, now closed."""
        if not this_process().dead:
            self._said(self.account_id, data)
        return self._mouth.write(data)

    def end(self, reason: str) -> None:
        """Close the pipe for this EA."""
        self._mouth.close(reason)


class MemoryPipeServer:
    """Fulfils `PipeServer` on cables, in the process that starts it.

    Args:
        rough: How often what arrives is cut into pieces, 0 to 1.
        said: Is shown what is written to an EA, before it is.
    """

    def __init__(
        self,
        cables: Mapping[PipeKey, PipeCable],
        rough: float,
        said: Said = lambda _account, _data: None,
    ) -> None:
        self._cables, self._rough, self._said = cables, rough, said
        self._sessions = 0
        self._pipes: list[MemoryPipe] = []

    async def start(self, pipes: Sequence[PipeKey], handler: PipeHandler) -> None:
        """Listen.  Raises ``PortTaken``."""
        for key in pipes:
            cable = self._cables[key]
            if not cable.listen(this_process(), partial(self._accept, key, handler)):
                raise PortTaken(f"somebody listens on {cable.name}")

    async def stop(self) -> None:
        """Close every pipe."""
        for cable in self._cables.values():
            cable.deafen(this_process())
        for pipe in self._pipes:
            pipe.end("the Agent stops")
        await asyncio.sleep(0)

    def _accept(self, key: PipeKey, handler: PipeHandler, end: End[bytes, bytes]) -> None:
        self._sessions += 1
        pipe = MemoryPipe(
            end, self._rough, session=self._sessions, key=key, handler=handler, said=self._said
        )
        self._pipes.append(pipe)
        handler.pipe_opened(pipe)


class MemoryEaLink:
    """Fulfils `EaLink` on a cable, with the pace of the deployed EAs."""

    def __init__(self, cable: PipeCable, clock: Clock, ids: Ids, rough: float) -> None:
        self._cable, self._clock, self._ids, self._rough = cable, clock, ids, rough
        self._backoff = Backoff(first_ms=RECONNECT_FIRST_MS, max_ms=RECONNECT_MAX_MS)
        self._mouth: _Mouth | None = None

    async def run(self, handler: EaLinkHandler) -> None:
        """Connect, and connect again with back-off, until cancelled."""
        while True:
            if await self._one_life(handler):
                self._backoff.succeeded()
            wait_ms = self._backoff.next_ms() + self._ids.jitter(RECONNECT_JITTER_MS)
            await self._clock.sleep_ms(wait_ms)

    def write(self, data: bytes) -> bool:
        """Queue *data*; False = not connected."""
        return self._mouth is not None and self._mouth.write(data)

    def end(self, reason: str) -> None:
        """Close the pipe; the link connects again by itself."""
        if self._mouth is not None:
            self._mouth.close(reason)

    async def _one_life(self, handler: EaLinkHandler) -> bool:
        end = await self._cable.dial(this_process())
        if end is None:
            return False
        made_mono_ms = self._clock.now().mono_ms
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answered = False

        def take(data: bytes) -> None:
            nonlocal answered
            answered = True
            handler.agent_said(data)

        def lost(reason: str) -> None:
            self._mouth = None
            handler.pipe_down(reason)
            if not gone.done():
                gone.set_result(None)

        self._mouth = mouth = _Mouth(end, self._rough, take, lost)
        handler.pipe_up()
        try:
            await gone
        finally:
            mouth.close("the terminal stops")
        return answered and self._clock.now().mono_ms - made_mono_ms >= STEADY_MS

"""The stream between Agent and Core in memory: real frames and real ends, no sockets between them.

What the gRPC adapters do around a stream is done here for a cable; the two ends of the stream
themselves, and every byte that passes, are those of the real thing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, cast

import grpc
import grpc.aio

from echo.domain.ids import AgentId, MessageId
from echo.domain.sessions import AgentHello, AgentToCore, CoreToAgent
from echo.links.agent_stream import AgentStream, Context
from echo.links.backoff import Backoff
from echo.links.grpc_client import (
    RECONNECT_FIRST_MS,
    RECONNECT_JITTER_MS,
    RECONNECT_MAX_MS,
    Call,
    CoreStream,
)
from echo.links.grpc_server import HELLO_WITHIN_S
from echo.ports.clock import Clock
from echo.ports.errors import PortTaken
from echo.ports.ids import Ids
from echo.ports.links import AgentHandler, AgentSession, CoreHandler
from echo.sim.desk.cable import Cable, End
from echo.sim.desk.virtual_loop import this_process
from echo.wire.core import read_agent_frame
from echo.wire.pb import agent_pb2 as pb

Frame = bytes | None
"""``None``: the client has no more to say."""


class StreamCable(Cable[Frame, bytes]):
    """The way of an Agent to its Core.

    ``window``: frames that may be under way or unread before writing waits.
    """

    window = 64


class Onlooker:
    """Is shown what passes; a subclass looks."""

    def core_sends(self, messages: Sequence[CoreToAgent]) -> None:
        """The Core hands messages to a stream."""

    def core_hears(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        """Messages have arrived at the Core."""


class _Wire:
    """One end of a stream: frames out, with a window; frames in, as an iterator."""

    def __init__(self, end: End[Any, Any]) -> None:
        self.end = end
        end.ear = self
        cable = end.cable
        self._window = cable.window if isinstance(cable, StreamCable) else 1
        self._inbox: deque[Frame] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self.why_over: str | None = None
        self.over_orderly = False

    def heard(self, item: Frame) -> None:
        self._inbox.append(item)
        self._changed.set()

    def over(self, reason: str, *, orderly: bool) -> None:
        self.why_over, self.over_orderly = reason, orderly
        self._changed.set()
        self._room.set()

    @property
    def full(self) -> bool:
        return self.end.unread + self.untaken_there >= self._window

    @property
    def untaken_there(self) -> int:
        peer = self.end.other.ear
        return len(peer._inbox) if isinstance(peer, _Wire) else 0

    async def write(self, frame: bytes) -> None:
        while self.full and self.why_over is None:
            self._room.clear()
            await self._room.wait()
        self.end.send(frame)

    async def take(self) -> Frame:
        """Return the next frame; ``None`` = the other side has no more, or it is over."""
        while not self._inbox:
            if self.why_over is not None:
                return None
            self._changed.clear()
            await self._changed.wait()
        frame = self._inbox.popleft()
        peer = self.end.other.ear
        if isinstance(peer, _Wire) and not peer._room.is_set():
            loop = self.end.cable.loop
            loop.call_soon(peer._room.set, context=self.end.other.owner.context)
        return frame


class _Call:
    """What the Agent's end of a stream needs of a gRPC call."""

    def __init__(self, end: End[Frame, bytes]) -> None:
        self._wire = _Wire(end)

    async def write(self, frame: pb.AgentMessage) -> None:
        if self._wire.why_over is not None or self._wire.end.is_over:
            raise asyncio.InvalidStateError("the call is over")
        await self._wire.write(frame.SerializeToString())

    async def done_writing(self) -> None:
        self._wire.end.send(None)

    def cancel(self) -> None:
        self._wire.end.close("the Agent cancelled the call")

    async def __aiter__(self) -> AsyncIterator[pb.CoreMessage]:
        while (frame := await self._wire.take()) is not None:
            yield pb.CoreMessage.FromString(frame)
        raise grpc.aio.AioRpcError(
            grpc.StatusCode.UNAVAILABLE,
            grpc.aio.Metadata(),
            grpc.aio.Metadata(),
            details=self._wire.why_over,
        )


class _Server(_Wire):
    """What the Core's end of a stream needs of a gRPC servicer."""

    def __init__(self, end: End[bytes, Frame]) -> None:
        super().__init__(end)
        self.serving: asyncio.Task[None] | None = None

    def over(self, reason: str, *, orderly: bool) -> None:
        super().over(reason, orderly=orderly)
        if self.serving is not None:
            # A call that is gone cancels whoever serves it.
            self.serving.cancel()

    async def frames(self) -> AsyncIterator[pb.AgentMessage]:
        while (frame := await self.take()) is not None:
            yield pb.AgentMessage.FromString(frame)


class _Context:
    """Takes the Core's frames."""

    def __init__(self, wire: _Server) -> None:
        self._wire = wire

    async def write(self, frame: pb.CoreMessage) -> None:
        await self._wire.write(frame.SerializeToString())


class _ShownStream(AgentStream):
    """An `AgentStream` whose messages are shown to an onlooker first."""

    onlooker: Onlooker

    def send(self, messages: Sequence[CoreToAgent]) -> None:
        if not this_process().dead:
            self.onlooker.core_sends(messages)
        super().send(messages)


class _ShownHandler:
    """Shows an onlooker what arrives."""

    def __init__(self, handler: AgentHandler, onlooker: Onlooker) -> None:
        self._handler, self._onlooker = handler, onlooker
        self.agent_joined = handler.agent_joined
        self.agent_left = handler.agent_left
        self.agent_refused = handler.agent_refused

    def agent_said(
        self, link: AgentSession, messages: Sequence[tuple[MessageId | None, AgentToCore]]
    ) -> None:
        self._onlooker.core_hears(messages)
        self._handler.agent_said(link, messages)


class MemoryAgentServer:
    """Fulfils `AgentServer` on cables, in the process that starts it."""

    def __init__(self, cables: Sequence[StreamCable], clock: Clock, onlooker: Onlooker) -> None:
        self._cables, self._clock, self._onlooker = cables, clock, onlooker
        self._open: dict[AgentStream, None] = {}
        self._streams: dict[asyncio.Task[None], None] = {}
        self._sessions = 0
        self._stopping = False

    async def start(self, handler: AgentHandler) -> None:
        """Listen, for the first time or again.  Raises ``PortTaken``."""
        shown = _ShownHandler(handler, self._onlooker)
        for cable in self._cables:
            if not cable.listen(this_process(), partial(self._accept, shown)):
                raise PortTaken(f"somebody listens on {cable.name}")
        self._stopping = False

    async def stop(self, grace_ms: int) -> None:
        """Let queued frames leave, then close all streams."""
        self._stopping = True
        for cable in self._cables:
            cable.deafen(this_process())
        for stream in self._open:
            stream.end("the Core stops")
        if self._streams:
            await asyncio.wait(tuple(self._streams), timeout=grace_ms / 1_000)
        for task in tuple(self._streams):
            task.cancel()

    def _accept(self, handler: AgentHandler, end: End[bytes, Frame]) -> None:
        wire = _Server(end)
        wire.serving = asyncio.get_running_loop().create_task(self._serve(handler, wire))
        self._streams[wire.serving] = None
        wire.serving.add_done_callback(lambda task: self._streams.pop(task))

    async def _serve(self, handler: AgentHandler, wire: _Server) -> None:
        reason = "no hello"
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                first = await wire.take()
            said = [] if first is None else read_agent_frame(pb.AgentMessage.FromString(first))[0]
            hello = said[0][1] if said else None
            if isinstance(hello, AgentHello) and not self._stopping:
                self._sessions += 1
                stream = _ShownStream(self._sessions, hello.agent_id, hello, handler, self._clock)
                stream.onlooker = self._onlooker
                self._open[stream] = None
                try:
                    # All that a stream does to its context is to write frames.
                    context = cast("Context", _Context(wire))
                    reason = await stream.serve(said[1:], wire.frames(), context)
                finally:
                    del self._open[stream]
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            reason = "the call is gone"
        finally:
            wire.end.close(reason)


class MemoryCoreLink:
    """Fulfils `CoreLink` on a cable, with the pace of the real one."""

    def __init__(self, cable: StreamCable, agent_id: AgentId, clock: Clock, ids: Ids) -> None:
        self._cable, self._agent_id, self._clock, self._ids = cable, agent_id, clock, ids
        self._backoff = Backoff(
            first_ms=RECONNECT_FIRST_MS, max_ms=RECONNECT_MAX_MS, immediate=True
        )
        self._streams = 0

    async def run(self, handler: CoreHandler) -> None:
        """Serve until cancelled."""
        self._backoff.next_ms()
        while True:
            if await self._one_life(handler):
                self._backoff.succeeded()
            wait_ms = self._backoff.next_ms() + self._ids.jitter(RECONNECT_JITTER_MS)
            await self._clock.sleep_ms(wait_ms)

    async def _one_life(self, handler: CoreHandler) -> bool:
        end = await self._cable.dial(this_process())
        if end is None:
            return False
        self._streams += 1
        # A stream writes, reads, ends its writing and cancels, and asks nothing else of its call.
        call = cast("Call", _Call(end))
        stream = CoreStream(self._streams, self._agent_id, call, handler, self._clock)
        await stream.serve()
        return stream.was_answered

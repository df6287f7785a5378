"""The Agent's way to the Core: one bidirectional gRPC stream, made again whenever it breaks."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import grpc
import grpc.aio

from echo.domain.ids import AgentId, MessageId
from echo.domain.sessions import AgentToCore, CoreHello, CoreToAgent
from echo.links.backoff import Backoff
from echo.links.core_face import CoreFace
from echo.links.grpc_options import (
    AGENT_ID_KEY,
    BATCH_PROTOCOL_MIN,
    TlsFiles,
    authority,
    client_options,
    is_loopback,
)
from echo.links.send_queue import SendQueue
from echo.ports.clock import Clock
from echo.ports.errors import UnsafeBind
from echo.ports.ids import Ids
from echo.ports.links import CoreHandler
from echo.wire.core import agent_frame, core_messages
from echo.wire.pb import agent_pb2 as pb
from echo.wire.pb.agent_pb2_grpc import AgentServiceStub
from echo.wire.refusals import WireError

Call = grpc.aio.StreamStreamCall[pb.AgentMessage, pb.CoreMessage]

RECONNECT_FIRST_MS: Final = 100
RECONNECT_MAX_MS: Final = 2_000
RECONNECT_JITTER_MS: Final = 100
CONNECT_WITHIN_S: Final = 5.0
LAST_WORDS_S: Final = 1.0


class GrpcCoreLink:
    """Fulfils `CoreLink`.

    After a stream that worked the next attempt follows at once, then after 100 ms doubling to
    2 s, each with up to 100 ms of jitter.

    Args:
        tls: ``None`` = in the clear, which only loopback allows.
        heartbeat_interval_ms: How often the transport pings; see the keep-alive policy.
        told: Takes what the Core says of itself, each time it is reached; a Core that does not
            answer is none the worse.

    Raises:
        UnsafeBind: *host* is another machine, and there are no TLS files.
        SettingsInvalid: the TLS files cannot be read.
    """

    def __init__(
        self,
        host: str,
        port: int,
        agent_id: AgentId,
        clock: Clock,
        ids: Ids,
        *,
        tls: TlsFiles | None = None,
        heartbeat_interval_ms: int = 1_000,
        told: Callable[[CoreFace], None] | None = None,
    ) -> None:
        if tls is None and not is_loopback(host):
            raise UnsafeBind(f"reaching the Core on {host} needs TLS files")
        self._address = authority(host, port)
        self._agent_id, self._clock, self._ids = agent_id, clock, ids
        self._credentials = None if tls is None else _credentials(tls)
        self._options = client_options(heartbeat_interval_ms)
        self._backoff = Backoff(
            first_ms=RECONNECT_FIRST_MS, max_ms=RECONNECT_MAX_MS, immediate=True
        )
        self._streams = 0
        self._told = told

    async def run(self, handler: CoreHandler) -> None:
        """Serve *handler* until cancelled."""
        self._backoff.next_ms()
        while True:
            if await self._one_life(handler):
                self._backoff.succeeded()
            wait_ms = self._backoff.next_ms() + self._ids.jitter(RECONNECT_JITTER_MS)
            await self._clock.sleep_ms(wait_ms)

    async def _one_life(self, handler: CoreHandler) -> bool:
        """Connect and serve one stream; return whether the Core answered on it."""
        async with self._channel() as channel:
            stub = AgentServiceStub(channel)
            call = stub.StreamBidi(metadata=((AGENT_ID_KEY, self._agent_id),))
            try:
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    await call.wait_for_connection()
            except (grpc.aio.AioRpcError, TimeoutError):
                call.cancel()
                return False
            self._streams += 1
            stream = CoreStream(self._streams, self._agent_id, call, handler, self._clock)
            asking = asyncio.create_task(self._ask(stub))
            try:
                await stream.serve()
            finally:
                asking.cancel()
            return stream.was_answered

    async def _ask(self, stub: AgentServiceStub) -> None:
        """Ask the Core which EAs it speaks to; nobody waits for the answer."""
        if self._told is None:
            return
        try:
            face = await stub.Ping(
                pb.PingRequest(agent_id=self._agent_id), timeout=CONNECT_WITHIN_S
            )
        except (grpc.aio.AioRpcError, asyncio.CancelledError):
            return
        self._told(
            CoreFace(
                protocol_min=face.protocol_min,
                protocol_max=face.protocol_max,
                core_version=face.core_version,
                ready=face.ready,
            )
        )

    def _channel(self) -> grpc.aio.Channel:
        if self._credentials is None:
            return grpc.aio.insecure_channel(self._address, options=self._options)
        return grpc.aio.secure_channel(self._address, self._credentials, options=self._options)


class CoreStream:
    """One stream, from the moment it opened to its end."""

    def __init__(
        self, stream: int, agent_id: AgentId, call: Call, handler: CoreHandler, clock: Clock
    ) -> None:
        self.stream = stream
        self.was_answered = False
        self._agent_id, self._call = agent_id, call
        self._handler, self._clock = handler, clock
        self._queue: SendQueue[tuple[MessageId | None, AgentToCore]] = SendQueue()
        self._cut = asyncio.Event()
        self._batch = False
        self._reason = ""

    def send(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        """Queue *messages*; a Core that is too far behind loses this stream."""
        if not self._queue.put(messages) and not self._reason:
            self._reason = f"the Core left {len(self._queue)} messages unread"
            self._queue.close()
            self._cut.set()

    def end(self, reason: str) -> None:
        """Close the stream when what is queued has left, or cannot leave."""
        if not self._reason:
            self._reason = reason
            self._queue.close()
            asyncio.get_running_loop().call_later(LAST_WORDS_S, self._cut.set)

    async def serve(self) -> None:
        """Read and write until either side ends."""
        self._handler.core_up(self)
        works = [
            asyncio.ensure_future(work) for work in (self._read(), self._write(), self._cut.wait())
        ]
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._queue.close()
            self._call.cancel()
            for work in works:
                work.cancel()
            try:
                await asyncio.wait(works)
            finally:
                reason = self._reason or "the connection to the Core is gone"
                self._handler.core_down(self, reason)
        for work in works:
            if not work.cancelled() and (error := work.exception()) is not None:
                raise error

    async def _read(self) -> None:
        try:
            async for frame in self._call:
                self.was_answered = True
                if self._reason:
                    continue  # the stream is ended and only delivers its last words
                refused: list[WireError] = []
                self._handler.core_said(self, self._told(core_messages(frame, refused)))
                for refusal in refused:
                    self._handler.core_refused(refusal.reason, refusal.sentence)
        except grpc.aio.AioRpcError as error:
            self._reason = self._reason or f"{error.code().name}: {error.details()}"
        self._reason = self._reason or "the Core closed the stream"

    def _told(self, messages: Iterator[CoreToAgent]) -> Iterator[CoreToAgent]:
        """Pass *messages* on, and learn from the hello what the Core reads."""
        for message in messages:
            if isinstance(message, CoreHello):
                self._batch |= message.required_protocol_version >= BATCH_PROTOCOL_MIN
            yield message

    async def _write(self) -> None:
        try:
            while messages := await self._queue.take():
                unsendable: list[WireError] = []
                now_wall_ms = self._clock.now().wall_ms
                for frame in agent_frame(
                    messages, self._agent_id, now_wall_ms, batch=self._batch, refused=unsendable
                ):
                    await self._call.write(frame)
                for refusal in unsendable:
                    self._handler.core_refused(f"unsendable_{refusal.reason}", refusal.sentence)
            await self._call.done_writing()
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            pass  # the stream is over; reading learns why
        await self._cut.wait()


def _credentials(tls: TlsFiles) -> grpc.ChannelCredentials:
    cert, key, ca = tls.read()
    return grpc.ssl_channel_credentials(
        root_certificates=ca, private_key=key, certificate_chain=cert
    )

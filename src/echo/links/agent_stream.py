"""The Core's end of one Agent's stream."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

import grpc.aio

from echo.domain.answers import MessageAck
from echo.domain.ids import AgentId, MessageId
from echo.domain.sessions import AgentHello, AgentToCore, CoreToAgent
from echo.links.grpc_options import BATCH_PROTOCOL_MIN
from echo.links.send_queue import SendQueue
from echo.ports.clock import Clock
from echo.ports.links import AgentHandler
from echo.wire.core import core_frame, mark_sent, read_agent_frame
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError

Context = grpc.aio.ServicerContext[pb.AgentMessage, pb.CoreMessage]
Said = tuple[MessageId | None, AgentToCore]

_GONE: Final = "the connection to the Agent is gone"

LAST_WORDS_S: Final = 1.0
"""How long an ended stream may take to deliver what was queued."""


class AgentStream:
    """One stream, from the Agent's hello to its end: the `AgentSession` that the handler sees."""

    def __init__(
        self,
        session: int,
        agent_id: AgentId,
        hello: AgentHello,
        handler: AgentHandler,
        clock: Clock,
    ) -> None:
        self.session, self.agent_id = session, agent_id
        self._hello, self._handler, self._clock = hello, handler, clock
        self._batch = hello.protocol_version >= BATCH_PROTOCOL_MIN
        self._queue: SendQueue[CoreToAgent] = SendQueue()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._cut = asyncio.Event()
        self._reason = ""

    def send(self, messages: Sequence[CoreToAgent]) -> None:
        """Queue *messages*; an Agent that is too far behind loses its stream."""
        if not self._queue.put(messages) and not self._reason:
            self._reason = f"the Agent left {len(self._queue)} messages unread"
            self._queue.close()
            self._cut.set()

    def hold(self, held: bool) -> None:
        """Stop reading, or go on; the transport's flow control reaches the Agent."""
        if held:
            self._may_read.clear()
        else:
            self._may_read.set()

    def end(self, reason: str) -> None:
        """Close the stream when what is queued has left, or cannot leave."""
        if not self._reason:
            self._reason = reason
            self._queue.close()
            asyncio.get_running_loop().call_later(LAST_WORDS_S, self._cut.set)

    async def serve(
        self, rest: Sequence[Said], frames: AsyncIterator[pb.AgentMessage], context: Context
    ) -> str:
        """Read and write until either side ends; return why it ended.

        Args:
            rest: What came with the hello.
            frames: What comes after it.
        """
        self._handler.agent_joined(self, self._hello)
        works = [
            asyncio.ensure_future(work)
            for work in (self._read(rest, frames), self._write(context), self._cut.wait())
        ]
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._queue.close()
            for work in works:
                work.cancel()
            try:
                await asyncio.wait(works)
            finally:
                self._handler.agent_left(self, self._reason or _GONE)
        for work in works:
            if not work.cancelled() and (error := work.exception()) is not None:
                raise error
        return self._reason

    async def _read(self, rest: Sequence[Said], frames: AsyncIterator[pb.AgentMessage]) -> None:
        if rest:
            self._handler.agent_said(self, rest)
        async for frame in frames:
            if not self._may_read.is_set():
                await self._may_read.wait()
            if self._reason:
                continue  # the stream is ended and only delivers its last words
            said, refused = read_agent_frame(frame)
            if said:
                self._handler.agent_said(self, said)
            for refusal in refused:
                self._refuse(refusal)
        self._reason = self._reason or "the Agent closed the stream"

    async def _write(self, context: Context) -> None:
        while messages := await self._queue.take():
            unsendable: list[WireError] = []
            now_wall_ms = self._clock.now().wall_ms
            for frame in core_frame(messages, now_wall_ms, batch=self._batch, refused=unsendable):
                mark_sent(frame, now_wall_ms)
                await context.write(frame)
            for refusal in unsendable:
                self._handler.agent_refused(
                    self.agent_id, f"unsendable_{refusal.reason}", refusal.sentence
                )

    def _refuse(self, refusal: WireError) -> None:
        """Report what cannot be read; who wants it acknowledged learns that repeating is no use."""
        if refusal.message_id is not None:
            sentence = f"{refusal.reason}: {refusal.sentence}"
            self.send([MessageAck(message_id=refusal.message_id, success=False, error=sentence)])
        self._handler.agent_refused(self.agent_id, refusal.reason, refusal.sentence)

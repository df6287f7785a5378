"""Link ports: the ways to the other processes.

All of them run on one event loop; handlers are plain calls that must not block.  A handler is
called in the order in which things happened on its link.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from echo.domain.handshake import Role
from echo.domain.ids import AccountId, AgentId, MessageId
from echo.domain.sessions import AgentHello, AgentToCore, CoreToAgent


class AgentSession(Protocol):
    """The Core's end of one Agent's stream."""

    agent_id: AgentId
    session: int
    """Counts up over the life of the process; never used twice."""

    def send(self, messages: Sequence[CoreToAgent]) -> None:
        """Queue messages in order, without waiting; frames of many messages leave together.

        A session that is gone, or whose queue is full, ends and drops them: what was journaled
        is sent again on the Agent's next stream.
        """

    def hold(self, held: bool) -> None:
        """Stop reading from the Agent, or go on: what it sends meanwhile waits on its side."""

    def end(self, reason: str) -> None:
        """Close the stream."""


class AgentHandler(Protocol):
    """What the Core's service does with its Agents' streams."""

    def agent_joined(self, link: AgentSession, hello: AgentHello) -> None:
        """A stream opened and said hello."""

    def agent_said(
        self, link: AgentSession, messages: Sequence[tuple[MessageId | None, AgentToCore]]
    ) -> None:
        """Messages arrived together; those with an id want an acknowledgement."""

    def agent_left(self, link: AgentSession, reason: str) -> None:
        """The stream is over; called once for every `agent_joined`."""

    def agent_refused(self, agent_id: AgentId, reason: str, sentence: str) -> None:
        """A frame could not be understood; the stream lives on."""


class AgentServer(Protocol):
    """Listens for Agents."""

    async def start(self, handler: AgentHandler) -> None:
        """Begin to listen, or again after `stop`.  Raises ``PortTaken`` or ``UnsafeBind``."""

    async def stop(self, grace_ms: int) -> None:
        """Let queued frames leave, then close all streams."""


class CoreStream(Protocol):
    """The Agent's end of one stream to the Core."""

    stream: int
    """Counts up over the life of the process; never used twice."""

    def send(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        """Queue messages in order, without waiting; dropped when the stream is over."""

    def end(self, reason: str) -> None:
        """Close the stream; the link connects again by itself."""


class CoreHandler(Protocol):
    """What the Agent's service does with its stream to the Core."""

    def core_up(self, link: CoreStream) -> None:
        """A stream opened."""

    def core_said(self, link: CoreStream, messages: Iterable[CoreToAgent]) -> None:
        """Messages arrived together; each is read when it is taken."""

    def core_down(self, link: CoreStream, reason: str) -> None:
        """The stream is over; called once for every `core_up`."""

    def core_refused(self, reason: str, sentence: str) -> None:
        """A frame could not be understood; the stream lives on."""


class CoreLink(Protocol):
    """Keeps a stream to the Core: connects, and connects again with back-off and jitter."""

    async def run(self, handler: CoreHandler) -> None:
        """Serve until cancelled."""


class PipeSession(Protocol):
    """One EA on one pipe."""

    session: int
    """Counts up over the life of the process; never used twice."""
    role: Role
    account_id: AccountId

    def write(self, data: bytes) -> bool:
        """Queue *data* without waiting; False = the pipe is gone or too far behind, now closed."""

    def end(self, reason: str) -> None:
        """Close the pipe for this EA; another may connect."""


class PipeHandler(Protocol):
    """What the Agent's service does with its pipes."""

    def pipe_opened(self, pipe: PipeSession) -> None:
        """An EA connected."""

    def pipe_said(self, pipe: PipeSession, data: bytes) -> None:
        """Bytes arrived, cut anywhere."""

    def pipe_closed(self, pipe: PipeSession, reason: str) -> None:
        """The EA is gone; called once for every `pipe_opened`."""


class PipeServer(Protocol):
    """Listens on one pipe per (role, account)."""

    async def start(self, pipes: Sequence[tuple[Role, AccountId]], handler: PipeHandler) -> None:
        """Begin to listen on all *pipes*.  Raises ``PortTaken``."""

    async def stop(self) -> None:
        """Close every pipe and remove its name."""


class EaLinkHandler(Protocol):
    """What a terminal does with its pipe."""

    def pipe_up(self) -> None:
        """Connected."""

    def agent_said(self, data: bytes) -> None:
        """Bytes arrived, cut anywhere."""

    def pipe_down(self, reason: str) -> None:
        """The pipe is gone; the link connects again by itself."""


class EaLink(Protocol):
    """A terminal's way to its Agent."""

    async def run(self, handler: EaLinkHandler) -> None:
        """Connect, and connect again with back-off, until cancelled."""

    def write(self, data: bytes) -> bool:
        """Queue *data*; False = not connected."""

    def end(self, reason: str) -> None:
        """Close the pipe; the link connects again by itself."""

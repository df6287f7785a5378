"""Both ends of the stream as tests need them: handlers that remember, and frozen processes."""

import asyncio
import sys
from collections.abc import Iterable, Sequence

from echo.domain.ids import AgentId, MessageId
from echo.domain.sessions import (
    AgentHello,
    AgentToCore,
    CoreHello,
    CoreToAgent,
    DeliveryHeartbeat,
)
from echo.links.grpc_client import GrpcCoreLink
from echo.links.grpc_server import CoreFace, GrpcAgentServer, ListenAt
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.links import AgentSession
from echo.ports.links import CoreStream as CoreStreamPort

AGENT = AgentId("agent_1")
CORE_HELLO = CoreHello(required_protocol_version=3, lossless_required=False, service_version="1")
FACE = CoreFace(protocol_min=1, protocol_max=3, core_version="1.2.3", ready=True)


def hello(agent_id: str = AGENT, *, protocol_version: int = 3) -> AgentHello:
    return AgentHello(
        agent_id=AgentId(agent_id),
        version="1",
        hostname="here",
        os="any",
        protocol_version=protocol_version,
    )


def pulse(mono_ms: int) -> DeliveryHeartbeat:
    """A message from the Core that is told from others by its number."""
    return DeliveryHeartbeat(
        heartbeat_interval_ms=1_000,
        retry_backoff_ms=(50,),
        max_retries=1,
        ack_timeout_ms=150,
        mono_ms=mono_ms,
    )


class Core:
    """An `AgentHandler` that greets, and remembers what it hears."""

    def __init__(self) -> None:
        self.greeting = CORE_HELLO
        self.links: dict[int, AgentSession] = {}
        self.hellos: list[AgentHello] = []
        self.frames: list[list[tuple[MessageId | None, AgentToCore]]] = []
        self.left: list[str] = []
        self.refused: list[tuple[str, str]] = []

    def agent_joined(self, link: AgentSession, hello: AgentHello) -> None:
        self.links[link.session] = link
        self.hellos.append(hello)
        link.send([self.greeting])

    def agent_said(
        self, link: AgentSession, messages: Sequence[tuple[MessageId | None, AgentToCore]]
    ) -> None:
        assert link.session in self.links
        self.frames.append(list(messages))

    def agent_left(self, link: AgentSession, reason: str) -> None:
        del self.links[link.session]
        self.left.append(reason)

    def agent_refused(self, agent_id: AgentId, reason: str, sentence: str) -> None:
        self.refused.append((agent_id, reason))

    @property
    def said(self) -> list[AgentToCore]:
        return [message for frame in self.frames for _, message in frame]

    @property
    def link(self) -> AgentSession:
        [link] = self.links.values()
        return link


class Agent:
    """A `CoreHandler` that says hello, and remembers what it hears."""

    def __init__(self, hello: AgentHello) -> None:
        self.hello = hello
        self.link: CoreStreamPort | None = None
        self.ups = 0
        self.said: list[CoreToAgent] = []
        self.batches: list[int] = []
        self.downs: list[str] = []
        self.refused: list[str] = []

    def core_up(self, link: CoreStreamPort) -> None:
        self.ups += 1
        self.link = link
        link.send([(None, self.hello)])

    def core_said(self, link: CoreStreamPort, messages: Iterable[CoreToAgent]) -> None:
        assert link is self.link
        before = len(self.said)
        self.said.extend(messages)
        self.batches.append(len(self.said) - before)

    def core_down(self, link: CoreStreamPort, reason: str) -> None:
        assert link is self.link
        self.link = None
        self.downs.append(reason)

    def core_refused(self, reason: str, sentence: str) -> None:
        self.refused.append(reason)


def new_server(port: int = 0, *, interval_ms: int = 1_000) -> GrpcAgentServer:
    where = ListenAt(port=port, heartbeat_interval_ms=interval_ms)
    return GrpcAgentServer(where, SystemClock(), lambda: FACE)


def new_link(port: int, agent_id: str = AGENT, *, interval_ms: int = 1_000) -> GrpcCoreLink:
    return GrpcCoreLink(
        "127.0.0.1",
        port,
        AgentId(agent_id),
        SystemClock(),
        SystemIds(),
        heartbeat_interval_ms=interval_ms,
    )


async def serve_core() -> None:
    """Be a Core until killed; its port is the first line on standard output."""
    server = new_server()
    await server.start(Core())
    print(server.port, flush=True)
    await asyncio.Event().wait()


async def serve_agent(port: int) -> None:
    """Be an Agent until killed."""
    await new_link(port).run(Agent(hello()))


if __name__ == "__main__":
    asyncio.run(serve_agent(int(sys.argv[1])) if len(sys.argv) > 1 else serve_core())

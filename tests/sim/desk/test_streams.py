import asyncio
from collections.abc import Iterable, Iterator, Sequence

import pytest

from echo.domain.answers import MessageAck
from echo.domain.ids import AgentId, MessageId
from echo.domain.sessions import (
    AgentHeartbeat,
    AgentHello,
    AgentToCore,
    CoreHello,
    CoreToAgent,
)
from echo.ports.errors import PortTaken
from echo.ports.links import AgentServer, AgentSession, CoreLink, CoreStream
from echo.sim.desk.streams import MemoryAgentServer, MemoryCoreLink, Onlooker, StreamCable
from tests.sim.desk.stage import Bench

AGENT = AgentId("agent-1")
HELLO = AgentHello(agent_id=AGENT, version="1", hostname="h", os="o")
WELCOME = CoreHello(required_protocol_version=3, lossless_required=True, service_version="1")


def beat(number: int) -> AgentHeartbeat:
    return AgentHeartbeat(agent_id=AGENT, timestamp_ms=number, mono_ms=number)


class Core:
    """Hears Agents, and welcomes them."""

    def __init__(self) -> None:
        self.links: list[AgentSession] = []
        self.heard: list[AgentToCore] = []
        self.left: list[str] = []

    def agent_joined(self, link: AgentSession, hello: AgentHello) -> None:
        self.links.append(link)
        link.send([WELCOME])

    def agent_said(
        self, link: AgentSession, messages: Sequence[tuple[MessageId | None, AgentToCore]]
    ) -> None:
        self.heard += [message for _, message in messages]

    def agent_left(self, link: AgentSession, reason: str) -> None:
        self.left.append(reason)

    def agent_refused(self, agent_id: AgentId, reason: str, sentence: str) -> None:
        raise AssertionError(sentence)


class Agent:
    """Hears the Core; says hello unless it is rude."""

    def __init__(self) -> None:
        self.streams: list[CoreStream] = []
        self.heard: list[CoreToAgent] = []
        self.downs: list[str] = []
        self.first: AgentToCore | None = HELLO

    def core_up(self, link: CoreStream) -> None:
        self.streams.append(link)
        if self.first is not None:
            link.send([(None, self.first)])

    def core_said(self, link: CoreStream, messages: Iterable[CoreToAgent]) -> None:
        self.heard += messages

    def core_down(self, link: CoreStream, reason: str) -> None:
        self.downs.append(reason)

    def core_refused(self, reason: str, sentence: str) -> None:
        raise AssertionError(sentence)


class Seen(Onlooker):
    """Remembers what passed."""

    def __init__(self) -> None:
        self.sent: list[CoreToAgent] = []
        self.came: list[AgentToCore] = []

    def core_sends(self, messages: Sequence[CoreToAgent]) -> None:
        self.sent += messages

    def core_hears(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        self.came += [message for _, message in messages]


class Hall(Bench):
    """A Core and an Agent."""

    def __init__(self) -> None:
        super().__init__()
        self.core, self.agent, self.seen = Core(), Agent(), Seen()
        self.here, self.there = self.process("core"), self.process("agent")
        self.cable = StreamCable(self.loop, self.chance, "agent", (1, 3))
        self.server: AgentServer = MemoryAgentServer([self.cable], self.clock, self.seen)
        self.link: CoreLink = MemoryCoreLink(self.cable, AGENT, self.clock, self.ids)

    async def open(self) -> None:
        await self.loop.spawn(self.here, self.server.start(self.core))
        self.loop.spawn(self.there, self.link.run(self.agent))
        await asyncio.sleep(0.5)

    def say(self, *messages: AgentToCore) -> None:
        said = [(MessageId(f"l:{n}"), each) for n, each in enumerate(messages)]
        self.loop.call_soon(self.agent.streams[-1].send, said, context=self.there.context)


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    assert hall.loop.failures == []
    hall.loop.close()


def test_messages_travel_as_frames_both_ways_and_are_shown(hall: Hall) -> None:
    ack = MessageAck(message_id=MessageId("l:0"))

    async def talk() -> None:
        await hall.open()
        hall.say(beat(1), beat(2))
        hall.loop.call_soon(hall.core.links[0].send, [ack], context=hall.here.context)
        await asyncio.sleep(1)

    hall.run(talk())
    assert hall.core.heard == hall.seen.came == [beat(1), beat(2)]
    assert hall.agent.heard == hall.seen.sent == [WELCOME, ack]
    assert hall.core.heard[0] is not beat(1)


def test_a_core_that_does_not_read_holds_the_agent_up(hall: Hall) -> None:
    hall.cable.window = 4

    async def talk() -> None:
        await hall.open()
        hall.core.links[0].hold(True)
        for number in range(20):
            hall.say(beat(number))
            await asyncio.sleep(0.1)
        assert hall.core.heard == []
        hall.core.links[0].hold(False)
        await asyncio.sleep(1)

    hall.run(talk())
    assert hall.core.heard == [beat(number) for number in range(20)]


def test_both_ends_can_end_a_stream_and_the_agent_calls_again(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        hall.loop.call_soon(hall.core.links[0].end, "enough", context=hall.here.context)
        await asyncio.sleep(3)
        hall.loop.call_soon(hall.agent.streams[1].end, "bye", context=hall.there.context)
        await asyncio.sleep(3)

    hall.run(talk())
    assert [stream.stream for stream in hall.agent.streams] == [1, 2, 3]
    assert len(hall.core.links) == 3
    assert len(hall.core.left) == 2
    assert ["enough" in down for down in hall.agent.downs] == [True, False]


def test_a_cut_is_told_at_both_ends(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        hall.cable.cut("cut", late_ms=100)
        await asyncio.sleep(3)

    hall.run(talk())
    assert len(hall.core.left) == 1
    assert hall.agent.downs == ["UNAVAILABLE: cut"]
    assert len(hall.core.links) == 2


def test_who_says_nothing_or_no_hello_is_shown_out(hall: Hall) -> None:
    async def talk() -> None:
        hall.agent.first = None
        await hall.open()
        await asyncio.sleep(11)
        assert hall.agent.downs == ["UNAVAILABLE: no hello"]
        hall.agent.first = beat(1)
        await asyncio.sleep(15)

    hall.run(talk())
    assert len(hall.agent.downs) > 1
    assert hall.core.links == []


def test_a_server_that_stops_lets_everybody_go(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        rival = MemoryAgentServer([hall.cable], hall.clock, Onlooker())
        with pytest.raises(PortTaken):
            await hall.loop.spawn(hall.process("rival"), rival.start(Core()))
        await hall.loop.spawn(hall.here, hall.server.stop(1_000))
        await asyncio.sleep(3)

    hall.run(talk())
    assert len(hall.core.left) == len(hall.agent.downs) == 1
    assert len(hall.agent.streams) == 1

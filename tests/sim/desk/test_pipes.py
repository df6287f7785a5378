import asyncio
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.ports.errors import PortTaken
from echo.ports.links import EaLink, PipeServer, PipeSession
from echo.sim.desk.pipes import (
    UNREAD_MAX,
    MemoryEaLink,
    MemoryPipeServer,
    PipeCable,
    pieces,
)
from tests.sim.desk.stage import Bench

KEY = (Role.SLAVE, AccountId("2001"))


@given(st.binary(), st.integers(), st.floats(0, 1))
def test_pieces_are_the_whole(data: bytes, seed: int, rough: float) -> None:
    cut = pieces(data, Random(seed), rough)
    assert b"".join(cut) == data
    assert all(cut) or cut == [b""]


class Agent:
    """Hears EAs."""

    def __init__(self) -> None:
        self.pipes: list[PipeSession] = []
        self.heard: list[bytes] = []
        self.closed: list[str] = []

    def pipe_opened(self, pipe: PipeSession) -> None:
        self.pipes.append(pipe)

    def pipe_said(self, pipe: PipeSession, data: bytes) -> None:
        self.heard.append(data)

    def pipe_closed(self, pipe: PipeSession, reason: str) -> None:
        self.closed.append(reason)


class Ea:
    """Hears its Agent."""

    def __init__(self) -> None:
        self.ups = 0
        self.heard: list[bytes] = []
        self.downs: list[str] = []

    def pipe_up(self) -> None:
        self.ups += 1

    def agent_said(self, data: bytes) -> None:
        self.heard.append(data)

    def pipe_down(self, reason: str) -> None:
        self.downs.append(reason)


class Hall(Bench):
    """An Agent's pipes and one EA."""

    def __init__(self, rough: float = 0.0) -> None:
        super().__init__()
        self.agent, self.ea = Agent(), Ea()
        self.host, self.chart = self.process("agent"), self.process("slave")
        self.cable = PipeCable(self.loop, self.chance, "slave", (1, 3))
        self.shown: list[tuple[AccountId, bytes]] = []
        self.server: PipeServer = MemoryPipeServer(
            {KEY: self.cable}, rough, lambda *said: self.shown.append(said)
        )
        self.link: EaLink = MemoryEaLink(self.cable, self.clock, self.ids, rough)

    async def open(self) -> None:
        await self.loop.spawn(self.host, self.server.start([KEY], self.agent))
        self.loop.spawn(self.chart, self.link.run(self.ea))
        await asyncio.sleep(0.1)

    def by_agent(self, *said: bytes) -> None:
        for data in said:
            self.loop.call_soon(self.agent.pipes[-1].write, data, context=self.host.context)


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.loop.close()


def test_lines_go_both_ways_and_are_shown(hall: Hall) -> None:
    async def talk() -> None:
        assert not hall.link.write(b"before")
        await hall.open()
        assert hall.link.write(b"hello\n")
        hall.by_agent(b"one\n", b"two\n")
        await asyncio.sleep(1)

    hall.run(talk())
    assert (hall.agent.heard, hall.ea.heard) == ([b"hello\n"], [b"one\n", b"two\n"])
    assert hall.shown == [(KEY[1], b"one\n"), (KEY[1], b"two\n")]
    pipe = hall.agent.pipes[0]
    assert (pipe.session, pipe.role, pipe.account_id) == (1, *KEY)


def test_a_rough_pipe_cuts_what_it_delivers() -> None:
    hall = Hall(rough=1.0)

    async def talk() -> None:
        await hall.open()
        for _ in range(20):
            hall.link.write(b"a line of some length\n")
        await asyncio.sleep(1)

    hall.run(talk())
    assert b"".join(hall.agent.heard) == b"a line of some length\n" * 20
    assert len(hall.agent.heard) > 20
    hall.loop.close()


def test_both_ends_can_close_and_the_ea_connects_again(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        hall.link.end("mine")
        assert not hall.link.write(b"closed")
        await asyncio.sleep(1)
        hall.loop.call_soon(hall.agent.pipes[1].end, "yours", context=hall.host.context)
        await asyncio.sleep(1)
        assert not hall.agent.pipes[1].write(b"closed")
        hall.agent.pipes[1].end("again")
        await asyncio.sleep(1)

    hall.run(talk())
    assert hall.ea.ups == 3
    assert (hall.ea.downs, hall.agent.closed) == (["mine", "yours"], ["mine", "yours"])


def test_a_break_may_leave_half_a_line(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        for _ in range(30):
            if hall.link.write(b"0123456789\n"):
                hall.cable.cut("cut")
            await asyncio.sleep(10)

    hall.run(talk())
    assert any(0 < len(each) < 11 for each in hall.agent.heard)
    assert all(b"0123456789\n".startswith(each) for each in hall.agent.heard)


def test_a_reader_that_is_too_far_behind_loses_its_pipe(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        hall.loop.freeze(hall.chart)
        hall.by_agent(*[b"x\n"] * (UNREAD_MAX + 1))
        await asyncio.sleep(1)
        assert hall.agent.closed == [f"{UNREAD_MAX} writes unread"]
        hall.loop.thaw(hall.chart)
        await asyncio.sleep(1)

    hall.run(talk())
    assert hall.ea.ups == 2


def test_a_pipe_is_served_once_and_given_back(hall: Hall) -> None:
    async def talk() -> None:
        await hall.open()
        other = MemoryPipeServer({KEY: hall.cable}, 0.0)
        with pytest.raises(PortTaken):
            await hall.loop.spawn(hall.process("rival"), other.start([KEY], Agent()))
        await hall.loop.spawn(hall.host, hall.server.stop())
        await asyncio.sleep(1)
        rival = hall.process("next")
        await hall.loop.spawn(rival, other.start([KEY], Agent()))

    hall.run(talk())
    assert hall.agent.closed == ["the Agent stops"]
    assert hall.ea.downs == ["the Agent stops"]

"""The Agent's way to the Core, over real connections: batches, breaks, frozen peers."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.answers import MessageAck
from echo.domain.ids import AgentId, MessageId
from echo.domain.sessions import AgentHeartbeat, ClockEcho, CoreHello, DeliveryHeartbeat
from echo.links import send_queue
from echo.links.grpc_client import GrpcCoreLink
from echo.links.grpc_options import TlsFiles
from echo.links.grpc_server import GrpcAgentServer
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.errors import SettingsInvalid, UnsafeBind
from tests.fakes import FakeClock, FakeIds, until_real
from tests.house.sources import ROOT
from tests.links.grpc_peers import AGENT, Agent, Core, hello, new_link, new_server, pulse
from tests.links.linked import linked
from tests.servers.ports import free_port
from tests.stopwatch import Stopwatch

NOTICED_WITHIN_S = 3.0
IDLE_S = 7.0
"""Pings that come too fast end a connection after about five seconds."""


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
def agent() -> Agent:
    return Agent(hello())


@pytest.fixture
async def server(core: Core) -> AsyncIterator[GrpcAgentServer]:
    server = new_server()
    await server.start(core)
    yield server
    await server.stop(200)


def probe(mono_ms: int) -> ClockEcho:
    return ClockEcho(mono_ms=mono_ms)


async def test_both_sides_hear_everything_in_order(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        for n in range(1, 1_001):
            agent.link.send([(MessageId(f"l:{n}"), probe(n))])
            core.link.send([pulse(n)])
        await until_real(lambda: len(core.said) == 1_000 and len(agent.said) == 1_001)

    assert core.hellos == [hello()]
    assert [message.mono_ms for message in core.said if isinstance(message, ClockEcho)] == [
        *range(1, 1_001)
    ]
    assert core.frames[0][0][0] == "l:1"
    assert agent.said == [agent.said[0], *(pulse(n) for n in range(1, 1_001))]
    await until_real(lambda: core.left)
    assert agent.downs == ["the connection to the Core is gone"]


async def test_peers_that_read_batches_get_many_messages_in_a_frame(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        agent.link.send([(None, probe(n)) for n in range(1, 301)])
        core.link.send([pulse(n) for n in range(1, 301)])
        await until_real(lambda: len(core.said) == 300 and len(agent.said) == 301)

    assert [len(frame) for frame in core.frames] == [send_queue.SLICE_MAX, 44]
    assert agent.batches[1:] == [send_queue.SLICE_MAX, 44]


async def test_an_older_agent_gets_one_message_a_frame(server: GrpcAgentServer, core: Core) -> None:
    agent = Agent(hello(protocol_version=2))
    async with linked(server.port, agent):
        await until_real(lambda: core.links)
        core.link.send([pulse(1), pulse(2)])
        await until_real(lambda: len(agent.said) == 3)

    assert agent.batches == [1, 1, 1]


async def test_an_older_core_gets_one_message_a_frame(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    core.greeting = replace(core.greeting, required_protocol_version=2)
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        agent.link.send([(None, probe(1)), (None, probe(2))])
        await until_real(lambda: len(core.said) == 2)

    assert [len(frame) for frame in core.frames] == [1, 1]


async def test_a_message_that_cannot_be_read_is_refused_and_the_stream_lives_on(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    broken = AgentHeartbeat(agent_id=AgentId("no name at all"), timestamp_ms=1, mono_ms=1)
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        agent.link.send([(MessageId("l:1"), broken)])
        agent.link.send([(MessageId("l:2"), probe(5))])
        await until_real(lambda: core.said and len(agent.said) == 2)

    assert core.said == [probe(5)]
    assert core.refused == [(AGENT, "bad_identifier")]
    answer = agent.said[1]
    assert isinstance(answer, MessageAck)
    assert (answer.message_id, answer.success) == ("l:1", False)


async def test_a_message_that_cannot_be_written_is_reported_and_the_others_leave(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        agent.link.send([(None, probe(2**70)), (None, probe(1))])
        core.link.send([pulse(2**70), pulse(1)])
        await until_real(lambda: core.said and len(agent.said) == 2)

    assert agent.refused == ["unsendable_out_of_range"]
    assert core.refused == [(AGENT, "unsendable_out_of_range")]


async def test_a_held_agent_is_not_heard_until_it_is_let_go(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        core.link.hold(True)
        agent.link.send([(None, probe(n)) for n in range(1, 1_001)])
        core.link.send([pulse(1)])
        await until_real(lambda: len(agent.said) == 2)
        assert core.said == []

        core.link.hold(False)
        await until_real(lambda: len(core.said) == 1_000)


async def test_an_agent_that_is_ended_learns_why_and_comes_again(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        core.link.send([pulse(1)])
        core.link.end("the journal is read again")
        core.link.end("a second reason")
        await until_real(lambda: agent.ups == 2 and core.links)

        assert agent.downs == ["UNAVAILABLE: the journal is read again"]
        told = agent.said[1]
        assert isinstance(told, DeliveryHeartbeat)
        assert replace(told, wall_ms=0) == pulse(1)
        assert core.left == ["the journal is read again"]


async def test_an_agent_that_ends_its_stream_comes_again(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        first = agent.link
        assert first is not None
        first.send([(None, probe(1))])
        first.end("the Core is silent")
        first.send([(None, probe(2))])
        await until_real(lambda: agent.ups == 2 and len(core.hellos) == 2)

        assert agent.link is not None
        assert agent.link.stream > first.stream
        assert agent.downs == ["the Core is silent"]
        assert core.said == [probe(1)]
        assert [link.session for link in core.links.values()] == [2]


@pytest.mark.parametrize("behind", ["agent", "core"])
async def test_a_peer_that_is_too_far_behind_loses_its_stream(
    server: GrpcAgentServer, core: Core, agent: Agent, behind: str
) -> None:
    async with linked(server.port, agent):
        await until_real(lambda: agent.said)
        assert agent.link is not None
        if behind == "agent":
            core.link.send([pulse(1)] * (send_queue.QUEUED_MAX + 1))
        else:
            agent.link.send([(None, probe(1))] * (send_queue.QUEUED_MAX + 1))
        await until_real(lambda: agent.downs and core.left)

        assert "unread" in (core.left if behind == "agent" else agent.downs)[0]


async def test_a_core_that_restarts_is_found_at_once(core: Core, agent: Agent) -> None:
    first = new_server(free_port())
    await first.start(core)
    async with linked(first.port, agent):
        await until_real(lambda: agent.said)
        await first.stop(0)
        await until_real(lambda: agent.downs)
        second = new_server(first.port)
        await second.start(core)
        with Stopwatch() as watch:
            await until_real(lambda: len(core.hellos) == 2)

        assert watch.took_s < 2
    await second.stop(0)


async def test_the_waits_between_attempts_grow_and_are_spread() -> None:
    clock = FakeClock()
    link = GrpcCoreLink("127.0.0.1", free_port(), AGENT, clock, FakeIds(jitter_ms=7))
    agent = Agent(hello())
    waits = []
    async with linked(0, agent, link):
        for _ in range(7):
            await until_real(lambda: clock.next_due_ms is not None)
            waits.append((clock.next_due_ms or 0) - clock.now().mono_ms)
            clock.advance(waits[-1])
            await until_real(lambda: clock.next_due_ms is None)

    assert waits == [107, 207, 407, 807, 1607, 2007, 2007]
    assert agent.ups == 0


def test_another_machine_is_not_reached_without_tls() -> None:
    with pytest.raises(UnsafeBind, match=r"core\.example\.com"):
        GrpcCoreLink("core.example.com", 1, AGENT, SystemClock(), SystemIds())


def test_missing_tls_files_are_named(tmp_path: Path) -> None:
    tls = TlsFiles(ca_file=tmp_path / "ca.pem")
    with pytest.raises(SettingsInvalid, match=r"ca\.pem"):
        GrpcCoreLink("core.example.com", 1, AGENT, SystemClock(), SystemIds(), tls=tls)


class Peer:
    """The other end in a process of its own, that can be frozen."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.links.grpc_peers", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


async def test_a_frozen_core_is_noticed(agent: Agent) -> None:
    peer = Peer()
    try:
        port = int(await asyncio.to_thread(peer.first_line))
        async with linked(port, agent):
            await until_real(lambda: agent.said)
            peer.freeze()
            with Stopwatch() as watch:
                await until_real(lambda: agent.downs)

            assert watch.took_s < NOTICED_WITHIN_S
    finally:
        peer.end()


async def test_a_frozen_agent_is_noticed(server: GrpcAgentServer, core: Core) -> None:
    peer = Peer(str(server.port))
    try:
        await until_real(lambda: core.links)
        peer.freeze()
        with Stopwatch() as watch:
            await until_real(lambda: core.left)

        assert watch.took_s < NOTICED_WITHIN_S
    finally:
        peer.end()


async def test_an_idle_stream_stays_up_at_the_fastest_rate(
    server: GrpcAgentServer, core: Core, agent: Agent
) -> None:
    """No "too many pings": nothing but pings for longer than it takes to be told so."""
    async with linked(server.port, agent, new_link(server.port, interval_ms=1_000)):
        await until_real(lambda: agent.said)
        quiet_until = time.monotonic() + IDLE_S
        await until_real(lambda: time.monotonic() > quiet_until or agent.downs)

        assert agent.downs == []
        assert core.left == []
        assert isinstance(agent.said[0], CoreHello)

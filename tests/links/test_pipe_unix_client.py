"""A terminal's way to its Agent, over real unix sockets and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from echo.links.backoff import STEADY_MS
from echo.links.pipe_unix_client import UnixEaLink
from echo.ports.links import EaLink
from tests.fakes import FakeClock, FakeIds, until, until_real


class Terminal:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.ups, self.downs = 0, list[str]()
        self.heard = b""
        self.link: UnixEaLink

    def pipe_up(self) -> None:
        self.ups += 1
        assert self.link.write(b"handshake\n")

    def agent_said(self, data: bytes) -> None:
        self.heard += data

    def pipe_down(self, reason: str) -> None:
        self.downs.append(reason)


class Agent:
    """The other end: a plain server."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writers: list[asyncio.StreamWriter] = []
        self.heard = b""
        self.reads = True

    async def start(self) -> None:
        self.server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        while self.reads and (data := await reader.read(65_536)):
            self.heard += data

    async def stop(self) -> None:
        self.server.close()
        for writer in self.writers:
            writer.close()
        self.path.unlink(missing_ok=True)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ea.sock"


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
async def agent(path: Path) -> AsyncIterator[Agent]:
    agent = Agent(path)
    yield agent
    if hasattr(agent, "server"):
        await agent.stop()


@pytest.fixture
async def listening(agent: Agent) -> Agent:
    """The Agent, there before the terminal."""
    await agent.start()
    return agent


@pytest.fixture
async def link(path: Path, clock: FakeClock, terminal: Terminal) -> AsyncIterator[UnixEaLink]:
    link = UnixEaLink(path, clock, FakeIds(jitter_ms=7), pending_bytes_max=200_000)
    terminal.link = link
    serving = asyncio.create_task(link.run(terminal))
    yield link
    serving.cancel()
    await asyncio.wait([serving])


async def test_the_handler_can_write_as_soon_as_it_is_told(
    listening: Agent, link: UnixEaLink, terminal: Terminal
) -> None:
    await until_real(lambda: listening.heard == b"handshake\n")
    listening.writers[0].write(b"pong\n")
    await until_real(lambda: terminal.heard == b"pong\n")
    assert terminal.ups == 1


async def test_waits_double_to_five_seconds_with_jitter_on_top(
    link: EaLink, clock: FakeClock
) -> None:
    waits = []
    for _ in range(8):
        await until(lambda: clock.next_due_ms is not None)
        due_ms = clock.next_due_ms or 0
        waits.append(due_ms - clock.now().mono_ms)
        clock.advance(waits[-1])
        await until(lambda: clock.next_due_ms is None)

    assert waits == [107, 207, 407, 807, 1607, 3207, 5007, 5007]
    assert link.write(b"nobody\n") is False


async def test_an_answered_connection_that_lasted_starts_the_waits_again(
    agent: Agent, link: UnixEaLink, terminal: Terminal, clock: FakeClock
) -> None:
    for _ in range(4):
        await until(lambda: clock.next_due_ms is not None)
        clock.advance(10_000)
        await until(lambda: clock.next_due_ms is None)
    await until(lambda: clock.next_due_ms is not None)
    await agent.start()
    clock.advance(10_000)
    await until_real(lambda: agent.writers)
    agent.writers[0].write(b"hello\n")
    await until_real(lambda: terminal.heard)

    clock.advance(STEADY_MS)
    await agent.stop()

    await until_real(lambda: clock.next_due_ms is not None)
    assert clock.next_due_ms == clock.now().mono_ms + 107
    assert len(terminal.downs) == 1
    assert link.write(b"gone\n") is False


@pytest.mark.parametrize("verdict", [b"", b"rejected\n"])
async def test_a_connection_without_an_answer_or_soon_over_does_not(
    listening: Agent, link: UnixEaLink, terminal: Terminal, clock: FakeClock, verdict: bytes
) -> None:
    """An Agent that refuses this instance must not be asked ten times a second."""
    agent = listening
    await until_real(lambda: agent.writers)
    agent.writers[0].write(verdict)
    await until_real(lambda: terminal.heard == verdict)
    clock.advance(STEADY_MS - 1 if verdict else 10 * STEADY_MS)
    agent.writers[0].close()
    await until_real(lambda: clock.next_due_ms is not None)
    clock.advance(107)
    await until_real(lambda: len(agent.writers) == 2)
    agent.writers[1].close()
    await until_real(lambda: clock.next_due_ms is not None)

    assert clock.next_due_ms == clock.now().mono_ms + 207
    assert (terminal.ups, len(terminal.downs)) == (2, 2)


async def test_an_agent_that_does_not_read_is_left(
    listening: Agent, link: UnixEaLink, terminal: Terminal
) -> None:
    listening.reads = False
    await until_real(lambda: terminal.ups and listening.writers)
    written = 0
    while link.write(b"x" * 10_000):
        written += 1
        assert written < 10_000
    await until_real(lambda: terminal.downs)

    assert "unread" in terminal.downs[0]


async def test_a_pipe_that_is_ended_is_made_again(
    listening: Agent, link: UnixEaLink, terminal: Terminal, clock: FakeClock
) -> None:
    await until_real(lambda: terminal.ups and listening.writers)

    link.end("a sequence gap")
    await until_real(lambda: clock.next_due_ms is not None)
    clock.advance(107)

    await until_real(lambda: terminal.ups == 2)
    assert terminal.downs == ["a sequence gap"]


async def test_ending_without_a_pipe_does_nothing(link: EaLink) -> None:
    link.end("nobody there")

    assert link.write(b"x") is False

"""The pipe server, over real unix sockets."""

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links import ea_connection, pipe_unix
from echo.links.pipe_unix import UnixPipeServer, pipe_path
from echo.ports.errors import PortTaken, SettingsInvalid
from echo.ports.links import PipeServer, PipeSession
from tests.fakes import WITHIN_S, until_real

MASTER = (Role.MASTER, AccountId("100"))
SLAVE = (Role.SLAVE, AccountId("200"))


class Pipes:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.open: dict[int, PipeSession] = {}
        self.said: dict[int, bytes] = {}
        self.closed: dict[int, str] = {}

    def pipe_opened(self, pipe: PipeSession) -> None:
        assert pipe.session not in self.said
        self.open[pipe.session] = pipe
        self.said[pipe.session] = b""

    def pipe_said(self, pipe: PipeSession, data: bytes) -> None:
        self.said[pipe.session] += data

    def pipe_closed(self, pipe: PipeSession, reason: str) -> None:
        assert pipe.session not in self.closed
        del self.open[pipe.session]
        self.closed[pipe.session] = reason

    async def next_open(self) -> PipeSession:
        known = set(self.said)
        await until_real(lambda: set(self.open) - known)
        return self.open[max(self.open)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pipes"


@pytest.fixture
def pipes() -> Pipes:
    return Pipes()


@pytest.fixture
async def server(folder: Path, pipes: Pipes) -> AsyncIterator[UnixPipeServer]:
    server = UnixPipeServer(folder)
    await server.start([MASTER, SLAVE], pipes)
    yield server
    await server.stop()


def listing(folder: Path) -> dict[str, int]:
    """Name and mode of everything in *folder*."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def connected(folder: Path, pipe: tuple[Role, AccountId] = MASTER) -> socket.socket:
    ea = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    ea.setblocking(False)
    ea.connect(str(pipe_path(folder, *pipe)))
    return ea


async def received(ea: socket.socket, count: int) -> bytes:
    data = b""
    async with asyncio.timeout(WITHIN_S):
        while len(data) < count:
            data += await asyncio.get_running_loop().sock_recv(ea, count - len(data))
    return data


@pytest.mark.usefixtures("server")
async def test_pipes_are_named_by_role_and_account_and_belong_to_this_user(folder: Path) -> None:
    assert listing(folder) == {"echo_master_100.sock": 0o600, "echo_slave_200.sock": 0o600}
    assert listing(folder.parent) == {"pipes": 0o700}


@pytest.mark.usefixtures("server")
async def test_bytes_go_both_ways_and_each_end_is_told_once(folder: Path, pipes: Pipes) -> None:
    with connected(folder) as master, connected(folder, SLAVE) as slave:
        await until_real(lambda: len(pipes.open) == 2)
        by_role = {pipe.role: pipe for pipe in pipes.open.values()}
        master.send(b'{"half":')
        master.send(b"1}\n")
        assert by_role[Role.SLAVE].write(b"to the slave\n")

        assert await received(slave, 13) == b"to the slave\n"
        session = by_role[Role.MASTER].session
        await until_real(lambda: pipes.said[session] == b'{"half":1}\n')
        assert by_role[Role.MASTER].account_id == "100"
    await until_real(lambda: len(pipes.closed) == 2)


@pytest.mark.usefixtures("server")
async def test_a_pipe_that_is_ended_delivers_its_last_words(folder: Path, pipes: Pipes) -> None:
    with connected(folder) as ea:
        await until_real(lambda: pipes.open)
        [pipe] = pipes.open.values()
        pipe.write(b"refused\n")
        pipe.end("another instance is alive")
        pipe.end("a second time")

        assert pipe.write(b"too late\n") is False
        assert await received(ea, 8) == b"refused\n"
        assert await asyncio.get_running_loop().sock_recv(ea, 1) == b""
    await until_real(lambda: pipes.closed)
    assert list(pipes.closed.values()) == ["another instance is alive"]
    pipe.end("long gone")


@pytest.mark.usefixtures("server")
async def test_an_ended_pipe_is_no_longer_heard(folder: Path, pipes: Pipes) -> None:
    with connected(folder) as ea:
        await until_real(lambda: pipes.open)
        [pipe] = pipes.open.values()
        pipe.end("enough")
        ea.send(b"still talking\n")
        await until_real(lambda: pipes.closed)

    assert pipes.said[pipe.session] == b""


async def test_an_ea_that_does_not_read_is_cut_off(folder: Path, pipes: Pipes) -> None:
    server = UnixPipeServer(folder, pending_bytes_max=100_000)
    await server.start([MASTER], pipes)
    with connected(folder):
        await until_real(lambda: pipes.open)
        [pipe] = pipes.open.values()
        line = b"x" * 9_999 + b"\n"
        written = 0
        while pipe.write(line):
            written += 1
            assert written < 10_000
            await asyncio.sleep(0)
        await until_real(lambda: pipes.closed)

    assert "unread" in pipes.closed[pipe.session]
    assert pipe.write(line) is False
    await server.stop()


async def test_an_end_does_not_wait_for_an_ea_that_does_not_read(
    folder: Path, pipes: Pipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ea_connection, "LAST_WORDS_S", 0.01)
    server = UnixPipeServer(folder)
    await server.start([MASTER], pipes)
    with connected(folder):
        await until_real(lambda: pipes.open)
        [pipe] = pipes.open.values()
        pipe.write(b"x" * 4_000_000)
        pipe.end("replaced")
        await until_real(lambda: pipes.closed)
    await server.stop()


@pytest.mark.usefixtures("server")
async def test_connections_of_one_pipe_are_bounded(folder: Path, pipes: Pipes) -> None:
    crowd = [connected(folder) for _ in range(pipe_unix.CONNECTIONS_MAX)]
    await until_real(lambda: len(pipes.open) == pipe_unix.CONNECTIONS_MAX)
    with connected(folder) as one_more, connected(folder, SLAVE):
        refused = await asyncio.get_running_loop().sock_recv(one_more, 1)
        await until_real(lambda: len(pipes.open) == pipe_unix.CONNECTIONS_MAX + 1)

    assert refused == b""
    assert len(pipes.said) == pipe_unix.CONNECTIONS_MAX + 1
    for ea in crowd:
        ea.close()


async def test_stop_closes_every_pipe_and_removes_its_name(folder: Path, pipes: Pipes) -> None:
    server: PipeServer = UnixPipeServer(folder)
    await server.start([MASTER, SLAVE], pipes)
    with connected(folder) as ea:
        await until_real(lambda: pipes.open)

        await server.stop()

        assert await asyncio.get_running_loop().sock_recv(ea, 1) == b""
    assert len(pipes.closed) == 1
    assert listing(folder) == {}


async def test_a_name_that_a_dead_server_left_is_taken_over(folder: Path, pipes: Pipes) -> None:
    os.mkdir(folder)
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(pipe_path(folder, *MASTER)))
    dead.close()
    server = UnixPipeServer(folder)

    await server.start([MASTER], pipes)

    with connected(folder):
        await until_real(lambda: pipes.open)
    await server.stop()


async def test_a_pipe_that_another_agent_serves_is_left_alone(
    folder: Path, pipes: Pipes, server: UnixPipeServer
) -> None:
    second = UnixPipeServer(folder)
    with pytest.raises(PortTaken, match="echo_slave_200"):
        await second.start([(Role.SLAVE, AccountId("300")), SLAVE], Pipes())

    with connected(folder, SLAVE):
        await until_real(lambda: pipes.open)
    assert not pipe_path(folder, Role.SLAVE, AccountId("300")).exists()


async def test_a_name_is_not_removed_when_another_server_has_it(folder: Path, pipes: Pipes) -> None:
    server = UnixPipeServer(folder)
    await server.start([MASTER], pipes)
    path = pipe_path(folder, *MASTER)
    kept = path.with_suffix(".other")
    kept.touch()
    os.replace(kept, path)

    await server.stop()

    assert path.exists()


async def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, pipes: Pipes) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    with pytest.raises(PortTaken, match="file"):
        await UnixPipeServer(in_the_way / "pipes").start([MASTER], pipes)


async def test_a_path_longer_than_a_socket_name_is_refused(tmp_path: Path, pipes: Pipes) -> None:
    with pytest.raises(SettingsInvalid, match="107 bytes"):
        await UnixPipeServer(tmp_path / ("x" * 120)).start([MASTER], pipes)

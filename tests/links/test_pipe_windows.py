r"""The pipe server for Windows, with sockets in the place of its pipes; and on Windows, with pipes.

What only Windows can tell is in `tests/native/test_windows_agent.py`, which runs under Wine.
"""

import asyncio
import socket
from typing import Any

import pytest

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.pipe_windows import NamedPipes, WindowsPipeServer, access_list, pipe_name
from echo.ports.errors import PortTaken
from echo.ports.links import PipeServer
from tests.fakes import until_real
from tests.links.test_pipe_unix import Pipes

MASTER = (Role.MASTER, AccountId("100"))
SLAVE = (Role.SLAVE, AccountId("200"))
NAME = r"\\.\pipe\echo_master_100"


class Handle:
    """One instance of a pipe."""

    def __init__(self, name: str, owner: "Sockets") -> None:
        self.name, self.owner = name, owner
        self.client: asyncio.Future[socket.socket | None] = (
            asyncio.get_running_loop().create_future()
        )
        self.ours: socket.socket | None = None

    def close(self) -> None:
        self.owner.taken.discard(self.name)


class Sockets:
    """Instances whose clients are sockets."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.waiting: dict[str, Handle] = {}
        self.created: list[str] = []

    def create(self, name: str) -> Handle:
        if name in self.taken:
            raise OSError(5, "access denied")
        self.taken.add(name)
        self.created.append(name)
        self.waiting[name] = Handle(name, self)
        return self.waiting[name]

    async def accept(self, handle: Handle) -> None:
        handle.ours = await handle.client
        if handle.ours is None:
            raise BrokenPipeError

    def join(self, handle: Handle, protocol: asyncio.Protocol) -> None:
        assert handle.ours is not None
        loop = asyncio.get_running_loop()
        self.joining = loop.create_task(loop.connect_accepted_socket(lambda: protocol, handle.ours))

    def let_go(self, handle: Handle) -> None:
        handle.close()

    def connect(self, name: str) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.waiting.pop(name).client.set_result(ours)
        return theirs


async def test_each_pipe_serves_one_ea_after_the_other() -> None:
    sockets, pipes = Sockets(), Pipes()
    server: PipeServer = WindowsPipeServer(sockets)
    await server.start([MASTER, SLAVE], pipes)
    for session in (1, 2):
        with sockets.connect(NAME) as ea:
            ea.send(b"hello\n")
            await until_real(lambda n=session: pipes.said.get(n) == b"hello\n")  # type: ignore[misc]  # bound now
            assert pipes.open[session].role is Role.MASTER
            pipes.open[session].write(b"yes\n")
            ea.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(ea, 9) == b"yes\n"
        await until_real(lambda n=session: n in pipes.closed)  # type: ignore[misc]  # bound now
        await until_real(lambda: NAME in sockets.waiting)
    await server.stop()

    assert sockets.taken == set()
    assert sockets.created.count(NAME) == 3


async def test_a_name_that_is_taken_is_an_error_and_nothing_stays_open() -> None:
    sockets = Sockets()
    sockets.taken.add(r"\\.\pipe\echo_slave_200")
    server = WindowsPipeServer(sockets)

    with pytest.raises(PortTaken, match="echo_slave_200"):
        await server.start([MASTER, SLAVE], Pipes())

    assert sockets.taken == {r"\\.\pipe\echo_slave_200"}


async def test_a_client_that_came_and_went_costs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("echo.links.pipe_windows.AGAIN_AFTER_S", 0.001)
    sockets, pipes = Sockets(), Pipes()
    server = WindowsPipeServer(sockets)
    await server.start([MASTER], pipes)
    sockets.waiting.pop(NAME).client.set_result(None)
    await until_real(lambda: NAME in sockets.waiting)
    sockets.taken.discard(NAME)
    sockets.waiting.pop(NAME).client.set_result(None)
    sockets.taken.add("other")
    await until_real(lambda: NAME in sockets.waiting)
    await server.stop()

    assert pipes.said == {}


async def test_stopping_cuts_what_is_open() -> None:
    sockets, pipes = Sockets(), Pipes()
    server = WindowsPipeServer(sockets)
    await server.start([MASTER], pipes)
    with sockets.connect(NAME):
        await until_real(lambda: pipes.open)
        await server.stop()

    assert pipes.closed == {1: "the Agent stops"}


def test_names_and_access_are_what_terminals_expect() -> None:
    assert pipe_name(Role.MASTER, AccountId("100")) == NAME
    text = access_list(["S-1-5-21-1"], "S-1-5-80-2")
    assert text == ("D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;S-1-5-80-2)(A;;0x12019b;;;S-1-5-21-1)")
    assert "S-1-5-80" not in access_list(["S-1-5-21-1"])
    both = access_list(["S-1-5-21-1", "S-1-5-21-2"])
    assert both.endswith("(A;;GA;;;SY)(A;;0x12019b;;;S-1-5-21-1)(A;;0x12019b;;;S-1-5-21-2)")


def test_elsewhere_there_are_no_named_pipes() -> None:
    missing: type[Any] = NamedPipes
    with pytest.raises(OSError, match="Windows"):
        missing("D:P")

"""One EA's connection, over a pair of sockets; with each kind of pipe it is tested there."""

import asyncio
import socket

import pytest

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.ea_connection import EaConnection
from tests.fakes import until_real
from tests.links.test_pipe_unix import Pipes


async def joined(
    pipes: Pipes, siblings: set[EaConnection], **limits: int
) -> tuple[EaConnection, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    connection = EaConnection(
        len(pipes.said) + 1,
        Role.SLAVE,
        AccountId("7"),
        pipes,
        siblings,
        limits.pop("pending_bytes_max", 1_000_000),
        **limits,
    )
    await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, ours)
    return connection, theirs


async def test_bytes_go_both_ways_and_the_end_is_told_once() -> None:
    pipes, siblings = Pipes(), set[EaConnection]()
    connection, ea = await joined(pipes, siblings)
    with ea:
        ea.send(b"hello\n")
        assert connection.write(b"yes\n")
        await until_real(lambda: pipes.said[1])
        assert await asyncio.get_running_loop().sock_recv(ea, 10) == b"yes\n"
        assert siblings == {connection}
    await connection.gone

    assert pipes.closed == {1: "the EA closed the pipe"}
    assert siblings == set()
    assert connection.write(b"late") is False


async def test_one_too_many_is_not_let_in() -> None:
    pipes, siblings = Pipes(), set[EaConnection]()
    first, ea = await joined(pipes, siblings, connections_max=1)
    second, other = await joined(pipes, siblings, connections_max=1)
    with ea, other:
        await second.gone
        assert list(pipes.open) == [1]
        await first.cut("enough")

    assert pipes.closed == {1: "enough"}


@pytest.mark.parametrize("pending_bytes_max", [10])
async def test_an_ea_that_does_not_read_is_cut_off(pending_bytes_max: int) -> None:
    pipes = Pipes()
    connection, ea = await joined(pipes, set(), pending_bytes_max=pending_bytes_max)
    with ea:
        assert connection.write(b"x" * 11) is False
        await connection.gone

    assert pipes.closed == {1: "the EA left 0 bytes unread"}

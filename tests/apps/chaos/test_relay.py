"""Relays: bytes pass whole and in order, unless a fault holds them up or ends the connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from echo.apps.chaos.relay import Relay, Way
from tests.fakes import until_real


class Server:
    """Remembers what it hears, and answers each chunk with the same in capitals."""

    def __init__(self) -> None:
        self.heard = b""
        self.ends = 0
        self.resets = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while data := await reader.read(1_000):
                self.heard += data
                writer.write(data.upper())
                await writer.drain()
            self.ends += 1
        except ConnectionError:
            self.resets += 1
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, int]]:
    itself = Server()
    listening = await asyncio.start_server(itself.serve, "127.0.0.1", 0)
    yield itself, listening.sockets[0].getsockname()[1]
    listening.close()
    for writer in itself.writers:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def relayed(server: tuple[Server, int]) -> AsyncIterator[tuple[Relay, int]]:
    relay, port = await Relay.tcp(server[1])
    yield relay, port
    await relay.close()


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Read to the end, whatever end it is."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1_000):
            heard += data
    return heard


async def test_bytes_pass_both_ways(server: tuple[Server, int], relayed: tuple[Relay, int]) -> None:
    reader, writer = await connect(relayed[1])
    writer.write(b"x" * 200_000)

    assert await reader.readexactly(200_000) == b"X" * 200_000
    assert relayed[0].connections == 1
    writer.close()
    await until_real(lambda: server[0].ends == 1)
    await until_real(lambda: relayed[0].connections == 0)


async def test_an_end_of_the_server_s_reaches_the_client(
    server: tuple[Server, int], relayed: tuple[Relay, int]
) -> None:
    reader, writer = await connect(relayed[1])
    writer.write(b"last")
    await until_real(lambda: server[0].heard == b"last")
    server[0].writers[0].close()

    assert await ended(reader) == b"LAST"
    writer.close()


async def test_a_cut_resets_both_sides_and_lets_new_ones_in(
    server: tuple[Server, int], relayed: tuple[Relay, int]
) -> None:
    relay, port = relayed
    reader, writer = await connect(port)
    writer.write(b"a")
    assert await reader.readexactly(1) == b"A"

    assert relay.cut() == 1
    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    await until_real(lambda: server[0].resets == 1)
    writer.close()
    reader, writer = await connect(port)
    writer.write(b"b")
    assert await reader.readexactly(1) == b"B"
    writer.close()


async def test_a_torn_cut_ends_in_the_middle_of_what_is_sent_next(
    server: tuple[Server, int], relayed: tuple[Relay, int]
) -> None:
    relay, port = relayed
    reader, writer = await connect(port)
    writer.write(b"a")
    assert await reader.readexactly(1) == b"A"

    relay.cut(torn=True)
    writer.write(b"0123456789")
    assert await ended(reader) == b""
    await until_real(lambda: relay.connections == 0)
    assert server[0].heard in {b"a", b"a01234"}, "a reset may overtake what was sent before it"
    writer.close()


async def test_what_is_frozen_arrives_later(
    server: tuple[Server, int], relayed: tuple[Relay, int]
) -> None:
    relay, port = relayed
    reader, writer = await connect(port)
    writer.write(b"a")
    assert await reader.readexactly(1) == b"A"
    frozen = asyncio.create_task(relay.freeze(frozenset({Way.TO_CLIENT}), 60))
    await asyncio.sleep(0)
    writer.write(b"b")

    await until_real(lambda: server[0].heard == b"ab")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(1), 0.05)
    frozen.cancel()
    assert await reader.readexactly(1) == b"B"
    writer.close()


async def test_it_thaws_when_the_longest_of_two_freezes_is_over(
    server: tuple[Server, int], relayed: tuple[Relay, int]
) -> None:
    relay, port = relayed
    _, writer = await connect(port)
    longer = asyncio.create_task(relay.freeze(frozenset(Way), 60))
    await asyncio.sleep(0)
    await relay.freeze(frozenset({Way.TO_SERVER}), 0)
    writer.write(b"a")
    await asyncio.sleep(0.05)

    assert server[0].heard == b""
    longer.cancel()
    await until_real(lambda: server[0].heard == b"a")
    writer.close()


async def test_a_delay_holds_everything_up_for_a_while(relayed: tuple[Relay, int]) -> None:
    relay, port = relayed
    reader, writer = await connect(port)
    delayed = asyncio.create_task(relay.delay(0.1, 60))
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    writer.write(b"a")

    assert await reader.readexactly(1) == b"A"
    assert loop.time() - begun_s >= 0.2, "both ways"
    delayed.cancel()
    writer.close()


async def test_where_nobody_listens_the_connection_ends_at_once(tmp_path: Path) -> None:
    relay = await Relay.unix(tmp_path / "here", tmp_path / "nobody")
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "here"))

    assert await ended(reader) == b""
    writer.close()
    await relay.close()


async def test_pipes_are_relayed_too(tmp_path: Path) -> None:
    server = Server()
    listening = await asyncio.start_unix_server(server.serve, str(tmp_path / "there"))
    relay = await Relay.unix(tmp_path / "here", tmp_path / "there")
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "here"))
    writer.write(b"a")

    assert await reader.readexactly(1) == b"A"
    assert relay.cut() == 1
    assert await ended(reader) == b""
    writer.close()
    await relay.close()
    listening.close()


async def test_closed_it_leaves_no_connection_behind(
    server: tuple[Server, int], relayed: tuple[Relay, int]
) -> None:
    relay, port = relayed
    reader, writer = await connect(port)
    writer.write(b"a")
    await reader.readexactly(1)

    await relay.close()
    assert await ended(reader) == b""
    await until_real(lambda: server[0].ends + server[0].resets == 1)
    with pytest.raises(OSError, match="Connect call failed"):
        await connect(port)
    writer.close()

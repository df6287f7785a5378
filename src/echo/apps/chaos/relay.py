"""A relay between two programs that can cut, delay and freeze what passes through it."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

CHUNK_BYTES: Final = 65_536
_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends RST (socket(7))."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Way(StrEnum):
    """Which way bytes flow; a client is who connected to the relay."""

    TO_SERVER = "to_server"
    TO_CLIENT = "to_client"


class Relay:
    """Listens in one place and passes every connection on to another.

    Bytes are neither lost nor reordered while a connection lives; faults end it, in the middle of
    a frame if it so happens, or keep what was sent from arriving for a while.
    """

    def __init__(self, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._connect = connect
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = {way: asyncio.Event() for way in Way}
        for event in self._flowing.values():
            event.set()
        self._freezes = dict.fromkeys(Way, 0)
        self._delay_s = 0.0
        self._delays = 0

    @classmethod
    async def tcp(cls, port_of_server: int) -> tuple["Relay", int]:
        """Listen on a free port of the loopback; return the relay and that port."""
        relay = cls(lambda: asyncio.open_connection("127.0.0.1", port_of_server))
        relay._server = await asyncio.start_server(relay._accepted, "127.0.0.1", 0)
        port: int = relay._server.sockets[0].getsockname()[1]
        return relay, port

    @classmethod
    async def unix(cls, listens: Path, server: Path) -> "Relay":
        """Listen at *listens* for what is meant for *server*."""
        relay = cls(lambda: asyncio.open_unix_connection(os.fspath(server)))
        relay._server = await asyncio.start_unix_server(relay._accepted, os.fspath(listens))
        return relay

    @property
    def connections(self) -> int:
        """How many connections it is passing on."""
        return len(self._links)

    def cut(self, *, torn: bool = False) -> int:
        """Reset every connection and return how many there were.

        Args:
            torn: Half of what is sent next still passes, so that a frame ends in its middle.
        """
        links = tuple(self._links)
        for link in links:
            if torn:
                link.torn = True
            else:
                link.reset()
        return len(links)

    async def freeze(self, ways: frozenset[Way], seconds: float) -> None:
        """Let nothing pass for so long; connections live on, and nobody is told."""
        for way in ways:
            self._freezes[way] += 1
            self._flowing[way].clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            for way in ways:
                self._freezes[way] -= 1
                if not self._freezes[way]:
                    self._flowing[way].set()

    async def delay(self, delay_s: float, seconds: float) -> None:
        """Pass everything on later for so long."""
        self._delays += 1
        self._delay_s = max(self._delay_s, delay_s)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._delays -= 1
            if not self._delays:
                self._delay_s = 0.0

    async def close(self) -> None:
        """End every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- asyncio runs it as one
        self._tasks.add(task)
        try:
            await self._pass_on((reader, writer))
        except asyncio.CancelledError:
            pass  # the relay is being closed; nobody waits for this connection
        finally:
            self._tasks.discard(task)

    async def _pass_on(self, client: Streams) -> None:
        try:
            server = await self._connect()
        except OSError:
            client[1].transport.abort()
            return
        link = _Link(client[1], server[1])
        self._links.add(link)
        pumps = [
            asyncio.create_task(self._pump(link, client[0], server[1], Way.TO_SERVER)),
            asyncio.create_task(self._pump(link, server[0], client[1], Way.TO_CLIENT)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            link.reset()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(
        self, link: "_Link", reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                await self._flowing[way].wait()
                if link.torn:
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    return
                writer.write(data)
                await writer.drain()
            # An orderly end may follow words that the other side has not read yet.
            writer.close()
            await writer.wait_closed()


class _Link:
    """One connection's two halves."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self._writers = writers
        self.torn = False

    def reset(self) -> None:
        for writer in self._writers:
            found = writer.get_extra_info("socket")
            if found is not None and found.family == socket.AF_INET:
                with contextlib.suppress(OSError):  # it is closed already
                    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

r"""Runs on Windows Python: the real pipe server, and the real DLL as its client, in one process.

``python.exe windows_pipes.py ECHO_PIPE_DLL SOURCES`` prints one line a check; the last one counts
the failures.
"""

import asyncio
import ctypes
import sys
import time
from typing import Any

dll_path, sources = sys.argv[1:]
sys.path.insert(0, sources)

from echo.domain.handshake import Role  # noqa: E402 -- the folder is known only now
from echo.domain.ids import AccountId  # noqa: E402 -- as above
from echo.links.pipe_windows import NamedPipes, WindowsPipeServer, access_list, own_sid  # noqa: E402 -- as above
from echo.ports.errors import PortTaken  # noqa: E402 -- as above
from echo.ports.links import PipeSession  # noqa: E402 -- as above

SLAVE = (Role.SLAVE, AccountId("7"))
NAME = "echo_checks_slave_7"
ROUND_TRIPS = 300
failures = 0


def check(good: object, name: str) -> None:
    global failures
    failures += not good
    print("ok  " if good else "FAIL", name, flush=True)


class Handler:
    """Sends everything back."""

    def __init__(self) -> None:
        self.opened = self.closed = 0

    def pipe_opened(self, pipe: PipeSession) -> None:
        self.opened += 1
        self.pipe = pipe

    def pipe_said(self, pipe: PipeSession, data: bytes) -> None:
        pipe.write(data)

    def pipe_closed(self, pipe: PipeSession, reason: str) -> None:
        self.closed += 1


class Client:
    """The DLL, called as an expert calls it."""

    def __init__(self) -> None:
        library: Any = ctypes.WinDLL  # type: ignore[attr-defined]  # there on Windows only
        self.dll = library(dll_path)
        self.buffer = ctypes.create_unicode_buffer(70_000)

    async def open(self) -> int:
        for _ in range(200):
            slot = self.dll.EchoOpen(NAME)
            if slot > 0:
                return int(slot)
            await asyncio.sleep(0.01)
        return -1

    async def read(self, slot: int, within_s: float = 5.0) -> object:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            count = self.dll.EchoRead(slot, self.buffer, 70_000)
            if count:
                return self.buffer.value if count > 0 else count
            await asyncio.sleep(0)
        return None


async def main() -> None:
    handler, client = Handler(), Client()
    check(own_sid().startswith("S-1-5-"), "who we are")
    server = WindowsPipeServer(NamedPipes(access_list([own_sid()])), prefix="echo_checks_")
    await server.start([SLAVE], handler)
    check(type(asyncio.get_running_loop()).__name__ == "ProactorEventLoop", "the standard loop")
    try:
        await WindowsPipeServer(NamedPipes(access_list(["S-1-1-0"])), prefix="echo_checks_").start(
            [SLAVE], Handler()
        )
    except PortTaken:
        check(True, "a name that is taken")
    else:
        check(False, "a name that is taken")
    slot = await client.open()
    check(slot > 0, "connected")
    check(client.dll.EchoOpen(NAME) == -1, "a second client is refused")
    client.dll.EchoWrite(slot, "ñ € there and back")
    check(await client.read(slot) == "ñ € there and back", "there and back")
    long = "x" * 65_000
    client.dll.EchoWrite(slot, long)
    check(await client.read(slot) == long, "64 KiB")
    took = []
    for number in range(ROUND_TRIPS):
        begun = time.perf_counter()
        client.dll.EchoWrite(slot, f"line {number}")
        if await client.read(slot) != f"line {number}":
            break
        took.append((time.perf_counter() - begun) * 1_000)
    took.sort()
    check(len(took) == ROUND_TRIPS, "lines in order")
    if took:
        print(f"     round trip p50 {took[len(took) // 2]:.2f} ms, p95 {took[-15]:.2f} ms")
    handler.pipe.write(b"last words\n")
    handler.pipe.end("enough")
    check(await client.read(slot) == "last words", "last words")
    check(await client.read(slot) == -1004, "and the end")
    client.dll.EchoClose(slot)
    slot = await client.open()
    client.dll.EchoWrite(slot, "again")
    check(await client.read(slot) == "again", "connected again")
    check(handler.opened == 2, "two sessions")
    client.dll.EchoClose(slot)
    for _ in range(300):
        if handler.closed == 2:
            break
        await asyncio.sleep(0.01)
    check(handler.closed == 2, "the server hears of the end")
    slot = await client.open()
    await server.stop()
    check(await client.read(slot) == -1004, "a server that stops lets everybody go")
    check(client.dll.EchoOpen(NAME) == -1, "and its name")


asyncio.run(main())
print(f"{failures} failures", flush=True)
sys.exit(failures)

"""The floor: the raw parts of a copy, without Echo, measured in the same run.

F(n) = a unix-socket round trip + a gRPC round trip whose answer carries n commands in one frame +
a synced SQLite commit of n rows + n lines written to n sockets.  Nothing that is durable and
crosses these hops can be faster; Echo's figures are quoted as ratios to it.

Every part is paced like the load that Echo is measured under: a part that is driven without a
pause keeps caches, clocks and pollers hot, and shows a third of what it costs a real trade.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import apsw
import grpc.aio
import uvloop

from echo.wire.pb import agent_pb2, trade_pb2

PAUSE_S = 0.02
"""Between two rounds: what the pipes of a busy desk see."""

LINE = b'{"type":"execute_order","payload":{' + b'"x":' + b'"' + b"y" * 380 + b'"}}\n'
METHOD = "/echo.v1.AgentService/StreamBidi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Medians in ms of each part, for one fan-out."""

    followers: int
    pipe_ms: float
    grpc_ms: float
    commit_ms: float

    @property
    def total_ms(self) -> float:
        """The composed floor F."""
        return self.pipe_ms + self.grpc_ms + self.commit_ms


class _Echo(asyncio.Protocol):
    """Answers every line with itself."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class _Lines(asyncio.Protocol):
    """Counts the bytes that come back."""

    def __init__(self, arrived: Callable[[int], None]) -> None:
        self.arrived = arrived

    def data_received(self, data: bytes) -> None:
        self.arrived(len(data))


async def _serve_pipe(path: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(_Echo, path)
    print("ready", flush=True)
    await server.serve_forever()


def _frame(followers: int) -> bytes:
    orders = [
        agent_pb2.CoreMessage(
            execute_order=trade_pb2.ExecuteOrder(
                command_id=f"0145d921-2800-7c4b-9013-{number:012x}",
                trade_id="0145d921-2800-718b-ba1b-d7d44d061972",
                target_account_id=str(70_000 + number),
                symbol="EURUSD",
                lot_size=0.1,
                stop_loss=1.3,
                take_profit=1.4,
                comment="E32Z8DXFN2D0RCQ40A5V4GJG00",
            )
        )
        for number in range(followers)
    ]
    batch = agent_pb2.CoreMessage(batch=agent_pb2.CoreBatch(messages=orders))
    return batch.SerializeToString()


async def _serve_grpc() -> None:
    async def stream(requests: AsyncIterator[bytes], _: object) -> AsyncIterator[bytes]:
        async for request in requests:
            followers = agent_pb2.AgentMessage.FromString(request).timestamp_ms
            yield _frame(followers)

    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(stream)
    service = grpc.method_handlers_generic_handler("echo.v1.AgentService", {"StreamBidi": handler})
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"ready {port}", flush=True)
    await server.wait_for_termination()


async def _peer(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.floor", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode().strip()


async def pipe_ms(path: Path, followers: int, rounds: int) -> float:
    """Median round trip of *followers* lines over as many sockets, in ms."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    missing = 0

    def arrived(count: int) -> None:
        nonlocal missing
        missing -= count
        if missing == 0:
            done.set()

    links = [
        (await loop.create_unix_connection(lambda: _Lines(arrived), str(path)))[0]
        for _ in range(followers)
    ]
    times = []
    for _ in range(rounds):
        done.clear()
        missing = len(LINE) * followers
        await asyncio.sleep(PAUSE_S)
        started = time.perf_counter()
        for link in links:
            link.write(LINE)
        await done.wait()
        times.append(time.perf_counter() - started)
    for link in links:
        link.close()
    return statistics.median(times) * 1000


async def grpc_ms(port: int, followers: int, rounds: int) -> float:
    """Median round trip of one small frame, answered by one of *followers* commands, in ms."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: grpc.aio.StreamStreamCall[bytes, bytes] = channel.stream_stream(METHOD)()
        request = agent_pb2.AgentMessage(agent_id="a", timestamp_ms=followers).SerializeToString()
        times = []
        for _ in range(rounds):
            await asyncio.sleep(PAUSE_S)
            started = time.perf_counter()
            await call.write(request)
            agent_pb2.CoreMessage.FromString(cast(bytes, await call.read()))
            times.append(time.perf_counter() - started)
        await call.done_writing()
    return statistics.median(times) * 1000


async def commit_ms(folder: Path, followers: int, rounds: int) -> float:
    """Median synced commit of *followers* rows of 400 bytes, in ms."""
    database = apsw.Connection(str(folder / "floor.sqlite"))
    database.execute("pragma journal_mode=wal; pragma synchronous=full")
    database.execute("create table if not exists row (id text primary key, payload blob)")
    times = []
    for number in range(rounds):
        rows = [(f"{number}-{each}-{time.time_ns()}", LINE) for each in range(followers)]
        await asyncio.sleep(PAUSE_S)
        started = time.perf_counter()
        with database:
            database.executemany("insert into row values (?, ?)", rows)
        times.append(time.perf_counter() - started)
    database.close()
    return statistics.median(times) * 1000


async def measure(folder: Path, fan_outs: tuple[int, ...], rounds: int = 100) -> list[Floor]:
    """Measure the floor for every fan-out, each part in turn."""
    path = folder / "floor.sock"
    pipe, _ = await _peer("pipe", str(path))
    rpc, ready = await _peer("grpc")
    port = int(ready.split()[1])
    try:
        return [
            Floor(
                followers=followers,
                pipe_ms=await pipe_ms(path, followers, rounds),
                grpc_ms=await grpc_ms(port, followers, rounds),
                commit_ms=await commit_ms(folder, followers, rounds),
            )
            for followers in fan_outs
        ]
    finally:
        for process in (pipe, rpc):
            process.terminate()
            await process.wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["pipe", where]:
            uvloop.run(_serve_pipe(where))
        case _:
            uvloop.run(_serve_grpc())

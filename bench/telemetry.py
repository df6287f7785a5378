"""What telling costs: ``python -m bench.telemetry [--desks N] [--rounds N] [--seconds N]``.

One desk for each way to tell, all of them up at the same time, and load given to one after the
other in turns of a few seconds, in another order each round.  So whatever else the machine does
meets all of them alike, and each way is compared with "off" of the same round.  Printed are the
medians of these ratios, with their quartiles and with the bounds between which the true median
lies (95 %).  "off again" is a second desk that tells nothing: what it differs by is chance.

"figures" is a program as it comes: everything counted, nothing sent.  The other two send figures,
spans and logs, too: to a collector that is dead, and to one that takes them.
"""

import argparse
import asyncio
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.desk import Desk, desk
from bench.eas import Trip
from bench.spread import bounds_of_median, quartiles
from echo.domain.sessions import Ping
from tests.links.telemetry.collector import collecting
from tests.servers.ports import free_port

OPENS_PER_S: Final = 100.0
"""Every open is followed by its close: 200 actions a second."""
SLAVES: Final = 3
WARM_UP: Final = 20
"""Opens at the beginning of a turn that are not counted: the desk has been idle."""
LOST_MAX: Final = 0.05
"""The share of positions that may be lost in a turn."""
HEARTBEAT_EVERY_S: Final = 5.0
IDLE_S: Final = 5.0
"""How long is looked at what a desk takes that has nothing to do; an export falls into it."""
NICEST: Final = 19
OFF: Final = "off"
"""What all others are compared with."""
WAYS: Final = (OFF, "off again", "figures", "dead collector", "collector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one desk did in one round.

    ``p50_ms``: the median way to the last slave.  ``cpu_s``: what Core and Agent took from the
    beginning to the end of the round, so that what is told late counts, too, less what the desk
    takes when it has nothing to do.
    """

    p50_ms: float
    cpu_s: float


def ways(collector: str) -> dict[str, str]:
    """Return the settings of each way to tell; *collector* is the address of one that lives."""
    told = (
        "[telemetry]\nenabled = false",
        "[telemetry]\nenabled = false",
        "[telemetry]\nenabled = true",
        f'[endpoints.otel]\notlp_endpoint = "127.0.0.1:{free_port()}"',
        f'[endpoints.otel]\notlp_endpoint = "{collector}"',
    )
    return {way: f"\n{more}\n" for way, more in zip(WAYS, told, strict=True)}


@contextmanager
def collector() -> Iterator[str]:
    """Run a collector in a process of its own, nicely; yield its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.telemetry", "--collect"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()  # its standard input is closed after, and it ends


def collect() -> None:
    """Be that collector, until standard input ends.

    A real one would run elsewhere: it steps back for everybody.
    """
    os.nice(NICEST)
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    with collecting() as here:
        print(here.endpoint, flush=True)
        while not ended.wait(1.0):
            here.forget()


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, to the nanosecond; Linux only."""
    # As clock_getcpuclockid(3) makes it, which Python does not have.
    return time.clock_gettime((~pid << 3) | 2)


def spent_s(busy: Desk) -> float:
    """Return the processor time that a desk's programs have used."""
    return sum(cpu_s(program.pid) for program in busy.programs)


def median_ms(trips: Sequence[Trip]) -> float:
    """Return the median way to the last slave.

    A position that was not copied to all of them, because a machine with other things to do made
    it too old, was slower than the others.
    """
    times_s = [
        max(trip.arrived_s) - trip.sent_s if len(trip.arrived_s) == SLAVES else math.inf
        for trip in trips
    ]
    if times_s.count(math.inf) > LOST_MAX * len(trips):
        raise RuntimeError(f"{times_s.count(math.inf)} of {len(trips)} did not reach every slave")
    return statistics.median(times_s) * 1_000


async def heartbeats(up: Mapping[str, Desk]) -> None:
    """Let every terminal say now and then that it lives, until cancelled."""
    while True:
        for busy in up.values():
            for ea in (*busy.masters, *busy.slaves):
                ea.say(Ping(ping_id=f"{ea.client_id}-1", role=ea.role.value))
        await asyncio.sleep(HEARTBEAT_EVERY_S)


@asynccontextmanager
async def desks(settings: Mapping[str, str]) -> AsyncIterator[dict[str, Desk]]:
    """Keep a desk up for each way."""
    async with AsyncExitStack() as stack:
        up: dict[str, Desk] = {}
        for way, more in settings.items():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="echo-bench-"))
            up[way] = await stack.enter_async_context(
                desk(Path(folder), masters=1, slaves=SLAVES, more=more)
            )
            up[way].market.clear()
        beating = asyncio.create_task(heartbeats(up))
        try:
            yield up
        finally:
            beating.cancel()


async def one_turn(busy: Desk, trades: int) -> tuple[float, float]:
    """Load one desk; return the median way to the last slave in ms, and how many s it took."""
    begun_s = time.monotonic()
    for slave in busy.slaves:
        slave.closed = 0
        slave.quote()
        slave.state()
    busy.market.set()
    trips = await busy.run(rate_per_s=OPENS_PER_S, trades=trades, warm_up=WARM_UP)
    busy.market.clear()
    busy.trips.clear()
    return median_ms(trips), time.monotonic() - begun_s


async def one_round(
    up: Mapping[str, Desk], order: Sequence[str], trades: int, idle: Mapping[str, float]
) -> dict[str, Turn]:
    """Load each desk once, in *order*; *idle* is what each takes a second while it waits."""
    before_s, begun_s = {way: spent_s(busy) for way, busy in up.items()}, time.monotonic()
    turns = {way: await one_turn(up[way], trades) for way in order}
    lasted_s = time.monotonic() - begun_s
    return {
        way: Turn(
            p50_ms=p50_ms,
            cpu_s=spent_s(up[way]) - before_s[way] - idle[way] * (lasted_s - busy_s),
        )
        for way, (p50_ms, busy_s) in turns.items()
    }


async def idle_share(up: Mapping[str, Desk]) -> dict[str, float]:
    """Return which share of a processor each desk takes that has nothing to do."""
    before_s = {way: spent_s(busy) for way, busy in up.items()}
    await asyncio.sleep(IDLE_S)
    return {way: (spent_s(busy) - before_s[way]) / IDLE_S for way, busy in up.items()}


async def measured(address: str, rounds: int, seconds: float) -> list[dict[str, Turn]]:
    """Start all desks, warm them up for a round, and return what *rounds* found."""
    trades, shuffled = int(seconds * OPENS_PER_S), random.Random(rounds)
    async with desks(ways(address)) as up:
        order = list(up)
        await one_round(up, order, trades, dict.fromkeys(order, 0.0))
        await asyncio.sleep(IDLE_S)  # until all is told of it
        idle = await idle_share(up)
        found = []
        for _ in range(rounds):
            shuffled.shuffle(order)
            found.append(await one_round(up, order, trades, idle))
    return found


def compared(found: Sequence[Mapping[str, Turn]]) -> dict[str, dict[str, Any]]:
    """Return each way's medians, and how it stands to "off" of the same rounds."""
    return {
        way: {
            "p50_ms": round(statistics.median(each[way].p50_ms for each in found), 3),
            "cpu_s": round(statistics.median(each[way].cpu_s for each in found), 3),
            "latency_ratio": _ratio([each[way].p50_ms / each[OFF].p50_ms for each in found]),
            "cpu_ratio": _ratio([each[way].cpu_s / each[OFF].cpu_s for each in found]),
        }
        for way in WAYS
    }


def _ratio(values: Sequence[float]) -> dict[str, Any]:
    return {
        "median": round(statistics.median(values), 3),
        "quartiles": [round(each, 3) for each in quartiles(values)],
        "true_median_between": [round(each, 3) for each in bounds_of_median(values)],
    }


def table(figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table for people."""
    yield f"{'':<16}{'p50 ms':>8}  {'to off':<38}{'CPU s':>7}  to off"
    for way, found in figures.items():
        latency, cpu = (_shown(found[f"{each}_ratio"]) for each in ("latency", "cpu"))
        yield f"{way:<16}{found['p50_ms']:>8.2f}  {latency:<38}{found['cpu_s']:>7.2f}  {cpu}"


def _shown(ratio: Mapping[str, Any]) -> str:
    low, high = ratio["true_median_between"]
    first, last = ratio["quartiles"]
    return f"{ratio['median']:.3f} in {low:.3f}..{high:.3f} ({first:.2f}, {last:.2f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.telemetry", description=__doc__)
    parser.add_argument("--desks", type=int, default=3, help="how often new programs are started")
    parser.add_argument("--rounds", type=int, default=7, help="with each set of programs")
    parser.add_argument("--seconds", type=float, default=1.5, help="of load in each turn")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--collect", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.collect:
        collect()
        return
    found: list[dict[str, Turn]] = []
    with collector() as address:
        for _ in range(options.desks):
            found += uvloop.run(measured(address, options.rounds, options.seconds))
    figures = compared(found)
    if options.json:
        print(json.dumps({"rounds": len(found), "ways": figures}))
        return
    print(f"{len(found)} rounds; ratio, bounds of its true median (95 %), (quartiles)")
    print("\n".join(table(figures)))


if __name__ == "__main__":
    main()

"""What telling alone costs a Core: ``python -m bench.telling [--seconds N] [--runs N]``.

The facts of entries that are copied to three slaves, 200 a second, go to what a Core tells them to:
nobody, its figures, and a collector that is dead or lives.  Printed are microseconds of processor
time for each entry, beyond those of nobody.  Processor time of one process hardly depends on what
else the machine does; latency does, and is measured by ``python -m bench.telemetry``.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from echo.apps.running import spare_collections
from echo.apps.telemetry import core_telling
from echo.config.reading import read_settings
from echo.config.setting import Value
from echo.config.settings import core_settings
from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.domain.ids import TradeId
from echo.domain.traces import traceparent
from tests.links.telemetry.collector import collecting
from tests.links.telemetry.facts import DECIDED, FILLED, ORDER, RECEIVED, SENT, settled
from tests.servers.ports import free_port

ENTRIES_PER_S: Final = 200.0
SLAVES: Final = 3
EXPORT_EVERY_S: Final = 5
WARM_UP_S: Final = EXPORT_EVERY_S + 2.0
"""Until the first export is over."""
WAYS: Final = ("nobody", "figures", "dead collector", "collector")


def entry() -> Iterator[Fact]:
    """Yield what a Core tells of one entry and its copies."""
    trade_id = TradeId(str(uuid4()))
    whose: dict[str, Any] = {"trade_id": trade_id, "traceparent": traceparent(trade_id, 0)}
    yield replace(RECEIVED, **whose)
    copies: tuple[Fact, ...] = (
        replace(DECIDED, **whose, order=ORDER),
        replace(SENT, **whose),
        replace(FILLED, **whose),
        replace(settled(Outcome.FILLED, ErrorCode.NO_ERROR), **whose),
    )
    for _ in range(SLAVES):
        yield from copies


def settings(way: str, folder: str, collector: str) -> Mapping[str, Value]:
    """Return the settings of one way to tell."""
    flat: dict[str, Value] = {"core/state_dir": folder, "core/log_level": "ERROR"}
    if way == "nobody":
        flat["telemetry/enabled"] = False
    elif way != "figures":
        flat["endpoints/otel/otlp_endpoint"] = collector
        flat["telemetry/export_every_s"] = EXPORT_EVERY_S
    return read_settings(flat).values


def spent_us(way: str, collector: str, seconds: float) -> float:
    """Tell at the pace of a desk; return the processor time of an entry, in µs."""
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as folder:
        told = core_telling(core_settings(settings(way, folder, collector)), "bench")
        spare_collections()
        begun_s, entries, counted = time.monotonic(), 0, 0
        before_s = time.process_time()
        while (passed_s := time.monotonic() - begun_s) < WARM_UP_S + seconds:
            if passed_s < WARM_UP_S:
                before_s, counted = time.process_time(), entries
            for fact in entry():
                told.observe(fact)
            entries += 1
            time.sleep(max(0.0, begun_s + entries / ENTRIES_PER_S - time.monotonic()))
        found = (time.process_time() - before_s) * 1e6 / (entries - counted)
        told.close()
    return found


@contextmanager
def address(way: str) -> Iterator[str]:
    """Keep the address of the collector that belongs to *way*."""
    if way != "collector":
        yield f"127.0.0.1:{free_port()}"
        return
    with collecting() as collector:
        yield collector.endpoint


def alone(way: str, seconds: float) -> float:
    """Do it in a process of its own: what a collector takes is none of the Core's time."""
    with address(way) as collector:
        given = ("--way", way, "--collector", collector, "--seconds", str(seconds))
        done = subprocess.run(
            [sys.executable, "-m", "bench.telling", *given],
            capture_output=True,
            check=True,
            text=True,
        )
    return float(done.stdout.splitlines()[-1])


def beyond_nobody(found: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """Return each way's median, less that of telling nobody, in whole µs."""
    medians = {way: statistics.median(values) for way, values in found.items()}
    return {
        way: round(value - medians["nobody"]) for way, value in medians.items() if way != "nobody"
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.telling", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of load in each run")
    parser.add_argument("--runs", type=int, default=3, help="of each way, in turns")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--collector", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(spent_us(options.way, options.collector, options.seconds))
        return
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(options.runs):
        for way in WAYS:
            found[way].append(alone(way, options.seconds))
    print(json.dumps({"us_per_entry": beyond_nobody(found), "slaves": SLAVES}, indent=2))


if __name__ == "__main__":
    main()

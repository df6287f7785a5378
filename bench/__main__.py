"""``make bench``: EA to EA, beside the composed floor of the same run.

Open loop: positions are opened at fixed moments, so that a slow one delays none of the others'
start (no coordinated omission).  What is measured ends at the last slave's pipe; the journal is
synced to disk before a command leaves.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from bench.desk import desk
from bench.eas import Trip
from bench.floor import Floor, measure

RESULTS = Path(__file__).parent / "results"
LOADS = {1: (20.0, 400), 15: (10.0, 200), 100: (4.0, 100)}
"""Fan-out -> (positions per second, positions)."""
WARM_UP = 20


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that *share* of the cases do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def last_slave_ms(trips: Sequence[Trip], followers: int) -> list[float]:
    """Return how long each position took to reach its last slave."""
    lost = sum(len(trip.arrived_s) != followers for trip in trips)
    if lost:
        raise RuntimeError(f"{lost} of {len(trips)} positions did not reach every slave once")
    return [(max(trip.arrived_s) - trip.sent_s) * 1_000 for trip in trips]


async def one(followers: int, runs: int) -> tuple[Floor, list[float]]:
    """Measure floor and system in turns, *runs* times; return the best floor and all times."""
    floors: list[Floor] = []
    times_ms: list[float] = []
    rate_per_s, trades = LOADS[followers]
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="echo-bench-") as name:
            folder = Path(name)
            floors += await measure(folder, (followers,))
            async with desk(folder, masters=1, slaves=followers) as busy:
                trips = await busy.run(rate_per_s=rate_per_s, trades=trades, warm_up=WARM_UP)
            times_ms += last_slave_ms(trips, followers)
    return min(floors, key=lambda floor: floor.total_ms), times_ms


def machine() -> dict[str, Any]:
    """Describe where this ran."""
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "processor": _processor(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def report(results: dict[int, tuple[Floor, list[float]]]) -> dict[str, Any]:
    """Put the figures together; keys of the inner tables are fan-outs."""
    p50 = {each: statistics.median(times) for each, (_, times) in results.items()}
    p99 = {each: quantile(times, 0.99) for each, (_, times) in results.items()}
    floor = {each: found for each, (found, _) in results.items()}
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "machine": machine(),
        "samples": {str(each): len(times) for each, (_, times) in results.items()},
        "p50_ms": {str(each): round(value, 3) for each, value in p50.items()},
        "p99_ms": {str(each): round(value, 3) for each, value in p99.items()},
        "floor": {
            str(each): {
                "total_ms": round(found.total_ms, 3),
                "pipe_ms": round(found.pipe_ms, 3),
                "grpc_ms": round(found.grpc_ms, 3),
                "commit_ms": round(found.commit_ms, 3),
            }
            for each, found in floor.items()
        },
        "ratio_p50": {str(each): round(p50[each] / floor[each].total_ms, 2) for each in floor},
        "ratio_p99": {str(each): round(p99[each] / floor[each].total_ms, 2) for each in floor},
        "cpu_seconds": round(children.ru_utime + children.ru_stime, 2),
        "memory_kib_max": children.ru_maxrss,
    }


def main() -> None:
    """Measure, print a table and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--fan-out", type=int, nargs="+", default=list(LOADS), choices=LOADS)
    parser.add_argument("--runs", type=int, default=2, help="floor and system in turns, so often")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--no-keep", action="store_true", help="leave bench/results as it is")
    options = parser.parse_args()
    results = {each: uvloop.run(one(each, options.runs)) for each in options.fan_out}
    figures = report(results)
    if not options.no_keep:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
        path.write_text(json.dumps(figures, indent=2) + "\n")
    if options.json:
        print(json.dumps(figures))
        return
    print("EA to EA, last slave, journal synced; floor F of the same run")
    print(f"{'fan-out':>8} {'F ms':>8} {'p50 ms':>8} {'p99 ms':>8} {'p50/F':>7} {'p99/F':>7}")
    for each in map(str, results):
        print(
            f"{each:>8} {figures['floor'][each]['total_ms']:>8.2f}"
            f" {figures['p50_ms'][each]:>8.2f} {figures['p99_ms'][each]:>8.2f}"
            f" {figures['ratio_p50'][each]:>7.2f} {figures['ratio_p99'][each]:>7.2f}"
        )


if __name__ == "__main__":
    main()

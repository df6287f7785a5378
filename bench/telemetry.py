"""What telling costs: ``python -m bench.telemetry [--seconds N] [--runs N]``.

The same desk at 200 actions a second with telemetry off, on, and on with a collector that is dead,
in turns within one run.  Printed are the medians of latency (last slave) and of the CPU seconds of
Core and Agent, and their ratio to "off".
"""

import argparse
import json
import os
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Final

import uvloop

from bench.__main__ import last_slave_ms
from bench.desk import desk
from tests.servers.ports import free_port

OPENS_PER_S: Final = 100.0
"""Every open is followed by its close: 200 actions a second."""
SLAVES: Final = 3
WARM_UP: Final = 50


def ways() -> dict[str, str]:
    """Return the settings of each way to tell."""
    dead = free_port()
    return {
        "off": "\n[telemetry]\nenabled = false\n",
        "on": "\n[telemetry]\nenabled = true\n",
        "dead collector": f'\n[endpoints.otel]\notlp_endpoint = "127.0.0.1:{dead}"\n',
    }


async def once(more: str, trades: int) -> tuple[float, float]:
    """Run one desk; return the median latency in ms, and the CPU seconds of Core and Agent."""
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as name:
        async with desk(Path(name), masters=1, slaves=SLAVES, more=more) as busy:
            before_s = sum(cpu_s(program.pid) for program in busy.programs)
            trips = await busy.run(rate_per_s=OPENS_PER_S, trades=trades, warm_up=WARM_UP)
            spent_s = sum(cpu_s(program.pid) for program in busy.programs) - before_s
    return statistics.median(last_slave_ms(trips, SLAVES)), spent_s


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compared(found: dict[str, list[tuple[float, float]]]) -> dict[str, dict[str, float]]:
    """Return each way's medians, and their ratio to those of "off"."""
    medians = {
        way: [statistics.median(values) for values in zip(*runs, strict=True)]
        for way, runs in found.items()
    }
    base = medians["off"]
    return {
        way: {
            "p50_ms": round(latency_ms, 3),
            "cpu_s": round(spent_s, 3),
            "latency_ratio": round(latency_ms / base[0], 3),
            "cpu_ratio": round(spent_s / base[1], 3),
        }
        for way, (latency_ms, spent_s) in medians.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.telemetry", description=__doc__)
    parser.add_argument("--seconds", type=int, default=6, help="of load in each run")
    parser.add_argument("--runs", type=int, default=3, help="of each way, in turns")
    options = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(options.runs):
        for way, more in ways().items():
            trades = int(options.seconds * OPENS_PER_S)
            found[way].append(uvloop.run(once(more, trades)))
    print(json.dumps(compared(found), indent=2))


if __name__ == "__main__":
    main()

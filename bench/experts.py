"""``python -m bench.experts``: EA to EA with the EAs' own code, through unix sockets.

The sources of MetaTrader 4 and 5, compiled, on the demo's accounts, with a broker that answers at
once; beside the raw pipe of the same run.  A reaction is what a slave's EA takes from the begin of
the turn in which it finds a command in its pipe, until ``OrderSend``: ledger synced to disk.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.__main__ import quantile
from bench.floor import measure


def demo(folder: Path, seconds: int) -> dict[str, Any]:
    """Play the demo with experts on the charts; return what it says, and the reactions in ms.

    Raises:
        subprocess.CalledProcessError: it could not be played, or the books do not agree.
    """
    reactions = folder / "reactions.txt"
    command = ["demo", "--terminals", "ea", "--masters", "2", "--slaves", "2", "--json"]
    command += ["--seconds", str(seconds), "--broker-delay", "0", "--state", str(folder / "demo")]
    ran = subprocess.run(
        [sys.executable, "-m", "echo.apps.cli.main", *command],
        env={**os.environ, "ECHO_REACTIONS": str(reactions)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    told["reactions_ms"] = [int(row) / 1_000 for row in reactions.read_text().splitlines()]
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.experts", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="how long masters trade")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as name:
        [floor] = asyncio.run(measure(Path(name), (1,)))
        told = demo(Path(name), options.seconds)
    way, reactions = told["latency_ms"], told["reactions_ms"]
    print(f"raw pipe, and back  p50 {floor.pipe_ms:6.2f} ms")
    print(f"EA to EA            p50 {way['p50']:6.2f} ms   p95 {way['p95']:6.2f} ms")
    print(
        f"pipe to OrderSend   p50 {quantile(reactions, 0.50):6.2f} ms"
        f"   p95 {quantile(reactions, 0.95):6.2f} ms   ({len(reactions)} orders)"
    )


if __name__ == "__main__":
    main()

"""The measuring desk: real Core and Agent; every position reaches every slave once."""

import asyncio
import tempfile
from pathlib import Path

from bench.__main__ import last_slave_ms
from bench.desk import desk
from bench.eas import Trip


async def measured(folder: Path) -> list[Trip]:
    async with desk(folder, masters=1, slaves=2) as busy:
        trips = await busy.run(rate_per_s=20, trades=5, warm_up=2)
        assert all(program.returncode is None for program in busy.programs)
    assert all(program.returncode == 0 for program in busy.programs)
    return trips


def test_positions_reach_every_slave_once_and_the_warm_up_does_not_count() -> None:
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as folder:
        trips = asyncio.run(measured(Path(folder)))

    times_ms = last_slave_ms(trips, followers=2)
    assert len(times_ms) == 5
    assert all(0 < each < 60_000 for each in times_ms)

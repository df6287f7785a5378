"""The parts of the floor can be measured, and add up."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from bench.floor import Floor, commit_ms, measure


def test_the_floor_is_the_sum_of_its_parts() -> None:
    assert Floor(followers=1, pipe_ms=0.25, grpc_ms=1.5, commit_ms=0.25).total_ms == 2.0


def test_a_synced_commit_takes_time(tmp_path: Path) -> None:
    assert asyncio.run(commit_ms(tmp_path, followers=3, rounds=3)) > 0


def test_every_part_is_measured_for_every_fan_out() -> None:
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as folder:
        one, three = asyncio.run(measure(Path(folder), (1, 3), rounds=3))

    assert (one.followers, three.followers) == (1, 3)
    for floor in (one, three):
        assert min(floor.pipe_ms, floor.grpc_ms, floor.commit_ms) > 0
        assert floor.total_ms == pytest.approx(floor.pipe_ms + floor.grpc_ms + floor.commit_ms)

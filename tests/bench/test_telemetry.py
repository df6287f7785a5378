"""What telling costs is told beside what it costs to say nothing, and with how much chance."""

import asyncio
import os
import tempfile
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.desk import desk
from bench.eas import Trip
from bench.telemetry import (
    OFF,
    SLAVES,
    WAYS,
    Turn,
    collector,
    compared,
    cpu_s,
    median_ms,
    one_round,
    table,
    ways,
)
from echo.links.telemetry.otlp_spans import SpanSender


def found(factors: Mapping[str, float], machine: float) -> dict[str, Turn]:
    return {
        way: Turn(p50_ms=2.0 * machine * factor, cpu_s=machine * factor)
        for way, factor in factors.items()
    }


def test_a_way_is_compared_with_off_of_the_same_round_whatever_the_machine_did() -> None:
    factors = {way: 1.05 if way == "collector" else 1.0 for way in WAYS}

    figures = compared([found(factors, machine) for machine in (1.0, 3.0, 1.1, 9.0, 1.0, 2.0)])

    assert list(figures) == list(WAYS)
    assert figures[OFF]["latency_ratio"]["true_median_between"] == [1.0, 1.0]
    assert figures["collector"]["cpu_ratio"] == {
        "median": 1.05,
        "quartiles": [1.05, 1.05],
        "true_median_between": [1.05, 1.05],
    }
    assert figures["collector"]["p50_ms"] == pytest.approx(2.0 * 1.55 * 1.05)
    *_, last = table(figures)
    assert last.startswith("collector")
    assert "1.050 in 1.050..1.050" in last


def test_what_was_lost_was_slow() -> None:
    arrived = [Trip(1.0, [1.001] * SLAVES) for _ in range(30)]

    assert median_ms([*arrived, Trip(1.0, [1.001])]) == pytest.approx(1.0)
    with pytest.raises(RuntimeError, match="2 of 32"):
        median_ms([*arrived, Trip(1.0), Trip(1.0)])


def test_two_ways_tell_nothing_one_nobody_one_the_dead_and_one_the_living() -> None:
    told = {way: tomllib.loads(text) for way, text in ways("127.0.0.1:4317").items()}

    assert told[OFF] == told["off again"] == {"telemetry": {"enabled": False}}
    assert told["figures"] == {"telemetry": {"enabled": True}}
    assert told["collector"] == {"endpoints": {"otel": {"otlp_endpoint": "127.0.0.1:4317"}}}
    assert told["dead collector"].keys() == {"endpoints"}
    assert told["dead collector"] != told["collector"]


def test_the_collector_takes_what_it_is_sent() -> None:
    with collector() as address:
        sender = SpanSender(address, insecure=True, timeout_s=30.0, resource={}, scope="bench")
        assert sender.send([])
        sender.shutdown()


def test_processor_time_is_that_of_the_process() -> None:
    begun_s = time.process_time()
    sum(range(2_000_000))

    assert begun_s < cpu_s(os.getpid()) <= time.process_time()


async def turns_of_one_desk(folder: Path) -> dict[str, Turn]:
    async with desk(folder, masters=1, slaves=SLAVES) as busy:
        busy.market.clear()
        up = {OFF: busy, "idle is dear": busy}
        return await one_round(up, list(up), 5, {OFF: 0.0, "idle is dear": 1e3})


def test_a_desk_is_loaded_turn_after_turn_and_what_it_takes_idle_is_taken_off() -> None:
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as folder:
        found = asyncio.run(turns_of_one_desk(Path(folder)))

    assert all(0 < turn.p50_ms < 60_000 for turn in found.values())
    assert found[OFF].cpu_s > 0 > found["idle is dear"].cpu_s

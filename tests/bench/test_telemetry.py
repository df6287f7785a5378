"""What telling costs is told beside what it costs to say nothing."""

import os

from bench.telemetry import compared, cpu_s, ways


def test_every_way_is_compared_with_saying_nothing() -> None:
    figures = compared({"off": [(2.0, 1.0), (4.0, 1.0), (2.0, 1.0)], "on": [(2.1, 1.1)] * 3})

    assert figures["off"]["latency_ratio"] == figures["off"]["cpu_ratio"] == 1.0
    assert figures["on"] == {"p50_ms": 2.1, "cpu_s": 1.1, "latency_ratio": 1.05, "cpu_ratio": 1.1}


def test_there_is_a_way_without_and_one_with_a_collector_that_is_dead() -> None:
    assert list(ways()) == ["off", "on", "dead collector"]
    assert "enabled = false" in ways()["off"]


def test_processor_time_only_grows() -> None:
    before = cpu_s(os.getpid())
    sum(range(2_000_000))

    assert cpu_s(os.getpid()) >= before

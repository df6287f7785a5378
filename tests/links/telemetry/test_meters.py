"""Figures are kept by name and labels; a wrong use is found at once."""

import pytest
from prometheus_client import generate_latest

from echo.links.telemetry.meters import Meters
from echo.links.telemetry.metric import counter, gauge, histogram

SENT = counter("echo.sent", "What was sent", "F", "kind")
DEPTH = gauge("echo.depth", "What waits", "F")
LATENCY = histogram("echo.latency", "How long", "F", bounds=(1.0, 10.0))


@pytest.fixture
def meters() -> Meters:
    return Meters((SENT, DEPTH, LATENCY))


def text(meters: Meters) -> str:
    return generate_latest(meters.registry).decode()


def test_counts_add_up_by_label(meters: Meters) -> None:
    meters.add("echo.sent", "open")
    meters.add("echo.sent", "open", amount=2)
    meters.add("echo.sent", "close")

    assert 'echo_sent_total{kind="open"} 3.0' in text(meters)
    assert 'echo_sent_total{kind="close"} 1.0' in text(meters)


def test_a_state_is_the_latest(meters: Meters) -> None:
    meters.set("echo.depth", 7)
    meters.set("echo.depth", 2)

    assert "echo_depth 2.0" in text(meters)


def test_a_distribution_counts_by_bucket(meters: Meters) -> None:
    for value in (0.5, 5, 50):
        meters.observe("echo.latency", value)

    assert 'echo_latency_ms_bucket{le="10.0"} 2.0' in text(meters)
    assert "echo_latency_ms_count 3.0" in text(meters)


def test_a_name_that_is_not_in_the_table_is_a_bug(meters: Meters) -> None:
    with pytest.raises(KeyError):
        meters.add("echo.nonsense")


def test_a_kind_that_is_another_is_a_bug(meters: Meters) -> None:
    with pytest.raises(AssertionError):
        meters.set("echo.sent", 1, "open")
    with pytest.raises(AssertionError):
        meters.add("echo.depth")
    with pytest.raises(AssertionError):
        meters.observe("echo.depth", 1)

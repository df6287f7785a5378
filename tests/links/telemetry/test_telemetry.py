"""Facts are counted beside the work, and read whole."""

from collections.abc import Iterator

import pytest

from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.core_spans import CoreTrace
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.table import CORE_METRICS
from echo.links.telemetry.telemetry import SPANS_MAX, WAITING_MAX, Telemetry
from tests.links.telemetry.facts import FILLED, RECEIVED, TRACE_ID


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    meters = Meters(CORE_METRICS)
    made = Telemetry(meters, (CoreFigures(meters).take,), CoreTrace())
    yield made
    made.close()


def test_who_reads_sees_everything_that_was_told_before(telemetry: Telemetry) -> None:
    for _ in range(500):
        telemetry.observe(FILLED)

    text, kind = telemetry.exposition()

    assert b'echo_execution_completed_total{command="execute",outcome="filled"} 500.0' in text
    assert kind.startswith("text/plain; version=0.0.4")


def test_a_reader_of_open_metrics_finds_the_trace_behind_a_latency(telemetry: Telemetry) -> None:
    telemetry.observe(FILLED)

    text, kind = telemetry.exposition("application/openmetrics-text; version=1.0.0")

    assert kind.startswith("application/openmetrics-text")
    assert f'# {{span_id="00f067aa0ba902b7",trace_id="{TRACE_ID}"}}'.encode() in text


def test_spans_are_handed_out_once_and_bounded(telemetry: Telemetry) -> None:
    for _ in range(SPANS_MAX):
        telemetry.observe(RECEIVED)
        if len(telemetry._waiting) > WAITING_MAX // 2:
            telemetry.drain()
    telemetry.drain()

    assert len(telemetry.take_spans(3)) == 3
    assert len(telemetry.take_spans(10 * SPANS_MAX)) == SPANS_MAX - 3
    assert telemetry.take_spans(1) == []


def test_what_is_told_faster_than_it_is_counted_is_dropped_and_that_is_counted() -> None:
    meters = Meters(CORE_METRICS)
    telemetry = Telemetry(meters, (CoreFigures(meters).take,))
    with telemetry._lock:
        for _ in range(WAITING_MAX + 7):
            telemetry.observe(FILLED)

    text, _ = telemetry.exposition()
    assert b'echo_telemetry_shed_total{what="figures"} 7.0' in text
    telemetry.close()


def test_a_state_is_looked_at_when_somebody_reads() -> None:
    meters = Meters(CORE_METRICS)
    seen: list[float] = [4.0]
    telemetry = Telemetry(
        meters, (), readings=(lambda: meters.set("echo_core_router_queue_depth", seen[0]),)
    )
    seen[0] = 9.0

    assert b"echo_core_router_queue_depth 9.0" in telemetry.exposition()[0]
    telemetry.close()

"""A registry's figures become the SDK's metrics, whole and under the names of the table."""

from collections.abc import Sequence

import pytest
from opentelemetry.sdk.metrics.export import Gauge, Histogram, Metric, Sum
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from echo.links.telemetry.meters import Meters
from echo.links.telemetry.metric import counter, gauge, histogram
from echo.links.telemetry.otlp_figures import figures_of

SENT = counter("echo.sent", "What was sent", "F", "routing.mode")
DEPTH = gauge("echo.depth", "What waits", "F")
LATENCY = histogram("echo.latency", "How long", "F", bounds=(1.0, 10.0))
BEGUN_NS, NOW_NS = 1_000, 2_000


@pytest.fixture
def meters() -> Meters:
    return Meters((SENT, DEPTH, LATENCY))


def found(meters: Meters) -> Sequence[Metric]:
    data = figures_of(meters, Resource({}), InstrumentationScope("echo"), BEGUN_NS, NOW_NS)
    [resource] = data.resource_metrics
    [scope] = resource.scope_metrics
    return scope.metrics


def test_a_counter_is_a_sum_since_the_program_began(meters: Meters) -> None:
    meters.add("echo.sent", "selective", amount=3)

    [sent] = [each for each in found(meters) if each.name == "echo.sent"]

    assert isinstance(sent.data, Sum)
    [point] = sent.data.data_points
    assert (point.value, sent.data.is_monotonic) == (3, True)
    assert dict(point.attributes or {}) == {"routing.mode": "selective"}
    assert (point.start_time_unix_nano, point.time_unix_nano) == (BEGUN_NS, NOW_NS)


def test_a_state_is_a_gauge(meters: Meters) -> None:
    meters.set("echo.depth", 7)

    [depth] = [each for each in found(meters) if each.name == "echo.depth"]

    assert isinstance(depth.data, Gauge)
    assert [point.value for point in depth.data.data_points] == [7]


def test_a_distribution_has_its_own_buckets_and_its_examples(meters: Meters) -> None:
    for value in (0.5, 5, 7, 50):
        meters.observe("echo.latency", value, trace=("ab" * 16, "cd" * 8))

    [latency] = [each for each in found(meters) if each.name == "echo.latency"]

    assert isinstance(latency.data, Histogram)
    [point] = latency.data.data_points
    assert (list(point.bucket_counts), list(point.explicit_bounds)) == ([1, 2, 1], [1.0, 10.0])
    assert (point.count, point.sum) == (4, 62.5)
    assert {example.trace_id for example in point.exemplars} == {int("ab" * 16, 16)}
    assert [example.value for example in point.exemplars] == [0.5, 5, 50]


def test_what_was_never_counted_is_left_out(meters: Meters) -> None:
    assert {each.name for each in found(meters)} == {"echo.depth"}

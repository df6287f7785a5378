"""Figures are kept by name and labels; a wrong use is found at once."""

import pytest
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.openmetrics.exposition import generate_latest as generate_open_metrics

from echo.links.telemetry.meters import Meters
from echo.links.telemetry.metric import counter, gauge, histogram

SENT = counter("echo.sent", "What was sent", "F", "kind")
DEPTH = gauge("echo.depth", "What waits", "F")
LATENCY = histogram("echo.latency", "How long", "F", bounds=(1.0, 10.0))
METRICS = (SENT, DEPTH, LATENCY)


@pytest.fixture
def meters() -> Meters:
    return Meters(METRICS)


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


def test_each_bucket_has_an_example_that_is_replaced_after_a_second() -> None:
    now_s = [10.0]
    meters = Meters(METRICS, now_s=lambda: now_s[0])

    def examples() -> set[str]:
        [family] = [each for each in meters.registry.collect() if each.name == "echo_latency_ms"]
        found = [sample.exemplar for sample in family.samples]
        return {each.labels["trace_id"] for each in found if each is not None}

    meters.observe("echo.latency", 5, trace=("first", "1"))
    meters.observe("echo.latency", 6, trace=("too soon", "2"))
    meters.observe("echo.latency", 50, trace=("of another bucket", "3"))
    assert examples() == {"first", "of another bucket"}
    now_s[0] += 1.0
    meters.observe("echo.latency", 7, trace=("later", "4"))
    assert examples() == {"later", "of another bucket"}


def test_a_name_that_is_not_in_the_table_is_a_bug(meters: Meters) -> None:
    with pytest.raises(KeyError):
        meters.add("echo.nonsense")


def test_a_kind_that_is_another_is_a_bug(meters: Meters) -> None:
    with pytest.raises(KeyError):
        meters.set("echo.sent", 1, "open")
    with pytest.raises(KeyError):
        meters.add("echo.depth")
    with pytest.raises(KeyError):
        meters.observe("echo.depth", 1)


def test_a_label_too_few_or_a_count_that_falls_is_a_bug(meters: Meters) -> None:
    with pytest.raises(ValueError, match="labels"):
        meters.add("echo.sent")
    with pytest.raises(ValueError, match="cannot fall"):
        meters.add("echo.sent", "open", amount=-1)


def test_what_is_beyond_the_bound_is_counted_together() -> None:
    meters = Meters(METRICS, series_max=2)
    for kind in ("open", "close", "modify", "reduce", "open"):
        meters.add("echo.sent", kind)

    shown = text(meters)
    assert 'echo_sent_total{kind="open"} 2.0' in shown
    assert 'echo_sent_total{kind="other"} 2.0' in shown
    assert "modify" not in shown


def test_what_is_shown_is_what_the_client_library_shows() -> None:
    """Its own meters, given the same, say the same to the byte."""
    meters, theirs = Meters(METRICS), CollectorRegistry()
    sent = Counter("echo_sent_total", SENT.told, ["kind"], registry=theirs)
    depth = Gauge("echo_depth", DEPTH.told, registry=theirs)
    latency = Histogram("echo_latency_ms", LATENCY.told, registry=theirs, buckets=LATENCY.bounds)
    disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped there
    assert generate_latest(meters.registry) == generate_latest(theirs)

    meters.add("echo.sent", 'o"pen')
    sent.labels('o"pen').inc()
    meters.set("echo.depth", -2.5)
    depth.set(-2.5)
    for value in (0.5, 1.0, 10.0, 11):
        meters.observe("echo.latency", value)
        latency.observe(value)

    assert generate_latest(meters.registry) == generate_latest(theirs)
    assert generate_open_metrics(meters.registry) == generate_open_metrics(theirs)  # type: ignore[no-untyped-call]  # untyped there


def test_one_metric_can_be_asked_for_alone(meters: Meters) -> None:
    names = [each.name for each in meters.registry.restricted_registry(["echo_depth"]).collect()]

    assert names == ["echo_depth"]

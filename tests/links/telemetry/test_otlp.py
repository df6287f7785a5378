"""What leaves over OTLP is what was counted and traced, under the names of the table."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from echo.domain.copy_facts import ResultTaken
from echo.domain.facts import Alarm
from echo.domain.link_facts import SpansReported
from echo.domain.traces import AgentSpans, Span
from echo.links.telemetry import spans as told
from echo.links.telemetry.cache_figures import CacheFigures
from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.core_spans import CoreTrace
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.otlp import PLENTY, OtlpExporter
from echo.links.telemetry.otlp import Collector as Where
from echo.links.telemetry.registration_figures import RegistrationFigures
from echo.links.telemetry.table import CORE_METRICS
from echo.links.telemetry.telemetry import Telemetry
from tests.links.telemetry.collector import Collector, collecting
from tests.links.telemetry.facts import (
    AGENT,
    BEGUN_MS,
    CORE_FACTS,
    DECIDED,
    FILLED,
    RECEIVED,
    SENT,
    SLAVE,
    TRACE_ID,
)

CORES = {told.FORWARD, told.SCHEDULE, told.RISK, told.DECIDE, told.JOURNAL}
AGENTS = AgentSpans(
    spans=(
        Span(
            trace_id=TRACE_ID,
            span_id="00f067aa0ba902b8",
            parent_id="00f067aa0ba902b7",
            name=told.SLAVE_EA,
            component="slave_ea",
            start_ms=BEGUN_MS,
            end_ms=BEGUN_MS + 250,
            attributes={"echo.price": Decimal("2310.5"), "echo.attempt": 1},
            ok=False,
            clock_offset_ms=-40,
            compared=True,
        ),
    )
)


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    meters = Meters(CORE_METRICS)
    caches = CacheFigures(meters)
    made = Telemetry(
        meters,
        (CoreFigures(meters).take, RegistrationFigures(meters).take, caches.take),
        CoreTrace(),
        readings=(caches.flush,),
        recorded=(ResultTaken, Alarm),
    )
    yield made
    made.close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


def exported(
    telemetry: Telemetry, endpoint: str, *, every_s: float = 60.0, spans: bool = True
) -> OtlpExporter:
    return OtlpExporter(
        telemetry,
        Where(traces=endpoint, metrics=endpoint),
        {"service.name": "echo-core"},
        every_s=every_s,
        spans=spans,
    )


def test_every_metric_of_the_core_arrives_under_its_name(
    telemetry: Telemetry, collector: Collector
) -> None:
    for fact in CORE_FACTS:
        telemetry.observe(fact)
    exported(telemetry, collector.endpoint).close()

    assert set(collector.metrics) == {each.name for each in CORE_METRICS}
    assert collector.services == {"echo-core"}


def test_a_distribution_arrives_with_its_buckets(
    telemetry: Telemetry, collector: Collector
) -> None:
    for _ in range(3):
        telemetry.observe(FILLED)
    exported(telemetry, collector.endpoint).close()

    [point] = collector.metrics["echo.latency.core_process"].histogram.data_points
    assert (point.count, point.sum) == (3, 6.0)
    bounds = [*point.explicit_bounds, float("inf")]
    assert sum(point.bucket_counts) == 3
    assert point.bucket_counts[bounds.index(2.0)] == 3
    assert not point.HasField("min")
    [example] = point.exemplars
    assert (example.trace_id.hex(), example.span_id.hex()) == (TRACE_ID, "00f067aa0ba902b7")
    assert example.as_double == 2.0


def test_a_counter_arrives_with_its_labels(telemetry: Telemetry, collector: Collector) -> None:
    telemetry.observe(FILLED)
    exported(telemetry, collector.endpoint).close()

    [point] = collector.metrics["echo.execution.completed"].sum.data_points
    assert point.as_double == 1
    labels = {each.key: each.value.string_value for each in point.attributes}
    assert labels == {"command": "execute", "outcome": "filled"}


def test_the_steps_of_a_trade_arrive_as_one_trace(
    telemetry: Telemetry, collector: Collector
) -> None:
    for fact in (RECEIVED, DECIDED, SENT):
        telemetry.observe(fact)
    exported(telemetry, collector.endpoint).close()

    by_name = {span.name: span for span in collector.spans}
    assert set(by_name) == CORES
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE_ID}
    assert by_name[told.FORWARD].parent_span_id.hex() == "00f067aa0ba902b7"
    assert by_name[told.DECIDE].parent_span_id == by_name[told.FORWARD].span_id
    assert by_name[told.JOURNAL].parent_span_id == by_name[told.DECIDE].span_id
    assert by_name[told.DECIDE].status.code == Status.STATUS_CODE_OK


def test_spans_that_an_agent_handed_over_arrive_as_its_own(
    telemetry: Telemetry, collector: Collector
) -> None:
    telemetry.observe(SpansReported(agent_id=AGENT, spans=AGENTS.spans))
    exported(telemetry, collector.endpoint).close()

    [span] = collector.spans
    attributes = {each.key: each.value for each in span.attributes}
    assert (span.name, span.span_id.hex()) == (told.SLAVE_EA, "00f067aa0ba902b8")
    assert span.end_time_unix_nano == (BEGUN_MS + 250) * 1_000_000
    assert attributes["echo.clock_offset_ms"].int_value == -40
    assert attributes["echo.price"].double_value == 2310.5
    assert span.status.code == Status.STATUS_CODE_ERROR


def test_spans_can_be_left_to_somebody_else(telemetry: Telemetry, collector: Collector) -> None:
    telemetry.observe(RECEIVED)
    exported(telemetry, collector.endpoint, spans=False).close()

    assert collector.spans == []
    assert len(telemetry.take_spans(9)) == 2


def test_facts_arrive_as_logs_with_the_trace_of_their_trade(
    telemetry: Telemetry, collector: Collector
) -> None:
    telemetry.observe(FILLED)
    telemetry.observe(Alarm(key="k", code="IN_DOUBT", sentence="look", account_id=SLAVE))
    exported(telemetry, collector.endpoint).close()

    filled, alarm = collector.logs
    assert (filled.trace_id.hex(), filled.event_name) == (TRACE_ID, "ResultTaken")
    assert alarm.severity_text == "ERROR"
    assert json.loads(alarm.body.string_value)["sentence"] == "look"
    attributes = {each.key: each.value.string_value for each in alarm.attributes}
    assert attributes == {"echo.account_id": SLAVE, "echo.code": "IN_DOUBT"}


def test_what_comes_in_plenty_is_sent_before_it_is_time(
    telemetry: Telemetry, collector: Collector
) -> None:
    exporter = exported(telemetry, collector.endpoint, every_s=600.0)
    for _ in range(PLENTY):
        telemetry.observe(RECEIVED)
    collector.wait_for("echo.intent.received", spans=2 * PLENTY)
    exporter.close()


def test_figures_are_sent_again_and_again(telemetry: Telemetry, collector: Collector) -> None:
    exporter = exported(telemetry, collector.endpoint, every_s=0.05)
    telemetry.observe(FILLED)
    telemetry.observe(RECEIVED)
    collector.wait_for("echo.execution.completed", spans=2)
    exporter.close()

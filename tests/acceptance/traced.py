"""What a collector must find in the telemetry of a desk on two hosts."""

import re
from collections.abc import Sequence
from itertools import pairwise

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from echo.domain.ids import TradeId
from echo.links.telemetry import spans
from echo.links.telemetry.span_table import TRADE as STEPS
from tests.acceptance.two_hosts import AHEAD_MS
from tests.links.telemetry.collector import Collector

NEAR_MS = 25
"""How far clocks of one machine may be found apart while it is busy."""
SECOND_NS = 1_000_000_000
OFFSET = "echo.clock_offset_ms"
SECOND_HOSTS = {spans.TO_AGENT, spans.PIPE, spans.SLAVE_EA, spans.BROKER}
CHAIN = [
    *(spans.MASTER_EA, spans.FORWARD, spans.DECIDE),
    *(spans.TO_AGENT, spans.PIPE, spans.SLAVE_EA, spans.BROKER),
]
LOGGED = {
    *("IntentForwarded", "ActionReceived", "CopyDecided", "CommandSent", "OwnerMissing"),
    *("CommandWritten", "CommandHeard", "DeliveryRetried", "ResultForwarded", "ResultTaken"),
    *("DecisionSettled", "OpenHeld", "Alarm"),
}
EXAMPLE = re.compile(r'# \{span_id="([0-9a-f]{16})",trace_id="([0-9a-f]{32})"\}')


def assert_one_tree(told: Sequence[Span]) -> None:
    """Everything hangs on the master's two steps: the open's and the close's."""
    ids = {span.span_id for span in told}
    roots = {span.span_id for span in told if not span.parent_span_id}
    assert {span.name for span in told if span.span_id in roots} == {spans.MASTER_EA}
    assert len(roots) == 2
    lost = {span.name for span in told if span.parent_span_id not in {b"", *ids}}
    assert lost == set()
    above = {span.span_id: span.parent_span_id for span in told}
    names = {span.span_id: span.name for span in told}
    below = {step.name: step.below for step in STEPS}
    for span in told:
        if span.name == spans.RISK:  # a refusal has no command to hang on
            continue
        assert names.get(above[span.span_id], "") == below[span.name]


def way_between(found: Sequence[Span], master: str, slave: str) -> list[Span]:
    """Return the steps from a master's terminal to a slave's broker, of a fill; empty = none."""
    by_id = {span.span_id: span for span in found}
    for last in found:
        if last.name != spans.BROKER or text_of(last, "echo.account_id") != slave:
            continue
        way = [last]
        while way[0].parent_span_id in by_id:
            way.insert(0, by_id[way[0].parent_span_id])
        if text_of(way[0], "echo.account_id") == master and not way[0].parent_span_id:
            return way
    return []


def assert_placed_by_one_clock(way: Sequence[Span]) -> None:
    """The second host's clock is ahead by seconds; its steps follow the first one's even so."""
    assert [span.name for span in way] == CHAIN
    for before, after in pairwise(way):
        assert after.start_time_unix_nano - before.start_time_unix_nano > -NEAR_MS * 1_000_000
    assert way[-1].end_time_unix_nano - way[0].start_time_unix_nano < SECOND_NS
    for span in way:
        [off_ms] = [each.value.int_value for each in span.attributes if each.key == OFFSET] or [0]
        expected_ms = AHEAD_MS if span.name in SECOND_HOSTS else 0
        assert abs(off_ms - expected_ms) < NEAR_MS, span.name


def assert_decisions_last(told: Sequence[Span]) -> None:
    """What the engine decided took it microseconds, and not none."""
    decided = [span for span in told if span.name in {spans.SCHEDULE, spans.RISK, spans.STOPS}]
    assert {span.name for span in decided} == {spans.SCHEDULE, spans.RISK, spans.STOPS}
    for span in decided:
        assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < SECOND_NS


def assert_timed_by_one_clock(collector: Collector) -> None:
    """No hop took the seconds by which the clocks differ."""
    for name in ("echo.latency.core_to_agent", "echo.latency.e2e"):
        for point in collector.metrics[name].histogram.data_points:
            assert point.sum / point.count < AHEAD_MS / 2, name
    offsets = {
        text_of(each, "agent_id"): each.as_double
        for each in collector.metrics["echo.clock.offset_ms"].gauge.data_points
    }
    assert abs(offsets["south"] - AHEAD_MS) < NEAR_MS
    assert abs(offsets["north"]) < NEAR_MS


def assert_examples_lead_to_traces(collector: Collector, text: str) -> None:
    """A distribution's examples are spans that were sent, for a collector and for Prometheus."""
    sent = {(span.trace_id.hex(), span.span_id.hex()) for span in collector.spans}
    [point] = collector.metrics["echo.latency.e2e"].histogram.data_points
    examples = {(each.trace_id.hex(), each.span_id.hex()) for each in point.exemplars}
    assert examples
    assert examples <= sent
    shown = {(trace, span) for span, trace in EXAMPLE.findall(text)}
    assert shown
    assert shown <= sent


def assert_log_lines_carry_the_trace(
    collector: Collector, logs: Sequence[dict[str, object]], trade: TradeId, trace_id: str
) -> None:
    """Every line about the trade names its trace, at the collector and in the programs' logs."""
    records = [each for each in collector.logs if text_of(each, "echo.trade_id") == trade]
    lines = [line for line in logs if line.get("trade_id") == trade]
    assert {each.trace_id.hex() for each in records} == {trace_id}
    assert {line["trace_id"] for line in lines} == {trace_id}
    assert {each.event_name for each in records} >= LOGGED
    assert {line["fact"] for line in lines} >= LOGGED
    assert {line["program"] for line in lines} == {"echo-core", "echo-agent"}


def text_of(told: Span | LogRecord | NumberDataPoint, name: str) -> str:
    return next((each.value.string_value for each in told.attributes if each.key == name), "")

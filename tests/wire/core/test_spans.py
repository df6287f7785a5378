"""Spans arrive as they were reported; what is none is refused."""

import pytest
from hypothesis import given

from echo.domain.traces import AgentSpans
from echo.wire.core.spans import ATTRIBUTES_MAX, SPANS_MAX, TEXT_MAX, read_spans, write_spans
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@given(our.AGENT_SPANS)
def test_spans_arrive_as_they_were_reported(told: AgentSpans) -> None:
    message = pb.AgentSpans()
    write_spans(message, told)

    assert read_spans(pb.AgentSpans.FromString(message.SerializeToString())) == told


def refusal_of(message: pb.AgentSpans) -> WireReason:
    with pytest.raises(WireError) as refused:
        read_spans(message)
    return refused.value.reason


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "00-x-y-01",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{'g' * 32}-b7ad6b7169203331-01",
        f"00-0x{'1' * 30}-b7ad6b7169203331-01",
    ],
)
def test_a_span_of_no_trace_is_refused(traceparent: str) -> None:
    message = pb.AgentSpans()
    message.spans.add(name="n", traceparent=traceparent)

    assert refusal_of(message) is WireReason.OUT_OF_RANGE


def test_a_parent_that_is_no_id_is_refused() -> None:
    message = pb.AgentSpans()
    message.spans.add(traceparent=TRACEPARENT).attributes["echo.parent_span_id"] = "root"

    assert refusal_of(message) is WireReason.OUT_OF_RANGE


def test_what_is_too_much_is_refused() -> None:
    crowd, long, wide = pb.AgentSpans(), pb.AgentSpans(), pb.AgentSpans()
    for _ in range(SPANS_MAX + 1):
        crowd.spans.add(traceparent=TRACEPARENT)
    long.spans.add(traceparent=TRACEPARENT, name="n" * (TEXT_MAX + 1))
    wide.spans.add(traceparent=TRACEPARENT).attributes.update(
        {str(number): "" for number in range(ATTRIBUTES_MAX + 1)}
    )

    assert refusal_of(crowd) is WireReason.OUT_OF_RANGE
    assert refusal_of(long) is refusal_of(wide) is WireReason.TOO_LONG


def test_a_number_that_is_none_stays_a_text_and_time_never_runs_backwards() -> None:
    message = pb.AgentSpans()
    told = message.spans.add(traceparent=TRACEPARENT, start_ms=9, end_ms=5)
    told.attributes["echo.attempt"] = "many"

    [span] = read_spans(message).spans
    assert span.attributes == {"echo.attempt": "many"}
    assert (span.start_ms, span.end_ms) == (9, 9)

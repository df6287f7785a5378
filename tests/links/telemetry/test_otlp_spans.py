"""A span arrives with all that it says."""

from dataclasses import replace
from decimal import Decimal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Told
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from echo.domain.traces import Span
from echo.links.telemetry.otlp_spans import SpanSender, request_of
from tests.links.telemetry.collector import collecting

SPAN = Span(
    trace_id="0af7651916cd43dd8448eb211c80319c",
    span_id="b7ad6b7169203331",
    parent_id="00f067aa0ba902b7",
    name="ea.order.execute",
    component="slave_ea",
    start_ms=1_700_000_000_000,
    end_ms=1_700_000_000_250,
    attributes={"echo.trade_id": "t", "echo.attempt": 2, "echo.price": Decimal("1.5")},
    ok=False,
    clock_offset_ms=0,
    compared=True,
)


def told(span: Span) -> Told:
    request = request_of([span], {"service.name": "echo-core"}, "echo")
    [resource] = ExportTraceServiceRequest.FromString(request).resource_spans
    [attribute] = resource.resource.attributes
    assert (attribute.key, attribute.value.string_value) == ("service.name", "echo-core")
    [scope] = resource.scope_spans
    assert scope.scope.name == "echo"
    [found] = scope.spans
    return found


def test_a_span_is_written_whole() -> None:
    found = told(SPAN)

    assert found.trace_id.hex() == SPAN.trace_id
    assert (found.span_id.hex(), found.parent_span_id.hex()) == (SPAN.span_id, SPAN.parent_id)
    assert found.start_time_unix_nano == SPAN.start_ms * 1_000_000
    assert found.end_time_unix_nano == SPAN.end_ms * 1_000_000
    assert found.status.code == Status.STATUS_CODE_ERROR
    attributes = {each.key: each.value for each in found.attributes}
    assert attributes["echo.trade_id"].string_value == "t"
    assert attributes["echo.attempt"].int_value == 2
    assert attributes["echo.price"].double_value == 1.5
    assert attributes["echo.clock_offset_ms"].HasField("int_value")


def test_a_step_of_microseconds_keeps_its_length() -> None:
    found = told(replace(SPAN, end_ms=SPAN.start_ms, start_us=120, end_us=305))

    assert found.start_time_unix_nano == SPAN.start_ms * 1_000_000 + 120_000
    assert found.end_time_unix_nano - found.start_time_unix_nano == 185_000


def test_the_first_of_a_trace_has_no_parent_and_the_cores_own_no_offset() -> None:
    found = told(replace(SPAN, parent_id="", compared=False, ok=True))

    assert found.parent_span_id == b""
    assert found.status.code == Status.STATUS_CODE_OK
    assert "echo.clock_offset_ms" not in {each.key for each in found.attributes}


def test_the_sender_says_whether_it_was_taken() -> None:
    with collecting() as collector:
        sender = SpanSender(
            collector.endpoint, insecure=True, timeout_s=3.0, resource={}, scope="echo"
        )
        assert sender.send([SPAN])
        sender.shutdown()

    assert [span.name for span in collector.spans] == [SPAN.name]

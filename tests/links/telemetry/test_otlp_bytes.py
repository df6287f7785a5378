"""What is written by hand, protobuf reads."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from echo.domain.traces import Value
from echo.links.telemetry.otlp_bytes import (
    TEXT,
    attribute,
    attributes,
    id_in_field,
    request,
    time_in_field,
)

LONGEST = 2**63
TEXTS = st.text(max_size=300)
VALUES = TEXTS | st.integers(-LONGEST, LONGEST - 1) | st.decimals(-(10**9), 10**9, places=5)


def value_of(told: AnyValue) -> str | int | float:
    return getattr(told, str(told.WhichOneof("value")))  # type: ignore[no-any-return]  # one of three


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_attributes_arrive_as_they_are(told: dict[str, Value]) -> None:
    found = Resource.FromString(attributes(1, told)).attributes

    assert {each.key: value_of(each.value) for each in found} == {
        name: float(value) if isinstance(value, Decimal) else value for name, value in told.items()
    }


def test_a_number_and_a_decimal_that_equal_each_other_are_told_apart() -> None:
    found = [
        KeyValue.FromString(attribute(1, "x", value)[2:]).value.WhichOneof("value")
        for value in (1, Decimal(1), "1")
    ]

    assert found == ["int_value", "double_value", "string_value"]


@given(st.text(max_size=70_000))
def test_a_text_may_be_long(text: str) -> None:
    assert AnyValue.FromString(TEXT(text.encode())).string_value == text


@given(st.integers(0, 2**64 - 1), st.binary(min_size=16, max_size=16))
def test_times_and_ids_arrive(at_ns: int, trace_id: bytes) -> None:
    found = Span.FromString(time_in_field(7)(at_ns) + id_in_field(1, 16)(trace_id.hex()))

    assert (found.start_time_unix_nano, found.trace_id) == (at_ns, trace_id)


def test_an_id_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        id_in_field(1, 16)("00f067aa0ba902b7")


def test_a_request_says_who_tells_what() -> None:
    spans = [Span(name=name).SerializeToString() for name in ("one", "two")]

    read = ExportTraceServiceRequest.FromString(request(spans, {"service.name": "x"}, "echo"))

    [resource] = read.resource_spans
    assert [each.key for each in resource.resource.attributes] == ["service.name"]
    [scope] = resource.scope_spans
    assert (scope.scope.name, [span.name for span in scope.spans]) == ("echo", ["one", "two"])

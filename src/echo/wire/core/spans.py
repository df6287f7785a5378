"""Spans that an Agent hands to the Core for export, in the stream and in the domain.

The ``traceparent`` of a span names its trace and itself.  Attributes are texts on the wire; what
is a number or a mark says so by its name, and the parent, the component and a failure travel
among them.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from echo.domain.traces import AgentSpans, Span, Value, trace_of
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason

SPANS_MAX: Final = 1_000
"""Spans that one message may hold."""
ATTRIBUTES_MAX: Final = 64
TEXT_MAX: Final = 1_024

_PARENT: Final = "echo.parent_span_id"
_COMPONENT: Final = "echo.component"
_COMPARED: Final = "echo.clock_compared"
_STATUS: Final = "otel.status_code"
_FAILED: Final = "ERROR"
_HEX: Final = re.compile("[0-9a-f]+")
_NUMBERS: Final = frozenset({"echo.attempt", "buffer_depth"})
_DECIMALS: Final = frozenset({"echo.slippage", "echo.spread", "echo.lot_size", "echo.price"})


def write_spans(out: pb.AgentSpans, message: AgentSpans) -> None:
    """Fill *out* with *message*."""
    out.SetInParent()
    for span in message.spans:
        told = out.spans.add(
            name=span.name,
            traceparent=f"00-{span.trace_id}-{span.span_id}-01",
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            clock_offset_ms=span.clock_offset_ms,
        )
        attributes = told.attributes
        for name, value in span.attributes.items():
            attributes[name] = str(value)
        attributes[_COMPONENT] = span.component
        if span.parent_id:
            attributes[_PARENT] = span.parent_id
        if span.compared:
            attributes[_COMPARED] = "true"
        if not span.ok:
            attributes[_STATUS] = _FAILED


def read_spans(message: pb.AgentSpans) -> AgentSpans:
    """Return what *message* says.  Raises ``WireError``: too many, too long, or of no trace."""
    if len(message.spans) > SPANS_MAX:
        raise WireError(WireReason.OUT_OF_RANGE, f"{len(message.spans)} spans, max {SPANS_MAX}")
    return AgentSpans(spans=tuple(map(_span, message.spans)))


def _span(told: pb.AgentSpan) -> Span:
    trace = trace_of(told.traceparent)
    if trace is None or not all(map(_is_id, trace)):
        raise WireError(WireReason.OUT_OF_RANGE, f"{told.traceparent[:80]!r} is no traceparent")
    texts = dict(told.attributes)
    bounded = (told.name, *texts, *texts.values())
    if len(texts) > ATTRIBUTES_MAX or any(len(each) > TEXT_MAX for each in bounded):
        raise WireError(WireReason.TOO_LONG, f"a span's attributes exceed {TEXT_MAX} characters")
    parent_id = texts.pop(_PARENT, "")
    if parent_id and (len(parent_id) != 16 or not _is_id(parent_id)):
        raise WireError(WireReason.OUT_OF_RANGE, f"{parent_id[:80]!r} is no span id")
    failed = texts.pop(_STATUS, "") == _FAILED
    compared = texts.pop(_COMPARED, "") == "true"
    return Span(
        trace_id=trace[0],
        span_id=trace[1],
        parent_id=parent_id,
        name=told.name,
        component=texts.pop(_COMPONENT, ""),
        start_ms=told.start_ms,
        end_ms=max(told.start_ms, told.end_ms),
        attributes={name: _value(name, text) for name, text in texts.items()},
        ok=not failed,
        clock_offset_ms=told.clock_offset_ms,
        compared=compared,
    )


def _value(name: str, text: str) -> Value:
    try:
        if name in _NUMBERS:
            return int(text)
        if name in _DECIMALS:
            return Decimal(text)
    except (ValueError, InvalidOperation):
        pass  # kept as it was said
    return text


def _is_id(text: str) -> bool:
    """Whether *text* is hexadecimal and not all zeros, as ids of traces and spans are."""
    return _HEX.fullmatch(text) is not None and text.strip("0") != ""

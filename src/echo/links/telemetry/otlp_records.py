"""Facts as log records of OTLP, each with the trace of its trade."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import NonRecordingSpan, SpanContext, set_span_in_context

from echo.domain.facts import Fact
from echo.links.log_facts import LEVEL_OF
from echo.links.telemetry.spans import trace_id_of

SEVERITY: Final = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
}
_ATTRIBUTES: Final = ("account_id", "agent_id", "trade_id", "command_id", "symbol", "code")


def records(
    facts: Sequence[tuple[int, Fact]], resource: Resource, scope: InstrumentationScope
) -> list[ReadableLogRecord]:
    """Return *facts*, each with the Unix nanoseconds at which it was told, as log records."""
    return [
        ReadableLogRecord(
            log_record=_record(at_ns, fact), resource=resource, instrumentation_scope=scope
        )
        for at_ns, fact in facts
    ]


def _record(at_ns: int, fact: Fact) -> LogRecord:
    level = LEVEL_OF[type(fact)]
    return LogRecord(
        timestamp=at_ns,
        observed_timestamp=at_ns,
        context=_context(_trace_id(fact)),
        severity_text=level.upper(),
        severity_number=SEVERITY[level],
        body=msgspec.json.encode(fact).decode(),
        attributes=_attributes(fact),
        event_name=type(fact).__name__,
    )


def _context(trace_id: str) -> Context:
    """Return what joins a record to a trace, to none of its spans."""
    told = SpanContext(int(trace_id, 16) if trace_id else 0, span_id=0, is_remote=True)
    return set_span_in_context(NonRecordingSpan(told), Context())


def _attributes(fact: Any) -> dict[str, str]:
    found = {name: getattr(fact, name, None) for name in _ATTRIBUTES}
    return {
        f"echo.{name}": getattr(value, "name", str(value)) for name, value in found.items() if value
    }


def _trace_id(fact: Any) -> str:
    """Return the trace of a fact's trade; our own EAs derive it from the trade's id."""
    trace_id = trace_id_of(getattr(fact, "traceparent", ""))
    return trace_id or str(getattr(fact, "trade_id", "")).replace("-", "")

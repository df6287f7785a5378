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
from echo.links.log_facts import LEVEL_OF, trace_id_of_fact
from echo.links.log_names import LineName, line_name

SEVERITY: Final = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
}
_HANDSHAKE: Final = ("status", "protocol_version", "client_semver", "evaluation_id")
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
    name = line_name(fact)
    level = (name.level if name is not None else None) or LEVEL_OF[type(fact)]
    return LogRecord(
        timestamp=at_ns,
        observed_timestamp=at_ns,
        context=_context(trace_id_of_fact(fact)),
        severity_text=level.upper(),
        severity_number=SEVERITY[level],
        body=msgspec.json.encode(fact).decode(),
        attributes=_attributes(fact) | _named(fact, name),
        event_name=type(fact).__name__,
    )


def _named(fact: Any, name: LineName | None) -> dict[str, str]:
    """Return by what people search for a line about registration."""
    if name is None:
        return {}
    told = {each: getattr(fact, each, "") for each in _HANDSHAKE}
    told |= {"feature": name.feature, "event": name.event, "status": name.status or told["status"]}
    return {each: str(value) for each, value in told.items() if value}


def _context(trace_id: str) -> Context:
    """Return what joins a record to a trace, to none of its spans."""
    told = SpanContext(int(trace_id, 16) if trace_id else 0, span_id=0, is_remote=True)
    return set_span_in_context(NonRecordingSpan(told), Context())


def _attributes(fact: Any) -> dict[str, str]:
    found = {name: getattr(fact, name, None) for name in _ATTRIBUTES}
    return {
        f"echo.{name}": getattr(value, "name", str(value)) for name, value in found.items() if value
    }

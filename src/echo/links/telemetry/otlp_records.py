"""Facts as log records on their way to a collector, each with the trace of its trade."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.proto.logs.v1 import logs_pb2 as pb
from opentelemetry.sdk._logs.export import LogRecordExportResult

from echo.domain.facts import Fact
from echo.links.log_facts import LEVEL_OF, trace_id_of_fact
from echo.links.log_names import LineName, line_name
from echo.links.telemetry.otlp_bytes import (
    TEXT,
    attributes,
    id_in_field,
    in_field,
    request,
    time_in_field,
)
from echo.links.telemetry.otlp_sender import Sender

SEVERITY: Final = {
    "debug": pb.SEVERITY_NUMBER_DEBUG,
    "info": pb.SEVERITY_NUMBER_INFO,
    "warning": pb.SEVERITY_NUMBER_WARN,
    "error": pb.SEVERITY_NUMBER_ERROR,
}
_HANDSHAKE: Final = ("status", "protocol_version", "client_semver", "evaluation_id")
_ATTRIBUTES: Final = ("account_id", "agent_id", "trade_id", "command_id", "symbol", "code")

_EXPORT: Final = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"

Told = tuple[int, Fact]
"""A fact, and the Unix nanoseconds at which it was told."""

_AT: Final = time_in_field(pb.LogRecord.TIME_UNIX_NANO_FIELD_NUMBER)
_SEEN_AT: Final = time_in_field(pb.LogRecord.OBSERVED_TIME_UNIX_NANO_FIELD_NUMBER)
_BODY: Final = in_field(pb.LogRecord.BODY_FIELD_NUMBER)
_ATTRIBUTES_FIELD: Final = pb.LogRecord.ATTRIBUTES_FIELD_NUMBER
_TRACE_ID: Final = id_in_field(pb.LogRecord.TRACE_ID_FIELD_NUMBER, 16)
_JSON: Final = msgspec.json.Encoder()


class LogSender(Sender, OTLPLogExporter):
    """The SDK's exporter, for our facts."""

    METHOD = _EXPORT

    def send(self, facts: Sequence[Told]) -> bool:
        """Send *facts*; return whether the collector has taken them."""
        return self._export(facts) is LogRecordExportResult.SUCCESS

    def _translate_data(self, data: Sequence[Told]) -> bytes:  # type: ignore[override]  # of our own facts
        return records_of(data, self._told_resource, self._scope)


def records_of(facts: Sequence[Told], resource: Mapping[str, str], scope: str) -> bytes:
    """Return an ``ExportLogsServiceRequest`` that tells a collector of *facts*."""
    return request([_written(at_ns, fact) for at_ns, fact in facts], resource, scope)


def _written(at_ns: int, fact: Fact) -> bytes:
    name = line_name(fact)
    level = (name.level if name is not None else None) or LEVEL_OF[type(fact)]
    trace_id = trace_id_of_fact(fact)
    return b"".join(
        [
            _AT(at_ns),
            _SEEN_AT(at_ns),
            _of_kind(type(fact).__name__, level),
            _BODY(TEXT(_JSON.encode(fact))),
            attributes(_ATTRIBUTES_FIELD, _attributes(fact) | _named(fact, name)),
            _TRACE_ID(trace_id) if trace_id else b"",
        ]
    )


@lru_cache(maxsize=256)
def _of_kind(kind: str, level: str) -> bytes:
    """Return what all records of a kind of facts have in common."""
    told = pb.LogRecord(
        severity_text=level.upper(), severity_number=SEVERITY[level], event_name=kind
    )
    return told.SerializeToString()


def _named(fact: Any, name: LineName | None) -> dict[str, str]:
    """Return by what people search for a line about registration."""
    if name is None:
        return {}
    told = {each: getattr(fact, each, "") for each in _HANDSHAKE}
    told |= {"feature": name.feature, "event": name.event, "status": name.status or told["status"]}
    return {each: str(value) for each, value in told.items() if value}


def _attributes(fact: Any) -> dict[str, str]:
    found = {name: getattr(fact, name, None) for name in _ATTRIBUTES}
    return {
        f"echo.{name}": getattr(value, "name", str(value)) for name, value in found.items() if value
    }

"""Spans on their way to a collector."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from grpc import RpcError, StatusCode
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Told
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from opentelemetry.sdk.trace.export import SpanExportResult

from echo.domain.traces import Span
from echo.links.telemetry.otlp_bytes import attribute, id_in_field, request, time_in_field
from echo.links.telemetry.otlp_sender import Sender

_EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
OFFSET: Final = "echo.clock_offset_ms"
_NOBODY: Final = frozenset(
    {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.CANCELLED}
)
_NS_PER_MS: Final = 1_000_000
_NS_PER_US: Final = 1_000

_ATTRIBUTES: Final = Told.ATTRIBUTES_FIELD_NUMBER
_TRACE_ID: Final = id_in_field(Told.TRACE_ID_FIELD_NUMBER, 16)
_SPAN_ID: Final = id_in_field(Told.SPAN_ID_FIELD_NUMBER, 8)
_PARENT_ID: Final = id_in_field(Told.PARENT_SPAN_ID_FIELD_NUMBER, 8)
_START: Final = time_in_field(Told.START_TIME_UNIX_NANO_FIELD_NUMBER)
_END: Final = time_in_field(Told.END_TIME_UNIX_NANO_FIELD_NUMBER)


class SpanSender(Sender, OTLPSpanExporter):
    """The SDK's exporter, for our spans."""

    METHOD = _EXPORT

    def send(self, spans: Sequence[Span]) -> bool:
        """Send *spans*; return whether the collector has taken them."""
        return self._export(spans) is SpanExportResult.SUCCESS

    def silence(self, patience_s: float) -> str:
        """Ask, with a message that holds nothing; return why there is no answer, empty = there is.

        A refusal is an answer, too: somebody is there, and may take other things.
        """
        try:
            self._client.Export(  # type: ignore[attr-defined]  # untyped there: its stub
                request=b"", metadata=self._headers, timeout=patience_s
            )
        except RpcError as error:
            code = error.code()
            return f"{code.name}: {error.details()}" if code in _NOBODY else ""
        return ""

    def _translate_data(self, data: Sequence[Span]) -> bytes:  # type: ignore[override]  # of our own spans
        return request_of(data, self._told_resource, self._scope)


def request_of(spans: Sequence[Span], resource: Mapping[str, str], scope: str) -> bytes:
    """Return an ``ExportTraceServiceRequest`` that tells a collector of *spans*."""
    return request([_written(span) for span in spans], resource, scope)


def _written(span: Span) -> bytes:
    parent_id = span.parent_id
    return b"".join(
        [
            _TRACE_ID(span.trace_id),
            _SPAN_ID(span.span_id),
            _PARENT_ID(parent_id) if parent_id else b"",
            _named(span.name, span.ok),
            _START(span.start_ms * _NS_PER_MS + span.start_us * _NS_PER_US),
            _END(span.end_ms * _NS_PER_MS + span.end_us * _NS_PER_US),
            *[attribute(_ATTRIBUTES, name, value) for name, value in span.attributes.items()],
            attribute(_ATTRIBUTES, OFFSET, span.clock_offset_ms)
            if span.clock_offset_ms or span.compared
            else b"",
        ]
    )


@lru_cache(maxsize=64)
def _named(name: str, ok: bool) -> bytes:
    """Return what all steps of a name have in common."""
    code = Status.STATUS_CODE_OK if ok else Status.STATUS_CODE_ERROR
    told = Told(name=name, kind=Told.SPAN_KIND_INTERNAL, status=Status(code=code))
    return told.SerializeToString()

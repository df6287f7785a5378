"""Spans as protobuf of OTLP.

Written into the message directly: by way of the SDK's own spans it takes five times as long, and
the thread that does it shares a lock with the event loop.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from grpc import RpcError, StatusCode
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Told
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from opentelemetry.sdk.trace.export import SpanExportResult

from echo.domain.traces import Span, Value

OFFSET: Final = "echo.clock_offset_ms"
_NOBODY: Final = frozenset(
    {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.CANCELLED}
)
_NS_PER_MS: Final = 1_000_000
_NS_PER_US: Final = 1_000


class SpanSender(OTLPSpanExporter):
    """The SDK's exporter, with its connection, patience and retries, for our spans.

    Args:
        endpoint: The collector, ``host:port``.
        insecure: Without TLS.
        timeout_s: How long one export may take, retries included.
        resource: Who this is: ``service.name`` and the like.
        scope: Name of what made the spans.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        insecure: bool,
        timeout_s: float,
        resource: Mapping[str, str],
        scope: str,
    ) -> None:
        super().__init__(endpoint, insecure=insecure, timeout=timeout_s)
        self._told_resource, self._scope = dict(resource), scope

    def send(self, spans: Sequence[Span]) -> bool:
        """Send *spans*; return whether the collector has taken them."""
        return self._export(spans) is SpanExportResult.SUCCESS  # type: ignore[arg-type]  # what it is given it hands to `_translate_data`

    def silence(self, patience_s: float) -> str:
        """Ask, with a message that holds nothing; return why there is no answer, empty = there is.

        A refusal is an answer, too: somebody is there, and may take other things.
        """
        try:
            self._client.Export(  # type: ignore[attr-defined]  # untyped there: its stub
                request=ExportTraceServiceRequest(), metadata=self._headers, timeout=patience_s
            )
        except RpcError as error:
            code = error.code()
            return f"{code.name}: {error.details()}" if code in _NOBODY else ""
        return ""

    def _translate_data(self, data: Sequence[Span]) -> ExportTraceServiceRequest:  # type: ignore[override]  # of our own spans
        return request_of(data, self._told_resource, self._scope)


def request_of(
    spans: Sequence[Span], resource: Mapping[str, str], scope: str
) -> ExportTraceServiceRequest:
    """Return the message that tells a collector of *spans*."""
    request = ExportTraceServiceRequest()
    ours = request.resource_spans.add()
    for name, value in resource.items():
        ours.resource.attributes.add(key=name).value.string_value = value
    scoped = ours.scope_spans.add()
    scoped.scope.name = scope
    for span in spans:
        _write(scoped.spans.add(), span)
    return request


def _write(told: Told, span: Span) -> None:
    told.trace_id = bytes.fromhex(span.trace_id)
    told.span_id = bytes.fromhex(span.span_id)
    if span.parent_id:
        told.parent_span_id = bytes.fromhex(span.parent_id)
    told.name = span.name
    told.kind = Told.SPAN_KIND_INTERNAL
    told.start_time_unix_nano = span.start_ms * _NS_PER_MS + span.start_us * _NS_PER_US
    told.end_time_unix_nano = span.end_ms * _NS_PER_MS + span.end_us * _NS_PER_US
    told.status.code = Status.STATUS_CODE_OK if span.ok else Status.STATUS_CODE_ERROR
    attributes = told.attributes
    for name, value in span.attributes.items():
        _set(attributes.add(key=name).value, value)
    if span.clock_offset_ms or span.compared:
        attributes.add(key=OFFSET).value.int_value = span.clock_offset_ms


def _set(told: AnyValue, value: Value) -> None:
    if isinstance(value, str):
        told.string_value = value
    elif isinstance(value, int):
        told.int_value = value
    else:
        told.double_value = float(value)

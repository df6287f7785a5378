"""The way out to a collector: figures, spans and logs over OTLP/gRPC, from a thread of its own.

Needs the extra ``otlp``.  A collector that is dead or slow costs nothing but telemetry: the
thread waits for it, facts and spans beyond a bound are dropped.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, cast

from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Exemplar as Example

from echo.links.telemetry import metric as table
from echo.links.telemetry.metric import Kind
from echo.links.telemetry.otlp_records import records
from echo.links.telemetry.otlp_spans import SpanSender
from echo.links.telemetry.telemetry import Telemetry

EXPORT_EVERY_S: Final = 5.0
AT_ONCE: Final = 512
PATIENCE_S: Final = 3.0
"""How long one export may take."""
SCOPE: Final = InstrumentationScope("echo")
_UNKNOWN: Final = cast("float", None)
"""Both are optional on the wire; the SDK's type says otherwise, its encoder leaves them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Where figures, and traces with logs, go, as ``host:port`` each.

    ``insecure``: without TLS, which is for loopback and networks that are trusted.
    """

    traces: str
    metrics: str
    insecure: bool = True


class OtlpExporter:
    """Sends what `Telemetry` has, every few seconds and once more at the end.

    Args:
        telemetry: Where the figures and spans are.
        to: Who takes them.
        attributes: Who this is: ``service.name`` and the like.
        every_s: The pause between two exports.
        spans: Whether spans are sent, too; else they are left to whoever takes them.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        to: Collector,
        attributes: Mapping[str, str],
        *,
        every_s: float = EXPORT_EVERY_S,
        spans: bool = True,
    ) -> None:
        self._telemetry, self._every_s, self._with_spans = telemetry, every_s, spans
        self._apart = to.traces != to.metrics
        self._resource = Resource(dict(attributes))
        self._metrics = OTLPMetricExporter(to.metrics, insecure=to.insecure, timeout=PATIENCE_S)
        self._spans = SpanSender(
            to.traces,
            insecure=to.insecure,
            timeout_s=PATIENCE_S,
            resource=attributes,
            scope=SCOPE.name,
        )
        self._logs = OTLPLogExporter(to.traces, insecure=to.insecure, timeout=PATIENCE_S)
        self._begun_ns = time.time_ns()
        self._closing = Event()
        self._worker = Thread(target=self._work, name="otlp", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Send what is left, if the collector takes it, and stop."""
        self._closing.set()
        self._worker.join(timeout=PATIENCE_S)
        self._metrics.shutdown(timeout_millis=0)
        self._spans.shutdown()
        self._logs.shutdown()

    def _work(self) -> None:
        while not self._closing.wait(self._every_s):
            self._export()
        self._export()

    def _export(self) -> None:
        """Send what there is, until the collector does not take it: the rest waits, bounded.

        To encode for one that is dead would cost the program as much as for one that lives.
        """
        self._telemetry.drain()
        taken = self._metrics.export(self._figures()) is MetricExportResult.SUCCESS
        taken = taken or self._apart
        while taken and (facts := self._telemetry.take_records(AT_ONCE)):
            told = records(facts, self._resource, SCOPE)
            taken = self._logs.export(told) is LogRecordExportResult.SUCCESS
        while taken and self._with_spans and (spans := self._telemetry.take_spans(AT_ONCE)):
            taken = self._spans.send(spans)

    def _figures(self) -> MetricsData:
        meters, now_ns = self._telemetry.meters, time.time_ns()
        families = {family.name: family for family in meters.registry.collect()}
        found = [
            figure
            for metric in meters.metrics
            if (family := families.get(_family_name(metric))) is not None
            and (figure := _figure(metric, family, self._begun_ns, now_ns)) is not None
        ]
        scope = ScopeMetrics(scope=SCOPE, metrics=found, schema_url="")
        resource = ResourceMetrics(resource=self._resource, scope_metrics=[scope], schema_url="")
        return MetricsData(resource_metrics=[resource])


def _family_name(metric: table.Metric) -> str:
    """Return the name under which the registry collects it: counters without their ending."""
    name = metric.exposed_name
    return name.removesuffix("_total") if metric.kind is Kind.COUNTER else name


def _figure(metric: table.Metric, family: Family, begun_ns: int, now_ns: int) -> Metric | None:
    """Return a metric with all its series; ``None`` = nothing was counted yet."""
    match metric.kind:
        case Kind.HISTOGRAM:
            distributions = list(_distributions(metric, family, begun_ns, now_ns))
            if not distributions:
                return None
            data: Sum | Gauge | Histogram = Histogram(
                data_points=distributions,
                aggregation_temporality=AggregationTemporality.CUMULATIVE,
            )
        case _:
            ending = "_total" if metric.kind is Kind.COUNTER else ""
            points = [
                NumberDataPoint(
                    attributes=_attributes(metric, sample.labels),
                    start_time_unix_nano=begun_ns,
                    time_unix_nano=now_ns,
                    value=sample.value,
                )
                for sample in family.samples
                if sample.name == family.name + ending
            ]
            if not points:
                return None
            data = (
                Gauge(data_points=points)
                if metric.kind is Kind.GAUGE
                else Sum(
                    data_points=points,
                    aggregation_temporality=AggregationTemporality.CUMULATIVE,
                    is_monotonic=True,
                )
            )
    return Metric(name=metric.name, description=metric.told, unit=metric.unit, data=data)


def _distributions(
    metric: table.Metric, family: Family, begun_ns: int, now_ns: int
) -> Iterator[HistogramDataPoint]:
    """Yield a distribution for each set of labels; the registry's buckets hold those below, too."""
    series: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    examples: dict[tuple[tuple[str, str], ...], list[Exemplar]] = defaultdict(list)
    for sample in family.samples:
        labels = tuple((key, value) for key, value in sample.labels.items() if key != "le")
        values = series.setdefault(labels, {})
        part = sample.name.removeprefix(family.name)
        values[sample.labels["le"] if part == "_bucket" else part] = sample.value
        if sample.exemplar is not None:
            examples[labels].append(_example(sample.exemplar))
    for labels, values in series.items():
        count = int(values.get("_count", 0))
        if not count:
            continue
        cumulated = [values[key] for key in values if not key.startswith("_")]
        yield HistogramDataPoint(
            attributes=_attributes(metric, dict(labels)),
            start_time_unix_nano=begun_ns,
            time_unix_nano=now_ns,
            count=count,
            sum=values["_sum"],
            bucket_counts=list(_steps(cumulated)),
            explicit_bounds=list(metric.bounds),
            min=_UNKNOWN,
            max=_UNKNOWN,
            exemplars=examples[labels],
        )


def _example(found: Example) -> Exemplar:
    """Return one observation of a bucket, and whose it was."""
    at_s = 0.0 if found.timestamp is None else float(found.timestamp)
    return Exemplar(
        filtered_attributes={},
        value=float(found.value),
        time_unix_nano=int(at_s * 1e9),
        span_id=int(found.labels["span_id"], 16),
        trace_id=int(found.labels["trace_id"], 16),
    )


def _steps(cumulated: Iterable[float]) -> Iterator[int]:
    below = 0.0
    for value in cumulated:
        yield int(value - below)
        below = value


def _attributes(metric: table.Metric, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels under the names that they have in telemetry."""
    names = dict(zip(metric.exposed_labels, metric.labels, strict=True))
    return {names[key]: value for key, value in labels.items()}

"""Figures as the SDK's metrics: what a collector is sent of a registry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
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
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.metric import Kind

_UNKNOWN: Final = cast("float", None)
"""Both are optional on the wire; the SDK's type says otherwise, its encoder leaves them out."""


def figures_of(
    meters: Meters, resource: Resource, scope: InstrumentationScope, begun_ns: int, now_ns: int
) -> MetricsData:
    """Return everything that *meters* have counted since *begun_ns* (Unix ns)."""
    families = {family.name: family for family in meters.registry.collect()}
    found = [
        figure
        for metric in meters.metrics
        if (family := families.get(_family_name(metric))) is not None
        and (figure := _figure(metric, family, begun_ns, now_ns)) is not None
    ]
    scoped = ScopeMetrics(scope=scope, metrics=found, schema_url="")
    whole = ResourceMetrics(resource=resource, scope_metrics=[scoped], schema_url="")
    return MetricsData(resource_metrics=[whole])


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

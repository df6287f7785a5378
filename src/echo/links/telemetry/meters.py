"""The figures themselves: a registry that facts are counted into, with bounded series."""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.metrics import MetricWrapperBase

from echo.links.telemetry.metric import Kind, Metric

SERIES_MAX: Final = 2_000
"""Series of one metric; what comes beyond is counted together under `OTHER`."""
OTHER: Final = "other"
EXAMPLE_EVERY_S: Final = 1.0
"""A bucket's example is replaced that often at most: one costs more than all the rest."""


class Meters:
    """Counts, gauges and distributions by the names of the table.

    Written by one thread, read by any: a reader may see the middle of a batch, never nonsense.

    Args:
        metrics: The table's lines that this program emits.
        series_max: Bound of the series of one metric.
        now_s: The monotonic clock.
    """

    def __init__(
        self,
        metrics: Iterable[Metric],
        *,
        series_max: int = SERIES_MAX,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        # A second series beside each one, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped there
        self.metrics: Final = tuple(metrics)
        self.registry: Final = CollectorRegistry()
        self._series_max, self._now_s = series_max, now_s
        self._bounds = {metric.name: metric.bounds for metric in self.metrics}
        self._example_due_s: dict[tuple[MetricWrapperBase, int], float] = {}
        self._parents: dict[str, MetricWrapperBase] = {}
        self._series: dict[str, dict[Sequence[str], MetricWrapperBase]] = {}
        for metric in self.metrics:
            self._parents[metric.name] = _made(metric, self.registry)
            self._series[metric.name] = {}

    def add(self, name: str, *labels: str, amount: float = 1) -> None:
        """Let a counter grow by *amount* >= 0."""
        child = self._child(name, labels)
        assert isinstance(child, Counter)  # noqa: S101 -- a caller's bug, found by the first test
        child.inc(amount)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Let a gauge show *value*."""
        child = self._child(name, labels)
        assert isinstance(child, Gauge)  # noqa: S101 -- a caller's bug, found by the first test
        child.set(value)

    def observe(
        self, name: str, value: float, *labels: str, trace: tuple[str, str] | None = None
    ) -> None:
        """Put *value* into a distribution; *trace* and its span lead from it to an example."""
        child = self._child(name, labels)
        assert isinstance(child, Histogram)  # noqa: S101 -- a caller's bug, found by the first test
        if trace is not None and self._wants_example(child, bisect_left(self._bounds[name], value)):
            child.observe(value, {"trace_id": trace[0], "span_id": trace[1]})
        else:
            child.observe(value)

    def _wants_example(self, child: MetricWrapperBase, bucket: int) -> bool:
        now_s, whose = self._now_s(), (child, bucket)
        if now_s < self._example_due_s.get(whose, now_s):
            return False
        self._example_due_s[whose] = now_s + EXAMPLE_EVERY_S
        return True

    def _child(self, name: str, labels: Sequence[str]) -> MetricWrapperBase:
        series = self._series[name]
        child = series.get(labels)
        if child is None:
            if not labels:
                child = self._parents[name]
            elif len(series) < self._series_max:
                child = self._parents[name].labels(*labels)
            else:
                return self._parents[name].labels(*(OTHER for _ in labels))
            series[labels] = child
        return child


def _made(metric: Metric, registry: CollectorRegistry) -> MetricWrapperBase:
    name, labels = metric.exposed_name, metric.exposed_labels
    match metric.kind:
        case Kind.COUNTER:
            return Counter(name, metric.told, labels, registry=registry)
        case Kind.GAUGE:
            return Gauge(name, metric.told, labels, registry=registry)
        case Kind.HISTOGRAM:
            return Histogram(name, metric.told, labels, registry=registry, buckets=metric.bounds)

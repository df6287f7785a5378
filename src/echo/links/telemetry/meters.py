"""The figures themselves: plain numbers that facts are counted into, with bounded series.

The client library's own counters take a lock for each number, and a distribution looks through its
buckets; here a fact costs a look-up and an addition, and what Prometheus or a collector reads is
made when it is read.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

from echo.links.telemetry.metric import Kind, Metric

SERIES_MAX: Final = 2_000
"""Series of one metric; what comes beyond is counted together under `OTHER`."""
OTHER: Final = "other"
EXAMPLE_EVERY_S: Final = 1.0
"""A bucket's example is replaced that often at most: one costs more than all the rest."""
_INFINITE: Final = "+Inf"

T = TypeVar("T")
Series = dict[tuple[str, ...], T]


class Distribution:
    """How often values fell into each bucket, with an example of some.

    Args:
        bounds: The upper bounds of the buckets; one more is without bound.
    """

    __slots__ = ("bounds", "counts", "due_s", "examples", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        self.examples: list[Exemplar | None] = [None] * len(self.counts)
        self.due_s = [float("-inf")] * len(self.counts)
        """From when on a bucket wants another example, on the monotonic clock."""


class Meters(Collector):
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
        self.metrics: Final = tuple(metrics)
        self._series_max, self._now_s = series_max, now_s
        self._by_name = {metric.name: metric for metric in self.metrics}
        self._counts: dict[str, Series[float]] = {}
        self._states: dict[str, Series[float]] = {}
        self._distributions: dict[str, Series[Distribution]] = {}
        for metric in self.metrics:
            # One without labels is shown from the beginning.
            match metric.kind:
                case Kind.COUNTER:
                    self._counts[metric.name] = {} if metric.labels else {(): 0.0}
                case Kind.GAUGE:
                    self._states[metric.name] = {} if metric.labels else {(): 0.0}
                case Kind.HISTOGRAM:
                    new: Series[Distribution] = (
                        {} if metric.labels else {(): Distribution(metric.bounds)}
                    )
                    self._distributions[metric.name] = new
        self.registry: Final = CollectorRegistry()
        self.registry.register(self)

    def add(self, name: str, *labels: str, amount: float = 1) -> None:
        """Let a counter grow by *amount* >= 0.

        Raises:
            KeyError: no counter has this name.
            ValueError: *amount* is negative, or a label is missing.
        """
        if amount < 0:
            raise ValueError(f"{name} cannot fall, by {amount}")
        series = self._counts[name]
        if labels not in series:
            labels = self._new(name, series, labels)
        series[labels] = series.get(labels, 0.0) + amount

    def set(self, name: str, value: float, *labels: str) -> None:
        """Let a gauge show *value*.

        Raises:
            KeyError: no gauge has this name.
            ValueError: a label is missing.
        """
        series = self._states[name]
        if labels not in series:
            labels = self._new(name, series, labels)
        series[labels] = float(value)

    def observe(
        self, name: str, value: float, *labels: str, trace: tuple[str, str] | None = None
    ) -> None:
        """Put *value* into a distribution; *trace* and its span lead from it to an example.

        Raises:
            KeyError: no distribution has this name.
            ValueError: a label is missing.
        """
        series = self._distributions[name]
        found = series.get(labels)
        if found is None:
            labels = self._new(name, series, labels)
            found = series.setdefault(labels, Distribution(self._by_name[name].bounds))
        bucket = bisect_left(found.bounds, value)
        found.counts[bucket] += 1
        found.total += value
        if trace is not None and (now_s := self._now_s()) >= found.due_s[bucket]:
            found.due_s[bucket] = now_s + EXAMPLE_EVERY_S
            whose = {"trace_id": trace[0], "span_id": trace[1]}
            found.examples[bucket] = Exemplar(whose, value, time.time())

    def collect(self) -> Iterator[Family]:
        """Yield every metric with its series, as Prometheus' own do."""
        for family, metric in zip(self.describe(), self.metrics, strict=True):
            match metric.kind:
                case Kind.COUNTER:
                    _show(family, f"{family.name}_total", metric, self._counts[metric.name])
                case Kind.GAUGE:
                    _show(family, family.name, metric, self._states[metric.name])
                case Kind.HISTOGRAM:
                    for labels, found in self._distributions[metric.name].copy().items():
                        _show_distribution(family, _named(metric, labels), found)
            yield family

    def describe(self) -> Iterator[Family]:
        """Yield every metric without its series."""
        for metric in self.metrics:
            # The ending is part of a sample's name, not of the family's.
            name = metric.exposed_name
            if metric.kind is Kind.COUNTER:
                name = name.removesuffix("_total")
            yield Family(name, metric.told, metric.kind.value)

    def _new(self, name: str, series: Series[T], labels: tuple[str, ...]) -> tuple[str, ...]:
        """Return the labels under which a new series of *series* is kept."""
        if len(labels) != len(self._by_name[name].labels):
            raise ValueError(f"{name} has the labels {self._by_name[name].labels}: {labels}")
        return labels if len(series) < self._series_max else (OTHER,) * len(labels)


def _named(metric: Metric, labels: tuple[str, ...]) -> dict[str, str]:
    return {name: str(label) for name, label in zip(metric.exposed_labels, labels, strict=True)}


def _show(family: Family, name: str, metric: Metric, series: Series[float]) -> None:
    for labels, value in series.copy().items():
        family.add_sample(name, _named(metric, labels), value)


def _show_distribution(family: Family, labels: dict[str, str], found: Distribution) -> None:
    counts, total = found.counts.copy(), found.total
    ends = [*map(floatToGoString, found.bounds), _INFINITE]
    for end, below, example in zip(ends, accumulate(counts), found.examples, strict=True):
        family.add_sample(
            f"{family.name}_bucket", {**labels, "le": end}, float(below), exemplar=example
        )
    family.add_sample(f"{family.name}_count", labels, float(sum(counts)))
    if found.bounds[0] >= 0:  # else the sum could fall
        family.add_sample(f"{family.name}_sum", labels, total)

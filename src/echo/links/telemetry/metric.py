"""What a metric is: its name, kind, unit, labels, and the fact that feeds it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MS_BOUNDS: Final = (
    *(0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 50.0, 75.0, 100.0, 150.0),
    *(250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 30_000.0),
)
"""Upper bounds of buckets for durations: a copy takes milliseconds, a broker a second."""
POINT_BOUNDS: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""From 0 on: where a lower bound is below it the sum is not told, for it could fall."""
SIZE_BOUNDS: Final = (1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0, 10_000.0, 50_000.0)
LIFE_BOUNDS: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0)
"""From a second to a week."""


class Kind(StrEnum):
    """How a metric's values add up."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line of the table of metrics.

    ``source`` names the fact, or the reading, that feeds it; ``program`` who emits it.  ``bounds``
    are the buckets of a histogram, empty for the other kinds.
    """

    name: str
    kind: Kind
    told: str
    source: str
    program: str
    unit: str = ""
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()

    @property
    def exposed_name(self) -> str:
        """The name in Prometheus, where a dot is not allowed and counters end in ``_total``."""
        plain = self.name.replace(".", "_")
        if self.kind is Kind.COUNTER:
            return plain if plain.endswith("_total") else f"{plain}_total"
        return f"{plain}_ms" if self.unit == "ms" and not plain.endswith("_ms") else plain

    @property
    def exposed_labels(self) -> tuple[str, ...]:
        """The labels' names in Prometheus."""
        return tuple(label.replace(".", "_") for label in self.labels)


def counter(name: str, told: str, source: str, *labels: str, program: str = "core") -> Metric:
    """Return a metric that only grows."""
    return Metric(
        name=name, kind=Kind.COUNTER, told=told, source=source, program=program, labels=labels
    )


def gauge(
    name: str, told: str, source: str, *labels: str, unit: str = "", program: str = "core"
) -> Metric:
    """Return a metric that shows a state."""
    return Metric(
        name=name,
        kind=Kind.GAUGE,
        told=told,
        source=source,
        program=program,
        labels=labels,
        unit=unit,
    )


def histogram(
    name: str,
    told: str,
    source: str,
    *labels: str,
    unit: str = "ms",
    bounds: tuple[float, ...] = MS_BOUNDS,
    program: str = "core",
) -> Metric:
    """Return a metric that keeps a distribution."""
    return Metric(
        name=name,
        kind=Kind.HISTOGRAM,
        told=told,
        source=source,
        program=program,
        labels=labels,
        unit=unit,
        bounds=bounds,
    )

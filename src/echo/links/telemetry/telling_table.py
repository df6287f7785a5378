"""The part of the table of metrics that is about telling itself."""

from typing import Final

from echo.links.telemetry.metric import Metric, counter, gauge

TELLING: Final[tuple[Metric, ...]] = (
    gauge(
        "echo.collector.up",
        "Whether a collector takes what it is sent: 1, or 0",
        "CollectorChanged",
        "address",
    ),
    counter(
        "echo.telemetry.shed",
        "Facts that nobody was told, because too many waited or the collector does not answer:"
        " not counted (`figures`), in no trace (`spans`), or not sent as log lines (`logs`)",
        "FactsShed",
        "what",
    ),
)

SHED: Final = ("figures", "spans", "logs")
"""What may be missing of a fact: each is counted from 0."""

"""The part of the table of metrics that is about the stops of copies."""

from typing import Final

from echo.links.telemetry.metric import SIZE_BOUNDS, Metric, counter, histogram

STOPS: Final[tuple[Metric, ...]] = (
    counter(
        "echo_core.stop_offset_applied_total",
        "Stops and targets of copies that the account's offset moved",
        "CopyDecided",
        "level",
    ),
    histogram(
        "echo_core.stop_offset_distance_pips",
        "Distance of a copy's stop from its entry, offset included",
        "CopyDecided",
        unit="pips",
        bounds=SIZE_BOUNDS,
    ),
    counter(
        "echo_core.stop_offset_edge_rejections_total",
        "Commands whose stops the broker refused as too near",
        "ResultTaken",
    ),
    counter(
        "echo_core.stop_offset_fallback_total",
        "Copies whose stops are set after the fill: the broker allows none so near with the order",
        "CopyDecided",
    ),
)

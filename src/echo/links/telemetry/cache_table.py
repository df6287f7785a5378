"""The part of the table of metrics that is about caches."""

from typing import Final

from echo.links.telemetry.metric import Metric, counter

CACHES: Final[tuple[Metric, ...]] = (
    counter(
        "echo.cache.lookups",
        "What was looked up in memory or in Redis instead of in a store, and what came of it",
        "CacheAsked, CopyDecided",
        "cache",
        "result",
    ),
    counter(
        "echo.cache.age_ms_sum",
        "Ages of what was found and used, added up in ms: by the hits it is the mean",
        "CacheAsked, CopyDecided",
        "cache",
    ),
)

"""Facts about caches: what was found in them, how old it was, and what was not."""

from dataclasses import dataclass
from enum import StrEnum


class CacheName(StrEnum):
    """What is looked up in memory, or in a second level beside it, instead of in a store."""

    POLICIES = "policies"
    """Policy of an account and a strategy; pushed when it changes, hence without an age."""
    MAPPINGS = "mappings"
    """An account's name of a symbol; pushed like policies."""
    SPECS = "specs"
    """Specifications that terminals have reported."""
    QUOTES = "quotes"
    """Latest quotes of terminals."""
    OVERVIEWS = "overviews"
    """Overviews of the journal in the Core's memory."""
    OVERVIEWS_REDIS = "overviews_redis"
    """The same in Redis, for all Cores of a journal."""


class CacheResult(StrEnum):
    """What came of looking something up."""

    HIT = "hit"
    MISS = "miss"
    STALE = "stale"
    """It was there, and too old to be used."""
    SPOILED = "spoiled"
    """What was there is not what had been put in: passed over, like a miss."""
    UNAVAILABLE = "unavailable"
    """The cache could not be asked: passed over, like a miss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheAsked:
    """Something was looked up in a cache; ``age_ms`` ``None`` = nothing was used."""

    cache: CacheName
    result: CacheResult
    age_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStanding:
    """How a cache has done since the program started.

    ``passed_over`` counts `CacheResult.STALE`, ``SPOILED`` and ``UNAVAILABLE`` together; ages are
    of hits, ``None`` = there was none, or it has no age.
    """

    cache: CacheName
    hits: int
    misses: int
    passed_over: int
    age_ms_mean: int | None
    age_ms_max: int | None

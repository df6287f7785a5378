"""How facts become figures about caches; counted beside the work, like all figures."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from echo.domain.cache_facts import CacheAsked, CacheName, CacheResult, CacheStanding
from echo.domain.copy_facts import CopyDecided
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.links.telemetry.meters import Meters

_NOT_LOOKED_FOR: Final = frozenset({ErrorCode.RISK_POLICY_MISSING, ErrorCode.SYMBOL_NOT_MAPPED})
"""Without these there is no symbol whose specification or quote could be wanted."""

_PASSED_OVER: Final = (CacheResult.STALE, CacheResult.SPOILED, CacheResult.UNAVAILABLE)


@dataclass(slots=True)
class _Count:
    results: Counter[CacheResult] = field(default_factory=Counter)
    aged: int = 0
    age_ms_sum: int = 0
    age_ms_max: int = 0


class CacheFigures:
    """Counts what is looked up in caches, and remembers it for whoever asks the program itself.

    An entry's decision tells of four of them: whether there was a policy, a name of the symbol, a
    specification and a quote.  With a thousand followers that is thousands of counts at once: they
    are plain numbers, which `flush` adds to the meters.
    """

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._counts = {name: _Count() for name in CacheName}
        self._flushed: Counter[tuple[CacheName, CacheResult]] = Counter()
        self._flushed_ms: Counter[CacheName] = Counter()

    def take(self, fact: Fact) -> None:
        """Count *fact*; one that no cache was asked for is passed over."""
        if isinstance(fact, CopyDecided):
            self._decided(fact)
        elif isinstance(fact, CacheAsked):
            self._count(fact.cache, fact.result, fact.age_ms)

    def flush(self) -> None:
        """Bring the meters up to date."""
        for name, count in self._counts.items():
            for result, number in count.results.items():
                if grown := number - self._flushed[name, result]:
                    self._meters.add("echo.cache.lookups", name.value, result.value, amount=grown)
                    self._flushed[name, result] = number
            if grown := count.age_ms_sum - self._flushed_ms[name]:
                self._meters.add("echo.cache.age_ms_sum", name.value, amount=grown)
                self._flushed_ms[name] = count.age_ms_sum

    def standings(self) -> tuple[CacheStanding, ...]:
        """Return how each cache has done so far, in the order of `CacheName`."""
        return tuple(
            CacheStanding(
                cache=name,
                hits=count.results[CacheResult.HIT],
                misses=count.results[CacheResult.MISS],
                passed_over=sum(count.results[each] for each in _PASSED_OVER),
                age_ms_mean=count.age_ms_sum // count.aged if count.aged else None,
                age_ms_max=count.age_ms_max if count.aged else None,
            )
            for name, count in self._counts.items()
        )

    def _decided(self, fact: CopyDecided) -> None:
        hit, miss, code = CacheResult.HIT, CacheResult.MISS, fact.code
        found = code is not ErrorCode.RISK_POLICY_MISSING
        self._count(CacheName.POLICIES, hit if found else miss)
        if found:
            mapped = code is not ErrorCode.SYMBOL_NOT_MAPPED
            self._count(CacheName.MAPPINGS, hit if mapped else miss)
        if code in _NOT_LOOKED_FOR:
            return
        for name, age_ms, refusal in (
            (CacheName.SPECS, fact.spec_age_ms, ErrorCode.SPEC_MISSING),
            (CacheName.QUOTES, fact.quote_age_ms, ErrorCode.QUOTE_STALE),
        ):
            if age_ms is None:
                self._count(name, miss)
            elif code is refusal:
                self._count(name, CacheResult.STALE)
            else:
                self._count(name, hit, age_ms)

    def _count(self, name: CacheName, result: CacheResult, age_ms: int | None = None) -> None:
        count = self._counts[name]
        count.results[result] += 1
        if age_ms is not None:
            count.aged += 1
            count.age_ms_sum += age_ms
            count.age_ms_max = max(count.age_ms_max, age_ms)

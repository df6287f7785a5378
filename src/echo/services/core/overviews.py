"""Answering with overviews: from memory, from a second level, or from the journal itself.

No trade waits for any of it.  What a cache gives is checked, and a cache that is away, slow or
full of nonsense makes answers slower and never wrong.
"""

import asyncio
from typing import Final

from echo.domain.cache_facts import CacheAsked, CacheName, CacheResult
from echo.domain.operations import NotDone, OperationCode
from echo.domain.overviews import AskOverview, Overview, OverviewFrom, ToldOverview
from echo.ports.cache import Cache
from echo.ports.clock import Clock
from echo.ports.errors import CacheUnavailable, JournalUnavailable
from echo.ports.overviews import OverviewSource
from echo.ports.telemetry import FactSink
from echo.wire.overviews import overview_key, read_kept, write_kept

WAITING_MAX: Final = 16
"""Questions that may wait for the journal at once."""
PASSED_BY_MS: Final = 5_000
"""For so long a second level that could not be asked is not asked again."""


class Overviews:
    """Adds a journal up, one question after the other, and remembers answers for a while.

    Args:
        memory: First level, of this process; ``max_age_ms`` 0 = nothing is remembered.
        beyond: Second level, shared with other Cores of the same journal; ``None`` = there is none.
        max_age_ms: An answer is told again for so long after the journal was read.
    """

    def __init__(
        self,
        source: OverviewSource,
        memory: Cache,
        beyond: Cache | None,
        clock: Clock,
        facts: FactSink,
        *,
        max_age_ms: int,
    ) -> None:
        self._source, self._memory, self._beyond = source, memory, beyond
        self._clock, self._facts, self._max_age_ms = clock, facts, max_age_ms
        self._one = asyncio.Lock()
        self._waiting = 0
        self._passed_until_ms = 0

    async def ask(self, asked: AskOverview) -> ToldOverview | NotDone:
        """Return the overview, or why there is none."""
        if self._waiting >= WAITING_MAX:
            return NotDone(
                code=OperationCode.NOT_READY,
                sentence=f"{WAITING_MAX} overviews wait already: ask again in a moment",
            )
        self._waiting += 1
        try:
            # One after the other: who asks the same meanwhile finds it remembered, and the
            # journal's disk is not read by ten dashboards at once.
            async with self._one:
                return await self._answer(asked)
        except JournalUnavailable as error:
            return NotDone(code=OperationCode.NOT_READY, sentence=str(error))
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Let go of the caches."""
        await self._memory.close()
        if self._beyond is not None:
            await self._beyond.close()

    async def _answer(self, asked: AskOverview) -> ToldOverview:
        if not self._max_age_ms:
            return await self._read(asked)
        key = await self._key(asked)
        found = await self._look(self._memory, key, CacheName.OVERVIEWS)
        if found is not None:
            return self._told(*found, OverviewFrom.MEMORY)
        found = await self._look_beyond(key)
        if found is not None:
            overview, left_ms = found
            await self._memory.put(key, write_kept(key, overview), lasts_ms=left_ms)
            return self._told(overview, left_ms, OverviewFrom.REDIS)
        told = await self._read(asked)
        lasts_ms = self._max_age_ms - told.age_ms
        if lasts_ms > 0:
            # The key anew: another journal may be there by now, made anew or moved on.
            await self._keep(await self._key(asked), told.overview, lasts_ms)
        return told

    async def _key(self, asked: AskOverview) -> str:
        return overview_key(await self._source.identity(), asked, self._max_age_ms)

    async def _read(self, asked: AskOverview) -> ToldOverview:
        began = self._clock.now()
        overview = await self._source.read(asked, began.wall_ms)
        age_ms = self._clock.now().mono_ms - began.mono_ms
        return ToldOverview(overview=overview, age_ms=age_ms, found_in=OverviewFrom.JOURNAL)

    async def _keep(self, key: str, overview: Overview, lasts_ms: int) -> None:
        data = write_kept(key, overview)
        await self._memory.put(key, data, lasts_ms=lasts_ms)
        if self._beyond is None or self._passes_by():
            return
        try:
            await self._beyond.put(key, data, lasts_ms=lasts_ms)
        except CacheUnavailable:
            self._pass_by()

    async def _look_beyond(self, key: str) -> tuple[Overview, int] | None:
        if self._beyond is None:
            return None
        name = CacheName.OVERVIEWS_REDIS
        if self._passes_by():
            self._facts.observe(CacheAsked(cache=name, result=CacheResult.UNAVAILABLE))
            return None
        try:
            return await self._look(self._beyond, key, name)
        except CacheUnavailable:
            self._pass_by()
            self._facts.observe(CacheAsked(cache=name, result=CacheResult.UNAVAILABLE))
            return None

    async def _look(self, cache: Cache, key: str, name: CacheName) -> tuple[Overview, int] | None:
        found = await cache.get(key)
        if found is None:
            self._facts.observe(CacheAsked(cache=name, result=CacheResult.MISS))
            return None
        data, left_ms = found
        overview = read_kept(key, data)
        # What lasts longer than anything under such a key was put there by somebody else.
        if overview is None or not 0 < left_ms <= self._max_age_ms:
            self._facts.observe(CacheAsked(cache=name, result=CacheResult.SPOILED))
            return None
        age_ms = self._max_age_ms - left_ms
        self._facts.observe(CacheAsked(cache=name, result=CacheResult.HIT, age_ms=age_ms))
        return overview, left_ms

    def _told(self, overview: Overview, left_ms: int, found_in: OverviewFrom) -> ToldOverview:
        return ToldOverview(overview=overview, age_ms=self._max_age_ms - left_ms, found_in=found_in)

    def _passes_by(self) -> bool:
        return self._clock.now().mono_ms < self._passed_until_ms

    def _pass_by(self) -> None:
        self._passed_until_ms = self._clock.now().mono_ms + PASSED_BY_MS

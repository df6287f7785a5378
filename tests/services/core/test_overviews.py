"""An overview is told from the nearest place that has it, and caches can only slow it down."""

import asyncio
from datetime import date

from echo.domain.cache_facts import CacheAsked, CacheName, CacheResult
from echo.domain.operations import NotDone, OperationCode
from echo.domain.overviews import (
    AskOverview,
    Overview,
    OverviewFrom,
    OverviewKind,
    ToldOverview,
)
from echo.ports.errors import CacheUnavailable, JournalUnavailable
from echo.services.core.overviews import PASSED_BY_MS, WAITING_MAX, Overviews
from echo.stores.memory_cache import MemoryCache
from tests.fakes import FactLog, FakeClock, until

ASKED = AskOverview(kind=OverviewKind.TRADES)
MAX_AGE_MS = 5_000


class Source:
    """A journal that counts how often it is read; what it says changes with every reading."""

    def __init__(self, clock: FakeClock, name: str = "one") -> None:
        self.clock, self.name = clock, name
        self.reads = 0
        self.takes_ms = 0
        self.away = False
        self.gate: asyncio.Event | None = None

    async def identity(self) -> str:
        if self.away and not self.reads:
            raise JournalUnavailable("the server is away")
        return self.name

    async def read(self, asked: AskOverview, at_ms: int) -> Overview:
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise JournalUnavailable("the server is away")
        self.reads += 1
        self.clock.advance(self.takes_ms)
        return Overview(kind=asked.kind, read_at_ms=at_ms)


class Broken(MemoryCache):
    """A second level that can be away, or full of nonsense."""

    away = False
    asked = 0
    nonsense: tuple[bytes, int] | None = None

    async def get(self, key: str) -> tuple[bytes, int] | None:
        self.asked += 1
        if self.away:
            raise CacheUnavailable("away")
        return self.nonsense or await super().get(key)

    async def put(self, key: str, data: bytes, *, lasts_ms: int) -> None:
        self.asked += 1
        if self.away:
            raise CacheUnavailable("away")
        await super().put(key, data, lasts_ms=lasts_ms)


class Desk:
    """One or two Cores of a journal, with a second level or without."""

    def __init__(self, *, second: bool = False, max_age_ms: int = MAX_AGE_MS) -> None:
        self.clock, self.facts = FakeClock(), FactLog()
        self.source = Source(self.clock)
        self.beyond = Broken(self.clock) if second else None
        self.max_age_ms = max_age_ms
        self.core = self.another()

    def another(self) -> Overviews:
        return Overviews(
            self.source,
            MemoryCache(self.clock),
            self.beyond,
            self.clock,
            self.facts,
            max_age_ms=self.max_age_ms,
        )

    def told(self, name: CacheName) -> list[tuple[CacheResult, int | None]]:
        return [
            (each.result, each.age_ms)
            for each in self.facts.facts
            if isinstance(each, CacheAsked) and each.cache is name
        ]


async def answer(core: Overviews, asked: AskOverview = ASKED) -> ToldOverview:
    told = await core.ask(asked)
    assert isinstance(told, ToldOverview), told
    return told


async def test_what_was_read_is_told_again_until_it_is_too_old() -> None:
    desk = Desk()
    first = await answer(desk.core)
    desk.clock.advance(MAX_AGE_MS - 1)
    again = await answer(desk.core)
    desk.clock.advance(1)
    anew = await answer(desk.core)

    assert [each.found_in for each in (first, again, anew)] == [
        OverviewFrom.JOURNAL,
        OverviewFrom.MEMORY,
        OverviewFrom.JOURNAL,
    ]
    assert [each.age_ms for each in (first, again, anew)] == [0, MAX_AGE_MS - 1, 0]
    assert again.overview == first.overview
    assert anew.overview.read_at_ms - first.overview.read_at_ms == MAX_AGE_MS
    assert desk.told(CacheName.OVERVIEWS) == [
        (CacheResult.MISS, None),
        (CacheResult.HIT, MAX_AGE_MS - 1),
        (CacheResult.MISS, None),
    ]


async def test_age_counts_from_the_beginning_of_the_reading() -> None:
    desk = Desk()
    desk.source.takes_ms = 1_000
    assert (await answer(desk.core)).age_ms == 1_000
    assert (await answer(desk.core)).age_ms == 1_000
    desk.clock.advance(MAX_AGE_MS - 1_000)

    assert (await answer(desk.core)).found_in is OverviewFrom.JOURNAL


async def test_a_reading_that_takes_longer_than_it_may_be_kept_is_told_and_not_kept() -> None:
    desk = Desk()
    desk.source.takes_ms = MAX_AGE_MS
    await answer(desk.core)
    await answer(desk.core)

    assert desk.source.reads == 2


async def test_with_age_zero_nothing_is_kept() -> None:
    desk = Desk(second=True, max_age_ms=0)
    await answer(desk.core)
    await answer(desk.core)

    assert desk.source.reads == 2
    assert desk.facts.facts == []


async def test_questions_are_answered_apart() -> None:
    desk = Desk()
    await answer(desk.core)
    other = await answer(desk.core, AskOverview(kind=OverviewKind.DECISIONS))
    days = await answer(desk.core, AskOverview(kind=OverviewKind.TRADES, first=date(2026, 1, 1)))

    assert other.overview.kind is OverviewKind.DECISIONS
    assert days.found_in is OverviewFrom.JOURNAL


async def test_another_core_of_the_journal_finds_it_in_the_second_level() -> None:
    desk = Desk(second=True)
    other = desk.another()
    first = await answer(desk.core)
    desk.clock.advance(2_000)

    shared = await answer(other)
    desk.clock.advance(1_000)
    own = await answer(other)

    assert (shared.found_in, shared.age_ms) == (OverviewFrom.REDIS, 2_000)
    assert (own.found_in, own.age_ms) == (OverviewFrom.MEMORY, 3_000), "it grows no younger"
    assert shared.overview == first.overview
    assert desk.source.reads == 1
    assert desk.told(CacheName.OVERVIEWS_REDIS) == [
        (CacheResult.MISS, None),
        (CacheResult.HIT, 2_000),
    ]
    desk.clock.advance(2_000)
    assert (await answer(other)).found_in is OverviewFrom.JOURNAL


async def test_another_journal_is_never_told() -> None:
    desk = Desk(second=True)
    await answer(desk.core)
    desk.source.name = "two"

    assert (await answer(desk.core)).found_in is OverviewFrom.JOURNAL


async def test_a_second_level_that_is_away_is_passed_by_for_a_while() -> None:
    desk = Desk(second=True)
    assert desk.beyond is not None
    desk.beyond.away = True

    first = await answer(desk.core)
    asked = desk.beyond.asked
    desk.clock.advance(PASSED_BY_MS - 1)
    await answer(desk.another())

    assert first.found_in is OverviewFrom.JOURNAL
    assert (asked, desk.beyond.asked) == (1, 2), "each Core finds out for itself, once"
    assert {result for result, _ in desk.told(CacheName.OVERVIEWS_REDIS)} == {
        CacheResult.UNAVAILABLE
    }

    desk.clock.advance(MAX_AGE_MS)
    desk.beyond.away = False
    await answer(desk.core)
    assert (await answer(desk.another())).found_in is OverviewFrom.REDIS, "used again"


async def test_a_second_level_that_fails_at_keeping_is_passed_by_too() -> None:
    desk = Desk(second=True)
    assert desk.beyond is not None

    class Forgetful(Broken):
        async def put(self, key: str, data: bytes, *, lasts_ms: int) -> None:
            raise CacheUnavailable("full")

    desk.beyond = Forgetful(desk.clock)
    core = desk.another()
    assert (await answer(core)).found_in is OverviewFrom.JOURNAL
    await answer(core, AskOverview(kind=OverviewKind.LATENCY))

    assert desk.beyond.asked == 1


async def test_nonsense_in_the_second_level_is_a_miss_that_is_counted() -> None:
    for nonsense in ((b"", 1), (b"\x80\x04cos\nsystem\n", 1_000), (b"x" * 5_000, 1_000)):
        desk = Desk(second=True)
        assert desk.beyond is not None
        desk.beyond.nonsense = nonsense

        assert (await answer(desk.core)).found_in is OverviewFrom.JOURNAL
        assert desk.told(CacheName.OVERVIEWS_REDIS) == [(CacheResult.SPOILED, None)]


async def test_what_would_last_longer_than_anything_is_not_believed() -> None:
    desk = Desk(second=True)
    assert desk.beyond is not None
    await answer(desk.core)
    [(data, _)] = [each for each in desk.beyond._entries.values()]
    for left_ms in (-1, 0, MAX_AGE_MS + 1):
        desk.beyond.nonsense = (data, left_ms)
        assert (await answer(desk.another())).found_in is OverviewFrom.JOURNAL


async def test_who_asks_the_same_meanwhile_shares_one_reading() -> None:
    desk = Desk()
    desk.source.gate = asyncio.Event()
    asking = [asyncio.create_task(answer(desk.core)) for _ in range(5)]
    await until(lambda: desk.core._waiting == 5)
    desk.source.gate.set()

    told = await asyncio.gather(*asking)

    assert desk.source.reads == 1
    assert [each.found_in for each in told].count(OverviewFrom.MEMORY) == 4


async def test_too_many_who_wait_are_told_to_come_again() -> None:
    desk = Desk()
    desk.source.gate = asyncio.Event()
    asking = [asyncio.create_task(desk.core.ask(ASKED)) for _ in range(WAITING_MAX)]
    await until(lambda: desk.core._waiting == WAITING_MAX)

    refused = await desk.core.ask(ASKED)

    assert isinstance(refused, NotDone)
    assert refused.code is OperationCode.NOT_READY
    desk.source.gate.set()
    await asyncio.gather(*asking)
    assert isinstance(await desk.core.ask(ASKED), ToldOverview), "and then there is room again"


async def test_a_journal_that_is_away_is_said_and_what_is_kept_is_still_told() -> None:
    desk = Desk()
    desk.source.away = True
    refused = await desk.core.ask(ASKED)
    desk.source.away = False
    await answer(desk.core)
    desk.source.away = True

    assert refused == NotDone(code=OperationCode.NOT_READY, sentence="the server is away")
    assert (await answer(desk.core)).found_in is OverviewFrom.MEMORY


async def test_who_does_not_wait_any_more_blocks_nobody() -> None:
    desk = Desk()
    desk.source.gate = asyncio.Event()
    asking = asyncio.create_task(desk.core.ask(ASKED))
    await until(lambda: desk.core._waiting == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    desk.source.gate.set()

    assert (await answer(desk.core)).found_in is OverviewFrom.JOURNAL


async def test_it_lets_go_of_its_caches() -> None:
    desk = Desk(second=True)
    await answer(desk.core)
    await desk.core.close()

    assert desk.beyond is not None
    assert (await answer(desk.core)).found_in is OverviewFrom.JOURNAL

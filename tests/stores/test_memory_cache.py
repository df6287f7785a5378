"""The cache in memory keeps a cache's promises, within its bounds."""

import pytest

from echo.ports.cache import Cache
from echo.stores.memory_cache import MemoryCache
from tests.fakes import FakeClock
from tests.stores.cache_contract import LONG_MS, CacheContract


class Memory:
    def __init__(self) -> None:
        self.clock = FakeClock()

    def open(self) -> Cache:
        return MemoryCache(self.clock)

    async def let_pass(self, ms: int) -> None:
        self.clock.advance(ms)


class TestMemoryCache(CacheContract):
    @pytest.fixture
    def place(self) -> Memory:
        return Memory()


async def kept(cache: MemoryCache, *keys: str) -> list[str]:
    return [key for key in keys if await cache.get(key)]


async def test_the_entry_that_was_not_used_for_longest_leaves() -> None:
    cache = MemoryCache(FakeClock(), entries_max=2)
    await cache.put("a", b"1", lasts_ms=LONG_MS)
    await cache.put("b", b"2", lasts_ms=LONG_MS)
    await cache.get("a")

    await cache.put("c", b"3", lasts_ms=LONG_MS)

    assert await kept(cache, "a", "b", "c") == ["a", "c"]


async def test_its_size_is_bounded_also_by_one_entry() -> None:
    cache = MemoryCache(FakeClock(), bytes_max=10)
    await cache.put("a", b"12345", lasts_ms=LONG_MS)
    await cache.put("b", b"12345", lasts_ms=LONG_MS)
    assert await kept(cache, "a", "b") == ["a", "b"]

    await cache.put("c", b"1", lasts_ms=LONG_MS)
    assert await kept(cache, "a", "b", "c") == ["b", "c"]

    await cache.put("b", b"12345678901", lasts_ms=LONG_MS)
    assert await kept(cache, "a", "b", "c") == ["c"], "the old one of that name is not told again"


async def test_what_was_replaced_or_forgotten_counts_no_more() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock, bytes_max=10)
    for _ in range(5):
        await cache.put("a", b"123456", lasts_ms=10)
    clock.advance(10)
    assert await cache.get("a") is None

    await cache.put("b", b"12345", lasts_ms=LONG_MS)
    await cache.put("c", b"12345", lasts_ms=LONG_MS)

    assert await kept(cache, "b", "c") == ["b", "c"]

"""What every cache must do, whatever it is made of."""

from abc import abstractmethod
from typing import Protocol

import pytest

from echo.ports.cache import Cache

LONG_MS = 60_000


class CachePlace(Protocol):
    """A place that keeps entries, for tests to open and to let time pass in."""

    def open(self) -> Cache:
        """Return a cache there."""

    async def let_pass(self, ms: int) -> None:
        """Return when so much time has passed there."""


class CacheContract:
    """A cache's promises."""

    @pytest.fixture
    @abstractmethod
    def place(self) -> CachePlace: ...

    async def test_what_was_never_put_is_not_there(self, place: CachePlace) -> None:
        cache = place.open()
        try:
            assert await cache.get("a") is None
        finally:
            await cache.close()

    @pytest.mark.parametrize("data", [b"text", b"\0\xff\r\n$-1", bytes(range(256)) * 400])
    async def test_bytes_come_back_as_they_were(self, place: CachePlace, data: bytes) -> None:
        cache = place.open()
        try:
            await cache.put("a", data, lasts_ms=LONG_MS)

            found = await cache.get("a")

            assert found is not None
            assert found[0] == data
            assert 0 < found[1] <= LONG_MS
            assert await cache.get("b") is None
        finally:
            await cache.close()

    async def test_what_is_put_later_is_in_its_place(self, place: CachePlace) -> None:
        cache = place.open()
        try:
            await cache.put("a", b"old", lasts_ms=LONG_MS)
            await cache.put("a", b"new", lasts_ms=LONG_MS // 2)

            found = await cache.get("a")

            assert found is not None
            assert (found[0], found[1] <= LONG_MS // 2) == (b"new", True)
        finally:
            await cache.close()

    async def test_it_forgets_in_time_and_says_how_much_is_left(self, place: CachePlace) -> None:
        cache = place.open()
        try:
            await cache.put("a", b"x", lasts_ms=400)
            await place.let_pass(100)
            found = await cache.get("a")
            assert found is None or found[1] <= 300, "less is left"

            await place.let_pass(300)

            assert await cache.get("a") is None
        finally:
            await cache.close()

    async def test_closing_twice_and_unused_is_harmless(self, place: CachePlace) -> None:
        cache = place.open()
        await cache.close()
        await cache.close()

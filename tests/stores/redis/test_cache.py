"""The cache in Redis keeps a cache's promises, and says so when it cannot."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from echo.ports.cache import Cache
from echo.ports.errors import CacheUnavailable
from echo.stores.redis.cache import VALUE_BYTES_MAX, RedisCache, RedisTarget
from tests.links.test_grpc_server import TLS
from tests.servers.ports import free_port
from tests.servers.redis import RedisServer, running_redis
from tests.stores.cache_contract import LONG_MS, CacheContract


@pytest.fixture(scope="module")
def one() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def server(one: RedisServer) -> RedisServer:
    """One that is up, and empty."""
    if one.process is None:
        one.start()
    one.run("flushall")
    return one


def target(server: RedisServer, **changes: Any) -> RedisTarget:
    there = RedisTarget(host="127.0.0.1", port=server.port, timeout_ms=5_000)
    return replace(there, **changes)


class Place:
    def __init__(self, target: RedisTarget) -> None:
        self._target = target

    def open(self) -> Cache:
        return RedisCache(self._target)

    async def let_pass(self, ms: int) -> None:
        # Redis has a clock of its own, which only time can move.
        await asyncio.sleep(ms / 1_000 + 0.02)


class TestRedisCache(CacheContract):
    @pytest.fixture
    def place(self, server: RedisServer) -> Place:
        return Place(target(server))


class TestRedisCacheOnASocket(CacheContract):
    @pytest.fixture
    def place(self, server: RedisServer) -> Place:
        return Place(target(server, host=str(server.socket)))


async def test_keys_begin_with_the_prefix_and_end_by_themselves(server: RedisServer) -> None:
    cache = RedisCache(target(server, prefix="desk"))
    await cache.put("a:b", b"x", lasts_ms=LONG_MS)
    await cache.close()

    assert server.run("keys", "*") == "desk:a:b"
    assert 0 < int(server.run("pttl", "desk:a:b")) <= LONG_MS


async def test_databases_and_prefixes_are_apart(server: RedisServer) -> None:
    caches = [
        RedisCache(target(server, **each))
        for each in ({}, {"prefix": "other"}, {"database": 1}, {"database": 0})
    ]
    await caches[0].put("a", b"x", lasts_ms=LONG_MS)

    found = [await each.get("a") is not None for each in caches]

    for each in caches:
        await each.close()
    assert found == [True, False, False, True]


async def test_what_somebody_else_put_there_is_nothing(server: RedisServer) -> None:
    server.run("rpush", "echo:list", "x")
    server.run("set", "echo:long", "")
    server.run("setrange", "echo:long", str(VALUE_BYTES_MAX), "x")
    cache = RedisCache(target(server))

    found = [await cache.get(key) for key in ("list", "long")]

    await cache.close()
    assert found == [None, None]


async def test_what_is_too_long_is_not_put(server: RedisServer) -> None:
    cache = RedisCache(target(server))
    await cache.put("a", bytes(VALUE_BYTES_MAX + 1), lasts_ms=LONG_MS)
    await cache.close()

    assert server.run("exists", "echo:a") == "0"


async def test_a_server_that_is_away_is_one_error_and_is_used_again_when_it_is_back(
    server: RedisServer,
) -> None:
    cache = RedisCache(target(server))
    await cache.put("a", b"x", lasts_ms=LONG_MS)
    server.kill()

    with pytest.raises(CacheUnavailable, match=f"127.0.0.1:{server.port}/0#echo: "):
        await cache.get("a")
    with pytest.raises(CacheUnavailable):
        await cache.put("a", b"y", lasts_ms=LONG_MS)

    server.start()
    await cache.put("a", b"z", lasts_ms=LONG_MS)
    assert await cache.get("a")
    await cache.close()


async def test_a_server_that_hangs_is_not_waited_for(server: RedisServer) -> None:
    cache = RedisCache(target(server, timeout_ms=50))
    server.freeze()
    try:
        with pytest.raises(CacheUnavailable):
            await cache.get("a")
    finally:
        server.thaw()
    await cache.close()


async def test_who_may_not_come_in_is_told_without_the_password() -> None:
    with running_redis("--requirepass", "right") as guarded:
        for password in (None, "wrong one"):
            cache = RedisCache(target(guarded, password=password))
            with pytest.raises(CacheUnavailable) as refused:
                await cache.get("a")
            assert "wrong one" not in str(refused.value)
            await cache.close()
        cache = RedisCache(target(guarded, password="right"))
        assert await cache.get("a") is None
        await cache.close()


async def test_with_tls_the_server_must_be_the_one_that_the_authority_knows() -> None:
    port = free_port()
    options = (
        *("--tls-port", str(port), "--tls-auth-clients", "no"),
        *("--tls-cert-file", str(TLS / "core.pem"), "--tls-key-file", str(TLS / "core.key.pem")),
        *("--tls-ca-cert-file", str(TLS / "ca.pem")),
    )
    with running_redis(*options) as guarded:
        there = target(guarded, port=port, tls=True, ca_file=TLS / "ca.pem")
        known, stranger = RedisCache(there), RedisCache(replace(there, ca_file=None))
        await known.put("a", b"x", lasts_ms=LONG_MS)
        with pytest.raises(CacheUnavailable, match="certificate verify failed"):
            await stranger.put("a", b"x", lasts_ms=LONG_MS)
        await known.close()
        await stranger.close()
        assert guarded.run("exists", "echo:a") == "1"


async def test_a_full_server_that_takes_nothing_more_is_told(server: RedisServer) -> None:
    server.run("config", "set", "maxmemory", "1")
    cache = RedisCache(target(server))
    try:
        with pytest.raises(CacheUnavailable, match="maxmemory"):
            await cache.put("a", b"x", lasts_ms=LONG_MS)
    finally:
        server.run("config", "set", "maxmemory", "0")
        await cache.close()


def test_a_target_is_named_without_its_password() -> None:
    there = RedisTarget(host="cache.example.com", password="secret", tls=True)

    assert "secret" not in f"{there} {there!r}"
    assert str(there).endswith("s://cache.example.com:6379/0#echo")
    assert str(RedisTarget(host="/run/r.sock", database=3)) == "redis:///run/r.sock/3#echo"

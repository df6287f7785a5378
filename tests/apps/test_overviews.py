"""Cores of one journal tell each other's overviews through a real Redis, and do without it."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from echo.apps import overviews as composed
from echo.apps.cli.reaching import reach, settings_of
from echo.apps.overviews import overviews
from echo.config.reading import read_settings
from echo.config.settings import core_settings
from echo.domain.cache_facts import CacheAsked, CacheName, CacheResult
from echo.domain.overviews import (
    AskOverview,
    OverviewFrom,
    OverviewKind,
    ToldOverview,
)
from echo.ports.errors import SettingsInvalid
from echo.services.core.overviews import Overviews
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.target import PostgresTarget
from tests.apps.programs import refusal, start, write_settings
from tests.fakes import FactLog
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer, running_redis
from tests.stores import examples as ex
from tests.stores.postgres.places import empty, query

ASKED = AskOverview(kind=OverviewKind.TRADES)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
async def target(server: PostgresServer) -> PostgresTarget:
    """A journal with one trade in it."""
    target = await empty(server)
    journal = await PostgresJournal.open(target)
    await journal.commit(ex.one_of_each())
    await journal.close()
    return target


def flat(target: PostgresTarget, **more: object) -> dict[str, object]:
    return {
        "core/store/kind": "postgres",
        "core/overviews/max_age_ms": 600_000,
        "postgres/host": target.host,
        "postgres/port": target.port,
        "postgres/database": target.database,
        "postgres/user": target.user,
        "redis/host": "127.0.0.1",
        **{key.replace("__", "/"): value for key, value in more.items()},
    }


@asynccontextmanager
async def core(values: dict[str, object], facts: FactLog) -> AsyncIterator[Overviews]:
    """What a Core with these settings tells."""
    reading = read_settings(values)
    assert reading.complaints == ()
    found = overviews(core_settings(reading.values), reading.values, facts)
    try:
        yield found
    finally:
        await found.close()


async def told(found: Overviews) -> ToldOverview:
    answer = await found.ask(ASKED)
    assert isinstance(answer, ToldOverview), answer
    return answer


async def test_what_one_core_has_read_the_other_need_not(
    target: PostgresTarget, redis: RedisServer
) -> None:
    redis.run("flushall")
    facts = FactLog()
    values = flat(target, redis__port=redis.port, redis__timeout_ms=5_000)
    other_way = values | {"postgres/host": "localhost"}
    async with core(values, facts) as left, core(other_way, facts) as right:
        first = await told(left)
        await query(target, "DELETE FROM trades RETURNING 1")
        second = await told(right)

    assert (first.found_in, second.found_in) == (OverviewFrom.JOURNAL, OverviewFrom.REDIS)
    assert second.overview == first.overview
    assert second.overview.trades[0].trades == 1
    [key] = redis.run("keys", "*").split()
    assert key.startswith("echo:overview:")


async def test_what_is_spoiled_in_redis_is_read_anew(
    target: PostgresTarget, redis: RedisServer
) -> None:
    redis.run("flushall")
    facts = FactLog()
    values = flat(target, redis__port=redis.port, redis__timeout_ms=5_000)
    async with core(values, facts) as left, core(values, facts) as right:
        first = await told(left)
        [key] = redis.run("keys", "*").split()
        redis.run("setrange", key, "60", "9")

        second = await told(right)

    assert second.found_in is OverviewFrom.JOURNAL
    assert second.overview.trades == first.overview.trades
    results = [
        each.result
        for each in facts.facts
        if isinstance(each, CacheAsked) and each.cache is CacheName.OVERVIEWS_REDIS
    ]
    assert results == [CacheResult.MISS, CacheResult.SPOILED]


async def test_without_its_redis_a_core_tells_the_same(target: PostgresTarget) -> None:
    facts = FactLog()
    async with core(flat(target, redis__port=1), facts) as alone:
        answer = await told(alone)

    assert answer.found_in is OverviewFrom.JOURNAL
    assert answer.overview.trades[0].trades == 1
    assert (
        CacheAsked(cache=CacheName.OVERVIEWS_REDIS, result=CacheResult.UNAVAILABLE) in facts.facts
    )


def test_a_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read_settings(flat(PostgresTarget(host="127.0.0.1", database="d", user="u")))
    monkeypatch.setattr(composed, "find_spec", lambda name: None)

    with pytest.raises(SettingsInvalid, match=r"echo-copier\[redis\]"):
        overviews(core_settings(reading.values), reading.values, FactLog())
    assert importlib.util.find_spec("redis")


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    target = PostgresTarget(host="127.0.0.1", database="d", user="u")
    reading = read_settings(flat(target, redis__password_file=str(tmp_path / "none")))

    with pytest.raises(SettingsInvalid, match=r"redis/password_file .* cannot be read"):
        overviews(core_settings(reading.values), reading.values, FactLog())


async def test_a_running_core_is_asked_through_its_door_and_its_heir_finds_it_in_redis(
    target: PostgresTarget, redis: RedisServer, tmp_path: Path
) -> None:
    redis.run("flushall")
    password = tmp_path / "password"
    password.write_text("right\n")
    redis.run("config", "set", "requirepass", "right")
    settings = write_settings(
        tmp_path,
        change=(
            "[agent]",
            f'[postgres]\nhost = "127.0.0.1"\nport = {target.port}\ndatabase = "postgres"\n'
            f'user = "postgres"\n\n[redis]\nhost = "127.0.0.1"\nport = {redis.port}\n'
            f'timeout_ms = 5000\npassword_file = "{password}"\n\n[agent]',
        ),
    )
    settings.write_text(
        settings.read_text().replace(
            "admin.port = 0",
            'admin.port = 0\nstore.kind = "postgres"\noverviews.max_age_ms = 600000',
        )
    )
    found = []
    try:
        for _ in range(2):
            program = await start("core", settings)
            try:
                link = await asyncio.to_thread(lambda: reach(settings_of(settings)))
                found.append(await asyncio.to_thread(link.overview, ASKED))
                caches = await asyncio.to_thread(link.caches)
            finally:
                code, errors = await program.end()
            assert (code, "Traceback" in errors) == (0, False), errors
    finally:
        redis.run("-a", "right", "config", "set", "requirepass", "")

    places = [each.found_in for each in found if isinstance(each, ToldOverview)]
    assert places == [OverviewFrom.JOURNAL, OverviewFrom.REDIS]
    assert caches is not None
    hits = {each.cache: each.hits for each in caches}
    assert (hits[CacheName.OVERVIEWS], hits[CacheName.OVERVIEWS_REDIS]) == (0, 1)


async def test_a_core_whose_redis_password_cannot_be_read_does_not_start(
    target: PostgresTarget, tmp_path: Path
) -> None:
    settings = write_settings(
        tmp_path,
        change=(
            "[agent]",
            f'[postgres]\nhost = "127.0.0.1"\nport = {target.port}\ndatabase = "postgres"\n'
            'user = "postgres"\n\n[redis]\nhost = "127.0.0.1"\n'
            'password_file = "nowhere"\n\n[agent]',
        ),
    )
    settings.write_text(
        settings.read_text().replace("admin.port = 0", 'admin.port = 0\nstore.kind = "postgres"')
    )

    said = await refusal("core", settings)

    assert said.startswith("redis/password_file nowhere cannot be read")

"""Overviews and caches are told to whoever shows the token, and no engine is asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from http.client import HTTPConnection

import pytest

from echo.domain.cache_facts import CacheName, CacheStanding
from echo.domain.operations import NotDone, OperationCode
from echo.domain.overviews import (
    AskOverview,
    Overview,
    OverviewFrom,
    OverviewKind,
    ToldOverview,
)
from echo.links.admin_client import AdminClient
from echo.links.admin_door import AdminAt, AdminDoor, no_figures
from echo.links.admin_pages import Beside
from echo.ports.errors import AdminRefused, LinkDown
from tests.fakes import WITHIN_S
from tests.links.admin_desk import TOKEN, Behind, client

TOLD = ToldOverview(
    overview=Overview(kind=OverviewKind.TRADES, read_at_ms=7),
    age_ms=3,
    found_in=OverviewFrom.MEMORY,
)
STANDING = CacheStanding(
    cache=CacheName.QUOTES, hits=1, misses=2, passed_over=3, age_ms_mean=4, age_ms_max=5
)


class Told:
    """What is behind the door."""

    def __init__(self) -> None:
        self.answer: ToldOverview | NotDone = TOLD
        self.caches: tuple[CacheStanding, ...] | None = (STANDING,)
        self.asked: list[AskOverview] = []

    async def overview(self, asked: AskOverview) -> ToldOverview | NotDone:
        self.asked.append(asked)
        return self.answer


@asynccontextmanager
async def open_door(told: Told) -> AsyncIterator[AdminClient]:
    door, behind = AdminDoor(AdminAt(port=0)), Behind()
    beside = Beside(overview=told.overview, caches=lambda: told.caches)
    serving = asyncio.create_task(
        door.serve(TOKEN.__eq__, behind.operate, behind.health, no_figures, beside)
    )
    try:
        yield client(door)
    finally:
        door.stop()
        await serving
    assert behind.asked == [], "the engine was not asked"


async def test_an_overview_is_asked_for_and_told() -> None:
    told, asked = Told(), AskOverview(kind=OverviewKind.TRADES, first=date(2026, 1, 2))
    async with open_door(told) as core:
        assert await asyncio.to_thread(core.overview, asked) == TOLD
    assert told.asked == [asked]


async def test_why_there_is_none_is_told() -> None:
    told = Told()
    told.answer = NotDone(code=OperationCode.NOT_READY, sentence="the server is away")
    async with open_door(told) as core:
        answer = await asyncio.to_thread(core.overview, AskOverview(kind=OverviewKind.LATENCY))

    assert answer == told.answer


async def test_a_question_that_means_nothing_is_refused_in_a_sentence() -> None:
    told = Told()
    bad = AskOverview(kind=OverviewKind.LATENCY, first=date(2026, 1, 2))
    async with open_door(told) as core:
        with pytest.raises(AdminRefused, match="ask without from and to"):
            await asyncio.to_thread(core.overview, bad)
        status, said = await asyncio.to_thread(get, core, "/api/v1/overviews/profit")

    assert (status, "there is no overview 'profit'" in said["sentence"]) == (400, True)
    assert told.asked == []


async def test_caches_are_told_or_that_nothing_is_counted() -> None:
    told = Told()
    async with open_door(told) as core:
        counted = await asyncio.to_thread(core.caches)
        told.caches = None
        assert await asyncio.to_thread(core.caches) is None

    assert counted == (STANDING,)


async def test_without_the_token_nothing_is_told() -> None:
    told = Told()
    async with open_door(told) as core:
        stranger = replace(core, token="another")
        with pytest.raises(AdminRefused, match="token is missing or wrong"):
            await asyncio.to_thread(stranger.overview, AskOverview(kind=OverviewKind.TRADES))
        with pytest.raises(AdminRefused, match="token is missing or wrong"):
            await asyncio.to_thread(stranger.caches)
    assert told.asked == []


async def test_an_answer_that_is_none_is_no_core() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    core = AdminClient(host="127.0.0.1", port=server.sockets[0].getsockname()[1], token="t")
    async with server:
        for ask in (core.caches, lambda: core.overview(AskOverview(kind=OverviewKind.TRADES))):
            with pytest.raises(LinkDown, match="cannot be read"):
                await asyncio.to_thread(ask)


def get(core: AdminClient, path: str) -> tuple[int, dict[str, str]]:
    connection = HTTPConnection(core.host, core.port, timeout=WITHIN_S)
    try:
        connection.request("GET", path, headers={"authorization": f"Bearer {core.token}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()

"""Events are copied to a server that speaks MongoDB's protocol, each once, through its deaths."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from echo.domain.facts import Alarm, LinkChanged
from echo.domain.raw_events import ChainCheck, Linked
from echo.ports.errors import EventsUnavailable, SettingsInvalid
from echo.stores.events.mongo import BATCH_MAX, MongoEvents, forward
from echo.stores.events.months import MonthFiles
from tests.fakes import WITHIN_S, FactLog
from tests.servers.mongo import MongoStandIn, forget_sockets, running_mongo_stand_in
from tests.servers.ports import free_port
from tests.stores.events.chains import DAY_MS, linked


@pytest.fixture(scope="module")
def server() -> Iterator[MongoStandIn]:
    with running_mongo_stand_in() as server:
        yield server


@pytest.fixture
async def there(server: MongoStandIn) -> AsyncIterator[MongoEvents]:
    found = MongoEvents(server.url, "echo", uuid4().hex, answer_ms=1_000)
    await found.prepare()
    yield found
    await found.close()
    forget_sockets()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[MonthFiles]:
    files = MonthFiles(tmp_path)
    yield files
    files.close()


def add(files: MonthFiles, count: int, *, every_ms: int = 1) -> list[Linked]:
    events = linked(files.chain(), count, every_ms=every_ms)
    files.append(events)
    return events


async def until_there(there: MongoEvents, seq: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                if await there.last_seq() >= seq:
                    return
            except EventsUnavailable:
                pass
            await asyncio.sleep(0.02)


async def test_what_was_written_is_read_back_and_the_chain_holds(
    there: MongoEvents, files: MonthFiles
) -> None:
    events = add(files, 10, every_ms=DAY_MS // 4)
    assert await there.last_seq() == 0

    await there.insert(events)

    assert await there.last_seq() == 10
    assert [each async for each in there.read()] == events
    assert [each async for each in there.read(first_day="2026-11-30", last_day="2026-11-30")] == (
        events[2:6]
    )
    check = ChainCheck()
    check.follow([each async for each in there.read()])
    assert check.breaks == []


async def test_what_is_written_twice_is_there_once(there: MongoEvents, files: MonthFiles) -> None:
    events = add(files, 6)

    await there.insert(events[:4])
    await there.insert(events)

    assert [each async for each in there.read()] == events


async def test_everything_is_forwarded_also_what_came_before_and_after_a_kill(
    server: MongoStandIn, there: MongoEvents, files: MonthFiles, tmp_path: Path
) -> None:
    facts = FactLog()
    events = add(files, BATCH_MAX + 10)
    task = asyncio.create_task(forward(tmp_path, there, facts, "mongodb://here"))
    await until_there(there, BATCH_MAX + 10)
    server.kill()
    events += add(files, 5)
    async with asyncio.timeout(WITHIN_S):
        while not facts.facts:  # noqa: ASYNC110 -- what is waited for cannot notify an event
            await asyncio.sleep(0.02)
    server.start()
    await until_there(there, BATCH_MAX + 15)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [each async for each in there.read()] == events
    codes = [each.code for each in facts.facts if isinstance(each, Alarm)]
    assert codes == ["EVENTS_NOT_FORWARDED"]
    assert [each.up for each in facts.facts if isinstance(each, LinkChanged)][:1] == [False]


async def test_nobody_there_is_told() -> None:
    port = free_port()
    nobody = MongoEvents(f"mongodb://127.0.0.1:{port}", "echo", "x", answer_ms=200)

    with pytest.raises(EventsUnavailable, match="MongoDB"):
        await nobody.last_seq()
    await nobody.close()
    forget_sockets()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="mongo_url"):
        MongoEvents("mongo:/nowhere", "echo", "x")

"""A Core keeps everything that crosses its threshold, and tells when it cannot."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from echo.apps.raw_events import MONGO_URL, RawEvents, mongo_url, raw_events
from echo.config.events_keys import events_settings
from echo.config.reading import read_settings
from echo.config.setting import Value
from echo.domain.facts import Alarm
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import ChainCheck
from echo.engine.engine import Engine
from echo.engine.events import Due
from echo.engine.settings import EngineSettings
from echo.ports.errors import SettingsInvalid
from echo.services.core.taps import next_day_ms
from echo.stores.events.months import read_events
from tests.apps.programs import Program, start, write_settings
from tests.apps.test_core import link_to, port_of
from tests.fakes import FactLog, FakeClock, until_real
from tests.links.grpc_peers import Agent, hello
from tests.links.linked import linked
from tests.servers.mongo import forget_sockets
from tests.servers.ports import free_port

NOW = Instant(1_750_000_000_000, 1_000)
CLOCK = FakeClock(NOW.mono_ms, NOW.wall_ms)


StartCore = Callable[[Path | str], Awaitable[Program]]


@pytest.fixture
async def start_core() -> AsyncIterator[StartCore]:
    """Start Cores of which none is left behind, whatever the test comes to."""
    started: list[Program] = []

    async def begin(settings: Path | str) -> Program:
        program = await start("core", settings)
        started.append(program)
        return program

    yield begin
    for each in started:
        await each.kill()


def values(folder: Path, **more: object) -> Mapping[str, Value]:
    flat = {f"core/events/{name}": value for name, value in more.items()}
    reading = read_settings({"core/state_dir": str(folder), **flat})
    assert reading.complaints == ()
    return reading.values


def kinds(folder: Path) -> list[str]:
    return [each.event.kind for each in read_events(folder)]


async def test_a_running_core_keeps_what_comes_in_and_goes_out(
    tmp_path: Path, start_core: StartCore
) -> None:
    core = await start_core(write_settings(tmp_path))
    agent = Agent(hello())
    async with linked(0, agent, link_to(port_of(tmp_path))):
        await until_real(lambda: agent.said)
    code, errors = await core.end()
    folder = tmp_path / "core" / "events"
    check = ChainCheck()
    check.follow(read_events(folder))

    assert code == 0, errors
    assert check.breaks == []
    assert kinds(folder)[:4] == ["CoreStarted", "SettingsRead", "Started", "AgentJoined"]
    sent = [each.event.kind for each in read_events(folder) if each.event.direction == "out"]
    assert sent[:1] == ["CoreHello"]


async def test_what_a_killed_core_had_written_is_there_and_the_next_goes_on(
    tmp_path: Path, start_core: StartCore
) -> None:
    folder = tmp_path / "core" / "events"
    core = await start_core(write_settings(tmp_path))
    await until_real(lambda: folder.is_dir() and kinds(folder))
    await core.kill()
    before = len(kinds(folder))

    again = await start_core(tmp_path / "echo.toml")
    await again.end()

    check = ChainCheck()
    check.follow(read_events(folder))
    assert check.breaks == []
    assert kinds(folder)[before : before + 3] == ["CoreStarted", "SettingsRead", "Started"]


def tapped(kept: RawEvents | None) -> RawEvents:
    assert kept is not None
    brain = kept.brain(
        Engine(EngineSettings(), PolicyBook()), EngineSettings(), PolicyBook(), CLOCK
    )
    brain.handle(Due(("pulse", "agent_1")), NOW)
    return kept


def test_nothing_is_kept_where_nothing_shall_be(tmp_path: Path) -> None:
    assert raw_events(values(tmp_path, store="off"), FactLog()) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_and_trades_go_on(tmp_path: Path) -> None:
    facts = FactLog()
    (tmp_path / "events").write_text("in the way")

    assert raw_events(values(tmp_path), facts) is not None or facts.facts
    tapped(raw_events(values(tmp_path, dir=str(tmp_path / "other")), facts)).close()

    assert kinds(tmp_path / "other") == ["CoreStarted", "Due"]


async def test_a_day_begins_with_what_the_engine_knows_though_nothing_happens_in_it(
    tmp_path: Path,
) -> None:
    kept = raw_events(values(tmp_path), FactLog())
    assert kept is not None
    clock = FakeClock(NOW.mono_ms, next_day_ms(NOW.wall_ms) - 1)
    parts = (EngineSettings(), PolicyBook())
    kept.brain(Engine(*parts), *parts, clock)
    clock.advance(1)
    task = asyncio.create_task(kept.run(FactLog()))

    await until_real(lambda: "Checkpoint" in kinds(tmp_path / "events"))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(kept.close)

    assert kinds(tmp_path / "events") == ["CoreStarted", "Checkpoint"]


async def test_what_is_shed_is_told(tmp_path: Path) -> None:
    kept, facts = raw_events(values(tmp_path, waiting_max=1_000), FactLog()), FactLog()
    assert kept is not None
    task = asyncio.create_task(kept.run(facts))
    brain = kept.brain(
        Engine(EngineSettings(), PolicyBook()), EngineSettings(), PolicyBook(), CLOCK
    )
    for _ in range(1_005):
        brain.handle(Due(("pulse", "agent_1")), NOW)

    await until_real(lambda: facts.facts)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(kept.close)

    [alarm, *_] = [each for each in facts.facts if isinstance(each, Alarm)]
    assert alarm.code == "EVENTS_SHED"
    assert alarm.sentence.startswith("6 raw events were left out")
    assert "Shed" in kinds(tmp_path / "events")


async def test_a_mongodb_that_is_away_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv(
        MONGO_URL, f"mongodb://ana:word@127.0.0.1:{port}/?serverSelectionTimeoutMS=1"
    )
    kept, facts = tapped(raw_events(values(tmp_path, store="mongo"), FactLog())), FactLog()
    task = asyncio.create_task(kept.run(facts))

    await until_real(lambda: facts.facts)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(kept.close)
    forget_sockets()

    codes = [each.code for each in facts.facts if isinstance(each, Alarm)]
    assert codes == ["EVENTS_NOT_FORWARDED"]
    assert "word" not in str(facts.facts)


def test_an_address_with_a_password_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = events_settings(values(tmp_path, mongo_url="mongodb://set"))
    monkeypatch.delenv(MONGO_URL, raising=False)
    assert mongo_url(settings) == "mongodb://set"
    monkeypatch.setenv(MONGO_URL, "mongodb://told")
    assert mongo_url(settings) == "mongodb://told"


def test_an_address_that_is_none_stops_a_start(tmp_path: Path) -> None:
    wrong = values(tmp_path, store="mongo", mongo_url="mongo://nowhere")

    with pytest.raises(SettingsInvalid, match="mongo_url"):
        raw_events(wrong, FactLog())
    assert os.listdir(tmp_path) == ["events"] or not os.listdir(tmp_path)

"""Two Cores as processes, one journal, one address: there is always one to ask, never two."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from echo.apps.cli.reaching import doors, reach, settings_of
from echo.apps.leases import Turn
from echo.apps.standby import LOOK_EVERY_MS, Waiting
from echo.domain.health import Health
from echo.domain.operations import ListPending, NotDone, OperationCode, PendingList
from echo.domain.overviews import AskOverview, OverviewKind, ToldOverview
from echo.links.admin_token import read_token
from echo.stores.file_lease import FileHold
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl
from tests.apps.programs import WITHIN_S, Program, write_settings
from tests.fakes import FakeClock, until_real
from tests.house.sources import ROOT
from tests.servers.ports import free_port

LEASE_MS = 2_000


async def begin_core(settings: Path) -> Program:
    """Start a Core without waiting for its first line, which a Core that waits does not say."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "echo.apps.core", "--config", str(settings)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    return Program(process, "begun")


def answers(port: int) -> bool:
    """Whether a web server at *port* says anything at all."""
    asking = HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        asking.request("GET", "/health/live")
        return asking.getresponse().status > 0
    except OSError:
        return False
    finally:
        asking.close()


class Pair:
    """Two Cores with the same settings but for what each keeps for itself."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.running: list[Program] = []

    def settings(self, name: str, admin_port: int) -> Path:
        own = self.folder / name
        own.mkdir(exist_ok=True)
        lines = (
            f"admin.port = {admin_port}",
            'lease.kind = "file"',
            f"lease.ttl_ms = {LEASE_MS}",
            f'events.dir = "{own}/events"\n',
        )
        written = write_settings(
            self.folder, port=self.port, change=("admin.port = 0\n", "\n".join(lines))
        )
        return written.rename(own / "echo.toml")

    async def start(self, name: str) -> Program:
        """Start a Core; return when its door for operators stands, whosever turn it is."""
        admin_port = free_port()
        settings = self.settings(name, admin_port)
        program = await begin_core(settings)
        self.running.append(program)
        await until_real(lambda: answers(admin_port), within_s=WITHIN_S)
        return program

    @property
    def told(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(
                (self.folder / "core" / "core.state.json").read_text()
            )
        except FileNotFoundError:
            return {}
        return told

    def serves(self, core: Program) -> Callable[[], bool]:
        return lambda: self.told.get("ready") is True and self.told["pid"] == core.process.pid

    async def asked(self) -> object:
        """Ask whoever serves, as the command line does."""

        def ask() -> object:
            settings = settings_of(self.folder / "left" / "echo.toml")
            return reach(settings).ask("ana", ListPending())

        return await asyncio.to_thread(ask)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    found = Pair(tmp_path)
    yield found
    for each in found.running:
        await each.kill()


NOTHING = PendingList(rows=(), total=0)


async def test_the_second_takes_over_when_the_first_is_killed_and_operators_find_it(
    pair: Pair,
) -> None:
    left = await pair.start("left")
    await until_real(pair.serves(left), within_s=WITHIN_S)
    right = await pair.start("right")
    assert await pair.asked() == NOTHING, "the one that waits does not get in the way"

    await left.kill()
    await until_real(pair.serves(right), within_s=WITHIN_S)
    assert await pair.asked() == NOTHING

    again = await pair.start("left")
    again.signal(signal.SIGTERM)
    assert (await again.ended())[0] == 0
    assert pair.serves(right)()
    assert await pair.asked() == NOTHING, "who only waited leaves nothing behind"


async def test_after_a_standstill_longer_than_the_lease_one_serves_and_the_other_waits(
    pair: Pair,
) -> None:
    left = await pair.start("left")
    await until_real(pair.serves(left), within_s=WITHIN_S)
    right = await pair.start("right")

    left.signal(signal.SIGSTOP)
    lease = pair.folder / "core" / "journal.lease"
    await until_real(lambda: json.loads(lease.read_bytes())["revision"] >= 2, within_s=WITHIN_S)
    left.signal(signal.SIGCONT)
    await until_real(pair.serves(right), within_s=WITHIN_S)
    assert await pair.asked() == NOTHING

    right.signal(signal.SIGTERM)
    assert (await right.ended())[0] == 0
    await until_real(pair.serves(left), within_s=WITHIN_S)
    assert await pair.asked() == NOTHING, "its door is the old one, and so is its token"


async def test_the_one_that_waits_says_so_and_sends_everybody_to_the_other(pair: Pair) -> None:
    left = await pair.start("left")
    await until_real(pair.serves(left), within_s=WITHIN_S)
    await pair.start("right")
    place = pair.folder / "right" / "echo.toml"
    settings = await asyncio.to_thread(settings_of, place)
    (own_address, own), (serves_at, other) = doors(settings)

    health = await asyncio.to_thread(own.health)
    assert health.standby is not None
    holder = health.standby.holder
    assert holder.endswith(f":{left.process.pid}")
    assert (health.ready, health.standby.journal) == (False, "")
    assert health.standby.serves_at == serves_at != own_address
    assert abs(health.standby.since_ms / 1_000 - time.time()) < 10 * WITHIN_S
    assert (await asyncio.to_thread(other.health)).ready

    code, said, _ = await asyncio.to_thread(echoctl, "status", "--config", str(place))
    assert code == 0
    assert said.startswith(f"standby, waits for the lease of {holder}, since ")
    assert said.splitlines()[0].endswith(" UTC, journal readable")
    assert said.splitlines()[1] == f"{holder} serves, and is asked at {serves_at}"

    token = read_token(pair.folder / "core")
    assert token is not None
    there = replace(own, token=token)
    refused = await asyncio.to_thread(there.ask, "ana", ListPending())
    assert refused == NotDone(
        code=OperationCode.NOT_READY,
        sentence=f"this Core is on standby: {holder} serves, and is asked at {serves_at}",
    )
    told = await asyncio.to_thread(there.overview, AskOverview(kind=OverviewKind.TRADES))
    assert isinstance(told, ToldOverview), "what needs no engine is told all the same"

    await left.kill()
    await until_real(lambda: own.health().ready, within_s=WITHIN_S)
    assert await asyncio.to_thread(own.health) == Health(ready=True)


class Host:
    """A folder, with a lease in it that somebody holds."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.holder = folder, "left"
        self.clock = FakeClock()
        hold = FileHold(folder / "lease", "right", lambda: ("boot", 1), lasts_ms=1)
        self.turn = Turn(hold=hold, lasts_ms=1, who="right", holder=lambda: self.holder)

    def waiting(self) -> Waiting:
        return Waiting(self.turn, self.folder / "journal.sqlite", self.folder, self.clock)


async def test_it_is_told_since_when_and_whether_the_journal_can_be_read(tmp_path: Path) -> None:
    host = Host(tmp_path)
    begun_ms = host.clock.now().wall_ms
    waits = host.waiting()
    host.clock.advance(5_000)

    found = await waits.standby()
    assert found is not None
    assert (found.holder, found.since_ms, found.serves_at) == ("left", begun_ms, "")
    assert "journal.sqlite" in found.journal, "there is none yet"

    journal = SqliteJournal.open(tmp_path / "journal.sqlite")
    assert await waits.standby() == found, "it is not looked into at every question"
    host.clock.advance(LOOK_EVERY_MS)
    again = await waits.standby()
    await journal.close()
    assert again is not None
    assert again.journal == ""


async def test_who_served_waits_since_it_does_so_no_more(tmp_path: Path) -> None:
    host = Host(tmp_path)
    waits = host.waiting()
    host.clock.advance(5_000)
    waits.told(True)
    host.clock.advance(5_000)
    waits.told(False)

    found = await waits.standby()
    assert found is not None
    assert found.since_ms == host.clock.now().wall_ms
    for holder in ("", "right"):
        host.holder = holder
        assert await waits.standby() is None

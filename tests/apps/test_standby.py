"""Two Cores as processes, one journal, one address: there is always one to ask, never two."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from echo.apps.cli.reaching import reach, settings_of
from echo.domain.operations import ListPending, PendingList
from tests.apps.programs import WITHIN_S, Program, write_settings
from tests.fakes import until_real
from tests.house.sources import ROOT

LEASE_MS = 2_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    asking = HTTPConnection("127.0.0.1", port, timeout=5)
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
    await until_real(lambda: json.loads(lease.read_bytes())["revision"] == 2, within_s=WITHIN_S)
    left.signal(signal.SIGCONT)
    await until_real(pair.serves(right), within_s=WITHIN_S)
    assert await pair.asked() == NOTHING

    right.signal(signal.SIGTERM)
    assert (await right.ended())[0] == 0
    await until_real(pair.serves(left), within_s=WITHIN_S)
    assert await pair.asked() == NOTHING, "its door is the old one, and so is its token"

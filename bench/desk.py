"""A desk for measuring: the real Core and Agent as processes, bare EAs around them."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.eas import BareMaster, BareSlave, Trip
from echo.domain.ids import AccountId, TradeId
from tests.servers.ports import free_port

QUOTES_EVERY_S = 0.4
STATES_EVERY_S = 1.0
CLOSE_AFTER_S = 0.525
"""Between the moments at which positions are opened, so that no close meets an open."""
READY_WITHIN_S = 60.0
REGISTERED_WITHIN_S = 60.0
REHEARSED_WITHIN_S = 0.5
REHEARSALS_MAX = 40
OVER_WITHIN_S = 5.0
LINKED_WITHIN_S = 20.0


@dataclass(slots=True)
class Desk:
    """Masters and slaves that are registered and ready to copy."""

    masters: Sequence[BareMaster]
    slaves: Sequence[BareSlave]
    trips: dict[TradeId, Trip]
    programs: Sequence[asyncio.subprocess.Process]
    market: asyncio.Event
    """Set while the slaves report prices and money."""

    async def run(self, *, rate_per_s: float, trades: int, warm_up: int) -> list[Trip]:
        """Open *trades* positions at fixed moments, whatever became of the ones before.

        The first *warm_up* are not counted.  Every position is closed a moment later.
        """
        started_s = time.perf_counter()
        counted: list[TradeId] = []
        for number in range(trades + warm_up):
            await asyncio.sleep(max(0.0, started_s + number / rate_per_s - time.perf_counter()))
            master = self.masters[number % len(self.masters)]
            trade_id = master.open()
            self.trips[trade_id] = master.trips.pop(trade_id)
            asyncio.get_running_loop().call_later(CLOSE_AFTER_S, master.close, trade_id)
            if number >= warm_up:
                counted.append(trade_id)
        with contextlib.suppress(TimeoutError):  # whoever counts the trips sees what is missing
            await until(
                lambda: all(slave.closed >= trades + warm_up for slave in self.slaves),
                OVER_WITHIN_S,
            )
        return [self.trips[trade_id] for trade_id in counted]

    async def rehearse(self) -> None:
        """Open positions until one reaches every slave: then prices and money of all are known."""
        for _ in range(REHEARSALS_MAX):
            trade_id = self.masters[0].open()
            trip = self.trips[trade_id] = self.masters[0].trips.pop(trade_id)
            with contextlib.suppress(TimeoutError):
                await until(lambda: len(trip.arrived_s) == len(self.slaves), REHEARSED_WITHIN_S)  # noqa: B023 -- awaited here
            self.masters[0].close(trade_id)
            if len(trip.arrived_s) == len(self.slaves):
                break
        else:
            raise RuntimeError(f"none of {REHEARSALS_MAX} positions reached every slave")
        await until(lambda: all(slave.closed for slave in self.slaves), OVER_WITHIN_S)
        for slave in self.slaves:
            slave.closed = 0


@asynccontextmanager
async def desk(folder: Path, *, masters: int, slaves: int, more: str = "") -> AsyncIterator[Desk]:
    """Start everything in *folder*, with *more* lines of settings, and end it again."""
    settings = _write_settings(folder, masters, slaves)
    with settings.open("a") as file:
        file.write(more)
    programs: list[asyncio.subprocess.Process] = []
    trips: dict[TradeId, Trip] = {}

    def arrived(trade_id: TradeId, at_s: float) -> None:
        if trade_id in trips:
            trips[trade_id].arrived_s.append(at_s)

    try:
        for name in ("core", "agent"):
            programs.append(await start_program(name, settings, folder))
        leaders = [BareMaster(AccountId(str(50_001 + each))) for each in range(masters)]
        followers = [BareSlave(AccountId(str(70_001 + each)), arrived) for each in range(slaves)]
        for ea in (*leaders, *followers):
            await ea.connect(folder / "pipes")
        for ea in (*leaders, *followers):
            await asyncio.wait_for(ea.registered.wait(), REGISTERED_WITHIN_S)
        moves = asyncio.Event()
        moves.set()
        market = asyncio.create_task(_market(followers, moves))
        try:
            ready = Desk(leaders, followers, trips, programs, moves)
            await ready.rehearse()
            yield ready
        finally:
            market.cancel()
            for ea in (*leaders, *followers):
                ea.transport.close()
    finally:
        for program in reversed(programs):
            with contextlib.suppress(ProcessLookupError):
                program.terminate()
            await program.wait()


async def _market(slaves: Sequence[BareSlave], moves: asyncio.Event) -> None:
    """Report prices and money like terminals, spread over time as theirs are, while it *moves*."""
    pause_s = QUOTES_EVERY_S / max(1, len(slaves))
    states_each = max(1, round(STATES_EVERY_S / QUOTES_EVERY_S))
    started_s = time.perf_counter()
    for turn in count():
        if not moves.is_set():
            await moves.wait()
            started_s = time.perf_counter() - turn * QUOTES_EVERY_S
        for place, slave in enumerate(slaves):
            due_s = started_s + turn * QUOTES_EVERY_S + place * pause_s
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            slave.quote()
            if turn % states_each == 0:
                slave.state()


async def until(condition: Callable[[], object], within_s: float) -> None:
    """Look again and again, gently, until *condition* holds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 -- of other programs
            await asyncio.sleep(0.02)


async def linked(folder: Path) -> None:
    """Return when the Agent that runs in *folder* has its Core."""
    log = folder / "agent.log"
    await until(lambda: b'"peer":"core","up":true' in log.read_bytes(), LINKED_WITHIN_S)


async def start_program(name: str, settings: Path, folder: Path) -> asyncio.subprocess.Process:
    """Start ``echo-<name>``, and wait until it is ready."""
    with (folder / f"{name}.log").open("ab") as log:
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"echo.apps.{name}",
            "--config",
            str(settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert program.stdout is not None
    line = await asyncio.wait_for(program.stdout.readline(), READY_WITHIN_S)
    if b" ready" not in line:
        raise RuntimeError(f"echo-{name} is not ready: {(folder / f'{name}.log').read_text()}")
    return program


def _write_settings(folder: Path, masters: int, slaves: int) -> Path:
    port = free_port()
    (folder / "pipes").mkdir(mode=0o700)
    leaders = [str(50_001 + each) for each in range(masters)]
    followers = [str(70_001 + each) for each in range(slaves)]
    text = f"""
[core]
bind = "127.0.0.1"
grpc_port = {port}
state_dir = "{folder / "core"}"
admin.enabled = false
slave_accounts = {followers}
canonical_symbols = ["EURUSD"]
specs.max_age_ms = 3600000
risk.quote_max_age_ms = 5000

[agent]
agent_id = "agent_bench"
master_accounts = {leaders}
slave_accounts = {followers}
pipe_dir = "{folder / "pipes"}"
delivery.ledger_path = "{folder / "agent.sqlite"}"

[endpoints]
core_addr = "127.0.0.1:{port}"
"""
    for account in followers:
        text += f'\n[risk."{account}"."*"]\nrisk_type = "FIXED_RISK"\namount = 100\n'
        text += 'currency = "USD"\n'
    settings = folder / "echo.toml"
    settings.write_text(text)
    return settings

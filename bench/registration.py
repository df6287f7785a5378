"""How long a terminal waits for its verdict: one alone, and a hundred at once.

    python -m bench.registration

What is measured begins when an EA writes its handshake and ends when it has read its verdict; the
evaluation is synced to disk before it leaves the Core.  Beside it: the CPU time that the engine
needs to judge one report, without any way.
"""

import argparse
import asyncio
import contextlib
import csv
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.__main__ import machine, quantile
from bench.desk import linked, start_program
from bench.eas import SPEC, BareEa
from echo.apps.running import spare_collections
from echo.domain.handshake import AccountSymbolsReport, Handshake, HandshakeMetadata, Role
from echo.domain.ids import ANY_STRATEGY, AccountId, AgentId
from echo.domain.policy import PolicyBook, RiskPolicy, RiskType
from echo.domain.quantities import Instant
from echo.domain.sessions import AccountConnected, AgentHello, AgentToCore
from echo.domain.specs import SymbolMapping
from echo.domain.symbols import forget_readings
from echo.engine.engine import Engine
from echo.engine.events import AgentJoined, AgentSaid
from echo.engine.settings import EngineSettings
from tests.servers.ports import free_port

NAMES: Final = Path(__file__).parent.parent / "tests" / "data" / "symbols" / "market_watches.csv"
WITHIN_S: Final = 60.0
ROUNDS: Final = 5
JUDGED: Final = 40
"""Reports of each kind whose judging is measured."""
AGENT: Final = AgentId("agent_bench")


class Newcomer(BareEa):
    """An EA that notes how long it waits for its first verdict."""

    def __init__(self, account_id: AccountId, symbols: tuple[SymbolMapping, ...]) -> None:
        super().__init__(Role.SLAVE, account_id)
        self._symbols = symbols
        self._said_s = 0.0
        self.waited_ms: float | None = None
        self._verdict = b""

    def heard(self, content: bytes) -> None:
        """Stamp the first verdict; what it says is read later, when nobody waits any more."""
        if b'"symbol_registration_result"' in content and self.waited_ms is None:
            self.waited_ms = (time.perf_counter() - self._said_s) * 1_000
            self._verdict = content
            self.registered.set()

    def look(self) -> None:
        """Read the verdict; raises ``RuntimeError`` where it is a rejection."""
        super().heard(self._verdict)

    def _handshake(self) -> Handshake:
        handshake = replace(super()._handshake(), symbols=self._symbols)
        self._said_s = time.perf_counter()
        return handshake


def watch() -> tuple[SymbolMapping, ...]:
    """Return the longest recorded market watch, as an EA without mappings reports it."""
    lists: dict[str, list[str]] = {}
    with NAMES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lists.setdefault(row["server"], []).append(row["broker_symbol"])
    return tuple(map(_line, sorted(lists.values(), key=len)[-1]))


def strangers(count: int) -> tuple[SymbolMapping, ...]:
    """Return names that nobody has ever read, and that are in no catalogue."""
    return tuple(_line(f"STK{number:05}.x{number % 7}") for number in range(count))


def _line(name: str) -> SymbolMapping:
    return replace(SPEC, canonical_symbol=name.upper(), broker_symbol=name)


async def waits_ms(accounts: int, symbols: tuple[SymbolMapping, ...]) -> list[float]:
    """Let *accounts* EAs connect at once; return how long each waited for its verdict."""
    with tempfile.TemporaryDirectory(prefix="echo-bench-") as name:
        folder = Path(name)
        ids = [AccountId(str(70_001 + each)) for each in range(accounts)]
        settings = _settings(folder, ids)
        programs: list[asyncio.subprocess.Process] = []
        eas = [Newcomer(account_id, symbols) for account_id in ids]
        try:
            for program in ("core", "agent"):
                programs.append(await start_program(program, settings, folder))
            await linked(folder)
            await asyncio.gather(*(ea.connect(folder / "pipes") for ea in eas))
            async with asyncio.timeout(WITHIN_S):
                await asyncio.gather(*(ea.registered.wait() for ea in eas))
            for ea in eas:
                ea.look()
        finally:
            for ea in eas:
                with contextlib.suppress(AttributeError):
                    ea.transport.close()
            for running in reversed(programs):
                with contextlib.suppress(ProcessLookupError):
                    running.terminate()
                await running.wait()
    return [ea.waited_ms for ea in eas if ea.waited_ms is not None]


def judging_ms(symbols: tuple[SymbolMapping, ...], *, cold: bool) -> list[float]:
    """Return the CPU time that a report costs the engine: *cold* = no name was read before."""
    accounts = [AccountId(str(70_001 + each)) for each in range(JUDGED)]
    policies = [
        RiskPolicy(
            account_id=each,
            strategy_id=ANY_STRATEGY,
            risk_type=RiskType.FIXED_LOT,
            lot_size=SPEC.min_lot,
        )
        for each in accounts
    ]
    engine = Engine(EngineSettings(slave_accounts=tuple(accounts)), PolicyBook(policies))
    now = Instant(1_750_000_000_000, 1_000_000)
    hello = AgentHello(
        agent_id=AGENT, version="1", hostname="h", os="linux", owned_accounts=tuple(accounts)
    )
    engine.handle(AgentJoined(AGENT, 1, hello), now)
    found = []
    spare_collections()  # as the Core itself does when it is ready
    metadata = HandshakeMetadata(protocol_version=3, client_semver="1.0.0")
    for account_id in accounts:
        connected = AccountConnected(account_id=account_id, connected_at_ms=1, role=Role.SLAVE)
        engine.handle(_said(connected), now)
        report = AccountSymbolsReport(
            account_id=account_id, symbols=symbols, reported_at_ms=now.wall_ms, metadata=metadata
        )
        if cold:
            forget_readings()
        started_s = time.process_time()
        engine.handle(_said(report), now)
        found.append((time.process_time() - started_s) * 1_000)
    return found


def _said(message: AgentToCore) -> AgentSaid:
    return AgentSaid(AGENT, 1, None, message)


def figures(values_ms: Sequence[float]) -> dict[str, float]:
    """Return median and tail."""
    return {
        "samples": len(values_ms),
        "p50_ms": round(statistics.median(values_ms), 2),
        "p95_ms": round(quantile(values_ms, 0.95), 2),
        "max_ms": round(max(values_ms), 2),
    }


def measured(rounds: int) -> dict[str, Any]:
    """Measure everything."""
    known = watch()
    alone, together = [], []
    for _ in range(rounds):
        alone += uvloop.run(waits_ms(1, known))
        together += uvloop.run(waits_ms(100, known[:32]))
    return {
        "machine": machine(),
        "one account": figures(alone),
        "100 accounts at once": figures(together),
        f"judging {len(known)} symbols": figures(judging_ms(known, cold=False)),
        f"judging {len(known)} symbols never read before": figures(judging_ms(known, cold=True)),
        "judging 500 symbols never read before": figures(judging_ms(strangers(500), cold=True)),
    }


def _settings(folder: Path, accounts: Sequence[AccountId]) -> Path:
    port = free_port()
    (folder / "pipes").mkdir(mode=0o700)
    names = [str(each) for each in accounts]
    text = f"""
[core]
grpc_port = {port}
state_dir = "{folder / "core"}"
admin.enabled = false
slave_accounts = {names}

[agent]
agent_id = "{AGENT}"
slave_accounts = {names}
pipe_dir = "{folder / "pipes"}"
delivery.ledger_path = "{folder / "agent.sqlite"}"

[endpoints]
core_addr = "127.0.0.1:{port}"
"""
    for name in names:
        text += f'\n[risk."{name}"."*"]\nrisk_type = "FIXED_LOT"\nlot_size = 0.1\n'
    settings = folder / "echo.toml"
    settings.write_text(text)
    return settings


def main() -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.registration", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="desks that are started")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    found = measured(options.rounds)
    if options.json:
        print(json.dumps(found))
        return
    print(f"{'':<44} {'samples':>8} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    for name, row in found.items():
        if name != "machine":
            print(
                f"{name:<44} {row['samples']:>8} {row['p50_ms']:>8} {row['p95_ms']:>8}"
                f" {row['max_ms']:>8}"
            )


if __name__ == "__main__":
    main()

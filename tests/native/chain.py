"""Plays the whole chain: ``python -m tests.native.chain FOLDER [--seconds N] [--rounds N]``.

Core and brokers run here, the Agent on a Windows Python under Wine, and on the charts are programs
of Windows: the experts of MetaTrader 4 with 32 bits, of MetaTrader 5 with 64, each with the DLL of
its width.  Agent and Core are killed in turn.  Prints one JSON object: what the brokers' books
say beside the journal.  The environment names a Wine (`tests.native.wine.environment`) and a
Python of Windows (``ECHO_WINDOWS_PYTHON``).
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from echo.apps.demo.cast import Cast, Player, cast
from echo.apps.demo.material import Material, gather
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.stage import Stage
from echo.apps.demo.takings import (
    Latencies,
    Takings,
    latencies,
    quantile,
    read_book,
    take_stock,
)
from echo.apps.demo.troupe import Program, Troupe
from echo.apps.journals import read_books
from echo.domain.quantities import Side
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.reading import JournaledBooks
from echo.terminal.book import BookEntry
from echo.terminal.replay_script import Action, Close, MasterScript, Modify, Open, Reduce
from tests.native.bridge import REACTIONS
from tests.native.experts import build_experts, width_of
from tests.native.wine import LOADERS, path_of

FIRST_KILL_AFTER_S: Final = 10.0
"""The first positions live from their open to their close before anything is killed."""
KILL_AFTER_S: Final = 3.0
"""Between a recovery and the next kill."""
RECOVERED_WITHIN_S: Final = 25.0
TRADE_EVERY_MS: Final = 900
LEAD_S: Final = 12.0
"""Four programs of Windows start, connect and register before the first trade."""
PATIENCE_MS: Final = 20_000
DRAIN_S: Final = 90.0
LOT: Final = Decimal("0.20")


def script(master: str, number: int, until_ms: int) -> MasterScript:
    """Trade at a steady pace: open, new levels, close a half, close."""
    actions: list[Action] = []
    for position, at_ms in enumerate(range(400 * number, until_ms, TRADE_EVERY_MS)):
        key = f"{master}/{position}"
        share = Decimal("0.02")
        side = Side.SELL if position % 2 else Side.BUY
        actions += [
            Open(
                key=key,
                at_ms=at_ms,
                symbol="EURUSD",
                side=side,
                lots=LOT,
                magic=7,
                sl_share=share,
                tp_share=share,
            ),
            Modify(key=key, at_ms=at_ms + 2_500, sl_share=share / 2, tp_share=share),
            Reduce(key=key, at_ms=at_ms + 5_000, lots=LOT / 2),
            Close(key=key, at_ms=at_ms + 7_500),
        ]
    return MasterScript(master=master, actions=tuple(sorted(actions, key=lambda each: each.at_ms)))


class Chain:
    """One play in *folder*."""

    def __init__(self, folder: Path, rounds: int, seconds: int) -> None:
        self._rounds, self._seconds = rounds, seconds
        options = DemoOptions(seconds=seconds, masters=2, slaves=2, broker_delay="0")
        people = cast(2, 2)
        material = gather(options, [player.account_id for player in people.masters])
        scripts = tuple(
            script(player.account_id, number, seconds * 1_000)
            for number, player in enumerate(people.masters)
        )
        end_ms = max(each.actions[-1].at_ms for each in scripts)
        self._material: Material = replace(
            material, plan=replace(material.plan, scripts=scripts, end_ms=end_ms)
        )
        self._options = options
        self.cast: Cast = _patient(people.trading(material.digits))
        self._stage = Stage(folder)
        self._troupe = Troupe(lambda _line: None)
        self.killed: Counter[str] = Counter()
        self._first_kill_us = 0

    async def play(self, experts: dict[str, Path]) -> dict[str, Any]:
        """Start everything, kill, wait until it is quiet, end everything, count."""
        stage = self._stage
        try:
            stage.prepare(self.cast)
            stage.experts = self._on_charts(experts)
            await self._start()
            begins_s = asyncio.get_running_loop().time() + LEAD_S
            begins_wall_ms = time.time_ns() // 1_000_000 + int(LEAD_S * 1_000)
            players = tuple(enumerate(self.cast.players))
            config = stage.write_terminal(players, self._material, self._options, begins_wall_ms)
            await self._troupe.start(self._program("terminal", "echo.apps.terminal", config))
            await self._kill(begins_s)
            drained_s = await self._drain(begins_s)
            await self._troupe.dismiss()
            return self._told(drained_s)
        finally:
            await self._troupe.dismiss()
            stage.strike()

    def _on_charts(self, experts: dict[str, Path]) -> Path:
        """Write the scripts that stand where compiled experts are looked for."""
        folder = self._stage.folder / "experts"
        folder.mkdir()
        for expert, program in experts.items():
            starter = folder / expert.replace(".", "-")
            loader = LOADERS[width_of(expert)]
            starter.write_text(
                f'#!/bin/sh\nexec "{sys.executable}" -m tests.native.bridge'
                f' "{loader}" "{program}" "$@"\n'
            )
            starter.chmod(0o700)
        return folder

    async def _start(self) -> None:
        settings = self._stage.folder / "agent.toml"
        here = self._stage.settings.read_text()
        ledger, pipes = self._stage.folder / "agent" / "ledger.sqlite", self._stage.pipes
        for path in (ledger, pipes):
            here = here.replace(f'"{path}"', f'"{path_of(path)}"')
        settings.write_text("".join(_tables(here, "agent", "endpoints")))
        core = self._program("core", "echo.apps.core", self._stage.settings)
        await self._troupe.start(core)
        await self._troupe.start(self._program("agent", "tests.native.wine_agent", settings))

    def _program(self, name: str, module: str, config: Path) -> Program:
        return Program(name=name, module=module, config=config, log=self._stage.log(name))

    async def _kill(self, begins_s: float) -> None:
        """Kill Agent and Core in turn, the next when all experts are registered again."""
        loop = asyncio.get_running_loop()
        programs = {program.name: program for program in self._troupe.programs}
        await asyncio.sleep(max(0.0, begins_s + FIRST_KILL_AFTER_S - loop.time()))
        for _ in range(self._rounds):
            for name in ("agent", "core"):
                judged = self._judged()
                process = programs[name].process
                if process is None or process.returncode is not None:
                    continue
                process.kill()
                self.killed[name] += 1
                self._first_kill_us = self._first_kill_us or time.time_ns() // 1_000
                killed_s = loop.time()
                while loop.time() - killed_s < RECOVERED_WITHIN_S:
                    await asyncio.sleep(0.1)
                    if self._judged() - judged >= len(self.cast.players):
                        break
                await asyncio.sleep(KILL_AFTER_S)

    def _judged(self) -> int:
        """How many verdicts have come to experts so far."""
        return self._stage.log("agent").read_text().count('"VerdictForwarded"')

    async def _drain(self, begins_s: float) -> float:
        """Wait until all is quiet, or has had its time; return how long that took."""
        loop = asyncio.get_running_loop()
        end_s = begins_s + self._material.plan.end_ms / 1_000
        await asyncio.sleep(max(0.0, end_s - loop.time()))
        quiet = 0
        while quiet < 3 and loop.time() - end_s < DRAIN_S:
            await asyncio.sleep(0.5)
            try:
                takings = self._count(await asyncio.to_thread(self._journaled))
            except JournalUnavailable:
                continue  # its Core may just be starting again
            busy = takings.held or takings.discrepancies or takings.unexplained
            quiet = 0 if busy else quiet + 1
        return loop.time() - end_s

    def _journaled(self) -> JournaledBooks:
        return read_books(self._stage.place)

    def _books(self) -> dict[Player, tuple[BookEntry, ...]]:
        return {player: read_book(self._stage.book(player)) for player in self.cast.players}

    def _count(self, journaled: JournaledBooks) -> Takings:
        return take_stock(self.cast, self._books(), journaled.trades, journaled.decisions)

    def _told(self, drained_s: float) -> dict[str, Any]:
        journaled = self._journaled()
        takings = self._count(journaled)
        terminal = {each.account_id: each.broker.terminal for each in self.cast.players}
        masters = {each.trade_id: each.master_account_id for each in journaled.trades}
        pairs = Counter(
            f"{terminal[masters[row.trade_id]]} to {terminal[row.account_id]}: {row.outcome.value}"
            for row in journaled.decisions
        )
        return {
            "lost": takings.count("lost"),
            "duplicated": takings.count("duplicated"),
            "orphans": takings.count("orphan"),
            "discrepancies": [each.sentence for each in takings.discrepancies],
            "unexplained": takings.unexplained,
            "held": takings.held,
            "actions": takings.actions,
            "outcomes": dict(takings.outcomes),
            "omitted": dict(takings.omitted),
            "failed": dict(takings.failed),
            "pairs": dict(sorted(pairs.items())),
            "killed": dict(self.killed),
            "starts": {program.name: program.starts for program in self._troupe.programs},
            "drained_s": round(drained_s, 1),
            "latencies_ms": _figures(takings.latencies),
            "undisturbed_ms": self._undisturbed(),
            "reaction_ms": self._reactions(),
        }

    def _undisturbed(self) -> dict[str, float] | None:
        """Measure the opens that no kill can have touched: those before the first one."""
        until_us = self._first_kill_us or time.time_ns() // 1_000
        early = [
            tuple(each for each in book if each.at_us < until_us) for book in self._books().values()
        ]
        return _figures(latencies(early))

    def _reactions(self) -> dict[str, float]:
        """Measure how long slaves take from the begin of a turn to the order."""
        found = (self._stage.folder / "terminals").glob(f"expert-slave-*/{REACTIONS}")
        took_ms = sorted(
            int(row) / 1_000 for path in found for row in path.read_text().splitlines()
        )
        return {
            "p50": round(quantile(took_ms, 0.50), 2),
            "p95": round(quantile(took_ms, 0.95), 2),
            "count": len(took_ms),
        }


def _figures(measured: Latencies | None) -> dict[str, float] | None:
    if measured is None:
        return None
    return {
        "p50": round(measured.p50, 2),
        "p95": round(measured.p95, 2),
        "count": measured.count,
    }


def _patient(people: Cast) -> Cast:
    """Let slaves wait for opens so long that those of a restart are still made."""
    return replace(
        people,
        policies=tuple(replace(each, lot_size=LOT) for each in people.policies),
        options={
            account_id: replace(each, max_delay_ms=PATIENCE_MS)
            for account_id, each in people.options.items()
        },
    )


def _tables(text: str, *names: str) -> Iterator[str]:
    """Yield the lines of some tables of a settings file."""
    wanted = False
    for row in text.splitlines(keepends=True):
        if row.startswith("["):
            wanted = row.strip().strip("[]") in names
        if wanted:
            yield row


def main(arguments: list[str]) -> int:
    """Play once and say what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=40)
    asked = parser.parse_args(arguments)
    experts = build_experts()
    begun_s = time.monotonic()
    told = asyncio.run(Chain(asked.folder, asked.rounds, asked.seconds).play(experts))
    print(json.dumps({**told, "took_s": round(time.monotonic() - begun_s, 1)}, indent=1))
    return 1 if told["discrepancies"] or told["unexplained"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

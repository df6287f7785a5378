"""One round of chaos: a short demo, its faults, the quiet after them, and the comparison."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from echo.apps.chaos.endings import endings
from echo.apps.chaos.lateness import late_opens
from echo.apps.chaos.plan import Planned, Programs, plan
from echo.apps.chaos.relay import Relay
from echo.apps.chaos.server_faults import Restart
from echo.apps.chaos.standby import STANDBY, share_journal, take_overs
from echo.apps.chaos.tally import RoundResult
from echo.apps.chaos.trouble import CORES, Trouble, first_environment
from echo.apps.demo.cast import Cast, Player, cast
from echo.apps.demo.material import Material, gather
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.performance import lead_ms
from echo.apps.demo.stage import Stage
from echo.apps.demo.takings import Takings, read_book, take_stock
from echo.apps.demo.troupe import Program, Troupe
from echo.apps.journals import read_books
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.reading import JournaledBooks
from echo.terminal.book import BookEntry

LOOK_EVERY_S: Final = 0.5
QUIET_LOOKS: Final = 3
DELAYS_MS: Final = (3_000, 10_000, 20_000)
"""Times to live: restarts take seconds, so short ones would leave most opens out."""
DRAIN_S: Final = 60.0
"""What is under way when the faults stop has so long: back-off up to 10 s, doubts 4 s and more."""


class Round:
    """Plays one round in *folder*.

    Args:
        store: Where on which server the journal is kept; ``None`` = in the folder.
        restart: Ends that server in the middle of the round, and brings it back.
        experts: Where compiled experts lie; ``None`` = the brains in Python are on the charts.
        standby: Whether a second Core waits for its turn.

    Raises:
        ProgramFailed: a program did not come up before the faults began.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        number: int,
        seconds: int,
        store: PostgresTarget | None = None,
        restart: Restart | None = None,
        experts: Path | None = None,
        standby: bool = False,
    ) -> None:
        self._seed, self._number = seed, number
        self._standby = standby
        # Weather is repeated by its seed; nothing here is a secret.
        chance = Random(f"{seed}/{number}")  # noqa: S311 -- see above
        self._options = DemoOptions(
            seconds=seconds, masters=chance.randint(1, 2), slaves=chance.randint(2, 3)
        )
        people = _patient(cast(self._options.masters, self._options.slaves), chance)
        self._material: Material = gather(
            self._options, [player.account_id for player in people.masters]
        )
        self.cast: Cast = people.trading(self._material.digits)
        self.planned: tuple[Planned, ...] = plan(
            chance,
            Programs(
                masters=tuple(map(terminal_name, self.cast.masters)),
                slaves=tuple(map(terminal_name, self.cast.slaves)),
                cores=("core", STANDBY) if standby else ("core",),
            ),
            seconds,
        )
        self._stage = Stage(folder, store)
        self._stage.experts = experts
        self._restart = restart
        self._troupe = Troupe(lambda _line: None)

    async def play(self) -> RoundResult:
        """Play, wait until it is quiet, end all programs, and compare."""
        started_s = time.monotonic()
        try:
            async with self._relays() as (stream, pipes):
                self._stage.prepare(self.cast)
                begins_s = await self._start()
                trouble = Trouble(self._stage, self._by_name(), stream, pipes)
                async with asyncio.TaskGroup() as group:
                    group.create_task(trouble.make(self.planned, begins_s))
                    if self._restart is not None:
                        group.create_task(self._store_falls(self._restart, trouble, begins_s))
                drained_s = await self._drain(begins_s)
                found = endings(self._troupe.programs, trouble.killed, frozenset(trouble.starved))
                await self._troupe.dismiss()
            return RoundResult(
                number=self._number,
                seed=self._seed,
                takings=self._count(await asyncio.to_thread(self._journaled)),
                late=late_opens(self.cast, self._books()),
                done=trouble.done,
                endings=found,
                take_overs=take_overs(self._stage),
                seconds=time.monotonic() - started_s,
                drained_s=drained_s,
                folder=str(self._stage.folder),
            )
        finally:
            await self._troupe.dismiss()
            self._stage.strike()

    async def _store_falls(self, restart: Restart, trouble: Trouble, begins_s: float) -> None:
        """Let the server fall in the middle of the round; a Core that just starts may end of it."""
        trouble.starved.update(CORES)
        at_s = begins_s + self._options.seconds / 2
        await asyncio.sleep(max(0.0, at_s - asyncio.get_running_loop().time()))
        await restart()
        trouble.done["store_falls"] += 1

    @asynccontextmanager
    async def _relays(self) -> AsyncIterator[tuple[Relay, Mapping[str, Relay]]]:
        """Put relays between Agent and Core, and between terminals and Agent."""
        stage = self._stage
        stream, stage.agents_port = await Relay.tcp(stage.core_port)
        stage.ea_pipes = stage.pipes / "ea"
        stage.ea_pipes.mkdir(mode=0o700, parents=True)
        pipes: dict[str, Relay] = {}
        try:
            for player in self.cast.players:
                name = f"echo_{player.role}_{player.account_id}.sock"
                pipes[terminal_name(player)] = await Relay.unix(
                    stage.ea_pipes / name, stage.pipes / name
                )
            yield stream, pipes
        finally:
            for relay in (stream, *pipes.values()):
                await relay.close()

    async def _start(self) -> float:
        """Start all programs; return when the first tick comes, on the event loop's clock."""
        stage = self._stage
        waiting = share_journal(stage) if self._standby else None
        await self._troupe.start(self._program("core", stage.settings))
        if waiting is not None:
            # It is ready when its turn has come, which may be never.
            self._troupe.start_waiting(self._program(STANDBY, waiting))
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        await self._troupe.start(self._program("agent", stage.settings))
        players = tuple(enumerate(self.cast.players))
        lead_s = lead_ms(len(players), agent_s=loop.time() - begun_s) / 1_000
        begins_s = loop.time() + lead_s
        begins_wall_ms = time.time_ns() // 1_000_000 + int(lead_s * 1_000)
        terminals = []
        for numbered in players:
            config = stage.write_terminal([numbered], self._material, self._options, begins_wall_ms)
            terminals.append(self._program(terminal_name(numbered[1]), config))
        await self._troupe.start(*terminals)
        return begins_s

    def _program(self, name: str, config: Path) -> Program:
        kind = "core" if name in CORES else name.partition("-")[0]
        return Program(
            name=name,
            module=f"echo.apps.{kind}",
            config=config,
            log=self._stage.log(name),
            environment=first_environment(self.planned, name),
        )

    def _by_name(self) -> dict[str, Program]:
        return {program.name: program for program in self._troupe.programs}

    async def _drain(self, begins_s: float) -> float:
        """Wait until all is quiet, or has had its time; return how long that took."""
        loop = asyncio.get_running_loop()
        end_s = begins_s + self._material.plan.end_ms / 1_000
        await asyncio.sleep(max(0.0, end_s - loop.time()))
        healed_s = loop.time()
        quiet = 0
        while quiet < QUIET_LOOKS and loop.time() - healed_s < DRAIN_S:
            await asyncio.sleep(LOOK_EVERY_S)
            with contextlib.suppress(JournalUnavailable):  # its Core may just be starting again
                journaled = await asyncio.to_thread(self._journaled)
                quiet = quiet + 1 if _is_quiet(self._count(journaled)) else 0
        return loop.time() - healed_s

    def _journaled(self) -> JournaledBooks:
        return read_books(self._stage.place)

    def _books(self) -> dict[Player, tuple[BookEntry, ...]]:
        return {player: read_book(self._stage.book(player)) for player in self.cast.players}

    def _count(self, journaled: JournaledBooks) -> Takings:
        return take_stock(self.cast, self._books(), journaled.trades, journaled.decisions)


def terminal_name(player: Player) -> str:
    """Name the program that is *player*'s terminal."""
    return f"terminal-{player.account_id}"


def _patient(people: Cast, chance: Random) -> Cast:
    """Let slaves wait for opens so long that many survive a restart, or not so long."""
    options = {
        account_id: replace(each, max_delay_ms=chance.choice(DELAYS_MS))
        for account_id, each in people.options.items()
    }
    return replace(people, options=options)


def _is_quiet(takings: Takings) -> bool:
    return not (takings.held or takings.discrepancies or takings.unexplained)

"""One performance of the demo, from the first program started to the last one ended."""

import asyncio
import contextlib
import math
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from echo.apps.demo.cast import Cast, Player, cast
from echo.apps.demo.material import gather
from echo.apps.demo.options import DemoOptions, DemoRefused
from echo.apps.demo.show import Ending, Moment
from echo.apps.demo.stage import Stage
from echo.apps.demo.takings import Takings, latencies, read_book, take_stock
from echo.apps.demo.telling import Telling, heeded
from echo.apps.demo.troupe import Program, Troupe
from echo.apps.expert_terminal import NoExperts, compiled_experts
from echo.apps.journals import read_books
from echo.apps.lent_schema import give_back, lent_schema
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.reading import JournaledBooks

LEAD_MS: Final = 2_000
"""From the last terminal's start to the first tick: it connects and registers."""
START_MS: Final = 700
"""What a terminal's start costs one processor."""
AGENT_S: Final = 1.5
"""An Agent is up within that; where it takes longer, the machine is slow or busy."""
TERMINALS_MAX: Final = 16
"""Processes of terminals: one an account, and when there are more accounts, several in each."""
LOOK_EVERY_S: Final = 0.5
LOOK_PAUSES: Final = 4
"""A look is followed by a pause of at least so many times its length."""
DRAIN_S: Final = 10
QUIET_LOOKS: Final = 2


EXIT_INTERRUPTED: Final = 130
"""As a shell tells it of a program that Ctrl-C has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is left when the curtain has fallen."""

    takings: Takings
    ending: Ending

    @property
    def exit_code(self) -> int:
        """1 if anything was lost, duplicated or left unexplained; 130 if it was interrupted."""
        if self.ending.interrupted:
            return EXIT_INTERRUPTED
        return 1 if self.takings.discrepancies or self.takings.unexplained else 0


def lead_ms(terminals: int, processors: int | None = None, *, agent_s: float = 0.0) -> int:
    """Return how long before the first tick so many *terminals* must be started.

    Args:
        terminals: How many processes.
        processors: Shared by them; ``None`` = this machine's.
        agent_s: How long the Agent took to come up: whoever is slow with it is so with terminals.
    """
    usual_ms = LEAD_MS + START_MS * terminals // (processors or os.cpu_count() or 1)
    return round(usual_ms * max(1.0, agent_s / AGENT_S))


def terminal_groups(players: Sequence[Player]) -> list[tuple[tuple[int, Player], ...]]:
    """Share numbered players out to processes, neighbours together."""
    numbered = tuple(enumerate(players))
    size = math.ceil(len(numbered) / TERMINALS_MAX)
    return [numbered[first : first + size] for first in range(0, len(numbered), size)]


class Performance:
    """Plays the demo once.

    Args:
        seen: Called about twice a second with what is known.
        told: Called with a line of news.

    Raises:
        DemoRefused: it cannot be played as asked.
    """

    def __init__(
        self,
        options: DemoOptions,
        *,
        seen: Callable[[Cast, Moment], None],
        told: Callable[[str], None],
    ) -> None:
        if options.complaints:
            raise DemoRefused("; ".join(options.complaints))
        self._options = options
        self._seen, self._tell = seen, told
        self._news: list[str] = []
        people = cast(options.masters, options.slaves, options.legacy)
        self._material = gather(options, [player.account_id for player in people.masters])
        self.cast = people.trading(self._material.digits)
        self._stays = options.state is not None or options.keep
        self.troupe = Troupe(self._told)
        """The programs; any of them may be killed while it plays."""

    async def play(self) -> Result:
        """Start everything, watch it, end everything, count.

        Ctrl-C, or closing the terminal, ends it early but in order.

        Raises:
            DemoRefused: the folder cannot be used.
            ProgramFailed: a program did not come up.
        """
        started_s = time.monotonic()
        store = self._store()
        stage = Stage(self._folder(), store)
        try:
            acts = asyncio.create_task(self._acts(stage))
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, acts.cancel)
            try:
                await asyncio.wait({acts})
            finally:
                acts.cancel()
                await self.troupe.dismiss()
            if not acts.cancelled():
                acts.result()
            ending = Ending(
                seconds=time.monotonic() - started_s,
                skipped_symbols=self._material.plan.skipped_symbols,
                interrupted=acts.cancelled(),
                folder=str(stage.folder) if self._stays else None,
            )
            return Result(
                takings=self._count(stage, await asyncio.to_thread(self._journaled, stage)),
                ending=ending,
            )
        finally:
            stage.strike()
            if not self._stays:
                shutil.rmtree(stage.folder, ignore_errors=True)
                if store is not None:
                    await asyncio.to_thread(give_back, store, self._tell)

    def _store(self) -> PostgresTarget | None:
        url = self._options.store
        try:
            return None if url is None else lent_schema(url, "demo")
        except ValueError as error:
            raise DemoRefused(f"--store: {error}") from error

    def _folder(self) -> Path:
        state = self._options.state
        if state is None:
            return Path(tempfile.mkdtemp(prefix="echo-demo-"))
        try:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DemoRefused(f"--state {state}: {error.strerror}") from error
        if any(state.iterdir()):
            raise DemoRefused(f"--state {state} is not empty; give a fresh folder")
        return state.resolve()

    def _program(self, stage: Stage, name: str, config: Path) -> Program:
        module = "echo.apps.terminal" if name.startswith("terminal") else f"echo.apps.{name}"
        return Program(name=name, module=module, config=config, log=stage.log(name))

    async def _acts(self, stage: Stage) -> None:
        if self._options.terminals == "ea":
            try:
                stage.experts = await asyncio.to_thread(compiled_experts)
            except NoExperts as error:
                raise DemoRefused(f"--terminals ea: {error}") from error
        options = self._options
        telling = Telling(
            otlp=await asyncio.to_thread(heeded, options.otlp, self._told),
            metrics_port=options.metrics_port,
        )
        stage.prepare(self.cast, record=options.record, telling=telling)
        for name in ("core", "agent"):
            begun_s = time.monotonic()
            await self.troupe.start(self._program(stage, name, stage.settings))
        groups = terminal_groups(self.cast.players)
        lead = lead_ms(len(groups), agent_s=time.monotonic() - begun_s)
        begins_wall_ms = time.time_ns() // 1_000_000 + lead
        terminals = []
        for group in groups:
            config = stage.write_terminal(group, self._material, self._options, begins_wall_ms)
            name = f"terminal-{group[0][1].account_id}"
            terminals.append(self._program(stage, name, config))
        await self.troupe.start(*terminals)
        await self._watch(stage, begins_wall_ms)

    async def _watch(self, stage: Stage, begins_wall_ms: int) -> None:
        """Look on until everything has found its end, or has had its time."""
        end_wall_ms = begins_wall_ms + self._material.plan.end_ms
        quiet = 0
        while quiet < QUIET_LOOKS:
            looked_s = time.monotonic()
            now_ms = time.time_ns() // 1_000_000
            if now_ms > end_wall_ms + DRAIN_S * 1_000:
                return
            with contextlib.suppress(JournalUnavailable):  # its Core may just be starting again
                journaled = await asyncio.to_thread(self._journaled, stage)
                self._look(stage, journaled, (now_ms - begins_wall_ms) / 1_000)
                done = now_ms > end_wall_ms and self._is_quiet(stage, journaled)
                quiet = quiet + 1 if done else 0
            # A long play has long books: looking at them must not slow the players down.
            took_s = time.monotonic() - looked_s
            await asyncio.sleep(max(LOOK_EVERY_S, LOOK_PAUSES * took_s))

    def _look(self, stage: Stage, journaled: JournaledBooks, elapsed_s: float) -> None:
        plan = self._material.plan
        market_ms = plan.market_ms(int(max(0.0, elapsed_s) * 1_000))
        market = datetime.fromtimestamp(market_ms / 1_000, tz=UTC)
        books = [read_book(stage.book(player)) for player in self.cast.players]
        self._seen(
            self.cast,
            Moment(
                elapsed_s=elapsed_s,
                seconds=plan.end_ms // 1_000,
                market=f"{market:%Y-%m-%d %H:%M:%S} UTC",
                trades=journaled.trades,
                decisions=journaled.decisions,
                latencies=latencies(books),
                news=tuple(self._news),
            ),
        )

    def _is_quiet(self, stage: Stage, journaled: JournaledBooks) -> bool:
        """Whether masters have closed everything, and every action has found its outcome."""
        takings = self._count(stage, journaled)
        return not (takings.held or takings.discrepancies or takings.unexplained)

    def _journaled(self, stage: Stage) -> JournaledBooks:
        if stage.store is None and not stage.journal.exists():
            return JournaledBooks(trades=(), decisions=())
        return read_books(stage.place)

    def _count(self, stage: Stage, journaled: JournaledBooks) -> Takings:
        books = {player: read_book(stage.book(player)) for player in self.cast.players}
        return take_stock(self.cast, books, journaled.trades, journaled.decisions)

    def _told(self, line: str) -> None:
        self._news.append(line)
        self._tell(line)

"""One performance of the demo, from the first program started to the last one ended."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from echo.apps.demo.cast import Cast, cast
from echo.apps.demo.material import Material, gather
from echo.apps.demo.options import DemoOptions, DemoRefused
from echo.apps.demo.show import Moment
from echo.apps.demo.stage import Stage
from echo.apps.demo.takings import Takings, latencies, read_book, take_stock
from echo.apps.demo.troupe import Program, Troupe
from echo.domain.answers import Outcome
from echo.stores.sqlite.reading import JournaledBooks, read_books

LEAD_MS: Final = 3_000
"""From writing the terminals' settings to the first tick: they start, connect, register."""
LOOK_EVERY_S: Final = 0.5
DRAIN_S: Final = 10.0
QUIET_LOOKS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is left when the curtain has fallen."""

    takings: Takings
    seconds: float
    material: Material
    interrupted: bool

    @property
    def exit_code(self) -> int:
        """1 if anything was lost, duplicated or left unexplained."""
        unexplained = self.takings.outcome(Outcome.PENDING)
        return 1 if self.takings.discrepancies or unexplained else 0


class Performance:
    """Plays the demo once.

    Args:
        seen: Called about twice a second with what is known.
        told: Called with a line of news.
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
        self._cast = people.trading(self._material.digits)
        self._interrupted = asyncio.Event()

    async def play(self) -> Result:
        """Start everything, watch it, end everything, count.

        Raises:
            DemoRefused: the folder cannot be used.
            ProgramFailed: a program did not come up.
        """
        folder = self._folder()
        stage = Stage(folder)
        troupe = Troupe(self._told)
        started_s = time.monotonic()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted.set)
        try:
            try:
                stage.prepare(self._cast)
                await troupe.start(self._program(stage, "core", stage.settings))
                await troupe.start(self._program(stage, "agent", stage.settings))
                await self._run(stage, troupe)
            finally:
                await troupe.dismiss()
            return Result(
                takings=self._count(stage),
                seconds=time.monotonic() - started_s,
                material=self._material,
                interrupted=self._interrupted.is_set(),
            )
        finally:
            if self._options.state is None and not self._options.keep:
                shutil.rmtree(folder, ignore_errors=True)

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

    async def _run(self, stage: Stage, troupe: Troupe) -> None:
        begins_wall_ms = time.time_ns() // 1_000_000 + LEAD_MS
        terminals = []
        for number, player in enumerate(self._cast.players):
            config = stage.write_terminal(
                player, number, self._material, self._options, begins_wall_ms
            )
            terminals.append(self._program(stage, f"terminal-{player.account_id}", config))
        await troupe.start(*terminals)
        end_wall_ms = begins_wall_ms + self._material.plan.end_ms
        quiet = 0
        while not self._interrupted.is_set():
            now_ms = time.time_ns() // 1_000_000
            journaled = await asyncio.to_thread(read_books, stage.journal)
            self._look(stage, journaled, (now_ms - begins_wall_ms) / 1_000)
            if now_ms > end_wall_ms:
                quiet = quiet + 1 if self._is_quiet(stage, journaled) else 0
                if quiet >= QUIET_LOOKS or now_ms > end_wall_ms + DRAIN_S * 1_000:
                    return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._interrupted.wait(), LOOK_EVERY_S)

    def _look(self, stage: Stage, journaled: JournaledBooks, elapsed_s: float) -> None:
        plan = self._material.plan
        market_ms = plan.market_ms(int(max(0.0, elapsed_s) * 1_000))
        market = datetime.fromtimestamp(market_ms / 1_000, tz=UTC)
        books = [read_book(stage.book(player)) for player in self._cast.players]
        self._seen(
            self._cast,
            Moment(
                elapsed_s=max(0.0, elapsed_s),
                seconds=plan.end_ms // 1_000,
                market=f"{market:%Y-%m-%d %H:%M:%S} UTC",
                trades=journaled.trades,
                decisions=journaled.decisions,
                latencies=latencies(books),
                news=tuple(self._news),
            ),
        )

    def _is_quiet(self, stage: Stage, journaled: JournaledBooks) -> bool:
        """Whether every action has reached the journal and found its outcome everywhere."""
        takings = self._count(stage, journaled)
        return not takings.discrepancies and not takings.outcome(Outcome.PENDING)

    def _count(self, stage: Stage, journaled: JournaledBooks | None = None) -> Takings:
        journaled = journaled or read_books(stage.journal)
        books = {player: read_book(stage.book(player)) for player in self._cast.players}
        return take_stock(self._cast, books, journaled.trades, journaled.decisions)

    def _told(self, line: str) -> None:
        self._news.append(line)
        self._tell(line)

"""The desk: one Core, one Agent and a few terminals, as real services, until all is quiet."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from time import process_time
from typing import Any, Final

from echo.domain.handshake import Role
from echo.sim.desk.account import Account, Book, SharedBroker
from echo.sim.desk.blows import Blows
from echo.sim.desk.cable import Cable
from echo.sim.desk.host import DeskClock
from echo.sim.desk.lookout import Lookout
from echo.sim.desk.pipes import PipeCable, PipeKey
from echo.sim.desk.plan import Plan
from echo.sim.desk.program import Place, Program
from echo.sim.desk.programs import AgentProgram, CoreProgram, TerminalProgram
from echo.sim.desk.rules import (
    bridge_settings,
    broker_rules,
    day_of_ticks,
    ea_settings,
    engine_settings,
    market_clock,
    policies,
)
from echo.sim.desk.stores import Disk
from echo.sim.desk.streams import StreamCable
from echo.sim.desk.virtual_loop import Process, VirtualLoop
from echo.sim.faults import Faults, Moods
from echo.sim.scenario import Seat, agent_name, master_name, slave_name
from echo.sim.schedule import HostClock
from echo.sim.trace import Trace
from echo.sim.watch import Watch
from echo.stores.memory import MemoryJournal, MemoryLedger

QUIET_MS: Final = 11_500
"""Whatever is not acknowledged is repeated at least this often, by the slowest of clocks."""

LIVELY_MS: Final = 95_000
"""So long after the faults have stopped nothing may be pending any more."""

NOT_READY_MS: Final = 5_000
"""A Core whose journal has not answered for so long says that it is not ready."""

LOOK_MS: Final = 250
"""How often brokers move on whose terminals are dead."""


class Desk:
    """One run of a plan.

    Args:
        chance: The only source of chance.
        tell: Takes a readable line for everything that happens; ``None`` = nobody reads along.
    """

    def __init__(
        self, plan: Plan, chance: Random, *, tell: Callable[[str], None] | None = None
    ) -> None:
        self.plan, self.scenario = plan, plan.scenario
        self.loop = VirtualLoop.begin(chance, self._died_at_work)
        self.struck: Counter[str] = Counter()
        self.journal = MemoryJournal()
        self._chance = chance
        self._faults = Faults(self.scenario.weather, chance)
        ledger = MemoryLedger("ledger-1")
        self.lookout = Lookout(
            self.loop,
            Trace(tell),
            self.journal,
            ledger,
            ttl_ms_max=self.scenario.max_delay_ms,
        )
        self._place = Place(loop=self.loop, chance=chance, lookout=self.lookout, rough=plan.rough)
        self._ticks = day_of_ticks(chance, self.scenario, self._ends_ms)
        self.cables: dict[str, Cable[Any, Any]] = {}
        self._pipes: dict[PipeKey, PipeCable] = {}
        self.core, self.agent = self._core_and_agent(ledger)
        self.terminals = [
            *self._seated(Role.MASTER, self.scenario.masters, master_name),
            *self._seated(Role.SLAVE, self.scenario.slaves, slave_name),
        ]
        self.programs: dict[str, Program] = {
            each.name: each for each in (self.core, self.agent, *self.terminals)
        }
        self.sites = {each.name: each.account for each in self.terminals}
        self._blows = Blows(self, chance)

    @property
    def now_ms(self) -> int:
        """The true time."""
        return self.loop.now_ms

    @property
    def healed_ms(self) -> int:
        """When the faults stop."""
        return self.scenario.active_ms

    @property
    def watch(self) -> Watch:
        """What was seen on the way."""
        return self.lookout.watch

    @property
    def pending(self) -> list[str]:
        """Decisions without an outcome, those behind an open in doubt left out."""
        watch = self.watch
        return [
            f"action {seq} of {trade_id} on {account_id}"
            for trade_id, seq, account_id in sorted(watch.pending)
            if (trade_id, 0, account_id) not in watch.doubtful
        ]

    @property
    def quiet(self) -> bool:
        """Whether nothing waits for an answer, and nobody repeats anything."""
        return not self.pending and self.now_ms - self.lookout.busy_ms >= QUIET_MS

    def run(self) -> float:
        """Let everything happen, until the desk is quiet again; return the CPU seconds spent."""
        began_s = process_time()
        for blow in self.plan.blows:
            self._blows.plan(blow)
        self.loop.run_until_complete(self._day())
        for failure in self.loop.failures:
            self.lookout.violated(21, failure)
        self.lookout.say("world", f"{self.loop.happened} calls, {self._chance.random()}")
        return process_time() - began_s

    def close(self) -> None:
        """Let go of everything that still runs."""
        self.loop.close()

    @property
    def _ends_ms(self) -> int:
        return self.scenario.active_ms + LIVELY_MS

    async def _day(self) -> None:
        for program in self.programs.values():
            self.loop.call_later(self._chance.randint(0, 200) / 1_000, program.start)
        await self._until(self.healed_ms)
        self._blows.heal()
        self._faults.calm = True
        self.lookout.busy_ms = self.now_ms
        while not self.quiet and self.now_ms < self._ends_ms:
            await self._until(self.now_ms + 1_000)
        if not self.quiet:
            waiting = self.pending or ["a message that is repeated without end"]
            self.lookout.violated(
                18,
                f"{LIVELY_MS // 1_000} s after the faults have stopped, {len(waiting)} still"
                f" pending: {waiting[0]}",
            )

        service = self.core.service
        if service is None or not service.ready:
            self.lookout.violated(22, "all is well, and the Core is not ready")

    async def _until(self, at_ms: int) -> None:
        """Let time pass; brokers go on whether their terminals live or not."""
        while self.now_ms < at_ms:
            await asyncio.sleep(min(LOOK_MS, at_ms - self.now_ms) / 1_000)
            for terminal in self.terminals:
                terminal.account.move_on()
            self._look_at_core()

    def _look_at_core(self) -> None:
        """See whether a Core says so that has waited for its journal for too long."""
        waits_ms, service = self.core.waits_ms, self.core.service
        if waits_ms >= NOT_READY_MS and service is not None and service.ready:
            self.lookout.violated(
                12, f"the journal has not answered for {waits_ms} ms, and the Core is ready"
            )

    def _died_at_work(self, process: Process) -> None:
        self._blows.burnt_down(process)

    # ------------------------------------------------------------------------ what it is made of

    def _core_and_agent(self, ledger: MemoryLedger) -> tuple[CoreProgram, AgentProgram]:
        scenario, weather = self.scenario, self.scenario.weather
        stream = StreamCable(self.loop, self._chance, agent_name(0), weather.stream_ms)
        stream.window = self.plan.window
        self.cables[stream.name] = stream
        core = CoreProgram(
            self._place,
            self._host(),
            self._disk(weather.commit_ms),
            (stream,),
            (engine_settings(scenario), policies(scenario)),
            self.journal,
        )
        agent = AgentProgram(
            self._place,
            self._host(),
            self._disk(weather.ledger_ms),
            bridge_settings(scenario),
            (stream, self._pipes),
            ledger,
        )
        return core, agent

    def _seated(
        self, role: Role, seats: Iterable[Seat], name_of: Callable[[Seat], str]
    ) -> list[TerminalProgram]:
        return [
            self._terminal(name_of(seat), role, seat, number) for number, seat in enumerate(seats)
        ]

    def _terminal(self, name: str, role: Role, seat: Seat, number: int) -> TerminalProgram:
        scenario, host = self.scenario, self._host()
        cable = PipeCable(self.loop, self._chance, name, scenario.weather.pipe_ms)
        self.cables[name] = self._pipes[role, seat.account_id] = cable
        hand = scenario.hands[number] if role is Role.MASTER else ()
        return TerminalProgram(
            self._place,
            name,
            host,
            settings=ea_settings(scenario, seat, role),
            account=self._account(name, role, seat, number, host),
            cable=cable,
            hand=hand,
        )

    def _account(self, name: str, role: Role, seat: Seat, number: int, host: HostClock) -> Account:
        lookout, account_id, is_master = self.lookout, seat.account_id, role is Role.MASTER
        clock = DeskClock(self.loop, host, self._chance)
        return Account(
            broker=SharedBroker(
                broker_rules(self.scenario, seat, role, number),
                Moods(self._faults, self._chance, kind=is_master),
                self.loop,
                lambda order: None if is_master else lookout.asked(name, account_id, order),
            ),
            book_file=Book(lambda entry: lookout.booked(name, account_id, entry)),
            ticks=self._ticks,
            market=market_clock(clock.now().wall_ms),
            clock=clock,
        )

    def _disk(self, commit_ms: tuple[int, int]) -> Disk:
        weather = self.scenario.weather
        return Disk(
            loop=self.loop,
            chance=self._chance,
            struck=self.struck,
            commit_ms=commit_ms,
            slow=weather.slow_commit,
            slow_ms_max=weather.slow_commit_ms_max,
            unknown=weather.commit_unknown,
        )

    def _host(self) -> HostClock:
        weather, chance = self.scenario.weather, self._chance
        return HostClock(
            drift_ppm=chance.randint(-weather.drift_ppm_max, weather.drift_ppm_max),
            wall_offset_ms=chance.randint(-weather.wall_offset_ms_max, weather.wall_offset_ms_max),
        )

    @property
    def faults(self) -> Counter[str]:
        """What went wrong, and how often."""
        return self.struck + self._faults.struck

"""The deterministic world: nodes, ways between them, brokers, and the hand of fate."""

from collections import Counter
from collections.abc import Callable
from random import Random
from time import process_time
from typing import Final

from echo.domain.handshake import Role
from echo.sim import again, person, truths
from echo.sim.agent_node import Agent
from echo.sim.cast import USUAL, Cast
from echo.sim.casting import (
    NOBODYS,
    NOBODYS_TRADES,
    SERVER,
    bridge_settings,
    broker_name,
    broker_rules,
    engine_settings,
    policy_book,
    same,
)
from echo.sim.core_node import Core
from echo.sim.disks import Store
from echo.sim.faults import Faults, MishapKind
from echo.sim.market import Market
from echo.sim.mishaps import TWIN, Strikes
from echo.sim.network import Way
from echo.sim.node import Node, Scene
from echo.sim.scenario import (
    NEWEST,
    STANDBY,
    Scenario,
    Seat,
    agent_name,
    master_name,
    rival_name,
    slave_name,
)
from echo.sim.schedule import HostClock, Schedule
from echo.sim.site import Site
from echo.sim.terminal_node import Terminal
from echo.sim.trace import Trace
from echo.sim.watch import Watch
from echo.stores.memory import MemoryJournal
from echo.terminal.settings import EaSettings
from echo.terminal.sightings import LATE_FILL_MS

__all__ = ["SERVER", "USUAL", "Cast", "World"]

SEEN_MS: Final = 2_000
QUIET_MS: Final = 11_500
"""Whatever is not acknowledged is repeated at least this often, by the slowest of clocks."""
LIVELY_MS: Final = 95_000
"""So long after the faults have stopped nothing may be pending any more."""
STANDBY_MS: Final = 500
"""By then the first Core has had the time to begin."""


class World:
    """One run of a scenario.

    Args:
        chance: The only source of chance.
        tell: Takes a readable line for everything that happens; ``None`` = nobody reads along.
    """

    def __init__(
        self,
        scenario: Scenario,
        chance: Random,
        *,
        tell: Callable[[str], None] | None = None,
        cast: Cast = USUAL,
    ) -> None:
        self.scenario = scenario
        schedule, seen = Schedule(), Counter[str]()
        legacy = frozenset(s.account_id for s in scenario.masters if s.protocol < NEWEST)
        self.scene = Scene(
            schedule=schedule,
            chance=chance,
            faults=Faults(scenario.weather, chance),
            trace=Trace(tell),
            watch=Watch(
                schedule,
                seen,
                ttl_ms_max=scenario.max_delay_ms,
                fanout_chunk=scenario.fanout_chunk,
                legacy_masters=legacy,
            ),
            seen=seen,
        )
        self.nodes: dict[str, Node] = {}
        self.ways: dict[str, Way] = {}
        """By their clients' names."""
        self.sites: dict[str, Site] = {}
        """By the names of their first terminals."""
        self._cast = cast
        self.market = Market(chance, scenario.symbols)
        store, by = Store(), (engine_settings(scenario), policy_book(scenario))
        self.core = cast.core(self.scene, self._clock(), *by, store=store)
        self.standby: Core | None = None
        """Waits until it may take over the store."""
        if scenario.standby:
            self.standby = cast.core(self.scene, self._clock(), *by, STANDBY, store)
        self._changed: dict[str, MishapKind] = {}
        """Slaves whose policy is not what it was."""
        self.nodes.update({each.name: each for each in self.cores})
        self.agents = tuple(self._agent(number) for number in range(scenario.agents))
        self.terminals: list[Terminal] = []
        self.elsewhere = Site(
            self.scene, "broker-elsewhere", broker_rules(scenario, NOBODYS), HostClock()
        )
        self.elsewhere.trade_by_hand(NOBODYS_TRADES, same(scenario.symbols))
        for seat, hand in zip(scenario.masters, scenario.hands, strict=True):
            site = self._site(seat, Role.MASTER)
            site.trade_by_hand(hand, same(scenario.symbols))
            self._terminal(seat, Role.MASTER, master_name(seat), site)
        for seat in scenario.slaves:
            site = self._site(seat, Role.SLAVE)
            self._terminal(seat, Role.SLAVE, slave_name(seat), site)
            if seat.account_id in scenario.rivals:
                self._terminal(seat, Role.SLAVE, rival_name(seat.account_id), site)
        self._let_strangers_trade()
        self.strikes = Strikes(self)

    @property
    def now_ms(self) -> int:
        """The true time."""
        return self.scene.schedule.now_ms

    @property
    def cores(self) -> tuple[Core, ...]:
        """The Core, and its standby."""
        return (self.core,) if self.standby is None else (self.core, self.standby)

    @property
    def holder(self) -> Core:
        """Who holds the lease of the store, or was the first to."""
        return next((each for each in self.cores if each.holds), self.core)

    @property
    def journal(self) -> MemoryJournal:
        """What the Core's store holds."""
        return self.core.journal.durable

    @property
    def watch(self) -> Watch:
        """What was seen on the way."""
        return self.scene.watch

    @property
    def healed_ms(self) -> int:
        """When the faults have stopped, or will."""
        return self.scenario.active_ms

    def run(self) -> float:
        """Let everything happen, until the world is quiet again; return the CPU seconds spent."""
        began_s = process_time()
        schedule = self.scene.schedule
        self._tick()
        for node in self.nodes.values():
            late_ms = STANDBY_MS if node is self.standby else 0
            schedule.after(late_ms + self.scene.chance.randint(0, 200), node.start)
        for mishap in self.scenario.mishaps:
            self.strikes.plan(mishap)
        schedule.at(SEEN_MS, self._look)
        schedule.run(self.scenario.active_ms)
        self.strikes.heal()
        self.scene.busy_ms = self.now_ms
        deadline_ms = self.scenario.active_ms + LIVELY_MS
        self._fall_quiet(deadline_ms)
        if self.quiet and self.scenario.settled_by_hand and (settled := self._settle()):
            self.scene.seen["settled_by_hand"] += settled
            self.scene.busy_ms = self.now_ms
            self._fall_quiet(self.now_ms + LIVELY_MS)
        if not self.quiet:
            self._complain()
            return process_time() - began_s
        self._look_for_hoards()
        if self.scenario.echoes and not self.watch.excused:
            again.everything(self)
        return process_time() - began_s

    def _settle(self) -> int:
        """Have a person settle what is in doubt, once no broker has an order left to carry out."""
        deadline_ms = self.now_ms + LATE_FILL_MS
        while again.orders_are_due(self) and self.now_ms < deadline_ms:
            self.scene.schedule.run(self.now_ms + 1_000)
        self._fall_quiet(self.now_ms + LIVELY_MS)
        return person.settle(self)

    def _fall_quiet(self, deadline_ms: int) -> None:
        while not self.quiet and self.now_ms < deadline_ms:
            self.scene.schedule.run(self.now_ms + 1_000)

    def until(self, at_ms: int) -> None:
        """Let time pass until *at_ms*, for scenarios told step by step."""
        self.scene.schedule.run(at_ms)

    def change_policy(self, slave: str, kind: MishapKind | None) -> None:
        """Change a slave's policy; ``None`` = back to what it was."""
        if kind is None:
            if self._changed.pop(slave, None) is None:
                return
        else:
            self._changed[slave] = kind
        book = policy_book(self.scenario, self._changed)
        for core in self.cores:
            core.change_policies(book)

    @property
    def quiet(self) -> bool:
        """Whether nothing waits for an answer or a proof, and nobody repeats anything."""
        if any(each.evidence.is_open for each in self.holder.engine.state.accounts.values()):
            return False
        return not self.pending and self.now_ms - self.scene.busy_ms >= QUIET_MS

    @property
    def pending(self) -> list[str]:
        """Decisions without an outcome, those behind an open in doubt left out."""
        rows = self.core.journal.durable.decisions
        return [
            f"action {seq} of {trade_id} on {account_id}"
            for trade_id, seq, account_id in sorted(self.scene.watch.pending)
            if (trade_id, 0, account_id) not in self.scene.watch.doubtful
            and (trade_id, seq, account_id) in rows
        ]

    def _look_for_hoards(self) -> None:
        ledgers = {each.name: each.ledger.load() for each in self.agents}
        commands = self.holder.engine.state.commands.values()
        for sentence in truths.hoarded(ledgers, commands, self.watch.doubtful):
            self.watch.violated(20, sentence)

    def _complain(self) -> None:
        waiting = self.pending or ["a message that is repeated without end"]
        self.scene.watch.violated(
            18,
            f"{LIVELY_MS // 1000} s after the faults have stopped, {len(waiting)} still pending:"
            f" {waiting[0]}",
        )

    # ------------------------------------------------------------------------ by itself

    def _tick(self) -> None:
        prices = self.market.tick()
        for site in self.sites.values():
            site.tick(prices)
        if self.elsewhere.terminals:
            self.elsewhere.tick(prices)
        pace = 1 if self.now_ms < self.scenario.active_ms else 4
        self.scene.schedule.after(self.scenario.tick_ms * pace, self._tick)

    def _look(self) -> None:
        for site in self.sites.values():
            site.show()
        self.scene.schedule.after(SEEN_MS, self._look)

    # ------------------------------------------------------------------------ what it is made of

    def _clock(self) -> HostClock:
        weather, chance = self.scene.faults.weather, self.scene.chance
        return HostClock(
            drift_ppm=chance.randint(-weather.drift_ppm_max, weather.drift_ppm_max),
            wall_offset_ms=chance.randint(-weather.wall_offset_ms_max, weather.wall_offset_ms_max),
        )

    def _agent(self, number: int) -> Agent:
        name, settings = agent_name(number), bridge_settings(self.scenario, number)
        agent = Agent(self.scene, self._clock(), settings)
        twin = Agent(self.scene, agent.clock, settings, name + TWIN)
        twin.wanted = False
        for each in (agent, twin):
            self.nodes[each.name] = each
            self.ways[each.name] = Way(
                self.scene,
                each.name,
                each,
                self.core,
                self.scene.faults.weather.stream_ms,
                other=self.standby,
                is_stream=True,
            )
        return agent

    def _site(self, seat: Seat, role: Role) -> Site:
        name = master_name(seat) if role is Role.MASTER else slave_name(seat)
        site = self.sites[name] = Site(
            self.scene,
            f"broker-{seat.account_id}",
            broker_rules(self.scenario, seat, role),
            HostClock(),
            kind=role is Role.MASTER,
            patient=seat.protocol < NEWEST,
        )
        return site

    def _let_strangers_trade(self) -> None:
        for stranger in self.scenario.strangers:
            for seat in self.scenario.slaves:
                if seat.account_id == stranger.account_id:
                    names = {
                        symbol: broker_name(symbol, seat, Role.SLAVE)
                        for symbol in self.scenario.symbols
                    }
                    self.sites[slave_name(seat)].trade_by_hand(stranger.actions, names)

    def _terminal(self, seat: Seat, role: Role, name: str, site: Site) -> None:
        terminal = Terminal(
            self.scene,
            name,
            self._clock(),
            settings=EaSettings(
                role=role,
                account_id=seat.account_id,
                server=SERVER,
                max_retries=self.scenario.max_retries,
                protocol_version=seat.protocol,
                quotes_ms=self.scenario.quotes_ms,
                symbols=tuple(
                    (broker_name(symbol, seat, role), symbol) for symbol in self.scenario.symbols
                ),
            ),
            make=self._cast.ea(role, seat.protocol),
            site=site,
        )
        if seat.protocol < NEWEST:
            self.watch.legacy.add(name)
        agent = self.agents[seat.agent]
        way = Way(
            self.scene,
            name,
            terminal,
            agent,
            self.scene.faults.weather.pipe_ms,
            spelled=self.scenario.spelled or seat.protocol < NEWEST,
            version=seat.protocol,
        )
        agent.pipe_of[way] = (role, seat.account_id)
        self.nodes[name] = terminal
        self.ways[name] = way
        self.terminals.append(terminal)

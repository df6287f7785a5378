"""The deterministic world: nodes, ways between them, brokers, and the hand of fate."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from time import process_time
from typing import Final

from echo.bridge.settings import BridgeSettings
from echo.domain.handshake import Role
from echo.domain.ids import ANY_STRATEGY, AgentId
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.engine.settings import EngineSettings
from echo.sim.agent_node import Agent
from echo.sim.core_node import Core
from echo.sim.faults import Faults
from echo.sim.market import Market, rules_of
from echo.sim.mishaps import Strikes
from echo.sim.network import Way
from echo.sim.node import Node, Scene
from echo.sim.scenario import Scenario, Seat, agent_name, master_name, slave_name
from echo.sim.schedule import HostClock, Schedule
from echo.sim.site import Site
from echo.sim.terminal_node import MakeEa, Terminal
from echo.sim.trace import Trace
from echo.sim.watch import Watch
from echo.stores.memory import MemoryJournal
from echo.terminal.market import BrokerRules
from echo.terminal.master import MasterEa
from echo.terminal.settings import EaSettings
from echo.terminal.slave import SlaveEa

SERVER: Final = "Sim-Server"
SEEN_MS: Final = 2_000
QUIET_MS: Final = 11_500
"""Whatever is not acknowledged is repeated at least this often, by the slowest of clocks."""
LIVELY_MS: Final = 95_000
"""So long after the faults have stopped nothing may be pending any more."""
ZONE_MS: Final = 7_200_000
"""How far the brokers' clocks are ahead of UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays the parts; a test may put in others, to see what the world says to them."""

    core: type[Core] = Core
    master: MakeEa = MasterEa
    slave: MakeEa = SlaveEa


USUAL: Final = Cast()


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
        self.scene = Scene(
            schedule=schedule,
            chance=chance,
            faults=Faults(scenario.weather, chance),
            trace=Trace(tell),
            watch=Watch(schedule, seen, ttl_ms_max=scenario.max_delay_ms),
            seen=seen,
        )
        self.nodes: dict[str, Node] = {}
        self.ways: dict[str, Way] = {}
        """By their clients' names."""
        self.sites: dict[str, Site] = {}
        """By the names of their first terminals."""
        self._cast = cast
        self._market = Market(chance, scenario.symbols)
        self.core = cast.core(
            self.scene, self._clock(), _engine_settings(scenario), _policies(scenario)
        )
        self.nodes["core"] = self.core
        self.agents = tuple(self._agent(number) for number in range(scenario.agents))
        self.terminals: list[Terminal] = []
        for seat, hand in zip(scenario.masters, scenario.hands, strict=True):
            site = self._site(seat, Role.MASTER)
            site.trade_by_hand(hand, {symbol: symbol for symbol in scenario.symbols})
            self._terminal(seat, Role.MASTER, master_name(seat), site)
        for seat in scenario.slaves:
            site = self._site(seat, Role.SLAVE)
            self._terminal(seat, Role.SLAVE, slave_name(seat), site)
            if seat.account_id in scenario.rivals:
                self._terminal(seat, Role.SLAVE, f"rival-{seat.account_id}", site)
        self.strikes = Strikes(self)

    @property
    def now_ms(self) -> int:
        """The true time."""
        return self.scene.schedule.now_ms

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
            schedule.after(self.scene.chance.randint(0, 200), node.start)
        for mishap in self.scenario.mishaps:
            self.strikes.plan(mishap)
        schedule.at(SEEN_MS, self._look)
        schedule.run(self.scenario.active_ms)
        self.strikes.heal()
        self.scene.busy_ms = self.now_ms
        deadline_ms = self.scenario.active_ms + LIVELY_MS
        while not self.quiet and self.now_ms < deadline_ms:
            schedule.run(self.now_ms + 1_000)
        if not self.quiet:
            self._complain()
        return process_time() - began_s

    def until(self, at_ms: int) -> None:
        """Let time pass until *at_ms*, for scenarios told step by step."""
        self.scene.schedule.run(at_ms)

    @property
    def quiet(self) -> bool:
        """Whether nothing waits for an answer, and nobody repeats anything."""
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

    def _complain(self) -> None:
        waiting = self.pending or ["a message that is repeated without end"]
        self.scene.watch.violated(
            18,
            f"{LIVELY_MS // 1000} s after the faults have stopped, {len(waiting)} still pending:"
            f" {waiting[0]}",
        )

    # ------------------------------------------------------------------------ by itself

    def _tick(self) -> None:
        prices = self._market.tick()
        for site in self.sites.values():
            site.tick(prices)
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
        scenario, name = self.scenario, agent_name(number)
        settings = BridgeSettings(
            agent_id=AgentId(name),
            master_accounts=tuple(s.account_id for s in scenario.masters if s.agent == number),
            slave_accounts=tuple(s.account_id for s in scenario.slaves if s.agent == number),
            max_retries=scenario.max_retries,
        )
        agent = Agent(self.scene, self._clock(), settings)
        self.nodes[name] = agent
        self.ways[name] = Way(
            self.scene,
            name,
            agent,
            self.core,
            self.scene.faults.weather.stream_ms,
            is_stream=True,
        )
        return agent

    def _site(self, seat: Seat, role: Role) -> Site:
        name = master_name(seat) if role is Role.MASTER else slave_name(seat)
        rules = BrokerRules(
            account_id=seat.account_id,
            server=SERVER,
            symbols=tuple(
                rules_of(symbol, _broker_name(symbol, seat, role))
                for symbol in self.scenario.symbols
            ),
            terminal=seat.terminal,
            balance=Decimal(10_000_000),
            first_ticket=seat.first_ticket,
            clock_offset_ms=ZONE_MS,
        )
        site = self.sites[name] = Site(
            self.scene,
            f"broker-{seat.account_id}",
            rules,
            HostClock(),
            kind=role is Role.MASTER,
        )
        return site

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
                symbols=tuple(
                    (_broker_name(symbol, seat, role), symbol) for symbol in self.scenario.symbols
                ),
            ),
            make=self._cast.master if role is Role.MASTER else self._cast.slave,
            site=site,
        )
        agent = self.agents[seat.agent]
        way = Way(self.scene, name, terminal, agent, self.scene.faults.weather.pipe_ms)
        agent.pipe_of[way] = (role, seat.account_id)
        self.nodes[name] = terminal
        self.ways[name] = way
        self.terminals.append(terminal)


def _broker_name(symbol: str, seat: Seat, role: Role) -> str:
    """Every second slave's broker has names of its own."""
    foreign = role is Role.SLAVE and int(seat.account_id) % 2 == 0
    return f"{symbol}.m" if foreign else symbol


def _engine_settings(scenario: Scenario) -> EngineSettings:
    return EngineSettings(
        slave_accounts=tuple(seat.account_id for seat in scenario.slaves),
        quote_max_age_ms=scenario.quote_max_age_ms,
        max_retries=scenario.max_retries,
    )


def _policies(scenario: Scenario) -> PolicyBook:
    return PolicyBook(
        policies=(
            RiskPolicy(
                account_id=seat.account_id,
                strategy_id=ANY_STRATEGY,
                risk_type=RiskType.FIXED_LOT,
                lot_size=seat.lot,
                master_accounts=seat.follows,
            )
            for seat in scenario.slaves
        ),
        options={
            seat.account_id: CopyOptions(max_delay_ms=scenario.max_delay_ms, residual=seat.residual)
            for seat in scenario.slaves
        },
    )

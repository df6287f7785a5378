"""Mishaps as they strike, and how everything is mended when the faults stop."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from echo.sim.agent_node import Agent
from echo.sim.core_node import Core
from echo.sim.damage import Damage
from echo.sim.disks import LEASE_MS
from echo.sim.faults import Mishap, MishapKind
from echo.sim.market import Market
from echo.sim.network import Side, Way
from echo.sim.node import Node, Scene
from echo.sim.site import Site
from echo.sim.terminal_node import Terminal

COPY_BEFORE_MS = 8_000
"""How old the copy of a file is that somebody puts back."""
TAKEN_OVER_MS = 1_000
"""By then whoever waits for a lease that is over has it."""
STORM_EVERY_MS = 700
STORM_TIMES_MAX = 12
STOP_LEVELS_POINTS = (10, 50, 200, 1_500)
SLOW_MS = (20, 300)
"""How long a slow reader takes for one message."""


class Place(Protocol):
    """What can be struck, by name."""

    scene: Scene
    core: Core
    """The first one; all of them share one store."""
    market: Market
    nodes: dict[str, Node]
    ways: dict[str, Way]
    sites: dict[str, Site]
    elsewhere: Site
    """An account that is nobody's."""

    @property
    def holder(self) -> Core:
        """Who holds the lease of the store, or was the first to."""

    def change_policy(self, slave: str, kind: MishapKind | None) -> None:
        """Change a slave's policy; ``None`` = back to what it was."""


class Strikes:
    """Carries mishaps out at their time, and takes them back."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._healed = False
        self._damage = Damage(place.scene, place.nodes)

    def plan(self, mishap: Mishap) -> None:
        """Let *mishap* happen when its time comes."""
        schedule = self._place.scene.schedule
        schedule.at(mishap.at_ms, lambda: self.strike(mishap))
        if mishap.kind in {MishapKind.OLD_COPY, MishapKind.LEDGER_OLD}:
            schedule.at(mishap.at_ms - COPY_BEFORE_MS, lambda: self._damage.copy(mishap.target))

    def strike(self, mishap: Mishap) -> None:
        """Let *mishap* happen now."""
        place = self._place
        place.scene.faults.struck[mishap.kind.value] += 1
        place.scene.trace.say(
            place.scene.schedule.now_ms, mishap.target, f"{mishap.kind} for {mishap.lasts_ms} ms"
        )
        match mishap.kind:
            case (
                MishapKind.CRASH
                | MishapKind.REBOOT
                | MishapKind.AMNESIA
                | MishapKind.OUTBOX_LOST
                | MishapKind.OLD_COPY
                | MishapKind.BIT_FLIP
                | MishapKind.COPIED
                | MishapKind.LEDGER_LOST
                | MishapKind.LEDGER_OLD
            ):
                self._damage.strike(mishap)
            case MishapKind.RESET | MishapKind.HALF_OPEN | MishapKind.BLOCK:
                self._break(mishap)
            case MishapKind.ONE_WAY | MishapKind.SLOW | MishapKind.STORM:
                self._disturb(mishap)
            case MishapKind.STORE_DOWN | MishapKind.LEDGER_FULL:
                self._fill(mishap)
            case MishapKind.FILE_FULL | MishapKind.FILE_SICK:
                self._fill(mishap)
            case MishapKind.CLOCK_JUMP:
                sign = place.scene.chance.choice((-1, 1))
                place.nodes[mishap.target].clock.set_wall(sign * mishap.lasts_ms)
            case MishapKind.SLEEP:
                place.nodes[mishap.target].sleep(mishap.lasts_ms)
            case MishapKind.PAUSED:
                place.holder.sleep(LEASE_MS + TAKEN_OVER_MS + mishap.lasts_ms)
            case MishapKind.TWIN:
                self._join(mishap)
            case MishapKind.OTHER_ACCOUNT:
                self._log_in(mishap)
            case MishapKind.GAP:
                place.market.leap()
            case MishapKind.POLICY_GONE | MishapKind.POLICY_LOT:
                place.change_policy(mishap.target, mishap.kind)
                self._later(mishap, lambda: place.change_policy(mishap.target, None))
            case _:
                self._shut(mishap)

    def heal(self) -> None:
        """Nothing strikes any more, and everything works again."""
        place = self._place
        place.scene.trace.say(place.scene.schedule.now_ms, "world", "the faults stop")
        place.scene.faults.calm = self._healed = True
        for way in place.ways.values():
            way.free()
        place.core.journal.down = False
        for name, node in place.nodes.items():
            if isinstance(node, Agent):
                node.ledger.full = False
            if isinstance(node, Terminal):
                node.file.full = node.file.sick = False
                node.log_in(node.home)
            if name.endswith(TWIN):
                self._leave(node)
            node.start()
        self._part_rivals()
        for name, site in place.sites.items():
            self._open(site)
            if name.startswith("slave"):
                place.change_policy(name, None)

    def _part_rivals(self) -> None:
        """Remove one of two EAs on one account, either; their Agent's sentence asks for that."""
        place = self._place
        for site in place.sites.values():
            rivals = [each for each in site.terminals if isinstance(each, Terminal)]
            if len(rivals) > 1:
                gone = place.scene.chance.choice(rivals)
                gone.wanted = False
                gone.crash("somebody removes it", 0)

    # ------------------------------------------------------------------------ ways

    def _break(self, mishap: Mishap) -> None:
        way = self._place.ways[mishap.target]
        if mishap.kind is MishapKind.BLOCK:
            way.block(mishap.lasts_ms)
        elif way.current is not None:
            late_ms = 0 if mishap.kind is MishapKind.RESET else mishap.lasts_ms
            client_hears = self._place.scene.chance.random() < 0.5
            notice_ms = (0, late_ms) if client_hears else (late_ms, 0)
            way.current.reset(mishap.kind, notice_ms=notice_ms)

    def _disturb(self, mishap: Mishap) -> None:
        place = self._place
        way = place.ways[mishap.target]
        if mishap.kind is MishapKind.ONE_WAY:
            way.block(mishap.lasts_ms, place.scene.chance.choice(tuple(Side)))
        elif mishap.kind is MishapKind.SLOW:
            way.slow_down(mishap.lasts_ms, place.scene.chance.randint(*SLOW_MS))
        else:
            ways = getattr(way.client, "ways", [way])
            for number in range(place.scene.chance.randint(2, STORM_TIMES_MAX)):
                for each in ways:
                    wait_ms = number * STORM_EVERY_MS
                    place.scene.schedule.after(wait_ms, partial(self._reset, each))

    def _reset(self, way: Way) -> None:
        if way.current is not None and not self._healed:
            way.current.reset("storm")

    # ------------------------------------------------------------------------ processes

    def _join(self, mishap: Mishap) -> None:
        """Start the twin of an Agent, with a copy of its ledger, and stop it again."""
        agent = self._place.nodes[mishap.target]
        twin = self._place.nodes[mishap.target + TWIN]
        if twin.up or not isinstance(agent, Agent) or not isinstance(twin, Agent):
            return
        twin.ledger.put_back(agent.ledger.load())
        twin.wanted = True
        twin.start()
        self._later(mishap, lambda: self._leave(twin))

    def _leave(self, twin: Node) -> None:
        twin.wanted = False
        twin.crash("it was one too many", 0)

    def _log_in(self, mishap: Mishap) -> None:
        terminal = self._place.nodes[mishap.target]
        if isinstance(terminal, Terminal):
            terminal.log_in(self._place.elsewhere)
            self._later(mishap, lambda: terminal.log_in(terminal.home))

    # ------------------------------------------------------------------------ disks

    def _fill(self, mishap: Mishap) -> None:
        core, node = self._place.core, self._place.nodes[mishap.target]
        if mishap.kind is MishapKind.STORE_DOWN:
            core.journal.down = True
            self._later(mishap, lambda: setattr(core.journal, "down", False))
        elif isinstance(node, Agent):
            node.ledger.full = True
            self._later(mishap, lambda: setattr(node.ledger, "full", False))
        elif isinstance(node, Terminal):
            what = "full" if mishap.kind is MishapKind.FILE_FULL else "sick"
            setattr(node.file, what, True)
            self._later(mishap, lambda: setattr(node.file, what, False))

    # ------------------------------------------------------------------------ brokers

    def _shut(self, mishap: Mishap) -> None:
        site = self._place.sites[mishap.target]
        door = site.broker.door
        match mishap.kind:
            case MishapKind.BROKER_AWAY:
                door.connected = False
            case MishapKind.TRADING_OFF:
                door.trading = False
            case MishapKind.MARKET_CLOSED:
                door.closed_markets = {each.name for each in site.broker.rules.symbols}
            case MishapKind.STOP_LEVELS:
                points = self._place.scene.chance.choice(STOP_LEVELS_POINTS)
                door.stop_levels = {each.name: points for each in site.broker.rules.symbols}
            case MishapKind.MARGIN_CALL:
                site.call_margin(now=True)
            case _:
                door.synchronised = False
        site.show()
        self._later(mishap, lambda: self._open(site))

    def _open(self, site: Site) -> None:
        door = site.broker.door
        door.connected = door.trading = door.synchronised = True
        door.closed_markets = set()
        door.stop_levels = {}
        site.call_margin(now=False)
        site.show()

    def _later(self, mishap: Mishap, mend: Callable[[], None]) -> None:
        def unless_healed() -> None:
            if not self._healed:
                mend()

        self._place.scene.schedule.after(mishap.lasts_ms, unless_healed)


TWIN = "-twin"
"""How the name of an Agent's twin ends."""

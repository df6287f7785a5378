"""Mishaps as they strike, and how everything is mended when the faults stop."""

from collections.abc import Callable
from typing import Protocol

from echo.sim.agent_node import Agent
from echo.sim.core_node import Core
from echo.sim.faults import Mishap, MishapKind
from echo.sim.network import Way
from echo.sim.node import Node, Scene
from echo.sim.site import Site
from echo.sim.terminal_node import Terminal

COPY_BEFORE_MS = 8_000
"""How old the copy of a file is that somebody puts back."""


class Place(Protocol):
    """What can be struck, by name."""

    scene: Scene
    core: Core
    nodes: dict[str, Node]
    ways: dict[str, Way]
    sites: dict[str, Site]


class Strikes:
    """Carries mishaps out at their time, and takes them back."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._healed = False

    def plan(self, mishap: Mishap) -> None:
        """Let *mishap* happen when its time comes."""
        schedule = self._place.scene.schedule
        schedule.at(mishap.at_ms, lambda: self.strike(mishap))
        if mishap.kind is MishapKind.OLD_COPY:
            schedule.at(mishap.at_ms - COPY_BEFORE_MS, lambda: self._copy(mishap.target))

    def strike(self, mishap: Mishap) -> None:
        """Let *mishap* happen now."""
        place = self._place
        place.scene.faults.struck[mishap.kind.value] += 1
        place.scene.trace.say(
            place.scene.schedule.now_ms, mishap.target, f"{mishap.kind} for {mishap.lasts_ms} ms"
        )
        match mishap.kind:
            case MishapKind.CRASH | MishapKind.REBOOT | MishapKind.AMNESIA | MishapKind.OLD_COPY:
                self._crash(mishap)
            case MishapKind.RESET | MishapKind.HALF_OPEN | MishapKind.BLOCK:
                self._break(mishap)
            case MishapKind.STORE_DOWN | MishapKind.LEDGER_FULL | MishapKind.FILE_FULL:
                self._fill(mishap)
            case MishapKind.CLOCK_JUMP:
                sign = place.scene.chance.choice((-1, 1))
                place.nodes[mishap.target].clock.set_wall(sign * mishap.lasts_ms)
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
        for node in place.nodes.values():
            if isinstance(node, Agent):
                node.ledger.full = False
            if isinstance(node, Terminal):
                node.file.full = False
            if not node.up:
                node.start()
        for site in place.sites.values():
            self._open(site)

    def _crash(self, mishap: Mishap) -> None:
        node = self._place.nodes[mishap.target]
        if mishap.kind is MishapKind.REBOOT:
            node.crash("the host reboots", mishap.lasts_ms)
            node.clock.reboot(self._place.scene.schedule.now_ms)
            return
        node.crash(mishap.kind, mishap.lasts_ms)
        if isinstance(node, Terminal) and mishap.kind is MishapKind.AMNESIA:
            node.file.data = b""
        if isinstance(node, Terminal) and mishap.kind is MishapKind.OLD_COPY:
            node.file.data = node.file.copy

    def _copy(self, target: str) -> None:
        node = self._place.nodes[target]
        if isinstance(node, Terminal):
            node.file.copy = node.file.data

    def _break(self, mishap: Mishap) -> None:
        way = self._place.ways[mishap.target]
        if mishap.kind is MishapKind.BLOCK:
            way.block(mishap.lasts_ms)
        elif way.current is not None:
            late_ms = 0 if mishap.kind is MishapKind.RESET else mishap.lasts_ms
            client_hears = self._place.scene.chance.random() < 0.5
            notice_ms = (0, late_ms) if client_hears else (late_ms, 0)
            way.current.reset(mishap.kind, notice_ms=notice_ms)

    def _fill(self, mishap: Mishap) -> None:
        core, node = self._place.core, self._place.nodes[mishap.target]
        if mishap.kind is MishapKind.STORE_DOWN:
            core.journal.down = True
            self._later(mishap, lambda: setattr(core.journal, "down", False))
        elif isinstance(node, Agent):
            node.ledger.full = True
            self._later(mishap, lambda: setattr(node.ledger, "full", False))
        elif isinstance(node, Terminal):
            node.file.full = True
            self._later(mishap, lambda: setattr(node.file, "full", False))

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
            case _:
                door.synchronised = False
        site.show()
        self._later(mishap, lambda: self._open(site))

    def _open(self, site: Site) -> None:
        door = site.broker.door
        door.connected = door.trading = door.synchronised = True
        door.closed_markets = set()
        site.show()

    def _later(self, mishap: Mishap, mend: Callable[[], None]) -> None:
        def unless_healed() -> None:
            if not self._healed:
                mend()

        self._place.scene.schedule.after(mishap.lasts_ms, unless_healed)

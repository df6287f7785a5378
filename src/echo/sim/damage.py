"""Processes that die, and what becomes of their files meanwhile."""

from typing import Final

from echo.sim.agent_node import Agent
from echo.sim.faults import Mishap, MishapKind
from echo.sim.node import Node, Scene
from echo.sim.terminal_node import Terminal

GONE: Final = frozenset({MishapKind.AMNESIA, MishapKind.OUTBOX_LOST})
SPOILING: Final = GONE | {MishapKind.OLD_COPY, MishapKind.BIT_FLIP, MishapKind.COPIED}
"""What leaves a terminal without the file that it had."""


class Damage:
    """Kills processes, and loses, damages, copies or puts back what they kept."""

    def __init__(self, scene: Scene, nodes: dict[str, Node]) -> None:
        self._scene = scene
        self._nodes = nodes

    def copy(self, target: str) -> None:
        """Make the copy that somebody will put back later."""
        node = self._nodes[target]
        if isinstance(node, Terminal):
            node.file.copy = node.file.data
        elif isinstance(node, Agent):
            node.ledger.copy = node.ledger.load()

    def strike(self, mishap: Mishap) -> None:
        """Kill a process, and do to its files what the mishap says."""
        node = self._nodes[mishap.target]
        if mishap.kind is MishapKind.REBOOT:
            for each in self._nodes.values():
                if each.clock is node.clock:
                    each.crash("the host reboots", mishap.lasts_ms)
            node.clock.reboot(self._scene.schedule.now_ms)
            return
        node.crash(mishap.kind, mishap.lasts_ms)
        if isinstance(node, Terminal):
            self._file(node, mishap.kind)
        elif isinstance(node, Agent):
            self._ledger(node, mishap.kind)

    def _file(self, terminal: Terminal, kind: MishapKind) -> None:
        file = terminal.file
        if kind in SPOILING:
            self._scene.watch.outbox_lost(terminal.settings.account_id)
        match kind:
            case MishapKind.AMNESIA | MishapKind.OUTBOX_LOST:
                file.data = b""
            case MishapKind.OLD_COPY:
                file.data = file.copy
            case MishapKind.BIT_FLIP:
                file.turn_bit()
            case MishapKind.COPIED:
                others = (each for each in terminal.home.terminals if each is not terminal)
                for other in others:
                    if isinstance(other, Terminal):
                        file.data = other.file.data
                        self._scene.watch.copied(terminal.settings.account_id)
            case _:
                pass

    def _ledger(self, agent: Agent, kind: MishapKind) -> None:
        match kind:
            case MishapKind.LEDGER_LOST:
                self._scene.watch.ledger_lost(agent.ledger.durable, None)
                agent.ledger.lose()
            case MishapKind.LEDGER_OLD if agent.ledger.copy is not None:
                self._scene.watch.ledger_lost(agent.ledger.durable, agent.ledger.copy)
                agent.ledger.put_back(agent.ledger.copy)
            case _:
                pass

"""Blows as they fall, and how everything is mended when they stop."""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Protocol

from echo.sim.desk.cable import Cable
from echo.sim.desk.lookout import Lookout
from echo.sim.desk.plan import Blow, BlowKind
from echo.sim.desk.program import Flaw, Program
from echo.sim.desk.programs import AgentProgram, CoreProgram, TerminalProgram
from echo.sim.desk.virtual_loop import Process, VirtualLoop


class Struck(Protocol):
    """What can be struck, by name."""

    loop: VirtualLoop
    lookout: Lookout
    core: CoreProgram
    agent: AgentProgram
    struck: Counter[str]

    @property
    def programs(self) -> Mapping[str, Program]:
        """All programs."""

    @property
    def cables(self) -> Mapping[str, Cable[Any, Any]]:
        """All cables, by their clients' names."""


class Blows:
    """Lets blows fall at their time, and takes them back."""

    def __init__(self, place: Struck, chance: Random) -> None:
        self._place, self._chance = place, chance
        self._healed = False
        self._down_ms: dict[str, int] = {}
        """How long those who die at work stay away."""

    def plan(self, blow: Blow) -> None:
        """Let *blow* fall when its time comes."""
        self._at(blow.at_ms, lambda: self.fall(blow))

    def fall(self, blow: Blow) -> None:
        """Let *blow* fall now."""
        place = self._place
        place.struck[blow.kind.value] += 1
        place.lookout.say(blow.target, f"{blow.kind} for {blow.lasts_ms} ms")
        program = place.programs[blow.target]
        match blow.kind:
            case BlowKind.KILL:
                program.kill("killed", blow.lasts_ms)
            case BlowKind.KILL_AT_WORK:
                self._down_ms[blow.target] = blow.lasts_ms
                if program.process is not None:
                    program.process.fuse = blow.touches
            case BlowKind.RESTART:
                program.restart(blow.lasts_ms)
            case BlowKind.FREEZE:
                self._freeze(program.process, blow)
            case BlowKind.CUT:
                self._cut(blow, 0)
            case BlowKind.HALF_OPEN:
                self._cut(blow, blow.lasts_ms)
            case BlowKind.BLOCK:
                place.cables[blow.target].blocked_until_ms = place.loop.now_ms + blow.lasts_ms
            case BlowKind.REFUSED:
                place.core.disk.refusals += 1
            case BlowKind.BUG:
                program.flaw = self._chance.choice(tuple(Flaw))
            case BlowKind.SETTINGS:
                program.set_pace(max(1, blow.lasts_ms))
            case BlowKind.CLOCK_JUMP:
                program.host.set_wall(self._chance.choice((-1, 1)) * blow.lasts_ms)
            case _:
                self._take_away(program, blow)

    def burnt_down(self, process: Process) -> None:
        """Bury who has just died at work."""
        place = self._place
        program = next(each for each in place.programs.values() if each.process is process)
        place.struck["died_at_work"] += 1
        program.buried("at work", self._down_ms.get(program.name, 0))

    def heal(self) -> None:
        """Nothing strikes any more, and everything works again."""
        place = self._place
        self._healed = True
        place.lookout.say("world", "the faults stop")
        for cable in place.cables.values():
            cable.blocked_until_ms = 0
        for disk in (place.core.disk, place.agent.disk):
            disk.calm()
        for program in place.programs.values():
            if isinstance(program, TerminalProgram):
                program.file.full = False
                program.account.broker.door.connected = True
            program.flaw = None
            if program.process is not None:
                program.process.fuse = None
                place.loop.thaw(program.process)
            program.start()

    def _freeze(self, process: Process | None, blow: Blow) -> None:
        if process is not None:
            loop = self._place.loop
            loop.freeze(process)
            self._later(blow, lambda: loop.thaw(process))

    def _cut(self, blow: Blow, late_ms: int) -> None:
        lost = self._place.cables[blow.target].cut(blow.kind, late_ms=late_ms)
        self._place.struck["lost_under_way"] += lost

    def _take_away(self, program: Program, blow: Blow) -> None:
        """Take a disk or a broker away for a while."""
        if isinstance(program, TerminalProgram):
            file, door = program.file, program.account.broker.door
            if blow.kind is BlowKind.FILE_FULL:
                file.full = True
                self._later(blow, lambda: setattr(file, "full", False))
            else:
                door.connected = False
                self._later(blow, lambda: setattr(door, "connected", True))
        elif isinstance(program, CoreProgram | AgentProgram):
            disk = program.disk
            disk.down = True
            self._later(blow, lambda: setattr(disk, "down", False))

    def _later(self, blow: Blow, mend: Callable[[], None]) -> None:
        def unless_healed() -> None:
            if not self._healed:
                mend()

        self._at(self._place.loop.now_ms + blow.lasts_ms, unless_healed)

    def _at(self, at_ms: int, call: Callable[[], object]) -> None:
        loop = self._place.loop
        loop.call_at(at_ms / 1_000, call, context=loop.world.context)

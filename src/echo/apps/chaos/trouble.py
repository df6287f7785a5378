"""Carries out the faults of one round, and counts what it did."""

import asyncio
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from echo.apps.chaos.plan import (
    Arm,
    CutPipe,
    CutStream,
    DelayStream,
    Fault,
    FillDisk,
    FreezeStream,
    Kill,
    LimitJournal,
    LockJournal,
    Planned,
    Stop,
)
from echo.apps.chaos.relay import Relay
from echo.apps.chaos.server_faults import end_sessions, lock_server
from echo.apps.chaos.standby import STANDBY
from echo.apps.chaos.store_faults import disk_full, lock_journal
from echo.apps.demo.stage import Stage
from echo.apps.demo.troupe import Program
from echo.apps.failpoints import FAILPOINT, JOURNAL_PAGES_MAX
from echo.apps.signalling import signal_to

CORES: Final = ("core", STANDBY)

SMALL_JOURNAL_PAGES: Final = 1
"""Smaller than any journal: one that is opened so keeps its size, and cannot grow."""


def first_environment(planned: Sequence[Planned], program: str) -> dict[str, str]:
    """Return what *program* is to find in its environment when the round starts it."""
    for fault in (each.fault for each in planned):
        if isinstance(fault, Arm) and fault.at_start and fault.program == program:
            return {FAILPOINT: f"{fault.failpoint}:{fault.count}"}
    return {}


class Trouble:
    """Makes trouble for programs that were started for it, and for no others.

    Args:
        programs: The round's programs by name.
        stream: What Agent and Core talk through.
        pipes: What each terminal talks to the Agent through, by the terminal's name.
    """

    def __init__(
        self,
        stage: Stage,
        programs: Mapping[str, Program],
        stream: Relay,
        pipes: Mapping[str, Relay],
    ) -> None:
        self._stage, self._programs = stage, programs
        self._stream, self._pipes = stream, pipes
        self.done: Counter[str] = Counter()
        """How often each kind of fault struck: kills, stops, cuts, pipe_cuts, …"""
        self.killed: Counter[str] = Counter()
        """How many kills each program owes to this."""
        self.starved: set[str] = set()
        """Programs that could not write for a while, and may have ended because of it."""

    async def make(self, planned: Sequence[Planned], begins_s: float) -> None:
        """Carry out *planned*, and return when the last fault is over.

        Args:
            begins_s: When the first tick comes, on the event loop's clock.
        """
        async with asyncio.TaskGroup() as group:
            for each in planned:
                group.create_task(self._strike(each, begins_s))

    async def _strike(self, planned: Planned, begins_s: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, begins_s + planned.at_s - loop.time()))
        await self._carry_out(planned.fault)

    async def _carry_out(self, fault: Fault) -> None:
        match fault:
            case Kill(program=name):
                self.done["kills"] += self._kill(name)
            case Stop(program=name, seconds=seconds):
                await self._stop(name, seconds)
            case Arm(at_start=True):
                pass  # it was started so
            case Arm(program=name, failpoint=failpoint, count=count):
                self._restart(name, {FAILPOINT: f"{failpoint}:{count}"})
            case CutStream(torn=torn):
                self.done["cuts"] += self._stream.cut(torn=torn) > 0
            case DelayStream(delay_s=delay_s, seconds=seconds):
                self.done["delays"] += 1
                await self._stream.delay(delay_s, seconds)
            case FreezeStream(ways=ways, seconds=seconds):
                self.done["freezes"] += 1
                await self._stream.freeze(ways, seconds)
            case CutPipe(terminal=name, torn=torn):
                self.done["pipe_cuts"] += self._pipes[name].cut(torn=torn) > 0
            case FillDisk(program=name, seconds=seconds):
                await self._fill(name, seconds)
            case LimitJournal(seconds=seconds):
                await self._limit_journal(seconds)
            case LockJournal(seconds=seconds):
                # A Core that starts meanwhile cannot, and says so.
                self.starved.update(CORES)
                await self._lock(seconds)

    def _kill(self, name: str) -> bool:
        process = _running(self._programs[name])
        if process is None:
            return False
        self.killed[name] += 1
        signal_to(process, signal.SIGKILL)
        return True

    async def _stop(self, name: str, seconds: float) -> None:
        process = _running(self._programs[name])
        if process is None:
            return
        signal_to(process, signal.SIGSTOP)
        self.done["stops"] += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            signal_to(process, signal.SIGCONT)  # unless it was killed while it stood still

    def _restart(self, name: str, environment: Mapping[str, str]) -> None:
        """Kill a program so that it finds *environment* when it is back, that one time."""
        program = self._programs[name]
        program.environment = {**program.environment, **environment}
        self.done["kills"] += self._kill(name)

    async def _fill(self, name: str, seconds: float) -> None:
        process = _running(self._programs[name])
        if process is None:
            return
        self.starved.add(name)
        with disk_full(process.pid) as full:
            self.done["fills"] += full
            await asyncio.sleep(seconds)

    async def _lock(self, seconds: float) -> None:
        store = self._stage.store
        if store is None:
            self.done["locks"] += await lock_journal(self._stage.journal, seconds)
        else:
            self.done["locks"] += await lock_server(store, seconds)

    async def _limit_journal(self, seconds: float) -> None:
        self.starved.update(CORES)
        if self._stage.store is not None:
            # A server has no size that a Core could be given: it ends the Core's session instead.
            self.done["sessions"] += await end_sessions(self._stage.store) > 0
            return
        self.done["fills"] += 1
        self._restart("core", {JOURNAL_PAGES_MAX: str(SMALL_JOURNAL_PAGES)})
        await asyncio.sleep(seconds)
        # Killed, it comes back without the limit, which is how a small disk is freed.
        self.done["kills"] += self._kill("core")


def _running(program: Program) -> asyncio.subprocess.Process | None:
    process = program.process
    return process if process is not None and process.returncode is None else None

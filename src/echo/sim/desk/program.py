"""A program of the desk: each life is a new process around a real service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final, Generic, TypeVar

from echo.domain.quantities import Instant
from echo.ports.errors import LedgerUnwritable
from echo.sim.desk.host import DeskClock, DeskIds
from echo.sim.desk.lookout import Lookout
from echo.sim.desk.virtual_loop import Process, VirtualLoop
from echo.sim.schedule import HostClock

Taken = TypeVar("Taken", contravariant=True)
Done = TypeVar("Done", covariant=True)

AGAIN_MS: Final = 1_000
"""A program that ended by itself is started again after this."""


class Flaw(Enum):
    """How what decides fails, once."""

    BEFORE = "before it takes an event in"
    AFTER = "after it has taken an event in, so that nobody carries out what follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What every program finds on its host."""

    loop: VirtualLoop
    chance: Random
    lookout: Lookout
    rough: float
    """How often what comes out of a pipe is cut into pieces."""


class Program:
    """A program that is started, dies, and is started again."""

    def __init__(self, place: Place, name: str, host: HostClock) -> None:
        self.place, self.name, self.host = place, name, host
        self.process: Process | None = None
        self.lives = 0
        self.flaw: Flaw | None = None
        """How what decides is going to fail at its next event."""
        self._again_ms = AGAIN_MS

    @property
    def up(self) -> bool:
        """Whether it runs."""
        return self.process is not None and not self.process.dead

    def start(self) -> None:
        """Begin a life, unless one has begun."""
        if self.up:
            return
        self.lives += 1
        self._again_ms = AGAIN_MS
        self.place.lookout.say(self.name, "starts")
        self.process = process = self.place.loop.process(self.name)
        self.place.loop.spawn(process, self._life(process))

    def kill(self, reason: str, down_ms: int) -> None:
        """End this life at once, and begin another after *down_ms*."""
        if self.process is not None and self.up:
            self.place.loop.kill(self.process)
            self.buried(reason, down_ms)

    def buried(self, reason: str, down_ms: int) -> None:
        """Clean up after a life that is over, and begin another after *down_ms*."""
        self.place.lookout.say(self.name, f"dies: {reason}")
        if self.process is not None:
            self.died(self.process)
        loop = self.place.loop
        loop.call_later(down_ms / 1_000, self.start, context=loop.world.context)

    def restart(self, down_ms: int) -> None:
        """Ask it to stop in good order; another life begins *down_ms* after that."""
        if self.up:
            self._again_ms = down_ms
            self.place.lookout.say(self.name, "is asked to stop")
            self.stop()

    async def live(self, process: Process) -> None:
        """Compose the service and serve."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ask the service to stop."""
        raise NotImplementedError

    def died(self, process: Process) -> None:
        """Let go of what *process* held: the host closes it."""
        raise NotImplementedError

    def flawed(self, handle: Callable[[Taken, Instant], Sequence[Done]]) -> "Brain[Taken, Done]":
        """Return what decides by *handle*, and fails when it is this program's turn to."""
        return Brain(self, handle)

    def set_pace(self, first_ms: int) -> None:
        """Change how soon what is not acknowledged is repeated, where that can be set."""

    def clock(self, lag_ms: int = 0) -> DeskClock:
        """Return the clocks of this program's host."""
        return DeskClock(self.place.loop, self.host, self.place.chance, lag_ms=lag_ms)

    def ids(self) -> DeskIds:
        """Return ids for this life."""
        return DeskIds(f"{self.name}.{self.lives}", self.place.chance)

    async def _life(self, process: Process) -> None:
        reason = "it has stopped"
        try:
            await self.live(process)
        except LedgerUnwritable as error:
            reason = str(error)
        except Exception as error:
            reason = repr(error)
            if not process.dead:
                self.place.lookout.violated(21, f"{self.name} ended: {_spelt(error)}")
        if not process.dead:
            self.kill(reason, self._again_ms)


class Brain(Generic[Taken, Done]):
    """What decides, with a flaw that shows when its program has one."""

    def __init__(
        self, program: Program, handle: Callable[[Taken, Instant], Sequence[Done]]
    ) -> None:
        self._program, self._handle = program, handle

    def handle(self, event: Taken, now: Instant) -> Sequence[Done]:
        """Take in *event*.

        Raises:
            RuntimeError: now and then.
        """
        flaw, self._program.flaw = self._program.flaw, None
        if flaw is Flaw.BEFORE:
            raise RuntimeError(flaw.value)
        todo = self._handle(event, now)
        if flaw is Flaw.AFTER:
            raise RuntimeError(flaw.value)
        return todo


def _spelt(error: BaseException) -> str:
    inner = getattr(error, "exceptions", ())
    return "; ".join([repr(error), *map(_spelt, inner)])

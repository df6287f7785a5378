"""A process of the world: it lives, crashes before any of its effects, and comes back."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from echo.domain.quantities import Instant
from echo.sim.faults import Faults
from echo.sim.schedule import HostClock, Life, Schedule
from echo.sim.trace import Trace
from echo.sim.watch import Watch

TimerKey = tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Scene:
    """What everything in the world shares."""

    schedule: Schedule
    chance: Random
    faults: Faults
    trace: Trace
    watch: Watch
    seen: Counter[str] = field(default_factory=Counter)
    """Rare states that were reached."""
    busy_ms: int = 0
    """When something was last on its way that somebody repeats or acknowledges."""


class Node:
    """A process on a host.  Its timers, and whatever else it planned, die with it."""

    def __init__(self, scene: Scene, name: str, clock: HostClock) -> None:
        self.scene = scene
        self.name = name
        self.clock = clock
        self.life = Life()
        self.life.over = True
        self.asleep_until_ms = 0
        """Until then the process is stopped: everything happens to it later, and at once."""
        self.wanted = True
        """Whether anybody starts it when it is down."""
        self._timers: dict[TimerKey, int] = {}
        self._armed = 0

    @property
    def up(self) -> bool:
        """Whether the process runs."""
        return not self.life.over

    @property
    def asleep(self) -> bool:
        """Whether the process is stopped just now."""
        return self.scene.schedule.now_ms < self.asleep_until_ms

    def sleep(self, lasts_ms: int) -> None:
        """Stop the process for a while, without its knowing."""
        self.asleep_until_ms = self.scene.schedule.now_ms + lasts_ms

    def now(self) -> Instant:
        """Return what the host's clocks show."""
        return self.clock.at(self.scene.schedule.now_ms)

    def start(self) -> None:
        """Begin a life, unless one has begun or nobody wants one."""
        if self.up or not self.wanted:
            return
        self.life = Life()
        self.asleep_until_ms = 0
        self.scene.trace.say(self.scene.schedule.now_ms, self.name, "starts")
        self.begin()

    def crash(self, reason: str, down_ms: int) -> None:
        """End this life at once, and begin another after *down_ms*."""
        if not self.up:
            return
        self.scene.trace.say(self.scene.schedule.now_ms, self.name, f"crashes: {reason}")
        self.life.over = True
        self._timers.clear()
        self.end()
        self.scene.schedule.after(down_ms, self.start)

    def begin(self) -> None:
        """Recover what the disk kept, and connect."""
        raise NotImplementedError

    def end(self) -> None:
        """Lose what was only in memory."""
        raise NotImplementedError

    def ring(self, key: TimerKey) -> None:
        """A timer is due."""
        raise NotImplementedError

    def later(self, wait_ms: int, call: Callable[[], None]) -> None:
        """Plan *call*, unless this life ends before."""
        self.scene.schedule.after(wait_ms, partial(self.awake, call), self.life)

    def awake(self, call: Callable[[], None]) -> None:
        """Call now, or when the process goes on."""
        if self.asleep:
            self.scene.schedule.at(self.asleep_until_ms, partial(self.awake, call), self.life)
        else:
            call()

    def arm(self, key: TimerKey, due_mono_ms: int) -> None:
        """Set or replace a timer, by the host's own clock."""
        self._armed += 1
        mark = self._timers[key] = self._armed
        due_ms = self.clock.true_ms(due_mono_ms)
        self.scene.schedule.at(due_ms, partial(self._due, key, mark), self.life)

    def disarm(self, key: TimerKey) -> None:
        """Forget a timer."""
        self._timers.pop(key, None)

    def struck(self) -> bool:
        """Let a crash strike before the next effect, now and then; tell whether it did."""
        faults = self.scene.faults
        if not faults.strikes_here():
            return False
        self.crash("at an effect", self.scene.chance.randint(*faults.weather.restart_ms))
        return True

    def _due(self, key: TimerKey, mark: int) -> None:
        if self._timers.get(key) != mark:
            return
        if self.scene.schedule.now_ms < self.asleep_until_ms:
            self.scene.schedule.at(self.asleep_until_ms, partial(self._due, key, mark), self.life)
        else:
            del self._timers[key]
            self.ring(key)

"""What will go wrong in one round, and when: drawn from a seed before anything starts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from echo.apps import failpoints
from echo.apps.chaos.relay import Way

ABSENT_SHARE: Final = 0.35
"""Each kind of fault is left out of a round with this chance: some bugs show in quiet company."""

EARLIEST_S: Final = -0.5
LATEST_S: Final = 0.5
ARMED_S: Final = 1.5
"""How long a program that was killed to be armed takes to be back."""
"""Faults begin from half a second before the first tick to so long after masters stop opening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """SIGKILL a program."""

    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """SIGSTOP a program, and SIGCONT it after so long."""

    program: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Let a program end itself at a failpoint, the count-th time it is there.

    ``at_start``: from its very start; otherwise it is killed for it, and armed when it is back.
    """

    program: str
    failpoint: str
    count: int
    at_start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CutStream:
    """Reset the connection between Agent and Core."""

    torn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayStream:
    """Let everything between Agent and Core arrive later, for so long."""

    delay_s: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeStream:
    """Let nothing arrive between Agent and Core for so long."""

    ways: frozenset[Way]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPipe:
    """Cut one terminal's pipe."""

    terminal: str
    torn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FillDisk:
    """Let a program write nothing for so long."""

    program: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitJournal:
    """Restart the Core with a journal that must not grow, and without the limit after so long."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LockJournal:
    """Hold the journal's lock, as another process that works on it does."""

    seconds: float


Fault = (
    Kill
    | Stop
    | Arm
    | CutStream
    | DelayStream
    | FreezeStream
    | CutPipe
    | FillDisk
    | LimitJournal
    | LockJournal
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A fault and when it begins, in seconds from the first tick; before it below 0."""

    at_s: float
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The programs of a round by what they are; two ``cores`` share one journal."""

    masters: tuple[str, ...]
    slaves: tuple[str, ...]
    cores: tuple[str, ...] = ("core",)

    @property
    def terminals(self) -> tuple[str, ...]:
        """All terminals."""
        return (*self.masters, *self.slaves)

    @property
    def all(self) -> tuple[str, ...]:
        """Everything; Core and Agent as often as there are terminals, for they matter to all."""
        centre = (*self.cores, "agent") * max(1, len(self.terminals) // 2)
        return (*centre, *self.terminals)


def plan(chance: Random, programs: Programs, seconds: float) -> tuple[Planned, ...]:
    """Draw the faults of a round in which masters trade for *seconds*, in the order of time."""
    planned: list[Planned] = []
    for draw, most in _KINDS:
        # Drawn even for what stays absent: the rest of the round does not depend on it.
        absent, count = chance.random() < ABSENT_SHARE, chance.randint(1, most)
        for _ in range(count):
            at_s = chance.uniform(EARLIEST_S, seconds + LATEST_S)
            found = tuple(draw(chance, programs, at_s))
            planned += () if absent else found
    return tuple(sorted(planned, key=lambda each: each.at_s))


def _kill(chance: Random, programs: Programs, at_s: float) -> Iterator[Planned]:
    yield Planned(at_s=at_s, fault=Kill(program=chance.choice(programs.all)))


def _stop(chance: Random, programs: Programs, at_s: float) -> Iterator[Planned]:
    fault = Stop(program=chance.choice(programs.all), seconds=_mostly_short(chance, 0.2, 5))
    yield Planned(at_s=at_s, fault=fault)


def _arm(chance: Random, programs: Programs, at_s: float) -> Iterator[Planned]:
    places = (
        *((core, name) for core in programs.cores for name in failpoints.CORE),
        *(("agent", name) for name in failpoints.AGENT),
        *((chance.choice(programs.masters), name) for name in failpoints.MASTER),
        *((chance.choice(programs.slaves), name) for name in failpoints.SLAVE),
    )
    program, name = chance.choice(places)
    at_start, frozen_s = chance.random() < 0.6, chance.uniform(1, 3)
    # A terminal writes few records in a round, Core and Agent do their work all the time.
    most = 2 if program in programs.terminals or "ledger" in name else 8
    count = chance.randint(1, most * 6 if at_start and most > 2 else most)
    armed = Arm(program=program, failpoint=name, count=count, at_start=at_start)
    yield Planned(at_s=EARLIEST_S if at_start else at_s, fault=armed)
    if "ledger" in name:
        # The Agent writes its ledger while the Core does not answer, and only then.
        frozen = FreezeStream(ways=frozenset({Way.TO_CLIENT}), seconds=frozen_s)
        yield Planned(at_s=at_s + ARMED_S, fault=frozen)


def _cut(chance: Random, _programs: Programs, at_s: float) -> Iterator[Planned]:
    yield Planned(at_s=at_s, fault=CutStream(torn=chance.random() < 0.5))


def _delay(chance: Random, _programs: Programs, at_s: float) -> Iterator[Planned]:
    delay_s = chance.choice((0.02, 0.2, 1.0))
    yield Planned(at_s=at_s, fault=DelayStream(delay_s=delay_s, seconds=chance.uniform(0.5, 3)))


def _freeze(chance: Random, _programs: Programs, at_s: float) -> Iterator[Planned]:
    ways = chance.choice((frozenset(Way), frozenset({Way.TO_SERVER}), frozenset({Way.TO_CLIENT})))
    yield Planned(at_s=at_s, fault=FreezeStream(ways=ways, seconds=_mostly_short(chance, 0.3, 6)))


def _cut_pipe(chance: Random, programs: Programs, at_s: float) -> Iterator[Planned]:
    terminal, torn = chance.choice(programs.terminals), chance.random() < 0.5
    yield Planned(at_s=at_s, fault=CutPipe(terminal=terminal, torn=torn))


def _fill(chance: Random, programs: Programs, at_s: float) -> Iterator[Planned]:
    program = chance.choice((*programs.cores, "agent", "journal"))
    seconds = chance.uniform(0.5, 4)
    if program == "journal":
        yield Planned(at_s=at_s, fault=LimitJournal(seconds=seconds))
    else:
        yield Planned(at_s=at_s, fault=FillDisk(program=program, seconds=seconds))


def _lock(chance: Random, _programs: Programs, at_s: float) -> Iterator[Planned]:
    yield Planned(at_s=at_s, fault=LockJournal(seconds=chance.uniform(0.3, 4)))


def _mostly_short(chance: Random, least: float, most: float) -> float:
    """Draw a time; long ones are rare, for nothing happens during them and opens grow too old."""
    return float(least + (most - least) * chance.random() ** 2)


_Draw = Callable[[Random, Programs, float], Iterator[Planned]]
_KINDS: Final[tuple[tuple[_Draw, int], ...]] = (
    *((_kill, 3), (_stop, 2), (_arm, 4), (_cut, 3), (_delay, 1)),
    *((_freeze, 2), (_cut_pipe, 3), (_fill, 1), (_lock, 2)),
)

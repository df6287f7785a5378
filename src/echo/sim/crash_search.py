"""A crash before every effect of a small world, or before every pair: nothing is left to chance."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import process_time
from typing import Any, Final

from echo.sim.crew import spread
from echo.sim.faults import Weather
from echo.sim.report import Outcome, judged, world_of
from echo.sim.revision import revision
from echo.sim.scenario import Scenario
from echo.sim.small_worlds import SMALL_WORLDS
from echo.sim.watch import Violation

AT_ONCE: Final = 20
"""So many points make one piece of work."""


class Leaves(StrEnum):
    """What a crash leaves behind of that which was under way."""

    MUCH = "much"
    """Writes have reached the disk, last words their hearer."""
    LITTLE = "little"
    """Neither has, and of an append to a file a part is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the search: crashes before each of *points*, or of the pairs that they begin."""

    name: str
    leaves: Leaves
    points: tuple[int, ...]
    pairs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that crashes broke."""

    name: str
    points: tuple[int, ...]
    leaves: Leaves
    violation: Violation

    @property
    def again(self) -> str:
        """The command that shows it."""
        points = ",".join(str(each) for each in self.points)
        return (
            f"python -m echo.sim crash --scenario {self.name} --at {points}"
            f" --leaves {self.leaves.value}"
        )


@dataclass(slots=True, kw_only=True)
class Row:
    """What came of one small world."""

    name: str
    points: int = 0
    pairs: int = 0
    runs: int = 0
    broken: list[Broken] = field(default_factory=list)
    cpu_s: float = 0.0

    def absorb(self, other: "Row") -> None:
        """Add what a piece of the search found."""
        self.pairs += other.pairs
        self.runs += other.runs
        self.broken += other.broken
        self.cpu_s += other.cpu_s


def crashing(scenario: Scenario, points: Sequence[int], leaves: Leaves) -> Scenario:
    """Return *scenario* with crashes before the effects *points*."""
    much = leaves is Leaves.MUCH
    weather: Weather = replace(
        scenario.weather,
        crash_at=tuple(points),
        landed=1.0 if much else 0.0,
        last_words_lost=0.0 if much else 1.0,
        torn_append=0.0 if much else 1.0,
    )
    return replace(scenario, weather=weather)


def lived(scenario: Scenario, tell: Callable[[str], None] | None = None) -> tuple[Outcome, int]:
    """Let it happen; return what came of it, and how many effects there were before it calmed."""
    world = world_of(scenario, tell)
    effects: list[int] = []
    world.scene.schedule.at(scenario.active_ms, lambda: effects.append(world.scene.faults.effects))
    outcome = judged(world)
    return outcome, effects[0] if effects else world.scene.faults.effects


def searched(piece: Piece) -> Row:
    """Search a piece."""
    began_s = process_time()
    row = Row(name=piece.name)
    for point in piece.points:
        effects = _strike(row, piece.leaves, (point,))
        if piece.pairs:
            for second in range(point + 1, effects + 1):
                row.pairs += 1
                _strike(row, piece.leaves, (point, second))
    row.cpu_s = process_time() - began_s
    return row


def _strike(row: Row, leaves: Leaves, points: tuple[int, ...]) -> int:
    scenario = SMALL_WORLDS[row.name].scenario
    outcome, effects = lived(crashing(scenario, points, leaves))
    row.runs += 1
    row.broken += [
        Broken(name=row.name, points=points, leaves=leaves, violation=each)
        for each in outcome.violations
    ]
    return effects


def search(
    names: Iterable[str],
    *,
    pairs: bool = False,
    leaves: Sequence[Leaves] = tuple(Leaves),
    jobs: int = 1,
) -> list[Row]:
    """Search every world of *names*, in their order."""
    rows = {name: Row(name=name) for name in names}
    pieces: list[Piece] = []
    for name, row in rows.items():
        outcome, row.points = lived(SMALL_WORLDS[name].scenario)
        row.broken = [
            Broken(name=name, points=(), leaves=Leaves.MUCH, violation=each)
            for each in outcome.violations
        ]
        pieces += _pieces(name, row.points, leaves, pairs=pairs)
    for found in spread(searched, pieces, jobs):
        rows[found.name].absorb(found)
    for row in rows.values():
        row.broken.sort(key=lambda each: (each.points, each.leaves))
    return list(rows.values())


def _pieces(name: str, points: int, leaves: Sequence[Leaves], *, pairs: bool) -> Iterator[Piece]:
    at_once = 1 if pairs else AT_ONCE
    for left in leaves:
        for first in range(1, points + 1, at_once):
            some = tuple(range(first, min(first + at_once, points + 1)))
            yield Piece(name=name, leaves=left, points=some, pairs=pairs)


def table(rows: Sequence[Row]) -> list[str]:
    """Return the rows for people."""
    lines = [f"{'scenario':20}{'points':>8}{'pairs':>9}{'runs':>9}{'violations':>12}{'cpu s':>9}"]
    total = Row(name="all")
    for row in rows:
        total.absorb(row)
        total.points += row.points
    lines += [_line(row) for row in (*rows, total)]
    for each in total.broken:
        lines += [
            f"{each.name}: invariant {each.violation.invariant}: {each.violation.sentence}",
            f"    again: {each.again}   (revision {revision()})",
        ]
    return lines


def _line(row: Row) -> str:
    return (
        f"{row.name:20}{row.points:>8}{row.pairs:>9}{row.runs:>9}"
        f"{len(row.broken):>12}{row.cpu_s:>9.1f}"
    )


def as_json(rows: Sequence[Row]) -> str:
    """Return the rows for programs."""
    return json.dumps(
        {"revision": revision(), "scenarios": [_plain(each) for each in rows]}, indent=2
    )


def _plain(row: Row) -> dict[str, Any]:
    return {
        "scenario": row.name,
        "points": row.points,
        "pairs": row.pairs,
        "runs": row.runs,
        "violations": [
            {
                "points": each.points,
                "leaves": each.leaves.value,
                "invariant": each.violation.invariant,
                "at_ms": each.violation.at_ms,
                "sentence": each.violation.sentence,
                "again": each.again,
            }
            for each in row.broken
        ],
        "cpu_seconds": round(row.cpu_s, 2),
    }

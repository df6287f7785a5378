"""Holds every room of the package to its coverage, lines and branches apart.

Reads the data file that ``pytest --cov`` left behind, prints one row per room and exits with 1
when a room is under its floor.  A room without statements is shown and passes.

    python -m tools.coverage_gate
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from coverage import Coverage

FLOOR_BRAINS_PERCENT = 95.0
"""Where decisions are made, an untried branch is an untried decision."""

FLOOR_PERCENT = 85.0
"""Everywhere else."""

BRAINS = frozenset({"domain", "engine", "bridge"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a room holds and how much of it was run, in statements and branch exits."""

    lines: int = 0
    lines_run: int = 0
    branches: int = 0
    branches_run: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            lines=self.lines + other.lines,
            lines_run=self.lines_run + other.lines_run,
            branches=self.branches + other.branches,
            branches_run=self.branches_run + other.branches_run,
        )

    @property
    def lines_percent(self) -> float:
        """Share of statements run, 0 to 100; 100 when there are none."""
        return 100.0 * self.lines_run / self.lines if self.lines else 100.0

    @property
    def branches_percent(self) -> float:
        """Share of branch exits taken, 0 to 100; 100 when there are none."""
        return 100.0 * self.branches_run / self.branches if self.branches else 100.0


def room_of(path: str) -> str | None:
    """Name the room of a source file; ``None`` if it lies outside the package.

    Files directly under ``echo/`` belong to the room ``echo``.
    """
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if "echo" not in parts:
        return None
    below = parts[len(parts) - parts[::-1].index("echo") :]
    return below[0] if len(below) > 1 else "echo"


def floor_of(room: str) -> float:
    """Lowest acceptable share for *room*, in percent."""
    return FLOOR_BRAINS_PERCENT if room in BRAINS else FLOOR_PERCENT


def rooms(files: Iterable[tuple[str, Tally]]) -> dict[str, Tally]:
    """Add up the files of each room, in alphabetical order of the rooms."""
    totals: dict[str, Tally] = {}
    for path, tally in files:
        room = room_of(path)
        if room is not None:
            totals[room] = totals.get(room, Tally()) + tally
    return dict(sorted(totals.items()))


def short_rooms(totals: Mapping[str, Tally]) -> list[str]:
    """Rooms whose lines or branches are under their floor."""
    return [
        room
        for room, tally in totals.items()
        if min(tally.lines_percent, tally.branches_percent) < floor_of(room)
    ]


def table(totals: Mapping[str, Tally]) -> str:
    """Draw the rooms as a plain table, one row each."""
    short = set(short_rooms(totals))
    rows = [f"{'room':<10} {'lines':>8} {'run':>7} {'branches':>9} {'run':>7} {'floor':>6}"]
    for room, tally in totals.items():
        rows.append(
            f"{room:<10} {tally.lines:>8} {tally.lines_percent:>6.1f}%"
            f" {tally.branches:>9} {tally.branches_percent:>6.1f}%"
            f" {floor_of(room):>5.0f}%{'  SHORT' if room in short else ''}"
        )
    return "\n".join(rows)


def tallies(report: Mapping[str, Any]) -> list[tuple[str, Tally]]:
    """Take the files and their counts out of coverage's JSON report."""
    return [
        (
            path,
            Tally(
                lines=summary["num_statements"],
                lines_run=summary["covered_lines"],
                branches=summary["num_branches"],
                branches_run=summary["covered_branches"],
            ),
        )
        for path, summary in ((p, f["summary"]) for p, f in report["files"].items())
    ]


def measured() -> list[tuple[str, Tally]]:
    """Read the data file of the last run; files that were never imported count as not run."""
    coverage = Coverage()
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(target))
        return tallies(json.loads(target.read_text(encoding="utf-8")))


def main() -> int:
    """Print the table and say which rooms are short."""
    totals = rooms(measured())
    print(table(totals))
    short = short_rooms(totals)
    if short:
        print(f"Under their floor: {', '.join(short)}.  `coverage report -m` names the lines.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``make ablations``: take every safeguard away, see who notices, and write the table.

Each is taken away in its story, where the invariant named beside it must break; and in random
worlds, seed by seed, until something breaks that holds with the safeguard in place.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import Pool
from time import process_time

from echo.sim.profiles import Profile
from tests.ablations.safeguard import Safeguard, broken_by_chance
from tests.ablations.safeguards import BY_NAME, SAFEGUARDS, those_before
from tests.ablations.switches import without
from tests.ablations.table import PAGE, figures, with_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of one safeguard's absence."""

    name: str
    noticed: bool
    by_chance: str
    cpu_s: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; return 1 when the absence of a safeguard was not noticed in its story."""
    parser = argparse.ArgumentParser(prog="python -m tests.ablations", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="how many random worlds at most")
    parser.add_argument("--only", default="", help="safeguards whose name contains this")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    names = [each.name for each in SAFEGUARDS if chosen.only in each.name]
    page = PAGE.read_text(encoding="utf-8")
    found, silent = figures(page), []
    with Pool(chosen.processes) as pool:
        for each in pool.imap(_measure, [(name, chosen.seeds) for name in names]):
            answer = "noticed" if each.noticed else "NOT NOTICED"
            line = f"{each.name:44} {answer:12} {each.by_chance:28} {each.cpu_s:6.1f} s"
            print(line, flush=True)
            if chosen.seeds:
                found[each.name] = each.by_chance
            if not each.noticed:
                silent.append(each.name)
    PAGE.write_text(with_table(page, found), encoding="utf-8", newline="\n")
    return 1 if silent else 0


def _measure(task: tuple[str, int]) -> Measured:
    name, seeds = task
    safeguard = BY_NAME[name]
    began_s = process_time()
    with without(*safeguard.switches, *those_before(safeguard)):
        noticed = safeguard.notices in safeguard.story.broken()
    return Measured(
        name=name,
        noticed=noticed,
        by_chance=_first_seed(safeguard, seeds),
        cpu_s=process_time() - began_s,
    )


def _first_seed(safeguard: Safeguard, seeds: int) -> str:
    """Return the first seed that notices, and by which invariants."""
    for seed in range(seeds):
        broken = broken_by_chance(seed, safeguard.profile, safeguard.switches)
        new = broken - _broken_anyway(seed, safeguard.profile) if broken else broken
        if new:
            numbers = ", ".join(map(str, sorted(new)))
            return f"{safeguard.profile.value} seed {seed} ({numbers})"
    return f"none of {seeds} {safeguard.profile.value} seeds"


@cache
def _broken_anyway(seed: int, profile: Profile) -> frozenset[int]:
    return frozenset(broken_by_chance(seed, profile, ()))


if __name__ == "__main__":
    sys.exit(main())

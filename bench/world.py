"""How many seeds of the world a second of processor time plays: ``python -m bench.world``.

With ``--compiled`` the same worlds are played on the compiled copy of `tools.compiled`, too, in
turns with the interpreter, and their histories are compared: they must be equal.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from echo.sim.crew import collect_seldom
from echo.sim.hands import WARM_UP_MS, draw_shape, draw_trade
from echo.sim.profiles import Profile
from echo.sim.report import Report, play
from echo.sim.scenario import Scenario, draw
from tools.compiled import BUILT, SOURCES, compiled

CHAOS: Final = "chaos"
"""12 trades, 2 slaves, 120 s of all that the harsh profile draws."""
CHAOS_TRADES: Final = 12
CHAOS_SLAVES: Final = 2
CHAOS_MS: Final = 120_000
WORLDS: Final = (CHAOS, Profile.GENTLE.value, Profile.HARSH.value)
LAST_OPEN_MS: Final = 8_000
"""A position is opened at least so long before the faults stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What some seeds of one world cost, in seconds of processor time."""

    seeds: int
    cpu_s: float
    events: int
    trace_hash: str

    @property
    def seeds_per_cpu_s(self) -> float:
        """How many seeds a second plays."""
        return self.seeds / self.cpu_s


def scenario(world: str, seed: int) -> Scenario:
    """Return what *seed* is in *world*, one of `WORLDS`."""
    if world != CHAOS:
        return draw(seed, Profile(world), Random(seed))
    drawn = _two_slaves(seed)
    chance = Random(f"chaos {seed}")
    hand = [
        each
        for number in range(CHAOS_TRADES)
        for each in draw_trade(
            chance,
            f"t{number}",
            chance.randint(WARM_UP_MS, CHAOS_MS - LAST_OPEN_MS),
            CHAOS_MS,
            draw_shape(chance),
        )
    ]
    # Faults are drawn for as long as they last: what was drawn for the first minute comes again.
    again = tuple(replace(each, at_ms=each.at_ms + drawn.active_ms) for each in drawn.mishaps)
    return replace(
        drawn,
        hands=(tuple(sorted(hand, key=lambda each: each.at_ms)),),
        mishaps=tuple(each for each in (*drawn.mishaps, *again) if each.at_ms < CHAOS_MS),
        active_ms=CHAOS_MS,
    )


def _two_slaves(seed: int) -> Scenario:
    """Draw harsh scenarios until one has one master and two slaves."""
    number = 0
    while True:
        drawn = draw(seed, Profile.HARSH, Random(f"chaos {seed} {number}"))
        if len(drawn.masters) == 1 and len(drawn.slaves) == CHAOS_SLAVES and not drawn.absent:
            return drawn
        number += 1


def measured(world: str, seeds: range) -> Measured:
    """Play *seeds* of *world* here and now."""
    report = Report(profile=Profile.HARSH if world == CHAOS else Profile(world))
    for seed in seeds:
        report.add(play(scenario(world, seed)))
    return Measured(
        seeds=report.seeds,
        cpu_s=report.cpu_s,
        events=report.events,
        trace_hash=report.trace_hash,
    )


def measured_in(folder: Path, world: str, seeds: range) -> Measured:
    """Do the same in a process of its own, with the package that lies in *folder*."""
    words = [sys.executable, "-m", "bench.world", "--world", world]
    done = subprocess.run(
        [*words, "--seeds", f"{seeds.start}:{seeds.stop}", "--json"],
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def best(runs: Sequence[Measured]) -> Measured:
    """Return the cheapest of equal runs: the others were disturbed.

    Raises:
        ValueError: they had different histories.
    """
    if len({each.trace_hash for each in runs}) > 1:
        raise ValueError("the same seeds had different histories")
    return min(runs, key=lambda each: each.cpu_s)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.world", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=range(30), help="A:B, B not included")
    parser.add_argument("--world", choices=WORLDS, action="append", help="default: all")
    parser.add_argument("--runs", type=int, default=2, help="of each; the cheapest counts")
    parser.add_argument("--compiled", action="store_true", help="compiled as well, in turns")
    parser.add_argument("--json", action="store_true", help="one world, here, for programs")
    chosen = parser.parse_args(arguments)
    worlds = chosen.world or WORLDS
    if chosen.json:
        collect_seldom()
        found = measured(worlds[0], chosen.seeds)
        print(json.dumps({name: getattr(found, name) for name in Measured.__slots__}))
        return
    trees = {"interpreted": SOURCES.parent}
    if chosen.compiled:
        trees["compiled"] = compiled(SOURCES, BUILT, jobs=os.cpu_count() or 1)
    print("world    package      seeds  events  cpu s  seeds per cpu s")
    for world in worlds:
        runs: dict[str, list[Measured]] = {name: [] for name in trees}
        for _ in range(chosen.runs):
            for name, folder in trees.items():
                runs[name].append(measured_in(folder, world, chosen.seeds))
        best([each for some in runs.values() for each in some])
        for name, some in runs.items():
            print(line(world, name, best(some)), flush=True)


def line(world: str, name: str, found: Measured) -> str:
    """Spell one row."""
    return (
        f"{world:8} {name:11} {found.seeds:6} {found.events:7} {found.cpu_s:6.2f}"
        f" {found.seeds_per_cpu_s:16.1f}"
    )


def _seeds(text: str) -> range:
    first, _, end = text.partition(":")
    return range(int(first), int(end))


if __name__ == "__main__":
    main()

"""Shrinking: what is left of a scenario when all is gone without which it fails just the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from time import process_time
from typing import Final

import msgspec

from echo.sim.cuts import cuts, sound, together
from echo.sim.notation import written
from echo.sim.report import FELL, Outcome, play
from echo.sim.scenario import Scenario
from echo.sim.watch import Violation

PATIENCE_S: Final = 60.0
OTHER_SEEDS: Final = 3
"""Leaving something out shifts what chance does to the rest: so many other chances are taken."""

Play = Callable[[Scenario], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """The smallest scenario that was found, and how it was found."""

    scenario: Scenario
    violation: Violation
    runs: int
    cpu_s: float
    ended: bool
    """Whether nothing more can be left out; else time ran out."""


def signature(violation: Violation) -> str:
    """Name what two failures have in common if they are the same: which promise, who fell where."""
    if violation.invariant == FELL:
        return f"{FELL} {violation.sentence.partition(':')[0]}"
    return str(violation.invariant)


def shrink(scenario: Scenario, *, seconds: float = PATIENCE_S, play: Play = play) -> Shrunk | None:
    """Make *scenario* smaller while it breaks the same promise; ``None``: it breaks none.

    Args:
        seconds: CPU time after which the smallest scenario found so far will do.
        play: Lets a scenario happen.
    """
    outcome = play(scenario)
    if not outcome.violations:
        return None
    search = _Search(scenario, outcome.violations[0], seconds, play)
    search.run(outcome)
    return Shrunk(
        scenario=search.best,
        violation=search.violation,
        runs=search.runs + 1,
        cpu_s=search.spent_s,
        ended=not search.late,
    )


class _Search:
    def __init__(
        self, scenario: Scenario, violation: Violation, seconds: float, play: Play
    ) -> None:
        self.best = scenario
        self.violation = violation
        self.runs = 0
        self._wanted = signature(violation)
        self._play = play
        self._seconds = seconds
        self._began_s = process_time()
        self._tried = {_text(scenario)}

    @property
    def spent_s(self) -> float:
        return process_time() - self._began_s

    @property
    def late(self) -> bool:
        return self.spent_s >= self._seconds

    def run(self, outcome: Outcome) -> None:
        """Cut as long as anything can be cut."""
        if outcome.crashed_at:
            self._fails(_with_named_crashes(self.best, outcome))
        while not self.late:
            large, small = self._pass(together, OTHER_SEEDS), self._pass(cuts)
            if not large and not small and not self._pass(cuts, OTHER_SEEDS):
                return

    def _pass(self, ways: Callable[[Scenario], Iterator[Scenario]], other_seeds: int = 0) -> bool:
        """Go through all cuts once; after one that succeeds go on at the same place."""
        place, found, candidates = 0, False, ways(self.best)
        while not self.late:
            candidate = next(candidates, None)
            if candidate is None:
                break
            if self._fails(candidate, other_seeds):
                found, candidates = True, islice(ways(self.best), place, None)
            else:
                place += 1
        return found

    def _fails(self, candidate: Scenario, other_seeds: int = 0) -> bool:
        """Try *candidate*, by its own chance and by others; keep it when it fails the same way."""
        for seed in (candidate.seed, *range(1, other_seeds + 1)):
            one = replace(candidate, seed=seed)
            text = _text(one)
            if self.late or text in self._tried or not sound(one):
                continue
            self._tried.add(text)
            self.runs += 1
            try:
                outcome = self._play(one)
            except (ValueError, LookupError):  # a world that cannot even be set up
                return False
            for violation in outcome.violations:
                if signature(violation) == self._wanted:
                    self.best, self.violation = one, violation
                    return True
        return False


def _with_named_crashes(scenario: Scenario, outcome: Outcome) -> Scenario:
    """Have the crashes that chance brought strike by plan."""
    named = tuple(sorted({*scenario.weather.crash_at, *outcome.crashed_at}))
    return replace(
        scenario, weather=replace(scenario.weather, crash_per_effect=0.0, crash_at=named)
    )


def _text(scenario: Scenario) -> bytes:
    return msgspec.json.encode(written(scenario))

"""What rounds of chaos came to: counted, added up, and told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from echo.apps.chaos.lateness import LateOpen
from echo.apps.demo.takings import Takings
from echo.domain.answers import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """What the programs themselves have to tell: failpoints reached, and what must not be.

    ``complaints``: programs that ended by themselves, errors that are bugs.
    """

    failpoints: Mapping[str, int] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """One round.  ``done`` counts the faults that struck, by kind; ``folder`` is where it lies."""

    number: int
    seed: int
    takings: Takings
    late: tuple[LateOpen, ...]
    done: Mapping[str, int]
    endings: Endings
    seconds: float
    drained_s: float
    folder: str = ""
    take_overs: int = 0
    """How often one Core went on where another one had ended."""

    @property
    def violations(self) -> tuple[str, ...]:
        """Everything that is a fault of Echo, one sentence each."""
        takings = self.takings
        found = [
            f"{each.kind}: trade {each.trade_id} account {each.account_id}: {each.sentence}"
            for each in takings.discrepancies
        ]
        found += [
            f"late: {each.subject} was ordered by account {each.account_id} {each.took_ms:.0f} ms"
            f" after its master's terminal noticed it, {each.allowed_ms:.0f} ms are allowed"
            for each in self.late
        ]
        if takings.unexplained:
            found.append(f"unexplained: {takings.unexplained} decisions have no outcome")
        if takings.held:
            found.append(f"unfinished: masters still hold {takings.held} positions")
        found += self.endings.complaints
        return tuple(f"round {self.number} of seed {self.seed}: {each}" for each in found)


def as_json(results: Sequence[RoundResult], seconds: float) -> dict[str, Any]:
    """Add rounds up; the keys are what scripts may rely on."""
    done: Counter[str] = Counter()
    failpoints: Counter[str] = Counter()
    for each in results:
        done.update(each.done)
        failpoints.update(each.endings.failpoints)
    takings = [each.takings for each in results]
    outcomes: Counter[str] = Counter()
    omitted: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for counted in takings:
        outcomes.update(counted.outcomes)
        omitted.update(counted.omitted)
        failed.update(counted.failed)
    return {
        "rounds": len(results),
        "kills": done["kills"],
        "cuts": done["cuts"],
        "pipe_cuts": done["pipe_cuts"],
        "delays": done["delays"],
        "freezes": done["freezes"],
        "stops": done["stops"],
        "failpoints": dict(sorted(failpoints.items())),
        "fills": done["fills"],
        "locks": done["locks"],
        "sessions": done["sessions"],
        "store_falls": done["store_falls"],
        "take_overs": sum(each.take_overs for each in results),
        "actions": sum(each.actions for each in takings),
        "decisions": sum(each.decisions for each in takings),
        "outcomes": dict(sorted(outcomes.items())),
        "omitted": dict(sorted(omitted.items())),
        "failed": dict(sorted(failed.items())),
        "lost": sum(each.count("lost") for each in takings),
        "duplicated": sum(each.count("duplicated") for each in takings),
        "late_entries": sum(len(each.late) for each in results),
        "orphans": sum(each.count("orphan") for each in takings),
        "in_doubt": sum(each.outcome(Outcome.IN_DOUBT) for each in takings),
        "unexplained": sum(each.unexplained for each in takings),
        "violations": [sentence for each in results for sentence in each.violations],
        "drained_s_max": round(max((each.drained_s for each in results), default=0.0), 1),
        "seconds": round(seconds, 1),
    }


def as_line(result: RoundResult) -> str:
    """Tell one round in a line."""
    done = ", ".join(f"{count} {kind}" for kind, count in sorted(result.done.items()) if count)
    reached = sum(result.endings.failpoints.values())
    turns = f", {result.take_overs} take-overs" if result.take_overs else ""
    takings = result.takings
    return (
        f"round {result.number}: {takings.actions} actions, {takings.decisions} decisions,"
        f" {takings.outcome(Outcome.FILLED)} filled; {done or 'no faults'},"
        f" {reached} failpoints{turns}; settled {result.drained_s:.1f} s after the last fault;"
        f" {len(result.violations)} violations"
    )

"""What came of many days at the desk, for people and programs."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random

from echo.sim.desk.desk import Desk
from echo.sim.desk.plan import draw
from echo.sim.desk.verdict import judged
from echo.sim.invariants import sums
from echo.sim.watch import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One seed's run."""

    seed: int
    trades: int
    copies: int
    faults: Counter[str]
    seen: Counter[str]
    violations: tuple[Violation, ...]
    digest: str
    cpu_s: float
    calls: int
    lasted_ms: int


def run(seed: int, tell: Callable[[str], None] | None = None) -> Day:
    """Draw the plan of *seed*, let it happen, and judge it."""
    chance = Random(seed)
    desk = Desk(draw(seed, chance), chance, tell=tell)
    try:
        cpu_s = desk.run()
        return Day(
            seed=seed,
            **sums(desk),
            faults=desk.faults,
            seen=desk.lookout.seen,
            violations=judged(desk),
            digest=desk.lookout.trace.digest,
            cpu_s=cpu_s,
            calls=desk.loop.happened,
            lasted_ms=desk.now_ms,
        )
    finally:
        desk.close()


@dataclass(slots=True, kw_only=True)
class DeskReport:
    """The sum of many days."""

    days: list[Day] = field(default_factory=list)

    @property
    def violations(self) -> list[tuple[int, Violation]]:
        """What was broken, by seed."""
        return [(day.seed, each) for day in self.days for each in day.violations]

    @property
    def faults(self) -> Counter[str]:
        """What went wrong, and how often."""
        return sum((day.faults for day in self.days), Counter())

    @property
    def seen(self) -> Counter[str]:
        """Which states were reached, and how often."""
        return sum((day.seen for day in self.days), Counter())

    @property
    def trace_hash(self) -> str:
        """One digest over all days."""
        digests = " ".join(day.digest for day in self.days)
        return blake2b(digests.encode(), digest_size=16).hexdigest()

    def sentences(self) -> list[str]:
        """Spell every violation, with how to see it again."""
        return [
            f"seed {seed} at {each.at_ms / 1_000:.3f} s: invariant {each.invariant}:"
            f" {each.sentence}\n    again: python -m echo.sim desk --trace {seed}"
            for seed, each in self.violations
        ]

    def lines(self) -> list[str]:
        """Return the report for people."""
        said = self.as_dict()
        shown = ("seeds", "trades", "copies", "virtual_seconds", "cpu_seconds", "trace_hash")
        return [
            *(f"{name:<16} {said[name]}" for name in shown),
            f"{'faults':<16} {_listed(self.faults)}",
            f"{'sometimes':<16} {_listed(self.seen)}",
            f"{'violations':<16} {len(self.violations)}",
            *self.sentences(),
        ]

    def as_dict(self) -> dict[str, object]:
        """Return the report for programs."""
        return {
            "profile": "desk",
            "seeds": len(self.days),
            "trades": sum(day.trades for day in self.days),
            "copies": sum(day.copies for day in self.days),
            "faults": dict(sorted(self.faults.items())),
            "sometimes": dict(sorted(self.seen.items())),
            "violations": [
                {
                    "seed": seed,
                    "at_ms": each.at_ms,
                    "invariant": each.invariant,
                    "sentence": each.sentence,
                }
                for seed, each in self.violations
            ],
            "virtual_seconds": sum(day.lasted_ms for day in self.days) // 1_000,
            "cpu_seconds": round(sum(day.cpu_s for day in self.days), 2),
            "events": sum(day.calls for day in self.days),
            "trace_hash": self.trace_hash,
        }

    def as_json(self) -> str:
        """Return the same as text."""
        return json.dumps(self.as_dict(), indent=2)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"

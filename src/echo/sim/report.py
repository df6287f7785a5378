"""What came of many seeds, for people and programs."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random

from echo.sim.invariants import check, sums
from echo.sim.profiles import Profile
from echo.sim.scenario import draw
from echo.sim.watch import Violation
from echo.sim.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One seed's run."""

    seed: int
    trades: int
    copies: int
    faults: Counter[str]
    seen: Counter[str]
    violations: tuple[Violation, ...]
    digest: str
    cpu_s: float
    events: int


def run(seed: int, profile: Profile, tell: Callable[[str], None] | None = None) -> Outcome:
    """Draw the scenario of *seed*, let it happen, and judge it."""
    chance = Random(seed)
    world = World(draw(seed, profile, chance), chance, tell=tell)
    cpu_s = world.run()
    return Outcome(
        seed=seed,
        **sums(world),
        faults=world.scene.faults.struck,
        seen=world.scene.seen,
        violations=tuple(check(world)),
        digest=world.scene.trace.digest,
        cpu_s=cpu_s,
        events=world.scene.schedule.happened,
    )


@dataclass(slots=True, kw_only=True)
class Report:
    """The sum of many runs."""

    profile: Profile
    seeds: int = 0
    trades: int = 0
    copies: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    sometimes: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, Violation]] = field(default_factory=list)
    cpu_s: float = 0.0
    events: int = 0
    _digests: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Add one run."""
        self.seeds += 1
        self.trades += outcome.trades
        self.copies += outcome.copies
        self.faults.update(outcome.faults)
        self.sometimes.update(outcome.seen)
        self.violations += [(outcome.seed, each) for each in outcome.violations]
        self.cpu_s += outcome.cpu_s
        self.events += outcome.events
        self._digests.append(outcome.digest)

    @property
    def trace_hash(self) -> str:
        """One digest over all runs."""
        return blake2b(" ".join(self._digests).encode(), digest_size=16).hexdigest()

    def sentences(self) -> list[str]:
        """Spell every violation, with how to see it again."""
        return [
            f"seed {seed} at {each.at_ms / 1_000:.3f} s: invariant {each.invariant}:"
            f" {each.sentence}\n    again: python -m echo.sim --trace {seed}"
            f" --profile {self.profile.value}"
            for seed, each in self.violations
        ]

    def lines(self) -> list[str]:
        """Return the report for people."""
        return [
            f"seeds        {self.seeds} ({self.profile.value})",
            f"trades       {self.trades}",
            f"copies       {self.copies}",
            f"faults       {_listed(self.faults)}",
            f"sometimes    {_listed(self.sometimes)}",
            f"violations   {len(self.violations)}",
            f"cpu_seconds  {self.cpu_s:.1f}",
            f"trace_hash   {self.trace_hash}",
            *self.sentences(),
        ]

    def as_json(self) -> str:
        """Return the report for programs."""
        return json.dumps(
            {
                "profile": self.profile.value,
                "seeds": self.seeds,
                "trades": self.trades,
                "copies": self.copies,
                "faults": dict(sorted(self.faults.items())),
                "sometimes": dict(sorted(self.sometimes.items())),
                "violations": [
                    {
                        "seed": seed,
                        "at_ms": each.at_ms,
                        "invariant": each.invariant,
                        "sentence": each.sentence,
                    }
                    for seed, each in self.violations
                ],
                "cpu_seconds": round(self.cpu_s, 2),
                "events": self.events,
                "trace_hash": self.trace_hash,
            },
            indent=2,
        )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"

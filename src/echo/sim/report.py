"""What came of many seeds, for people and programs."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random
from time import process_time
from traceback import extract_tb
from typing import Any, Final

from echo.sim.invariants import check, sums
from echo.sim.profiles import Profile
from echo.sim.revision import revision
from echo.sim.scenario import Scenario, draw
from echo.sim.watch import Violation
from echo.sim.world import USUAL, Cast, World

HASH_BYTES: Final = 16
HASHES: Final = 1 << 8 * HASH_BYTES
FELL: Final = 21
"""The invariant that is broken by whoever does not bear what happens to it."""


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
    crashed_at: tuple[int, ...] = ()
    """Before which effects of the world a crash struck."""


def run(seed: int, profile: Profile, tell: Callable[[str], None] | None = None) -> Outcome:
    """Draw the scenario of *seed*, let it happen, and judge it."""
    return play(draw(seed, profile, Random(seed)), tell)


def play(
    scenario: Scenario, tell: Callable[[str], None] | None = None, *, cast: Cast = USUAL
) -> Outcome:
    """Let *scenario* happen, and judge it; equal scenarios have equal histories."""
    return judged(world_of(scenario, tell, cast=cast))


def world_of(
    scenario: Scenario, tell: Callable[[str], None] | None = None, *, cast: Cast = USUAL
) -> World:
    """Return the world of *scenario*, with the chance that its seed gives."""
    return World(scenario, Random(f"history {scenario.seed}"), tell=tell, cast=cast)


def judged(world: World) -> Outcome:
    """Let a world happen; whatever falls in it breaks a promise too."""
    began_s = process_time()
    try:
        world.run()
        violations = check(world)
    except Exception as error:
        violations = [*world.watch.violations, _fallen(error, world.now_ms)]
    return Outcome(
        seed=world.scenario.seed,
        **sums(world),
        faults=world.scene.faults.struck,
        seen=world.scene.seen,
        violations=tuple(violations),
        digest=world.scene.trace.digest,
        cpu_s=process_time() - began_s,
        events=world.scene.schedule.happened,
        crashed_at=tuple(world.scene.faults.crashed_at),
    )


def _fallen(error: Exception, at_ms: int) -> Violation:
    place = extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.rpartition('/echo/')[2]}, {place.name}"
    sentence = f"{type(error).__name__} in {where}: {error}"
    return Violation(invariant=FELL, at_ms=at_ms, sentence=sentence)


@dataclass(slots=True, kw_only=True)
class Report:
    """The sum of many runs; the same in whatever order they are added."""

    profile: Profile
    seeds: int = 0
    trades: int = 0
    copies: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    sometimes: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, Violation]] = field(default_factory=list)
    cpu_s: float = 0.0
    events: int = 0
    hashes: int = 0
    """The sum of a hash of each run."""

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
        one = blake2b(f"{outcome.seed} {outcome.digest}".encode(), digest_size=HASH_BYTES).digest()
        self.hashes = (self.hashes + int.from_bytes(one)) % HASHES

    def absorb(self, other: "Report") -> None:
        """Add what another report sums up."""
        self.seeds += other.seeds
        self.trades += other.trades
        self.copies += other.copies
        self.faults.update(other.faults)
        self.sometimes.update(other.sometimes)
        self.violations += other.violations
        self.cpu_s += other.cpu_s
        self.events += other.events
        self.hashes = (self.hashes + other.hashes) % HASHES

    @property
    def trace_hash(self) -> str:
        """One digest over all runs, whoever ran them, and in whatever order."""
        return self.hashes.to_bytes(HASH_BYTES).hex()

    @property
    def broken(self) -> list[tuple[int, Violation]]:
        """All violations, by seed and then as they happened."""
        return sorted(self.violations, key=lambda each: each[0])

    @property
    def failing(self) -> list[int]:
        """The seeds that broke a promise, in order."""
        return sorted({seed for seed, _ in self.violations})

    def sentences(self) -> list[str]:
        """Spell every violation, with how to see it again."""
        return [
            f"seed {seed} at {each.at_ms / 1_000:.3f} s: invariant {each.invariant}:"
            f" {each.sentence}\n    again: python -m echo.sim --trace {seed}"
            f" --profile {self.profile.value}   (revision {revision()})"
            for seed, each in self.broken
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

    def plain(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "profile": self.profile.value,
            "revision": revision(),
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
                for seed, each in self.broken
            ],
            "cpu_seconds": round(self.cpu_s, 2),
            "events": self.events,
            "trace_hash": self.trace_hash,
        }

    def as_json(self) -> str:
        """Return the report as text for programs."""
        return json.dumps(self.plain(), indent=2)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Report":
        """Return the report that `plain` made.

        Raises:
            KeyError, TypeError, ValueError: it did not.
        """
        return cls(
            profile=Profile(plain["profile"]),
            seeds=int(plain["seeds"]),
            trades=int(plain["trades"]),
            copies=int(plain["copies"]),
            faults=Counter(plain["faults"]),
            sometimes=Counter(plain["sometimes"]),
            violations=[
                (
                    each["seed"],
                    Violation(
                        invariant=each["invariant"],
                        at_ms=each["at_ms"],
                        sentence=each["sentence"],
                    ),
                )
                for each in plain["violations"]
            ],
            cpu_s=float(plain["cpu_seconds"]),
            events=int(plain["events"]),
            hashes=int(plain["trace_hash"], 16),
        )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"

"""What a person may ask of chaos."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROUNDS: Final = 10
ROUNDS_MAX: Final = 10_000
SECONDS: Final = 10
SECONDS_MIN: Final = 5
SECONDS_MAX: Final = 600
CORES_MAX: Final = 2


class ChaosRefused(Exception):
    """Chaos cannot be played as asked; the message says what to ask instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosOptions:
    """How many rounds, how long masters trade in each, which faults, where.

    ``seed`` and the number of a round decide its accounts and its faults; what they strike is a
    matter of moments, so a seed brings the same weather again and not the same accident.
    ``first`` is the number of the first round.  ``state``: folder for everything, kept; ``None``
    = a fresh one, of which only rounds with violations are kept, or all with ``keep``.
    ``store``: server and database that keep the journals, each round's in a schema of its own;
    ``None`` = files in the folder.  ``store_restart``: a command that ends that server and brings
    it back, run once in each round.  ``terminals``: ``paper``, or ``ea`` for the EAs' own code.
    ``cores``: 2 = a second one waits, and takes over when the first is struck.
    """

    rounds: int = ROUNDS
    first: int = 0
    seconds: int = SECONDS
    seed: int = 1
    state: Path | None = None
    keep: bool = False
    store: str | None = None
    store_restart: str | None = None
    terminals: str = "paper"
    cores: int = 1
    complaints: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        complaints = []
        if not 1 <= self.rounds <= ROUNDS_MAX:
            complaints.append(f"--rounds {self.rounds} is not 1 to {ROUNDS_MAX}")
        if self.first < 0:
            complaints.append(f"--first {self.first} is below 0")
        if not SECONDS_MIN <= self.seconds <= SECONDS_MAX:
            complaints.append(f"--seconds {self.seconds} is not {SECONDS_MIN} to {SECONDS_MAX}")
        if self.store_restart is not None and self.store is None:
            complaints.append("--store-restart needs --store")
        if self.terminals not in {"paper", "ea"}:
            complaints.append(f"--terminals {self.terminals} is neither paper nor ea")
        if not 1 <= self.cores <= CORES_MAX:
            complaints.append(f"--cores {self.cores} is not 1 to {CORES_MAX}")
        object.__setattr__(self, "complaints", tuple(complaints))

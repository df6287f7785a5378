"""The corpus: small histories that once went wrong, and never may again."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from echo.sim.notation import read, written
from echo.sim.scenario import Scenario

WHERE: Final = Path("tests/sim/corpus")
"""Seen from the top of the repository."""


class CorpusBroken(Exception):
    """A file is none of the corpus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One history.

    ``about``: what it is about.  ``invariant``: which promise it broke; ``None``: it tells a
    classic failure that Echo never had.  ``origin``: the seed and profile it was found by, and the
    revision that broke it; empty = made by hand.
    """

    about: str
    scenario: Scenario
    invariant: int | None = None
    origin: str = ""


def load(path: Path) -> Entry:
    """Read one.

    Raises:
        CorpusBroken: *path* does not hold one, and why.
    """
    try:
        plain: dict[str, Any] = json.loads(path.read_bytes())
        return read(plain, Entry)
    except (OSError, ValueError, AttributeError) as error:
        raise CorpusBroken(f"{path}: {error}") from error


def keep(entry: Entry, name: str, where: Path = WHERE) -> Path:
    """Write one, as *name*; return where it is.

    Raises:
        OSError: it cannot be written, or is there already.
    """
    where.mkdir(parents=True, exist_ok=True)
    path = where / f"{name}.json"
    text = json.dumps(written(entry), indent=1, ensure_ascii=False) + "\n"
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def entries(where: Path = WHERE) -> list[Path]:
    """Return all files of the corpus, by name."""
    return sorted(where.glob("*.json"))

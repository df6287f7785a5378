"""Names that look like another one."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

SHOWN_MAX: Final = 3
LIKENESS_MIN: Final = 0.75


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the *names* that are most like *name*, at most three, the likest first."""
    return tuple(get_close_matches(name, sorted(names), SHOWN_MAX, LIKENESS_MIN))

"""Names that look like another one."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

SHOWN_MAX: Final = 3
LIKENESS_MIN: Final = 0.75
ANSWERS_MAX: Final = 1_024
"""Answers remembered: a slip stays in its market watch and is asked about again."""


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the *names* that are most like *name*, at most three, the likest first."""
    return _nearest(name, names if isinstance(names, frozenset) else frozenset(names))


@lru_cache(maxsize=ANSWERS_MAX)
def _nearest(name: str, names: frozenset[str]) -> tuple[str, ...]:
    letters = set(name)
    # Names that share too few letters cannot come near; a careful comparison is a thousand times
    # as slow as this one.
    lacking_max = len(name) * (1 - LIKENESS_MIN / (2 - LIKENESS_MIN))
    possible = [each for each in names if len(letters.difference(each)) <= lacking_max]
    return tuple(get_close_matches(name, sorted(possible), SHOWN_MAX, LIKENESS_MIN))

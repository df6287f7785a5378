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
    letters = _letters(name)
    # Names that share too few letters cannot come near; a careful comparison is a thousand times
    # as slow as this one.
    lacking_max = len(name) * (1 - LIKENESS_MIN / (2 - LIKENESS_MIN))
    possible = [
        each for each, theirs in _sorted(names) if (letters & ~theirs).bit_count() <= lacking_max
    ]
    return tuple(get_close_matches(name, possible, SHOWN_MAX, LIKENESS_MIN))


@lru_cache(maxsize=4)
def _sorted(names: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """Return *names* in their order, each with the letters that it is made of."""
    return tuple((name, _letters(name)) for name in sorted(names))


def _letters(name: str) -> int:
    """Return which letters a name has, one bit for each; no two of a canonical name's collide."""
    found = 0
    for letter in name:
        found |= 1 << (ord(letter) & 63)
    return found

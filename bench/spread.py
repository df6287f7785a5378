"""How far values that were measured again and again lie apart."""

import math
import statistics
from collections.abc import Sequence
from typing import Final

LEFT_OUT: Final = 0.05
"""How seldom the true median may lie outside of what is said about it."""


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the bounds of the middle half of *values*, of which there are at least two."""
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def bounds_of_median(values: Sequence[float]) -> tuple[float, float]:
    """Return between which bounds the true median lies, 19 times of 20.

    Of values that have nothing to do with each other each lies below the true median with a chance
    of one half, whatever they are spread like.  Fewer than six say less: their lowest and highest.
    """
    ordered, total = sorted(values), len(values)
    below, beyond = 0, 1.0
    while beyond <= LEFT_OUT / 2 * 2**total:
        below += 1
        beyond += math.comb(total, below)
    place = max(0, below - 1)
    return ordered[place], ordered[total - 1 - place]

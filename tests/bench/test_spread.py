"""What is said about the spread of a few values is right as often as it says."""

import random

import pytest

from bench.spread import bounds_of_median, quartiles


@pytest.mark.parametrize(
    ("values", "first", "last"), [(1, 1, 1), (5, 1, 5), (6, 1, 6), (20, 6, 15), (30, 10, 21)]
)
def test_bounds_are_the_places_that_tables_give(values: int, first: int, last: int) -> None:
    """As in tables of confidence limits for the median by order statistics."""
    assert bounds_of_median(range(values, 0, -1)) == (first, last)


def test_the_true_median_lies_outside_once_in_twenty_times_at_most() -> None:
    drawn = random.Random(7)
    outside = 0
    for _ in range(1_000):
        low, high = bounds_of_median([drawn.lognormvariate(0.0, 1.0) for _ in range(21)])
        outside += not low <= 1.0 <= high

    assert 0 < outside < 65


def test_half_of_the_values_lie_between_the_quartiles() -> None:
    assert quartiles([5.0, 1.0, 4.0, 2.0, 3.0]) == (2.0, 4.0)

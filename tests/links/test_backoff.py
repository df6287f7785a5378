"""Waiting longer from attempt to attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.links.backoff import Backoff


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(first_ms=100, max_ms=500)

    assert [backoff.next_ms() for _ in range(5)] == [100, 200, 400, 500, 500]


def test_a_success_begins_anew() -> None:
    backoff = Backoff(first_ms=100, max_ms=500)
    backoff.next_ms()
    backoff.next_ms()

    backoff.succeeded()

    assert backoff.next_ms() == 100


def test_an_immediate_one_tries_again_at_once_and_only_then_waits() -> None:
    backoff = Backoff(first_ms=100, max_ms=200, immediate=True)

    assert [backoff.next_ms() for _ in range(4)] == [0, 100, 200, 200]


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.booleans())
def test_waits_never_shrink_and_keep_their_bound(first: int, more: int, immediate: bool) -> None:
    backoff = Backoff(first_ms=first, max_ms=first + more, immediate=immediate)
    waits = [backoff.next_ms() for _ in range(20)]

    assert waits == sorted(waits)
    assert waits[-1] == first + more


@pytest.mark.parametrize(("first_ms", "max_ms"), [(0, 1), (2, 1), (-1, 5)])
def test_impossible_bounds_are_a_bug(first_ms: int, max_ms: int) -> None:
    with pytest.raises(ValueError, match="first"):
        Backoff(first_ms=first_ms, max_ms=max_ms)

"""Months are fitted into seconds: order and bursts stay, only long pauses give way."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from echo.terminal.replay_timing import (
    Pace,
    capped_gaps,
    close_times,
    part_times,
    timeline_of,
)

GAPS = st.lists(st.integers(0, 10_000), max_size=20)


@given(GAPS, st.integers(0, 50_000))
def test_gaps_are_cut_to_the_largest_cap_that_fits(gaps_ms: list[int], span_ms: int) -> None:
    capped_ms, cut = capped_gaps(gaps_ms, span_ms)

    cap_ms = max(capped_ms, default=0)
    assert sum(capped_ms) <= span_ms
    assert capped_ms == [min(gap_ms, cap_ms) for gap_ms in gaps_ms]
    assert cut == sum(a != b for a, b in zip(gaps_ms, capped_ms, strict=True))
    if cut:
        assert sum(min(gap_ms, cap_ms + 1) for gap_ms in gaps_ms) > span_ms


def test_a_burst_stays_a_burst() -> None:
    capped_ms, cut = capped_gaps([0, 5, 90_000, 0, 7_000], 1_005)

    assert (capped_ms, cut) == ([0, 5, 500, 0, 500], 2)


@given(st.lists(st.integers(0, 60_000), max_size=20))
def test_late_closes_are_spread_before_the_end_in_their_order(natural_ms: list[int]) -> None:
    times = close_times(natural_ms, closing_ms=42_000, end_ms=45_000)

    assert all(at_ms < 45_000 for at_ms in times)
    early = [(a, b) for a, b in zip(natural_ms, times, strict=True) if a <= 42_000]
    assert all(a == b for a, b in early)
    late = sorted((a, b) for a, b in zip(natural_ms, times, strict=True) if a > 42_000)
    moved = [b for _, b in late]
    assert all(b >= 42_000 for b in moved)
    for (a, x), (b, y) in pairwise(late):
        assert a == b or x <= y


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=12).map(sorted),
    st.integers(0, 40_000),
    st.integers(0, 20_000),
    st.integers(1, 500),
)
def test_parts_are_closed_in_order_and_in_the_end(
    offsets: list[int], open_ms: int, life_ms: int, step_ms: int
) -> None:
    close_ms = open_ms + life_ms

    times = part_times(offsets, open_ms=open_ms, close_ms=close_ms, step_ms=step_ms)

    assert times[-1] == close_ms
    assert times == sorted(times)
    assert all(open_ms <= at_ms for at_ms in times)
    room = min(step_ms, life_ms // (len(offsets) + 1))
    moments = [open_ms, *times]
    assert all(b - a >= room for a, b in zip(moments, times, strict=False))


def test_parts_keep_their_share_of_the_life() -> None:
    assert part_times([250, 1000], open_ms=0, close_ms=8_000, step_ms=100) == [2_000, 8_000]


@given(st.integers(3, 3_600), st.integers(10_000, 10**8))
def test_the_phases_follow_each_other(seconds: int, window_ms: int) -> None:
    speed = Decimal(window_ms) / (seconds * 1000)
    assume(speed > 0)

    timeline = timeline_of(seconds=seconds, window_ms=window_ms, speed=speed, pace=Pace())

    assert seconds * 1000 - 1 <= timeline.end_ms <= seconds * 1000
    assert 0 <= timeline.first_open_ms <= timeline.last_open_ms < timeline.closing_ms
    assert timeline.closing_ms < timeline.end_ms


def test_a_short_window_ends_the_replay_early() -> None:
    timeline = timeline_of(seconds=60, window_ms=30_000, speed=Decimal(1), pace=Pace())

    assert timeline.end_ms == 30_000
    assert timeline.scaled(999) == 999


def test_density_grows_with_the_time() -> None:
    assert Pace().positions_max(45) == 60
    assert Pace(positions_per_minute=1).positions_max(3) == 1

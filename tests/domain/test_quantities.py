"""Steps are exact, and nobody's frame is taken for younger than it is."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.quantities import (
    NO_TIMESTAMPS,
    ClockProbe,
    Side,
    Timestamps,
    ceil_to_step,
    floor_to_step,
    round_to_step,
    unit_of,
)

amounts = st.decimals(0, 10**9, places=8)
steps = st.decimals(Decimal("0.00000001"), 1000, places=8)


def test_sides_have_signs() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


@given(amounts, steps)
def test_floor_is_the_largest_multiple_not_above(amount: Decimal, step: Decimal) -> None:
    exact = floor(Fraction(amount) / Fraction(step)) * Fraction(step)

    assert Fraction(floor_to_step(amount, step)) == exact


@given(amounts, steps)
def test_ceiling_is_the_smallest_multiple_not_below(amount: Decimal, step: Decimal) -> None:
    exact = ceil(Fraction(amount) / Fraction(step)) * Fraction(step)

    assert Fraction(ceil_to_step(amount, step)) == exact


@given(amounts, steps)
def test_nearest_multiple_is_at_most_half_a_step_away(amount: Decimal, step: Decimal) -> None:
    rounded = Fraction(round_to_step(amount, step))

    assert (rounded / Fraction(step)).denominator == 1
    assert abs(rounded - Fraction(amount)) * 2 <= Fraction(step)


def test_a_quotient_that_rounds_up_does_not_lift_the_floor() -> None:
    just_below_three = Decimal("0.08999999999999999999999999999")

    assert floor_to_step(just_below_three, Decimal("0.03")) == Decimal("0.06")


@pytest.mark.parametrize(
    ("amount", "step", "down", "nearest", "up"),
    [
        ("0.30", "0.10", "0.30", "0.30", "0.30"),
        ("0.299", "0.10", "0.20", "0.30", "0.30"),
        ("0.25", "0.10", "0.20", "0.30", "0.30"),
        ("1.10004", "0.00025", "1.10000", "1.10000", "1.10025"),
        ("7", "25", "0", "0", "25"),
        ("0", "0.01", "0", "0", "0"),
    ],
)
def test_rounding(amount: str, step: str, down: str, nearest: str, up: str) -> None:
    assert floor_to_step(Decimal(amount), Decimal(step)) == Decimal(down)
    assert round_to_step(Decimal(amount), Decimal(step)) == Decimal(nearest)
    assert ceil_to_step(Decimal(amount), Decimal(step)) == Decimal(up)


def test_nothing_is_stamped_by_default() -> None:
    assert Timestamps(t0_master_ea_ms=None, t7_order_filled_ms=None) == NO_TIMESTAMPS


def test_without_an_answered_probe_nothing_is_known() -> None:
    assert ClockProbe().elapsed_ms_max(sent_mono_ms=1, now_mono_ms=2) is None


@given(
    offset=st.integers(-(10**12), 10**12),
    travel=st.integers(0, 10_000),
    held=st.integers(0, 10_000),
    later=st.integers(-5_000, 100_000),
    flight=st.integers(0, 60_000),
)
def test_the_bound_is_never_too_small(
    offset: int, travel: int, held: int, later: int, flight: int
) -> None:
    """True times on our clock; the peer's clock shows *offset* more."""
    probed, heard = 0, travel
    answered = heard + held
    sent = answered + later
    now = max(sent + flight, answered)
    probe = ClockProbe()
    probe.answered(probed_at_mono_ms=probed, peer_mono_ms=heard + offset)

    bound = probe.elapsed_ms_max(sent_mono_ms=sent + offset, now_mono_ms=now)

    assert bound is not None
    assert now - sent <= bound <= now - sent + travel


def test_the_newest_answer_counts_and_time_never_runs_back() -> None:
    probe = ClockProbe()
    probe.answered(probed_at_mono_ms=0, peer_mono_ms=100)
    probe.answered(probed_at_mono_ms=1_000, peer_mono_ms=1_000)

    assert probe.elapsed_ms_max(sent_mono_ms=1_500, now_mono_ms=1_700) == 200
    assert probe.elapsed_ms_max(sent_mono_ms=9_000, now_mono_ms=1_700) == 0


@given(st.integers(0, 10))
def test_the_unit_is_the_last_of_the_digits(digits: int) -> None:
    assert unit_of(digits) * 10**digits == 1
    assert unit_of(digits).as_tuple().exponent == -digits

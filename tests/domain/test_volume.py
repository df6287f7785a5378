"""The volume guard: what the broker takes, and never more than was asked or is free."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import TinyTrade
from echo.domain.volume import guard_volume
from tests.domain.test_sizing import FIXED_LOT, GOLD

RAISING = replace(FIXED_LOT, tiny_trade=TinyTrade.RAISE)


@pytest.mark.parametrize(
    ("lot", "guarded"), [("0.017", "0.01"), ("0.01", "0.01"), ("49.999", "49.99"), ("80", "50")]
)
def test_a_size_is_rounded_down_and_cut(lot: str, guarded: str) -> None:
    assert guard_volume(Decimal(lot), GOLD, FIXED_LOT) == Decimal(guarded)


def test_below_the_minimum_is_refused_with_the_numbers() -> None:
    no = guard_volume(Decimal("0.007"), GOLD, FIXED_LOT)

    assert no == Refusal(
        ErrorCode.VOLUME_BELOW_MIN, "0.0070 lots round down to 0.00 < minimum 0.01 of GOLD"
    )


@pytest.mark.parametrize(
    ("lot", "drift", "raised"),
    [("0.0099", "0.02", True), ("0.0098", "0.02", False), ("0.0099", "0", False)],
)
def test_a_tiny_size_is_raised_only_within_the_drift(lot: str, drift: str, raised: bool) -> None:
    result = guard_volume(Decimal(lot), GOLD, RAISING, max_risk_drift_pct=Decimal(drift))

    assert (result == Decimal("0.01")) is raised
    if not raised:
        assert isinstance(result, Refusal)
        assert "more than" in result.sentence


def test_a_minimum_off_the_step_is_raised_to_the_next_step() -> None:
    odd = replace(GOLD, min_lot=Decimal("0.05"), lot_step=Decimal("0.02"))

    raised = guard_volume(Decimal("0.059"), odd, RAISING, max_risk_drift_pct=Decimal("0.02"))
    assert raised == Decimal("0.06")


def test_caps_cut_and_refuse_when_nothing_is_left() -> None:
    half = Decimal("0.50")

    assert guard_volume(half, GOLD, FIXED_LOT, free_lots=Decimal("0.205")) == Decimal("0.20")
    assert guard_volume(half, GOLD, FIXED_LOT, free_lots=half) == half
    for free in ("0.009", "0", "-1"):
        no = guard_volume(half, GOLD, RAISING, free_lots=Decimal(free))
        assert isinstance(no, Refusal)
        assert no.code is ErrorCode.MAX_LOTS
        assert free in no.sentence


lots = st.decimals(Decimal("0.0001"), 200, places=4)


@given(
    lots,
    st.sampled_from(["0.01", "0.1", "0.03", "1"]).map(Decimal),
    st.integers(1, 20),
    st.none() | lots,
    st.sampled_from(["0", "0.02", "0.5"]).map(Decimal),
)
def test_what_is_sent_fits_and_is_never_more_than_the_drift_above_what_was_asked(
    lot: Decimal, step: Decimal, smallest: int, free: Decimal | None, drift: Decimal
) -> None:
    spec = replace(GOLD, lot_step=step, min_lot=step * smallest, max_lot=step * 1_000)
    result = guard_volume(lot, spec, RAISING, free_lots=free, max_risk_drift_pct=drift)

    if isinstance(result, Decimal):
        assert (Fraction(result) / Fraction(step)).denominator == 1
        assert spec.min_lot <= result <= spec.max_lot
        assert result <= lot * (1 + drift)
        assert free is None or result <= free * (1 + drift)

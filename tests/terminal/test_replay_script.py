"""Scripts state levels as shares, which any entry turns into prices again."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.quantities import Side
from echo.terminal.replay_script import ReplayPlan, stop_price, target_price

PRICES = st.decimals(min_value="0.5", max_value="5000", places=5)
SHARES = st.decimals(min_value="0.0001", max_value="0.5", places=8)


@given(PRICES, SHARES, st.sampled_from(Side))
def test_positive_shares_lie_on_the_losing_and_the_winning_side(
    entry: Decimal, share: Decimal, side: Side
) -> None:
    assert side.sign * (entry - stop_price(entry, side, share)) > 0
    assert side.sign * (target_price(entry, side, share) - entry) > 0


@given(PRICES, SHARES, st.sampled_from(Side))
def test_a_negative_stop_is_a_target_and_the_other_way_round(
    entry: Decimal, share: Decimal, side: Side
) -> None:
    assert stop_price(entry, side, -share) == target_price(entry, side, share)


def test_the_market_runs_faster_than_the_hosts_clock() -> None:
    plan = ReplayPlan(
        scripts=(),
        market_start_ms=1_000_000,
        speed=Decimal("320.5"),
        end_ms=45_000,
        positions=0,
        left_over=0,
        skipped_symbols={},
        gaps_capped=0,
        holds_shortened=0,
        levels_late=0,
        levels_dropped=0,
    )

    assert plan.market_ms(0) == 1_000_000
    assert plan.market_ms(3) == 1_000_961

"""Levels keep their distance, and are only ever set where a broker would take them."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.quantities import Side
from echo.terminal.histories.trades import HistoricTrade
from echo.terminal.replay_levels import CLEARANCE_SHARE, LevelScript, level_script, shares_of
from echo.terminal.replay_script import stop_price, target_price
from tests.terminal.market import START_MS, rising, trade

SPEED = 60
STEP_MS = 150
MARKET = rising()


def prices_at(at_ms: int) -> tuple[Decimal, Decimal] | None:
    return MARKET.at(START_MS + at_ms * SPEED)


def script(historic: HistoricTrade, *, open_ms: int = 1_000, close_ms: int = 30_000) -> LevelScript:
    return level_script(
        historic,
        key="m.1",
        prices_at=prices_at,
        open_ms=open_ms,
        close_ms=close_ms,
        step_ms=STEP_MS,
    )


def test_distances_become_shares_of_the_open_price() -> None:
    assert shares_of(trade(sl="1.9900", tp="2.0300")) == (Decimal("0.005"), Decimal("0.015"))
    assert shares_of(trade(side=Side.SELL, sl="2.0100", tp="2.0300")) == (
        Decimal("0.005"),
        Decimal("-0.015"),
    )
    assert shares_of(trade()) == (None, None)


def test_levels_on_their_side_come_with_the_open() -> None:
    levels = script(trade(sl="1.9900", tp="2.0300"))

    assert (levels.sl_share, levels.tp_share) == (Decimal("0.005"), Decimal("0.015"))
    assert levels.modifies == ()
    assert (levels.late, levels.dropped) == (0, 0)


def test_a_trailed_stop_is_set_when_the_market_has_passed_it() -> None:
    levels = script(trade(sl="2.0004", tp="2.0300"))

    assert (levels.sl_share, levels.tp_share) == (None, Decimal("0.015"))
    [modify] = levels.modifies
    assert (modify.sl_share, modify.tp_share) == (Decimal("-0.0002"), Decimal("0.015"))
    assert (levels.late, levels.dropped) == (1, 0)
    # Up 10 points a minute from 1.00012: at 1.00032 plus clearance after more than 2 minutes.
    assert 3_000 < modify.at_ms < 5_000


def test_a_level_that_never_gets_room_is_dropped() -> None:
    levels = script(trade(side=Side.SELL, sl="1.9900", tp="1.9000"))

    assert (levels.sl_share, levels.tp_share) == (None, Decimal("0.05"))
    assert levels.modifies == ()
    assert (levels.late, levels.dropped) == (0, 1)


def test_a_stop_nearer_than_the_spread_waits() -> None:
    # 2 points of spread and 5 of clearance: a stop 4 points away is too near at first.
    levels = script(trade(sl="1.99992"))

    assert levels.sl_share is None
    assert [modify.sl_share for modify in levels.modifies] == [Decimal("0.00004")]


def test_one_level_may_come_late_and_the_other_never() -> None:
    levels = script(trade(sl="2.0040", tp="1.9990"), close_ms=40_000)

    assert [(m.sl_share, m.tp_share) for m in levels.modifies] == [(Decimal("-0.002"), None)]
    assert (levels.late, levels.dropped) == (1, 1)


def test_before_the_first_quote_nothing_can_be_set() -> None:
    levels = level_script(
        trade(sl="1.9900"),
        key="m.1",
        prices_at=lambda at_ms: None,
        open_ms=0,
        close_ms=1_000,
        step_ms=STEP_MS,
    )

    assert (levels.sl_share, levels.dropped) == (None, 1)


@given(
    st.sampled_from(Side),
    st.none() | st.decimals("1.99", "2.01", places=5),
    st.none() | st.decimals("1.99", "2.01", places=5),
    st.integers(0, 30_000),
    st.integers(0, 20_000),
)
def test_every_level_is_clear_of_the_market_when_it_is_set(
    side: Side, sl: Decimal | None, tp: Decimal | None, open_ms: int, life_ms: int
) -> None:
    historic = trade(
        side=side, sl=None if sl is None else str(sl), tp=None if tp is None else str(tp)
    )
    levels = script(historic, open_ms=open_ms, close_ms=open_ms + life_ms)

    opened = prices_at(open_ms)
    assert opened is not None
    entry = opened[1] if side is Side.BUY else opened[0]
    before: tuple[Decimal | None, Decimal | None] = (None, None)
    for at_ms, after in [
        (open_ms, (levels.sl_share, levels.tp_share)),
        *((modify.at_ms, (modify.sl_share, modify.tp_share)) for modify in levels.modifies),
    ]:
        prices = prices_at(at_ms)
        assert prices is not None
        closing = prices[0] if side is Side.BUY else prices[1]
        if after[0] is not None and after[0] != before[0]:
            room = side.sign * (closing - stop_price(entry, side, after[0]))
            assert room > entry * CLEARANCE_SHARE
        if after[1] is not None and after[1] != before[1]:
            room = side.sign * (target_price(entry, side, after[1]) - closing)
            assert room > entry * CLEARANCE_SHARE
        assert open_ms <= at_ms <= max(open_ms, open_ms + life_ms - STEP_MS)
        before = after
    wanted = sum(share is not None for share in shares_of(historic))
    at_open = sum(share is not None for share in (levels.sl_share, levels.tp_share))
    assert wanted == at_open + levels.late + levels.dropped

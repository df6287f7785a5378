"""Entries that fit under every limit, are made to, or are left out with the numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.exposure import Margins, loss_by_tick_size, worst_loss
from echo.domain.headroom import ClosedLoss, Fitted, IdeaRule, Room, fit, idea_room
from echo.domain.quantities import Side
from tests.domain.exposures import EURUSD, POINT, held

NOW_MS = 1_750_000_000_000
MARGINS = Margins(slippage_points=Decimal(0))
IDEA = IdeaRule(rule_id="idea", limit=Decimal(500), reopen_within_s=600)
PER_LOT = Decimal(100) * POINT
"""A stop 100 points away costs 100 USD a lot."""


def room(money: str) -> Room:
    return Room(rule_id="daily", money=Decimal(money), sentence="daily: so it is")


def fitted(lot: str, money: str, *, scale: bool = True) -> Fitted | Refusal:
    return fit(Decimal(lot), PER_LOT, EURUSD, [room("9999"), room(money)], scale=scale)


def test_what_fits_is_left_as_it_is() -> None:
    found = fitted("1.00", "100")

    assert isinstance(found, Fitted)
    assert found.lot == 1
    assert found.worst == 100
    assert found.room == room("100")


def test_what_does_not_fit_is_cut_down_to_the_step() -> None:
    found = fitted("1.00", "77.77")

    assert isinstance(found, Fitted)
    assert found.lot == Decimal("0.77")


@pytest.mark.parametrize(
    ("money", "scale"), [("0.99", True), ("0", True), ("-50", True), ("77.77", False)]
)
def test_what_cannot_be_cut_is_refused_with_the_numbers(money: str, scale: bool) -> None:
    found = fitted("1.00", money, scale=scale)

    assert isinstance(found, Refusal)
    assert found.code is ErrorCode.LIMIT_HEADROOM
    left = max(Decimal(money), Decimal(0))
    assert f"1.00 lots would cost 100.00 at their stop > {left:.2f} left" in found.sentence
    assert found.sentence.endswith("daily: so it is")


def test_a_quotient_that_is_rounded_up_lets_nothing_through() -> None:
    """2.99…9 over 3 is 1 in 28 digits; one lot of 3 does not fit into it all the same."""
    whole = replace(EURUSD, tick_size=Decimal(1), lot_step=Decimal(1), min_lot=Decimal(1))
    found = fit(Decimal(5), Decimal(3), whole, [room("2." + "9" * 28)], scale=True)

    assert isinstance(found, Refusal)


def test_without_limits_everything_fits() -> None:
    assert fit(Decimal(9), PER_LOT, EURUSD, [], scale=False) == Fitted(
        lot=Decimal(9), worst=Decimal(900), room=None
    )


def test_an_idea_is_all_that_floats_of_one_symbol_and_side_and_what_it_just_lost() -> None:
    exposures = (
        held(),
        held(side=Side.SELL, stop="1.10100"),
        held(symbol="GBPUSD"),
        held("2.00", profit="-150"),
    )
    closed = (
        ClosedLoss(symbol="EURUSD", side=Side.BUY, loss=Decimal(50), at_ms=NOW_MS - 599_000),
        ClosedLoss(symbol="EURUSD", side=Side.BUY, loss=Decimal(70), at_ms=NOW_MS - 600_000),
        ClosedLoss(symbol="EURUSD", side=Side.SELL, loss=Decimal(90), at_ms=NOW_MS),
    )
    found = idea_room(
        IDEA,
        symbol="EURUSD",
        side=Side.BUY,
        exposures=exposures,
        closed=closed,
        margins=MARGINS,
        at_ms=NOW_MS,
    )

    assert isinstance(found, Room)
    assert found.money == 500 - 100 - 200 - 50
    assert found.sentence == (
        "idea: BUY EURUSD may cost 500.00, 300.00 is at risk and 50.00 was lost in the last 600 s"
    )


def test_an_idea_with_a_position_without_a_stop_has_no_bounds() -> None:
    found = idea_room(
        IDEA,
        symbol="EURUSD",
        side=Side.BUY,
        exposures=(held(stop=None),),
        closed=(),
        margins=MARGINS,
        at_ms=NOW_MS,
    )

    assert isinstance(found, Refusal)
    assert "ticket 9001 has no stop" in found.sentence


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (replace(IDEA, limit=Decimal("NaN")), "is not above 0"),
        (replace(IDEA, limit=Decimal(-1)), "is not above 0"),
        (replace(IDEA, reopen_within_s=86_401), "0 to 86400"),
    ],
)
def test_a_senseless_idea_is_named(rule: IdeaRule, why: str) -> None:
    assert why in rule.complaint
    assert IDEA.complaint == ""


sizes = st.integers(1, 500).map(lambda steps: Decimal(steps) / 100)
distances = st.integers(1, 2_000)


@given(
    equity=st.integers(-10_000, 200_000),
    floor=st.integers(80_000, 120_000),
    open_lots=st.lists(st.tuples(sizes, distances, st.integers(-900, 900)), max_size=5),
    lot=sizes,
    distance=distances,
    slippage=st.integers(0, 100),
    tick=st.sampled_from(["0.00001", "0.00003", "0.00025"]),
    scale=st.booleans(),
)
def test_no_entry_is_let_through_whose_worst_case_breaks_the_limit(
    equity: int,
    floor: int,
    open_lots: list[tuple[Decimal, int, int]],
    lot: Decimal,
    distance: int,
    slippage: int,
    tick: str,
    scale: bool,
) -> None:
    """The world is replayed from scratch: all stops fill, as badly as assumed."""
    margins = Margins(slippage_points=Decimal(slippage))
    spec = replace(EURUSD, tick_size=Decimal(tick), tick_value=Decimal("0.9137"))
    exposures = tuple(
        replace(
            held(stop=None, profit=str(profit)),
            lot=size,
            stop_price=Decimal("1.10000") - away * POINT,
            tick_value=Decimal("0.9137"),
            tick_size=spec.tick_size,
        )
        for size, away, profit in open_lots
    )
    open_loss = worst_loss(exposures, margins)
    assert isinstance(open_loss, Decimal)
    by_tick_size = loss_by_tick_size(
        spec,
        entry_price=Decimal("1.10000"),
        stop_price=Decimal("1.10000") - distance * POINT,
        tick_value=Decimal("0.9137"),
        cost_per_lot=Decimal(0),
        margins=margins,
    )
    assert by_tick_size is not None
    left = Room(rule_id="daily", money=equity - open_loss - floor, sentence="")
    found = fit(lot, by_tick_size, spec, [left], scale=scale)

    if isinstance(found, Refusal):
        smallest = spec.min_lot if scale else lot
        assert smallest * by_tick_size / spec.tick_size > left.money
        return
    assert found.lot <= lot
    assert found.lot % spec.lot_step == 0
    end = Decimal(equity)
    for each in exposures:
        at_stop = each.profit_at_stop(margins)
        assert at_stop is not None
        end -= max(Decimal(0), each.profit - at_stop)
    end -= found.lot * (distance + slippage) * POINT * Decimal("0.9137") / spec.tick_size
    assert end >= floor

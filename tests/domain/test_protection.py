"""Stops: the master's distances on the slave's prices, rounded toward less risk."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.commands import Protect
from echo.domain.policy import CopyOptions, SlTpMode
from echo.domain.protection import Levels, nearest_legal, place, translate
from echo.domain.quantities import Side
from echo.domain.specs import SymbolMapping

SPEC = SymbolMapping(
    canonical_symbol="EURUSD",
    broker_symbol="EURUSD.x",
    digits=5,
    point=Decimal("0.00001"),
    tick_size=Decimal("0.00001"),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(50),
    lot_step=Decimal("0.01"),
    stop_level_points=50,
)
NONE = Levels(stop_loss=None, take_profit=None)


def levels(stop_loss: str | None, take_profit: str | None) -> Levels:
    return Levels(
        stop_loss=None if stop_loss is None else Decimal(stop_loss),
        take_profit=None if take_profit is None else Decimal(take_profit),
    )


def translated(
    side: Side,
    master: Levels,
    options: CopyOptions | None = None,
    *,
    slave_entry: str = "1.10020",
    spec: SymbolMapping = SPEC,
) -> Levels:
    return translate(
        side,
        master_entry=Decimal("1.10000"),
        master_levels=master,
        slave_entry=Decimal(slave_entry),
        spec=spec,
        options=options or CopyOptions(),
    )


@pytest.mark.parametrize(
    ("side", "options", "master", "slave"),
    [
        pytest.param(
            Side.BUY,
            CopyOptions(),
            levels("1.09500", "1.11000"),
            levels("1.09520", "1.11020"),
            id="by distance",
        ),
        pytest.param(
            Side.SELL,
            CopyOptions(),
            levels("1.10500", "1.09000"),
            levels("1.10520", "1.09020"),
            id="by distance, sell",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(sl_tp_mode=SlTpMode.PRICE),
            levels("1.09500", "1.11000"),
            levels("1.09500", "1.11000"),
            id="by price",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(sl_offset_points=Decimal(10), tp_offset_points=Decimal(20)),
            levels("1.09500", "1.11000"),
            levels("1.09510", "1.11040"),
            id="offsets go away from the price",
        ),
        pytest.param(
            Side.SELL,
            CopyOptions(sl_offset_points=Decimal(10), tp_offset_points=Decimal(20)),
            levels("1.10500", "1.09000"),
            levels("1.10530", "1.09000"),
            id="offsets, sell",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(sl_offset_points=Decimal(-10)),
            levels("1.09500", None),
            levels("1.09530", None),
            id="a negative offset goes nearer",
        ),
        pytest.param(
            Side.BUY, CopyOptions(), levels(None, "1.11"), levels(None, "1.11020"), id="target only"
        ),
        pytest.param(Side.BUY, CopyOptions(), NONE, NONE, id="none"),
        pytest.param(
            Side.BUY,
            CopyOptions(copy_sl_tp=False),
            levels("1.09500", "1.11000"),
            NONE,
            id="not copied",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(copy_sl_tp=False, catastrophic_sl_points=Decimal(1000)),
            levels("1.09500", "1.11000"),
            levels("1.09020", None),
            id="not copied, but never without a hard stop",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(catastrophic_sl_points=Decimal(1000)),
            levels("1.08000", None),
            levels("1.09020", None),
            id="a farther stop is replaced by the hard one",
        ),
        pytest.param(
            Side.SELL,
            CopyOptions(catastrophic_sl_points=Decimal(1000)),
            levels("1.12000", None),
            levels("1.11020", None),
            id="a farther stop, sell",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(catastrophic_sl_points=Decimal(1000)),
            levels("1.09900", None),
            levels("1.09920", None),
            id="a nearer stop stays",
        ),
        pytest.param(
            Side.SELL,
            CopyOptions(),
            levels(None, "0.00010"),
            levels(None, "0.00030"),
            id="as far as there are prices",
        ),
        pytest.param(
            Side.BUY,
            CopyOptions(sl_offset_points=Decimal(200_000)),
            levels("1.09500", None),
            NONE,
            id="a level below zero is none",
        ),
    ],
)
def test_translation(side: Side, options: CopyOptions, master: Levels, slave: Levels) -> None:
    assert translated(side, master, options) == slave


@pytest.mark.parametrize(
    ("side", "rounded"),
    [
        pytest.param(Side.BUY, levels("1.09500", "1.11000"), id="buy: stop up, target down"),
        pytest.param(Side.SELL, levels("1.09475", "1.11025"), id="sell: stop down, target up"),
    ],
)
def test_levels_are_rounded_toward_the_entry(side: Side, rounded: Levels) -> None:
    coarse = replace(SPEC, tick_size=Decimal("0.00025"))
    master = levels("1.09480", "1.11005")

    assert translated(side, master, slave_entry="1.10000", spec=coarse) == rounded


def test_digits_round_in_the_same_direction_as_ticks() -> None:
    fine = replace(SPEC, tick_size=Decimal("0.000001"), digits=4)

    buy = translated(Side.BUY, levels("1.09491", "1.11009"), slave_entry="1.1", spec=fine)
    sell = translated(Side.SELL, levels("1.10509", "1.08991"), slave_entry="1.1", spec=fine)

    assert buy == levels("1.0950", "1.1100")
    assert sell == levels("1.1050", "1.0900")


prices = st.decimals(Decimal("0.5"), 2, places=6)
ticks = st.sampled_from(["0.00001", "0.00003", "0.00025", "0.0001"]).map(Decimal)


@given(st.sampled_from(Side), prices, prices, prices, ticks)
def test_rounding_never_adds_risk(
    side: Side, entry: Decimal, stop: Decimal, target: Decimal, tick: Decimal
) -> None:
    spec = replace(SPEC, tick_size=tick)
    result = translate(
        side,
        master_entry=entry,
        master_levels=Levels(stop_loss=stop, take_profit=target),
        slave_entry=entry,
        spec=spec,
        options=CopyOptions(),
    )

    assert result.stop_loss is not None
    assert result.take_profit is not None
    assert 0 <= (result.stop_loss - stop) * side.sign < tick + spec.point
    assert 0 <= (target - result.take_profit) * side.sign < tick + spec.point


@pytest.mark.parametrize(
    ("side", "wanted", "legal"),
    [
        pytest.param(Side.BUY, levels("1.09950", "1.10050"), True, id="at the stop level"),
        pytest.param(Side.BUY, levels("1.09951", "1.11000"), False, id="stop too near"),
        pytest.param(Side.BUY, levels("1.09000", "1.10049"), False, id="target too near"),
        pytest.param(Side.BUY, levels("1.10100", None), False, id="stop on the wrong side"),
        pytest.param(Side.SELL, levels("1.10050", "1.09950"), True, id="sell"),
        pytest.param(Side.SELL, levels("1.10049", None), False, id="sell, stop too near"),
        pytest.param(Side.SELL, levels(None, "1.09951"), False, id="sell, target too near"),
        pytest.param(Side.SELL, NONE, True, id="nothing to set"),
    ],
)
def test_levels_travel_with_the_order_only_if_both_are_legal(
    side: Side, wanted: Levels, legal: bool
) -> None:
    placed = place(wanted, side=side, exit_price=Decimal("1.10000"), spec=SPEC)

    if legal:
        assert (placed.with_order, placed.protect) == (wanted, None)
    else:
        assert placed.with_order == NONE
        assert placed.protect == Protect(stop_loss=wanted.stop_loss, take_profit=wanted.take_profit)


@pytest.mark.parametrize(
    ("side", "wanted", "set_at"),
    [
        pytest.param(
            Side.BUY, levels("1.09990", "1.10010"), levels("1.09950", "1.10050"), id="pushed out"
        ),
        pytest.param(
            Side.SELL, levels("1.10010", "1.09990"), levels("1.10050", "1.09950"), id="sell"
        ),
        pytest.param(
            Side.BUY, levels("1.09000", "1.12000"), levels("1.09000", "1.12000"), id="left alone"
        ),
        pytest.param(
            Side.BUY, levels("1.10500", None), levels("1.09950", None), id="from the wrong side"
        ),
        pytest.param(Side.BUY, NONE, NONE, id="nothing"),
    ],
)
def test_nearest_legal_levels(side: Side, wanted: Levels, set_at: Levels) -> None:
    assert nearest_legal(wanted, side=side, exit_price=Decimal("1.1"), spec=SPEC) == set_at


@given(st.sampled_from(Side), prices, prices, prices, ticks)
def test_what_is_pushed_out_is_legal_and_no_farther_than_needed(
    side: Side, market: Decimal, stop: Decimal, target: Decimal, tick: Decimal
) -> None:
    spec = replace(SPEC, tick_size=tick, digits=6)
    wanted = Levels(stop_loss=stop, take_profit=target)
    set_at = nearest_legal(wanted, side=side, exit_price=market, spec=spec)
    least = Fraction(spec.stop_level_points) * Fraction(spec.point)

    assert set_at.stop_loss is not None
    assert set_at.take_profit is not None
    for before, after, toward in (
        (stop, set_at.stop_loss, side.sign),
        (target, set_at.take_profit, -side.sign),
    ):
        distance = (Fraction(market) - Fraction(after)) * toward
        assert distance >= least
        assert after == before or distance < least + Fraction(tick) + Fraction(1, 10**6)
    assert place(set_at, side=side, exit_price=market, spec=spec).protect is None

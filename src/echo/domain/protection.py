"""Stops of a copy: the master's distances on the slave's prices, and when they may be set."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from echo.domain.commands import Protect
from echo.domain.policy import CopyOptions, SlTpMode
from echo.domain.quantities import Side, unit_of
from echo.domain.sealing import sealed
from echo.domain.specs import SymbolMapping

# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_DISTANCE: Final = SlTpMode.DISTANCE


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Stop loss and take profit as prices in quote currency; ``None`` = none."""

    stop_loss: Decimal | None
    take_profit: Decimal | None


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLevels:
    """What the order carries, and what has to wait for a modification after the fill."""

    with_order: Levels
    protect: Protect | None


def translate(
    side: Side,
    *,
    master_entry: Decimal,
    master_levels: Levels,
    slave_entry: Decimal,
    spec: SymbolMapping,
    options: CopyOptions,
) -> Levels:
    """Turn a master's levels into a slave's.

    By distance (the master's distance from its own entry, from the slave's entry) or by price;
    then the offsets, positive = farther from the price; then the catastrophic stop, used where
    no stop is copied or the copied one is farther.  The stop is rounded toward the entry (less
    risk), the target toward the entry too (sooner).
    """
    shift = slave_entry - master_entry if options.sl_tp_mode is _DISTANCE else Decimal(0)
    stop_loss = take_profit = None
    if options.copy_sl_tp and master_levels.stop_loss is not None:
        offset = options.sl_offset_points * spec.point * side.sign
        stop_loss = master_levels.stop_loss + shift - offset
    if options.copy_sl_tp and master_levels.take_profit is not None:
        offset = options.tp_offset_points * spec.point * side.sign
        take_profit = master_levels.take_profit + shift + offset
    if options.catastrophic_sl_points is not None:
        hard = slave_entry - side.sign * options.catastrophic_sl_points * spec.point
        if stop_loss is None or (hard - stop_loss) * side.sign > 0:
            stop_loss = hard
    return Levels(
        stop_loss=_rounded(stop_loss, spec, up=side is _BUY),
        take_profit=_rounded(take_profit, spec, up=side is _SELL),
    )


def place(levels: Levels, *, side: Side, exit_price: Decimal, spec: SymbolMapping) -> OrderLevels:
    """Split *levels* into what may travel with the order and what must follow the fill.

    A broker refuses levels nearer to the market than its stop level, measured from the price at
    which the position would close (docs.mql4.com, "Requirements and Limitations in Making
    Trades").  One illegal level sends both after the fill: they belong together.
    """
    least, toward = spec.stop_level_points * spec.point, side.sign
    stop_loss, take_profit = levels.stop_loss, levels.take_profit
    if (stop_loss is None or (exit_price - stop_loss) * toward >= least) and (
        take_profit is None or (take_profit - exit_price) * toward >= least
    ):
        return OrderLevels(with_order=levels, protect=None)
    return OrderLevels(
        with_order=Levels(stop_loss=None, take_profit=None),
        protect=Protect(stop_loss=stop_loss, take_profit=take_profit),
    )


def nearest_legal(
    levels: Levels, *, side: Side, exit_price: Decimal, spec: SymbolMapping
) -> Levels:
    """Push levels that are too near to the market out to the broker's stop level, no farther."""
    least = spec.stop_level_points * spec.point
    stop_loss, take_profit = levels.stop_loss, levels.take_profit
    if stop_loss is not None and (exit_price - stop_loss) * side.sign < least:
        pushed = exit_price - side.sign * least
        stop_loss = _rounded(pushed, spec, up=side is _SELL)
    if take_profit is not None and (take_profit - exit_price) * side.sign < least:
        pushed = exit_price + side.sign * least
        take_profit = _rounded(pushed, spec, up=side is _BUY)
    return Levels(stop_loss=stop_loss, take_profit=take_profit)


def _rounded(level: Decimal | None, spec: SymbolMapping, *, up: bool) -> Decimal | None:
    """Round to the tick size, then to the digits, both in one direction.

    A level at or below zero can never be reached and would be read as "none": it is none.
    """
    if level is None or level <= 0:
        return None
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    ticks = (level / spec.tick_size).to_integral_value(rounding)
    rounded = (ticks * spec.tick_size).quantize(unit_of(spec.digits), rounding)
    return rounded or None

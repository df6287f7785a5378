"""What the chart of a master's EA says about a trade that begins."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from echo.domain.quantities import unit_of
from echo.terminal.view import Bar, TerminalView, background_of

_DAY_S: Final = 86_400


def timeframe_text(seconds: int) -> str:
    """Name a time frame as terminals do, such as ``M15`` or ``H4``; empty = no chart."""
    if seconds <= 0:
        return ""
    for least_s, name in ((30 * _DAY_S, "MN1"), (7 * _DAY_S, "W1"), (_DAY_S, "D1")):
        if seconds >= least_s:
            return name
    return f"H{seconds // 3_600}" if seconds >= 3_600 else f"M{seconds // 60}"


def range_of(view: TerminalView, symbol: str, count: int) -> Decimal | None:
    """Return what `average_range` says about a symbol of *view*, by the broker's name."""
    shown = view.symbol(symbol)
    if shown is None:
        return None
    return average_range(background_of(view.backgrounds, symbol).bars, count, shown.digits)


def average_range(bars: Sequence[Bar], count: int, digits: int) -> Decimal | None:
    """Return the mean true range of the last *count* whole bars, one digit finer than prices.

    ``None``: the chart does not have them all, with one before them, and the unfinished one behind.
    """
    if count < 1 or len(bars) < count + 2:
        return None
    whole = bars[-count - 2 : -1]
    ranges = (
        max(bar.high, before.close) - min(bar.low, before.close) for before, bar in pairwise(whole)
    )
    return (sum(ranges, Decimal(0)) / count).quantize(unit_of(digits + 1))

"""Doubles of the stream and decimals of the domain: the only place where one becomes the other."""

from decimal import ROUND_HALF_EVEN, Decimal
from math import isfinite
from typing import Final

from echo.wire.refusals import WireError, WireReason

PLACES: Final = 8
"""Decimals that are kept: terminals print no more, and a double has no more to give."""

LIMIT: Final = 1e15
"""Numbers are smaller than this: beyond it a double no longer tells cents apart."""

_QUANTUM: Final = Decimal(1).scaleb(-PLACES)
_ZERO: Final = Decimal(0)


def number(double: float) -> Decimal:
    """Return the decimal that *double* was meant to be: its shortest text, at most 8 places.

    In plain digits, without trailing zeros.

    Raises:
        WireError: it is not finite, or beyond `LIMIT`.
    """
    if not -LIMIT < double < LIMIT:
        if isfinite(double):
            raise WireError(WireReason.OUT_OF_RANGE, f"{double} is beyond any market")
        raise WireError(WireReason.NOT_FINITE, f"{double} is not a finite number")
    text = repr(double)
    whole, _, places = text.partition(".")
    if places == "0":
        return Decimal(whole) if double else _ZERO
    if len(places) <= PLACES and "e" not in text:
        return Decimal(text)  # the shortest text has no trailing zeros
    # To the even neighbour, so that noise has no direction.
    rounded = Decimal(text).quantize(_QUANTUM, ROUND_HALF_EVEN)
    return Decimal(f"{rounded:f}".rstrip("0").rstrip(".")) if rounded else _ZERO


def double(value: Decimal) -> float:
    """Return *value* as the nearest double.

    Raises:
        WireError: it is not finite, or beyond `LIMIT`.
    """
    nearest = float(value)
    if -LIMIT < nearest < LIMIT:
        return nearest
    reason = WireReason.OUT_OF_RANGE if value.is_finite() else WireReason.NOT_FINITE
    raise WireError(reason, f"{value:.3E} cannot be sent as a double")

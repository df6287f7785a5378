"""Filters at entry: pass (``None``), or omit with one code and one sentence."""

from decimal import Decimal
from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.intents import TradeIntent
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Side
from echo.domain.specs import Quote, SymbolMapping, TradePermission

# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_FULL: Final = TradePermission.FULL


def refuse_kind(intent: TradeIntent, canonical: str, options: CopyOptions) -> Refusal | None:
    """Refuse trades that the account does not want: by side, symbol or magic number."""
    if intent.side not in options.sides:
        return Refusal(ErrorCode.SIDE_FILTERED, f"{intent.side} is not copied to this account")
    if canonical in options.symbols_exclude:
        return Refusal(ErrorCode.SYMBOL_FILTERED, f"{canonical} is excluded on this account")
    if options.symbols_include and canonical not in options.symbols_include:
        return Refusal(ErrorCode.SYMBOL_FILTERED, f"{canonical} is not among the copied symbols")
    ranges = options.magic_ranges
    if ranges and not any(low <= intent.magic_number <= high for low, high in ranges):
        return Refusal(
            ErrorCode.RISK_POLICY_MISSING, f"magic {intent.magic_number} is not copied here"
        )
    return None


def refuse_permission(spec: SymbolMapping, side: Side) -> Refusal | None:
    """Refuse symbols that the broker does not let this account open."""
    if spec.trade_permission in (None, _FULL):
        return None
    return Refusal(
        ErrorCode.TRADE_DISABLED,
        f"{spec.broker_symbol} is {spec.trade_permission} at this broker, no {side} possible",
    )


def refuse_spread(quote: Quote, spec: SymbolMapping, options: CopyOptions) -> Refusal | None:
    """Refuse a spread above ``max_spread_points``."""
    if options.max_spread_points is None:
        return None
    spread_points = (quote.ask - quote.bid) / spec.point
    if spread_points <= options.max_spread_points:
        return None
    return Refusal(
        ErrorCode.SPREAD_EXCEEDED,
        f"spread {spread_points:.1f} pt > max {options.max_spread_points} pt",
    )


def adverse_points(
    side: Side, *, master_price: Decimal, slave_price: Decimal, spec: SymbolMapping
) -> Decimal:
    """Return by how many points the slave's price is worse than the master's; < 0 = better."""
    return (slave_price - master_price) * side.sign / spec.point


def refuse_slippage(
    intent: TradeIntent, quote: Quote, spec: SymbolMapping, options: CopyOptions
) -> Refusal | None:
    """Refuse a price worse than the master's fill by more than ``max_slippage_points``."""
    if options.max_slippage_points is None:
        return None
    worse_points = adverse_points(
        intent.side,
        master_price=intent.price,
        slave_price=quote.entry_price(intent.side),
        spec=spec,
    )
    if worse_points <= options.max_slippage_points:
        return None
    return Refusal(
        ErrorCode.SLIPPAGE_EXCEEDED,
        f"price {worse_points:.1f} pt worse than the master's"
        f" > max {options.max_slippage_points} pt",
    )


def refuse_delay(age_ms: int | None, options: CopyOptions) -> Refusal | None:
    """Refuse an entry older than ``max_delay_ms``, or of unknown age: never execute one late."""
    if age_ms is None:
        return Refusal(ErrorCode.DELAY_EXCEEDED, "the age of the entry is unknown")
    if age_ms >= options.max_delay_ms:
        return Refusal(
            ErrorCode.DELAY_EXCEEDED, f"entry is {age_ms} ms old >= max {options.max_delay_ms} ms"
        )
    return None

"""Filters at entry: pass (``None``), or omit with one code and one sentence."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.intents import TradeIntent
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Side
from echo.domain.specs import Quote, SessionWindow, SymbolMapping, TradePermission

# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_FULL: Final = TradePermission.FULL

NAMED_MAX: Final = 5
"""Symbols or ranges named in one sentence."""


def refuse_kind(intent: TradeIntent, canonical: str, options: CopyOptions) -> Refusal | None:
    """Refuse trades that the account does not want: by side, symbol or magic number."""
    if intent.side not in options.sides:
        copied = ", ".join(sorted(options.sides)) or "none"
        sentence = f"{intent.side} is not among the copied sides ({copied})"
        return Refusal(ErrorCode.SIDE_FILTERED, sentence)
    if canonical in options.symbols_exclude:
        return Refusal(ErrorCode.SYMBOL_FILTERED, f"{canonical} is excluded on this account")
    if options.symbols_include and canonical not in options.symbols_include:
        copied = ", ".join(sorted(options.symbols_include)[:NAMED_MAX])
        more = len(options.symbols_include) - NAMED_MAX
        also = f" and {more} more" if more > 0 else ""
        sentence = f"{canonical} is not among the copied symbols ({copied}{also})"
        return Refusal(ErrorCode.SYMBOL_FILTERED, sentence)
    ranges = options.magic_ranges
    if ranges and not any(low <= intent.magic_number <= high for low, high in ranges):
        copied = ", ".join(f"{low}-{high}" for low, high in ranges[:NAMED_MAX])
        return Refusal(
            ErrorCode.RISK_POLICY_MISSING,
            f"magic {intent.magic_number} is not among the copied ones ({copied})",
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


def refuse_session(
    sessions: Sequence[SessionWindow], spec: SymbolMapping, options: CopyOptions, *, wall_ms: int
) -> Refusal | None:
    """Refuse an entry outside the symbol's trading hours, told by the broker's clock.

    A symbol that reports none, as MetaTrader 4 does, is left to its terminal; so is an account
    of whose clock nothing is known.
    """
    if not sessions or not options.session_zone:
        return None
    local = datetime.fromtimestamp(wall_ms / 1_000, tz=ZoneInfo(options.session_zone))
    # Days of a report are numbered from Sunday = 1, those of a date from Monday = 1.
    day, minute = local.isoweekday() % 7 + 1, local.hour * 60 + local.minute
    hours = [span for each in sessions if each.day == day for span in each.trade_sessions]
    if any(span.start_minute <= minute < span.end_minute for span in hours):
        return None
    told = ", ".join(f"{_hhmm(each.start_minute)}-{_hhmm(each.end_minute)}" for each in hours)
    return Refusal(
        ErrorCode.SESSION_CLOSED,
        f"{spec.broker_symbol} is not traded at {local:%a %H:%M} {options.session_zone}:"
        f" {told or 'never on that day'}",
    )


def _hhmm(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


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


def slippage_left(limit_points: Decimal | None, worse_points: Decimal) -> Decimal | None:
    """Return by how much the price may still become worse on its way to the broker.

    The limit counts from the master's fill, so what was lost before the order left is used up,
    and a price that is better leaves more.
    """
    return None if limit_points is None else max(Decimal(0), limit_points - worse_points)


def refuse_slippage(
    intent: TradeIntent, quote: Quote, spec: SymbolMapping, options: CopyOptions
) -> Refusal | None:
    """Refuse a price worse than the master's fill by more than ``max_slippage_points``."""
    limit_points = options.slippage_points_max
    if limit_points is None:
        return None
    worse_points = adverse_points(
        intent.side,
        master_price=intent.price,
        slave_price=quote.entry_price(intent.side),
        spec=spec,
    )
    if worse_points <= limit_points:
        return None
    return Refusal(
        ErrorCode.SLIPPAGE_EXCEEDED,
        f"price {worse_points:.1f} pt worse than the master's > max {limit_points} pt",
    )


def refuse_delay(age_ms: int | None, options: CopyOptions) -> Refusal | None:
    """Refuse an entry older than ``max_delay_ms``, or of unknown age: never execute one late."""
    if age_ms is None:
        return Refusal(ErrorCode.DELAY_EXCEEDED, "the age of the entry is unknown")
    limit_ms = options.entry_ms_max
    if age_ms >= limit_ms:
        return Refusal(ErrorCode.DELAY_EXCEEDED, f"entry is {age_ms} ms old >= max {limit_ms} ms")
    return None

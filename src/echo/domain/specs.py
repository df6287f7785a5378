"""What a broker accepts for a symbol, what it quotes, and how both age."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.domain.sealing import sealed

_ZERO: Final = Decimal(0)
_ENDLESS: Final = Decimal("Infinity")
_NAMES: Final = ("point", "tick_size", "min_lot", "max_lot", "lot_step")
_PRINTED: Final = dict.fromkeys(
    ("min_lot", "lot_step"),
    "; an EA that prints two decimals cannot tell thousandths of a lot",
)
# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_BUY: Final = Side.BUY


class TradePermission(StrEnum):
    """What a broker lets an account do in a symbol."""

    DISABLED = "disabled"
    CLOSE_ONLY = "close_only"
    FULL = "full"


class SpreadType(StrEnum):
    """How a broker sets its spread."""

    FLOATING = "floating"
    FIXED = "fixed"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolMapping:
    """One symbol of an account as its terminal reported it; prices in quote currency, lots in lots.

    ``stop_level_points`` is the least distance of a stop from the market, in points (``point``,
    not ``tick_size``: many CFDs differ).  ``contract_size`` ``None`` = the broker says 0 or
    nothing, never taken for 1.  ``tick_value`` is money in account currency per tick and lot.
    """

    canonical_symbol: str
    broker_symbol: str
    digits: int
    point: Decimal
    tick_size: Decimal
    min_lot: Decimal
    max_lot: Decimal
    lot_step: Decimal
    stop_level_points: int = 0
    contract_size: Decimal | None = None
    tick_value: Decimal | None = None
    trade_permission: TradePermission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRange:
    """A span of one day, in minutes from midnight, 0 to 1440."""

    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWindow:
    """When a symbol is quoted and traded on one day of the week (1 = Sunday … 7 = Saturday)."""

    day: int
    quote_sessions: tuple[SessionRange, ...] = ()
    trade_sessions: tuple[SessionRange, ...] = ()


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSpecification:
    """The periodic, fuller report of one symbol; the modes are the wire's lower-case words."""

    canonical_symbol: str
    broker_symbol: str
    digits: int
    stops_level_points: int
    contract_size: Decimal
    tick_value: Decimal
    min_lot: Decimal
    max_lot: Decimal
    lot_step: Decimal
    margin_currency: str = ""
    spread_type: SpreadType = SpreadType.FLOATING
    fixed_spread_points: Decimal = Decimal(0)
    profit_calculation_mode: str = "forex"
    margin_calculation_mode: str = "forex"
    margin_hedge: Decimal = Decimal(0)
    margin_percentage: Decimal = Decimal(100)
    trade_permission: TradePermission = TradePermission.FULL
    execution_mode: str = "market"
    gtc_mode: str = "gtc"
    swap_type: str = "points"
    swap_long: Decimal = Decimal(0)
    swap_short: Decimal = Decimal(0)
    triple_swap_day: str = "wednesday"
    sessions: tuple[SessionWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSpecReport:
    """Specifications of an account's symbols, latest wins; ``reported_at_ms`` is the sender's."""

    account_id: AccountId
    symbols: tuple[SymbolSpecification, ...]
    reported_at_ms: int


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One symbol's prices on one account; ``timestamp_ms`` is the sender's wall clock."""

    account_id: AccountId
    canonical_symbol: str
    broker_symbol: str
    bid: Decimal
    ask: Decimal
    spread_points: Decimal
    timestamp_ms: int

    def entry_price(self, side: Side) -> Decimal:
        """The price at which *side* would open now: a buy pays the ask, a sell gets the bid."""
        return self.ask if side is _BUY else self.bid

    def exit_price(self, side: Side) -> Decimal:
        """The price at which *side* would close now; stops are measured from it."""
        return self.bid if side is _BUY else self.ask


def spec_complaint(mapping: SymbolMapping) -> str | None:
    """Say what makes a reported symbol unusable, or ``None``.

    Terminals invent specs for symbols they do not know (lot 0.00, tick 0): such a symbol is left
    out, the account goes on with the others.
    """
    try:
        # Almost all are sound, and a report may have thousands.
        numbers_are_sound = (
            _ZERO < mapping.point < _ENDLESS
            and _ZERO < mapping.tick_size < _ENDLESS
            and _ZERO < mapping.min_lot <= mapping.max_lot < _ENDLESS
            and _ZERO < mapping.lot_step < _ENDLESS
        )
    except InvalidOperation:  # one is not a number
        numbers_are_sound = False
    if not numbers_are_sound:
        return _complaint_of_numbers(mapping)
    if not 0 <= mapping.digits <= 10:
        return f"digits is {mapping.digits}, not 0 to 10"
    if mapping.stop_level_points < 0:
        return f"stop_level is {mapping.stop_level_points} points, not >= 0"
    return None


def _complaint_of_numbers(mapping: SymbolMapping) -> str:
    numbers = (
        mapping.point,
        mapping.tick_size,
        mapping.min_lot,
        mapping.max_lot,
        mapping.lot_step,
    )
    for name, number in zip(_NAMES, numbers, strict=True):
        if not number.is_finite() or number <= 0:
            hint = _PRINTED.get(name, "") if number == 0 else ""
            return f"{name} is {number}, not > 0{hint}"
    return f"min_lot {mapping.min_lot} > max_lot {mapping.max_lot}"

"""A broker's rules for a symbol, and the money that follows from a price.

Money is exact where the account's currency is one side of the symbol (EURUSD or USDJPY on a USD
account).  For anything else the quote currency is counted as the account's, one to one: the paper
broker keeps no cross rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import is_not
from typing import Final

from echo.domain.accounts import Position
from echo.domain.handshake import AccountMode
from echo.domain.ids import AccountId
from echo.domain.quantities import Side, round_to_step, unit_of
from echo.domain.specs import SessionWindow, SymbolMapping, TradePermission
from echo.terminal.view import MT4, Bar, Price

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRules:
    """One symbol at a broker.

    ``market`` names the feed that prices it; ``spread_markup_points`` is what the broker adds to
    the feed's ask.  ``contract_size`` in units of the base per lot; lots in lots.  Levels may not
    be set nearer to the market than the stop level; within the freeze level of one of its levels
    a position can neither be modified nor closed.
    """

    name: str
    market: str
    digits: int
    point: Decimal
    tick_size: Decimal
    contract_size: Decimal
    min_lot: Decimal = Decimal("0.01")
    max_lot: Decimal = Decimal(100)
    lot_step: Decimal = Decimal("0.01")
    stop_level_points: int = 0
    freeze_level_points: int = 0
    spread_markup_points: Decimal = Decimal(0)
    base_currency: str = ""
    quote_currency: str = "USD"
    trade_permission: TradePermission = TradePermission.FULL
    sessions: tuple[SessionWindow, ...] = ()
    """When it is quoted and traded, by the broker's clock; told, not kept to."""
    bars: tuple[Bar, ...] = ()
    """Of the EA's chart, the newest, unfinished one last; told as they are, whatever the prices."""

    def priced(self, raw: Price) -> Price:
        """Turn the feed's price into the broker's: mark-up added, rounded to the digits."""
        unit = unit_of(self.digits)
        ask = raw.ask + self.spread_markup_points * self.point
        return Price(round_to_step(raw.bid, unit), round_to_step(ask, unit))

    def is_inverse(self, currency: str) -> bool:
        """Whether an amount of the quote currency is worth more of *currency* at a lower price."""
        return self.base_currency == currency and self.quote_currency != currency

    def money(self, quote_amount: Decimal, price: Decimal, currency: str) -> Decimal:
        """Convert an amount of the quote currency, at *price*, into the account's, to the cent."""
        if self.is_inverse(currency) and price:
            quote_amount /= price
        return quote_amount.quantize(CENT)

    def profit(
        self, side: Side, lot: Decimal, *, opened: Decimal, closed: Decimal, currency: str
    ) -> Decimal:
        """Money earned by a position between two prices."""
        moved = (closed - opened) * side.sign * lot * self.contract_size
        return self.money(moved, closed, currency)

    def margin(self, lot: Decimal, price: Decimal, leverage: int, currency: str) -> Decimal:
        """Money that a position of *lot* binds."""
        return self.money(lot * self.contract_size * price / leverage, price, currency)

    def mapping(self, price: Price | None, currency: str) -> SymbolMapping:
        """Describe the symbol as a terminal would report it now."""
        bid = Decimal(1) if price is None else price.bid
        tick_value = self.tick_size * self.contract_size
        if self.is_inverse(currency) and bid:
            tick_value = (tick_value / bid).quantize(Decimal("0.00000001"))
        return SymbolMapping(
            canonical_symbol=self.name.upper(),
            broker_symbol=self.name,
            digits=self.digits,
            point=self.point,
            tick_size=self.tick_size,
            min_lot=self.min_lot,
            max_lot=self.max_lot,
            lot_step=self.lot_step,
            stop_level_points=max(self.stop_level_points, self.freeze_level_points),
            contract_size=self.contract_size,
            tick_value=tick_value,
            trade_permission=self.trade_permission,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerRules:
    """One account and its broker.

    ``clock_offset_ms`` is how far the broker's clock is ahead of UTC.  MT4 counts open times in
    whole seconds and gives the rest of a partly closed position a new ticket; MT5 does neither.
    ``stop_out_percent``: margin level at which the broker closes the worst position.
    """

    account_id: AccountId
    server: str
    symbols: tuple[SymbolRules, ...]
    broker: str = ""
    currency: str = "USD"
    leverage: int = 100
    balance: Decimal = Decimal(10_000)
    terminal: str = MT4
    terminal_build: int = 1420
    account_mode: AccountMode = AccountMode.HEDGING
    first_ticket: int = 1_000_001
    comment_chars_max: int = 31
    clock_offset_ms: int = 0
    stop_out_percent: Decimal = Decimal(20)
    history_deals_max: int = 1_000
    chart_s: int = 0
    """Time frame of the EA's chart, in seconds; 0 = no chart."""

    def symbol(self, name: str) -> SymbolRules | None:
        """Return the rules of the broker's symbol *name*."""
        for each in self.symbols:
            if each.name == name:
                return each
        return None

    def server_time_ms(self, wall_ms: int) -> int:
        """What the broker's clock shows, as precisely as its terminal tells it."""
        shown_ms = wall_ms + self.clock_offset_ms
        return shown_ms - shown_ms % 1_000 if self.terminal == MT4 else shown_ms


class ShownSymbols:
    """A broker's symbols as its terminal shows them: the same objects while they are the same."""

    def __init__(self, rules: BrokerRules) -> None:
        self._rules = rules
        self._moving = [each for each in rules.symbols if each.is_inverse(rules.currency)]
        self._at: list[Price | None] = []
        self._levels: dict[str, int] = {}
        self._shown: tuple[SymbolMapping, ...] = ()

    def shown(
        self, prices: Mapping[str, Price], stop_levels: Mapping[str, int]
    ) -> tuple[SymbolMapping, ...]:
        """Return the symbols at *prices*, in the broker's order.

        Args:
            stop_levels: In points, by the broker's name, where others hold than the rules say.
        """
        rules = self._rules
        # Nothing but an inverse symbol's tick value moves with a price.
        at = [prices.get(each.name) for each in self._moving]
        moved = not self._shown or any(map(is_not, at, self._at))
        if moved or self._levels != stop_levels:
            self._at, self._levels = at, dict(stop_levels)
            self._shown = tuple(
                self._now(each).mapping(prices.get(each.name), rules.currency)
                for each in rules.symbols
            )
        return self._shown

    def _now(self, symbol: SymbolRules) -> SymbolRules:
        points = self._levels.get(symbol.name)
        return symbol if points is None else replace(symbol, stop_level_points=points)


def too_near(
    side: Side,
    *,
    price: Price,
    stop_loss: Decimal | None,
    take_profit: Decimal | None,
    rules: SymbolRules,
) -> str | None:
    """Say which level a broker would refuse, or ``None``.

    Levels are measured from the price at which the position would close: a buy's from the bid
    (docs.mql4.com, "Requirements and Limitations in Making Trades").
    """
    least = rules.stop_level_points * rules.point
    for name, level, toward in (
        ("stop loss", stop_loss, side.sign),
        ("take profit", take_profit, -side.sign),
    ):
        if level is None:
            continue
        distance = (price.exit(side) - level) * toward
        if distance < least or distance < 0:
            return f"{name} {level} is {distance} from {price.exit(side)}, less than {least}"
    return None


def touched(position: Position, price: Price) -> str | None:
    """Say which level of *position* the market has reached: ``sl``, ``tp`` or ``None``."""
    exit_price, sign = price.exit(position.side), position.side.sign
    if position.stop_loss is not None and (exit_price - position.stop_loss) * sign <= 0:
        return "sl"
    if position.take_profit is not None and (exit_price - position.take_profit) * sign >= 0:
        return "tp"
    return None

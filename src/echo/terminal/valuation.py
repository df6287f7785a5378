"""What an account is worth at the prices of the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from echo.domain.accounts import AccountInfo, Position
from echo.domain.copies import replace
from echo.domain.ids import Ticket
from echo.terminal.holdings import Holdings
from echo.terminal.market import CENT, BrokerRules, SymbolRules
from echo.terminal.view import Price

ZERO = Decimal(0)


@dataclass(slots=True)
class Valued:
    """A position at a price: what it earns, and the money that it binds.

    ``shown``: as the terminal shows it; ``None`` = nobody has looked yet.
    """

    position: Position
    symbol: SymbolRules | None
    margin: Decimal
    price: Price | None = None
    profit: Decimal = ZERO
    shown: Position | None = None


class Valuer:
    """Values one account; what has not moved since the last time is not valued anew."""

    def __init__(self, rules: BrokerRules, holdings: Holdings) -> None:
        self._rules = rules
        self._holdings = holdings
        self._valued: dict[Ticket, Valued] = {}

    def positions(self, prices: Mapping[str, Price]) -> tuple[Position, ...]:
        """Return the open positions with their floating profit."""
        return tuple(map(_shown, self._value_all(prices)))

    def info(self, prices: Mapping[str, Price], *, wall_ms: int) -> AccountInfo:
        """Add up balance, floating profit and bound margin; the margin level is in percent."""
        equity, margin = self._sums(prices)
        return AccountInfo(
            account_id=self._rules.account_id,
            balance=self._holdings.balance,
            equity=equity,
            margin=margin,
            margin_free=equity - margin,
            margin_level=_level(equity, margin) if margin else ZERO,
            currency=self._rules.currency,
            timestamp_ms=wall_ms,
        )

    def margin_level(self, prices: Mapping[str, Price]) -> Decimal | None:
        """Return the equity in percent of the bound margin; ``None`` = nothing is bound."""
        equity, margin = self._sums(prices)
        return _level(equity, margin) if margin else None

    def _sums(self, prices: Mapping[str, Price]) -> tuple[Decimal, Decimal]:
        floating = margin = ZERO
        for each in self._value_all(prices):
            floating += each.profit
            margin += each.margin
        return self._holdings.balance + floating, margin

    def _value_all(self, prices: Mapping[str, Price]) -> list[Valued]:
        held = self._holdings.positions
        if len(self._valued) > len(held):
            self._valued = {t: each for t, each in self._valued.items() if t in held}
        return [self._value(each, prices.get(each.symbol)) for each in held.values()]

    def _value(self, position: Position, price: Price | None) -> Valued:
        known = self._valued.get(position.ticket)
        if known is None or known.position is not position:
            known = self._valued[position.ticket] = self._bound(position)
        elif known.price is price:
            return known
        known.price = price
        known.shown = None
        if known.symbol is not None and price is not None:
            known.profit = known.symbol.profit(
                position.side,
                position.lot,
                opened=position.open_price,
                closed=price.exit(position.side),
                currency=self._rules.currency,
            )
        else:
            known.profit = ZERO
        return known

    def _bound(self, position: Position) -> Valued:
        """Begin to value a position: what it binds does not move with the market."""
        symbol = self._rules.symbol(position.symbol)
        if symbol is None:
            return Valued(position, None, ZERO)
        rules = self._rules
        margin = symbol.margin(position.lot, position.open_price, rules.leverage, rules.currency)
        return Valued(position, symbol, margin)


def _level(equity: Decimal, margin: Decimal) -> Decimal:
    return (equity / margin * 100).quantize(CENT)


def _shown(valued: Valued) -> Position:
    if valued.shown is None:
        valued.shown = replace(valued.position, profit=valued.profit)
    return valued.shown

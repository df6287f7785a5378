"""What an account is worth at the prices of the moment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from echo.domain.accounts import AccountInfo, Position
from echo.domain.ids import Ticket
from echo.terminal.holdings import Holdings
from echo.terminal.market import CENT, BrokerRules
from echo.terminal.view import Price


@dataclass(frozen=True, slots=True)
class Valued:
    """A position at a price: as the terminal shows it, and the money that it binds."""

    position: Position
    price: Price | None
    shown: Position
    margin: Decimal


class Valuer:
    """Values one account; what has not moved since the last time is not valued anew."""

    def __init__(self, rules: BrokerRules, holdings: Holdings) -> None:
        self._rules = rules
        self._holdings = holdings
        self._valued: dict[Ticket, Valued] = {}

    def positions(self, prices: Mapping[str, Price]) -> tuple[Position, ...]:
        """Return the open positions with their floating profit."""
        return tuple(each.shown for each in self._value_all(prices))

    def info(self, prices: Mapping[str, Price], *, wall_ms: int) -> AccountInfo:
        """Add up balance, floating profit and bound margin; the margin level is in percent."""
        floating = margin = Decimal(0)
        for each in self._value_all(prices):
            floating += each.shown.profit
            margin += each.margin
        equity = self._holdings.balance + floating
        return AccountInfo(
            account_id=self._rules.account_id,
            balance=self._holdings.balance,
            equity=equity,
            margin=margin,
            margin_free=equity - margin,
            margin_level=(equity / margin * 100).quantize(CENT) if margin else Decimal(0),
            currency=self._rules.currency,
            timestamp_ms=wall_ms,
        )

    def _value_all(self, prices: Mapping[str, Price]) -> list[Valued]:
        held = self._holdings.positions
        if len(self._valued) > len(held):
            self._valued = {t: each for t, each in self._valued.items() if t in held}
        return [self._value(each, prices.get(each.symbol)) for each in held.values()]

    def _value(self, position: Position, price: Price | None) -> Valued:
        known = self._valued.get(position.ticket)
        if known is not None and known.position is position and known.price is price:
            return known
        symbol = self._rules.symbol(position.symbol)
        profit = margin = Decimal(0)
        if symbol is not None:
            margin = symbol.margin(
                position.lot, position.open_price, self._rules.leverage, self._rules.currency
            )
        if symbol is not None and price is not None:
            profit = symbol.profit(
                position.side,
                position.lot,
                opened=position.open_price,
                closed=price.exit(position.side),
                currency=self._rules.currency,
            )
        valued = Valued(position, price, replace(position, profit=profit), margin)
        self._valued[position.ticket] = valued
        return valued

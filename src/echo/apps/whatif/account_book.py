"""An account in a day that is played: what it holds, made, and lost at worst."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from echo.domain.ids import Ticket, TradeId
from echo.domain.quantities import Side
from echo.domain.raw_events import day_of

CURVE_POINTS_MAX: Final = 2_000


@dataclass(slots=True, kw_only=True)
class Holding:
    """One open position.  ``value`` is what one lot gains per unit of price, in account currency;
    ``None`` = the account has not said it, so its money is not counted.
    """

    trade_id: TradeId
    symbol: str
    side: Side
    lot: Decimal
    open_price: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    value: Decimal | None
    floating: Decimal = Decimal(0)

    def profit(self, price: Decimal, lot: Decimal) -> Decimal:
        """Return what *lot* of it makes at *price*; 0 where its money is not known."""
        gain = price - self.open_price if self.side is Side.BUY else self.open_price - price
        return gain * lot * self.value if self.value is not None else Decimal(0)


@dataclass(slots=True)
class Day:
    """One UTC day: where the account stood when it began, and its worst and last moment since."""

    start: Decimal
    worst: Decimal = Decimal(0)
    last: Decimal = Decimal(0)


@dataclass(slots=True)
class AccountBook:
    """One account; money in its currency, counted from 0 at the first event."""

    holdings: dict[Ticket, Holding] = field(default_factory=dict)
    realised: Decimal = Decimal(0)
    days: dict[str, Day] = field(default_factory=dict)
    curve: list[tuple[int, Decimal]] = field(default_factory=list)
    unvalued: int = 0
    """Positions whose money is not known."""
    lots: Decimal = Decimal(0)
    """Lots opened."""
    opened: int = 0

    @property
    def total(self) -> Decimal:
        """Realised and floating together."""
        floating = sum((each.floating for each in self.holdings.values()), Decimal(0))
        return self.realised + floating

    @property
    def worst_day(self) -> tuple[str, Decimal]:
        """The day on which most was lost, measured from its start, floating included; ≤ 0."""
        return min(
            ((day, each.worst) for day, each in self.days.items()),
            key=lambda found: found[1],
            default=("", Decimal(0)),
        )

    def open(
        self, ticket: Ticket, holding: Holding, wall_ms: int, exit_price: Decimal | None = None
    ) -> None:
        """Take a position in; at *exit_price* it could be closed now, ``None`` = not known."""
        if exit_price is not None:
            holding.floating = holding.profit(exit_price, holding.lot)
        self.holdings[ticket] = holding
        self.opened += 1
        self.lots += holding.lot
        self.unvalued += holding.value is None
        self.mark(wall_ms)

    def inherit(self, ticket: Ticket, holding: Holding, exit_price: Decimal | None) -> None:
        """Take in a position that was open before the first event: what it had made is no gain.

        One that cannot be valued now never is: nobody knows from where its money would count.
        """
        if exit_price is None:
            holding.value = None
        else:
            holding.floating = holding.profit(exit_price, holding.lot)
            self.realised -= holding.floating
        self.holdings[ticket] = holding
        self.unvalued += holding.value is None

    def close(self, ticket: Ticket, lot: Decimal, price: Decimal, wall_ms: int) -> None:
        """Close *lot* of a position that is there."""
        holding = self.holdings[ticket]
        part = min(lot, holding.lot)
        self.realised += holding.profit(price, part)
        holding.lot -= part
        if holding.lot <= 0:
            del self.holdings[ticket]
        else:
            holding.floating = holding.profit(price, holding.lot)
        self.mark(wall_ms)

    def quote(self, symbol: str, bid: Decimal, ask: Decimal, wall_ms: int) -> None:
        """Value what is held of *symbol*; what reaches its stop or target is closed there."""
        touched = [item for item in self.holdings.items() if item[1].symbol == symbol]
        for ticket, holding in touched:
            buys = holding.side is Side.BUY
            price = bid if buys else ask
            stop, target = holding.stop_loss, holding.take_profit
            if stop and (price <= stop if buys else price >= stop):
                # A stop is filled at the market, a target at its own price.
                self.close(ticket, holding.lot, price, wall_ms)
            elif target and (price >= target if buys else price <= target):
                self.close(ticket, holding.lot, target, wall_ms)
            else:
                holding.floating = holding.profit(price, holding.lot)
        if touched:
            self.mark(wall_ms)

    def mark(self, wall_ms: int) -> None:
        """Note where the account stands now."""
        total, name = self.total, day_of(wall_ms)
        day = self.days.get(name)
        if day is None:
            before = max(self.days, default=None)
            day = self.days[name] = Day(self.days[before].last if before else Decimal(0))
        day.last = total
        day.worst = min(day.worst, total - day.start)
        self.curve.append((wall_ms, total))
        if len(self.curve) > CURVE_POINTS_MAX:
            # Every other point goes, but not the last; the shape stays.
            self.curve = [*self.curve[:-1:2], self.curve[-1]]

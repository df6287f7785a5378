"""Exposure: what a position that is open, or on its way, can still cost its account."""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.quantities import Side
from echo.domain.specs import SymbolMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """What is added to every stop before it counts as the worst case.

    Attributes:
        slippage_points: By how much worse than its level a stop may fill, >= 0.
        assumed_stop_points: How far away the stop of a position without one is taken to be;
            ``None`` = such a position has no worst case that could be told.
    """

    slippage_points: Decimal = Decimal(20)
    assumed_stop_points: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One position as limits see it.

    Attributes:
        name: How people find it, such as ``ticket 9001``.
        open_price, stop_price: In quote currency; ``None`` = no stop is set or on its way.
        profit: What it stands at, in account currency; 0 for one that is on its way.
        tick_value: Money in account currency per tick and lot, > 0.
    """

    name: str
    symbol: str
    """Canonical."""
    side: Side
    lot: Decimal
    open_price: Decimal
    stop_price: Decimal | None
    profit: Decimal
    tick_value: Decimal
    tick_size: Decimal
    point: Decimal

    def profit_at_stop(self, margins: Margins) -> Decimal | None:
        """Return the profit when its stop fills as badly as assumed; ``None`` = it has no stop."""
        if self.stop_price is None:
            if margins.assumed_stop_points is None:
                return None
            moved = -margins.assumed_stop_points * self.point
        else:
            moved = (self.stop_price - self.open_price) * self.side.sign
        return self.worth(moved - margins.slippage_points * self.point)

    def still_to_lose(self, margins: Margins) -> Decimal | None:
        """Return how much lower the equity is once its stop has filled, >= 0."""
        at_stop = self.profit_at_stop(margins)
        return None if at_stop is None else max(Decimal(0), self.profit - at_stop)

    def risk(self, margins: Margins) -> Decimal | None:
        """Return what it costs from its opening to its stop, >= 0."""
        at_stop = self.profit_at_stop(margins)
        return None if at_stop is None else max(Decimal(0), -at_stop)

    @property
    def value(self) -> Decimal:
        """What is held, in account currency: its lots at the price that they were opened at."""
        return self.worth(self.open_price)

    def worth(self, price_move: Decimal) -> Decimal:
        """Return what a move of the price is worth, in account currency.  Divided once and last."""
        return price_move * self.tick_value * self.lot / self.tick_size


def loss_by_tick_size(
    spec: SymbolMapping,
    *,
    entry_price: Decimal,
    stop_price: Decimal | None,
    tick_value: Decimal,
    cost_per_lot: Decimal,
    margins: Margins,
) -> Decimal | None:
    """Return what one lot of a new position costs at its stop, times the tick size: undivided.

    Args:
        cost_per_lot: Commission, both ways together.

    Returns:
        ``None`` when it has no stop, and none may be assumed.
    """
    if stop_price is not None:
        distance = abs(entry_price - stop_price)
    elif margins.assumed_stop_points is not None:
        distance = margins.assumed_stop_points * spec.point
    else:
        return None
    slipped = distance + margins.slippage_points * spec.point
    return slipped * tick_value + cost_per_lot * spec.tick_size


def worst_loss(exposures: tuple[Exposure, ...], margins: Margins) -> Decimal | Exposure:
    """Return what is lost if every open stop fills, or the position of which nobody can tell."""
    total = Decimal(0)
    for exposure in exposures:
        loss = exposure.still_to_lose(margins)
        if loss is None:
            return exposure
        total += loss
    return total

"""Headroom: how much a new trade may lose before the worst case breaks a limit.

The worst case: every open stop fills, the new one too, each worse than its level by the slippage
that is assumed.  A trade that does not fit is made smaller, or left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.exposure import Exposure, Margins
from echo.domain.quantities import Side, floor_to_step
from echo.domain.specs import SymbolMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one rule lets a new trade lose, in account currency; <= 0 = nothing.

    ``sentence`` says how that comes about.
    """

    rule_id: str
    money: Decimal
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaRule:
    """Several positions of one symbol and side are one idea, and cost no more than *limit*.

    Attributes:
        limit: Money in account currency, > 0.
        reopen_within_s: An idea that was closed so shortly ago still counts; 0 = none does.
        source, verified_on: Where the rule is published, and the ISO date on which it said so.
    """

    rule_id: str
    limit: Decimal
    reopen_within_s: int = 0
    source: str = ""
    verified_on: str = ""

    @property
    def complaint(self) -> str:
        """Say why the rule makes no sense; empty = it does."""
        if not (self.limit.is_finite() and self.limit > 0):
            return f"limit {self.rule_id}: {self.limit} is not above 0"
        if not 0 <= self.reopen_within_s <= 86_400:
            return f"limit {self.rule_id}: {self.reopen_within_s} s is not 0 to 86400"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedLoss:
    """What a position of an idea has cost; *loss* > 0, *at_ms* is Unix time."""

    symbol: str
    side: Side
    loss: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A size that no rule stands in the way of, and the narrowest room that it has."""

    lot: Decimal
    worst: Decimal
    """What it costs at its stop, slippage included, in account currency."""
    room: Room | None


def idea_room(
    rule: IdeaRule,
    *,
    symbol: str,
    side: Side,
    exposures: Sequence[Exposure],
    closed: Sequence[ClosedLoss],
    margins: Margins,
    at_ms: int,
) -> Room | Refusal:
    """Return what is left of an idea's risk: what is open of it, and what it has just lost."""
    at_risk = Decimal(0)
    for exposure in exposures:
        if (exposure.symbol, exposure.side) != (symbol, side):
            continue
        risk = exposure.risk(margins)
        if risk is None:
            return refuse_boundless(rule.rule_id, exposure.name)
        at_risk += risk
    since_ms = at_ms - rule.reopen_within_s * 1_000
    lost = sum(
        (
            each.loss
            for each in closed
            if (each.symbol, each.side) == (symbol, side) and each.at_ms > since_ms
        ),
        Decimal(0),
    )
    return Room(
        rule_id=rule.rule_id,
        money=rule.limit - at_risk - lost,
        sentence=f"{rule.rule_id}: {side} {symbol} may cost {rule.limit:.2f}, {at_risk:.2f} is at"
        f" risk and {lost:.2f} was lost in the last {rule.reopen_within_s} s",
    )


def fit(
    lot: Decimal, by_tick_size: Decimal, spec: SymbolMapping, rooms: Sequence[Room], *, scale: bool
) -> Fitted | Refusal:
    """Make *lot* one whose loss fits into every room, rounded down to the step, or refuse it.

    Args:
        by_tick_size: What one lot costs at its stop, times the tick size; > 0.
        scale: Whether a smaller size than *lot* will do.
    """
    narrowest = min(rooms, key=lambda room: room.money, default=None)
    worst = lot * by_tick_size / spec.tick_size
    if narrowest is None or worst <= narrowest.money:
        return Fitted(lot=lot, worst=worst, room=narrowest)
    fits = _largest(by_tick_size, spec, narrowest.money)
    if scale and fits >= spec.min_lot:
        return Fitted(lot=fits, worst=fits * by_tick_size / spec.tick_size, room=narrowest)
    return Refusal(
        ErrorCode.LIMIT_HEADROOM,
        f"{lot} lots would cost {worst:.2f} at their stop > {max(narrowest.money, Decimal(0)):.2f}"
        f" left, {fits} lots would fit; {narrowest.sentence}",
    )


def refuse_boundless(rule_id: str, name: str) -> Refusal:
    """Refuse an entry because nobody can tell what something may cost."""
    return Refusal(
        ErrorCode.LIMIT_HEADROOM,
        f"{rule_id}: {name} has no stop, so its worst case cannot be told; set one, or say with"
        " limit_no_stop_points how far it may go",
    )


def _largest(by_tick_size: Decimal, spec: SymbolMapping, money: Decimal) -> Decimal:
    """Return the largest size, on the step, that costs no more than *money*; 0 = none."""
    if money <= 0:
        return Decimal(0)
    lot = floor_to_step(money * spec.tick_size / by_tick_size, spec.lot_step)
    # A quotient is rounded; the product decides.
    while lot > 0 and lot * by_tick_size / spec.tick_size > money:
        lot -= spec.lot_step
    return lot

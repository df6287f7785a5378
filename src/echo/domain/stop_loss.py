"""What being stopped out costs: the money between entry and stop, and what the broker takes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.protection import Levels, nearest_legal
from echo.domain.quantities import Side
from echo.domain.sealing import sealed
from echo.domain.specs import SymbolMapping

_AT_A_STOP: Final = frozenset({RiskType.FIXED_RISK, RiskType.RISK_PERCENT})
"""Modes that size by what the stop costs."""


def settable_stop(
    policy: RiskPolicy,
    wanted: Decimal | None,
    *,
    side: Side,
    exit_price: Decimal,
    spec: SymbolMapping,
) -> Decimal | Refusal | None:
    """Return the stop that will really be set: the wanted one, or the nearest that is legal.

    One that the market has passed already cannot be sized on, for its distance means nothing;
    modes that do not size by the stop do not mind.

    Args:
        wanted: ``None`` = no stop, and none is returned.
        exit_price: The price at which the position would close now.
    """
    if wanted is None:
        return None
    if policy.risk_type in _AT_A_STOP and (exit_price - wanted) * side.sign <= 0:
        return Refusal(
            ErrorCode.INVALID_STOPS, f"price {exit_price} has passed the stop {wanted} already"
        )
    levels = Levels(stop_loss=wanted, take_profit=None)
    return nearest_legal(levels, side=side, exit_price=exit_price, spec=spec).stop_loss


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class StopCost:
    """What the cost of a stop-out depends on.  Prices in quote currency, the slave's own."""

    spec: SymbolMapping
    entry_price: Decimal
    stop_price: Decimal | None
    tick_value: Decimal | None
    account_currency: str | None
    min_distance_points: Decimal = Decimal(0)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class LossPerLot:
    """Money lost per lot, times the tick size: undivided, so that nothing is rounded yet."""

    by_tick_size: Decimal
    inputs: tuple[tuple[str, object], ...]


def cost_at_stop(policy: RiskPolicy, stop: StopCost) -> LossPerLot | Refusal:
    """Return what one lot loses at its stop, commission included, or why that is unknown."""
    complaint = _complaint(policy, stop)
    if complaint is not None:
        return complaint
    assert stop.stop_price is not None  # noqa: S101 -- narrowed by the complaint above
    assert stop.tick_value is not None  # noqa: S101 -- narrowed by the complaint above
    spec = stop.spec
    distance = abs(stop.entry_price - stop.stop_price)
    cost_per_lot = _commission(policy, stop)
    by_tick_size = distance * stop.tick_value + cost_per_lot * spec.tick_size
    rate_pct = policy.commission_rate_pct
    return LossPerLot(
        by_tick_size=by_tick_size,
        inputs=(
            ("entry_price", stop.entry_price),
            ("stop_price", stop.stop_price),
            ("tick_size", spec.tick_size),
            ("tick_value", stop.tick_value),
            ("ticks", distance / spec.tick_size),
            *((("commission_rate_pct", rate_pct),) if rate_pct else ()),
            ("cost_per_lot", cost_per_lot),
            ("loss_per_lot", by_tick_size / spec.tick_size),
        ),
    )


def _complaint(policy: RiskPolicy, stop: StopCost) -> Refusal | None:
    spec, mode = stop.spec, policy.risk_type
    if stop.stop_price is None:
        return Refusal(ErrorCode.STOP_REQUIRED, f"{mode} needs a stop, the master set none")
    if stop.tick_value is None or not stop.tick_value > 0:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"tick value of {spec.broker_symbol} is {stop.tick_value}, not > 0",
        )
    if stop.account_currency is None:
        return Refusal(ErrorCode.SPEC_MISSING, "the account has not reported its currency yet")
    named = policy.currency or mode is RiskType.FIXED_RISK
    if named and stop.account_currency != policy.currency:
        return Refusal(
            ErrorCode.RISK_POLICY_INVALID,
            f"policy in {policy.currency}, account in {stop.account_currency}",
        )
    if policy.commission_rate_pct and spec.contract_size is None:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"contract size of {spec.broker_symbol} is unknown,"
            f" the commission of {policy.commission_rate_pct} % needs it",
        )
    points = abs(stop.entry_price - stop.stop_price) / spec.point
    if points < stop.min_distance_points or points == 0:
        return Refusal(
            ErrorCode.INVALID_STOPS,
            f"stop is {points:.1f} pt from entry, less than {stop.min_distance_points} pt",
        )
    return None


def _commission(policy: RiskPolicy, stop: StopCost) -> Decimal:
    cost = policy.commission_per_lot
    if policy.commission_rate_pct and stop.spec.contract_size is not None:
        value_per_lot = stop.entry_price * stop.spec.contract_size
        cost += policy.commission_rate_pct / 100 * value_per_lot
    return cost

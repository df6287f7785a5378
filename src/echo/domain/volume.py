"""The volume guard: a size that the broker takes, and never one that risks more than was asked."""

from decimal import Decimal

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskPolicy, TinyTrade
from echo.domain.quantities import ceil_to_step, floor_to_step
from echo.domain.specs import SymbolMapping


def guard_volume(
    lot: Decimal,
    spec: SymbolMapping,
    policy: RiskPolicy,
    *,
    free_lots: Decimal | None = None,
    max_risk_drift_pct: Decimal = Decimal(0),
) -> Decimal | Refusal:
    """Make *lot* one that the broker takes: down to the step, cut to the maxima.

    Never up by itself: lifting to the broker's minimum would risk more than the account allows.
    A smaller lot is refused with `VOLUME_BELOW_MIN`, or raised if the policy says so and the
    minimum is within the allowed drift.  ``min_lot_override`` is the operator's own floor,
    applied before the guard.

    Args:
        free_lots: What caps per symbol and per account still leave; ``None`` = no caps.
        max_risk_drift_pct: By what share a raised size may exceed the wanted one, >= 0.
    """
    wanted = lot
    if policy.min_lot_override is not None:
        wanted = max(wanted, policy.min_lot_override)
    if policy.max_lot_override is not None:
        wanted = min(wanted, policy.max_lot_override)
    if free_lots is not None and free_lots < wanted:
        if floor_to_step(max(free_lots, Decimal(0)), spec.lot_step) < spec.min_lot:
            return Refusal(
                ErrorCode.MAX_LOTS,
                f"{free_lots} lots are left under the caps < minimum {spec.min_lot}"
                f" of {spec.broker_symbol}",
            )
        wanted = free_lots
    rounded = floor_to_step(min(wanted, spec.max_lot), spec.lot_step)
    if rounded >= spec.min_lot:
        return rounded
    return _tiny(wanted, rounded, spec, policy, max_risk_drift_pct)


def _tiny(
    wanted: Decimal,
    rounded: Decimal,
    spec: SymbolMapping,
    policy: RiskPolicy,
    max_risk_drift_pct: Decimal,
) -> Decimal | Refusal:
    smallest = ceil_to_step(spec.min_lot, spec.lot_step)
    sentence = (
        f"{wanted:.4f} lots round down to {rounded} < minimum {spec.min_lot}"
        f" of {spec.broker_symbol}"
    )
    if policy.tiny_trade is TinyTrade.RAISE and smallest <= spec.max_lot:
        allowed = wanted * (1 + max_risk_drift_pct)
        if policy.max_lot_override is not None:
            allowed = min(allowed, policy.max_lot_override)
        if smallest <= allowed:
            return smallest
        sentence += f", and {smallest} is more than the {allowed:.4f} that may be risked"
    return Refusal(ErrorCode.VOLUME_BELOW_MIN, sentence)

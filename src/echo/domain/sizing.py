"""Position sizing: how many lots a slave opens for one copied trade."""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.quantities import floor_to_step
from echo.domain.specs import SymbolMapping

Inputs = tuple[tuple[str, object], ...]
"""Named numbers behind a decision, in the order in which they were used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A size to send, what it is expected to lose at its stop, and how it came about.

    ``lot`` is a multiple of the lot step inside the broker's bounds; ``expected_loss`` is money
    in account currency, ``None`` where no stop entered the calculation.
    """

    lot: Decimal
    expected_loss: Decimal | None
    inputs: Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingContext:
    """What a size depends on beside the policy.

    ``entry_price`` and ``stop_price`` are the slave's own, in quote currency: the price it would
    open at now and the stop that will really be set.  ``tick_value`` is money per tick and lot in
    ``account_currency``.
    """

    spec: SymbolMapping
    entry_price: Decimal
    stop_price: Decimal | None
    tick_value: Decimal | None
    account_currency: str | None
    min_distance_points: Decimal = Decimal(0)
    max_risk_drift_pct: Decimal = Decimal("0.02")


def size(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
    """Size a copy under *policy*; a refusal names the number that stood in the way."""
    match policy.risk_type:
        case RiskType.FIXED_LOT:
            return _fixed_lot(policy, context.spec)
        case RiskType.FIXED_RISK:
            return _fixed_risk(policy, context)


def guard_volume(lot: Decimal, spec: SymbolMapping, policy: RiskPolicy) -> Decimal | Refusal:
    """Make *lot* one that the broker takes: down to the step, cut to the maximum.

    Never up: lifting to the broker's minimum would risk more than the account allows, so a
    smaller lot is refused with `VOLUME_BELOW_MIN`.  ``min_lot_override`` is the operator's own
    floor, applied before the guard.
    """
    wanted = lot
    if policy.min_lot_override is not None:
        wanted = max(wanted, policy.min_lot_override)
    if policy.max_lot_override is not None:
        wanted = min(wanted, policy.max_lot_override)
    rounded = floor_to_step(min(wanted, spec.max_lot), spec.lot_step)
    if rounded < spec.min_lot:
        return Refusal(
            ErrorCode.VOLUME_BELOW_MIN,
            f"{wanted:.4f} lots round down to {rounded} < minimum {spec.min_lot}"
            f" of {spec.broker_symbol}",
        )
    return rounded


def _fixed_lot(policy: RiskPolicy, spec: SymbolMapping) -> Sized | Refusal:
    if policy.lot_size is None or not policy.lot_size > 0:
        return Refusal(
            ErrorCode.RISK_POLICY_INVALID, f"FIXED_LOT with a lot size of {policy.lot_size}"
        )
    lot = guard_volume(policy.lot_size, spec, policy)
    if isinstance(lot, Refusal):
        return lot
    inputs = (("lot_size", policy.lot_size), ("lot_step", spec.lot_step), ("lot", lot))
    return Sized(lot=lot, expected_loss=None, inputs=inputs)


def _fixed_risk(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
    """Risk a fixed amount: ``lot = amount / (ticks * tick_value + cost)``, rounded down.

    Ticks, not points: tick value is money per tick (book.mql4.com, MODE_TICKVALUE), and on many
    metals and indices the two differ.  It is divided once and last: a quotient on the way, say of
    a tick size of 0.03, could cost a whole lot step.  The check at the end compares the final
    loss with the amount itself, so that no clamp on the way can excuse an excess.
    """
    complaint = _fixed_risk_complaint(policy, context)
    if complaint is not None:
        return complaint
    assert policy.amount is not None  # noqa: S101 -- narrowed by the complaint above
    assert context.stop_price is not None  # noqa: S101 -- narrowed by the complaint above
    assert context.tick_value is not None  # noqa: S101 -- narrowed by the complaint above
    spec = context.spec
    distance = abs(context.entry_price - context.stop_price)
    cost_per_lot = _cost_per_lot(policy, context)
    loss_by_tick_size = distance * context.tick_value + cost_per_lot * spec.tick_size
    lot = guard_volume(policy.amount * spec.tick_size / loss_by_tick_size, spec, policy)
    if isinstance(lot, Refusal):
        return lot
    expected_loss = lot * loss_by_tick_size / spec.tick_size
    allowed = policy.amount * (1 + context.max_risk_drift_pct)
    if expected_loss > allowed:
        return Refusal(
            ErrorCode.RISK_POLICY_INVALID,
            f"{lot} lots would lose {expected_loss:.2f} > allowed {allowed:.2f} {policy.currency}",
        )
    inputs = (
        ("amount", policy.amount),
        ("currency", policy.currency),
        ("entry_price", context.entry_price),
        ("stop_price", context.stop_price),
        ("tick_size", spec.tick_size),
        ("tick_value", context.tick_value),
        ("ticks", distance / spec.tick_size),
        ("cost_per_lot", cost_per_lot),
        ("loss_per_lot", loss_by_tick_size / spec.tick_size),
        ("lot_step", spec.lot_step),
        ("lot", lot),
        ("expected_loss", expected_loss),
    )
    return Sized(lot=lot, expected_loss=expected_loss, inputs=inputs)


def _fixed_risk_complaint(policy: RiskPolicy, context: SizingContext) -> Refusal | None:
    spec = context.spec
    if policy.amount is None or not policy.amount > 0:
        return Refusal(ErrorCode.RISK_POLICY_INVALID, f"FIXED_RISK with {policy.amount} to risk")
    if context.stop_price is None:
        return Refusal(ErrorCode.STOP_REQUIRED, "FIXED_RISK needs a stop, the master set none")
    if context.tick_value is None or not context.tick_value > 0:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"tick value of {spec.broker_symbol} is {context.tick_value}, not > 0",
        )
    if context.account_currency is None:
        return Refusal(ErrorCode.SPEC_MISSING, "the account has not reported its currency yet")
    if context.account_currency != policy.currency:
        return Refusal(
            ErrorCode.RISK_POLICY_INVALID,
            f"policy in {policy.currency}, account in {context.account_currency}",
        )
    if policy.commission_rate_pct and spec.contract_size is None:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"contract size of {spec.broker_symbol} is unknown,"
            f" the commission of {policy.commission_rate_pct} % needs it",
        )
    points = abs(context.entry_price - context.stop_price) / spec.point
    if points < context.min_distance_points or points == 0:
        return Refusal(
            ErrorCode.INVALID_STOPS,
            f"stop is {points:.1f} pt from entry, less than {context.min_distance_points} pt",
        )
    return None


def _cost_per_lot(policy: RiskPolicy, context: SizingContext) -> Decimal:
    cost = policy.commission_per_lot
    if policy.commission_rate_pct and context.spec.contract_size is not None:
        value_per_lot = context.entry_price * context.spec.contract_size
        cost += policy.commission_rate_pct / 100 * value_per_lot
    return cost

"""The sense of a risk policy: what must be so before anything is copied by it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from echo.domain.currencies import is_currency
from echo.domain.ids import ANY_STRATEGY, is_identifier
from echo.domain.policy import RiskPolicy, RiskType

LOTS_MAX: Final = Decimal(10_000)
MONEY_MAX: Final = Decimal(1_000_000_000)
MULTIPLIER_MAX: Final = Decimal(10_000)
PERCENT_MAX: Final = Decimal(100)

NEEDS: Final = {
    RiskType.FIXED_LOT: "lot_size",
    RiskType.FIXED_RISK: "amount",
    RiskType.RISK_PERCENT: "risk_pct",
    RiskType.MULTIPLIER: "multiplier",
}
"""The one number without which a mode means nothing."""

_RANGES: Final = {
    "lot_size": (False, LOTS_MAX),
    "amount": (False, MONEY_MAX),
    "risk_pct": (False, PERCENT_MAX),
    "multiplier": (False, MULTIPLIER_MAX),
    "min_lot_override": (False, LOTS_MAX),
    "max_lot_override": (False, LOTS_MAX),
    "commission_per_lot": (True, MONEY_MAX),
    "commission_rate_pct": (True, PERCENT_MAX),
}
"""Whether a number may be 0, and how large it may be."""


def policy_complaints(policy: RiskPolicy) -> list[str]:
    """Say everything that is wrong with *policy*; empty = it can be copied by."""
    where = f"policy of account {policy.account_id} for {policy.strategy_id}"
    return [f"{where}: {each}" for each in _complaints(policy)]


def _complaints(policy: RiskPolicy) -> Iterator[str]:
    if not is_identifier(policy.account_id):
        yield f"{policy.account_id[:80]!r} is not an account"
    if policy.strategy_id != ANY_STRATEGY and not is_identifier(policy.strategy_id):
        yield f"{policy.strategy_id[:80]!r} is not a strategy"
    for name, (may_be_zero, most) in _RANGES.items():
        yield from _number_complaints(name, getattr(policy, name), may_be_zero, most)
    needed = NEEDS.get(policy.risk_type)
    if needed is not None and getattr(policy, needed) is None:
        yield f"{policy.risk_type} needs {needed}"
    yield from _contradictions(policy)


def _number_complaints(
    name: str, value: Decimal | None, may_be_zero: bool, most: Decimal
) -> Iterator[str]:
    if value is None:
        return
    if not value.is_finite():
        yield f"{name} = {value} is not a finite number"
    elif value < 0 or (value == 0 and not may_be_zero):
        yield f"{name} = {value} is not above 0" if not may_be_zero else f"{name} = {value} < 0"
    elif value > most:
        yield f"{name} = {value} > {most}"


def _contradictions(policy: RiskPolicy) -> Iterator[str]:
    if policy.currency and not is_currency(policy.currency):
        yield f"currency {policy.currency!r} is not one of ISO 4217"
    if policy.risk_type is RiskType.FIXED_RISK and not policy.currency:
        yield "FIXED_RISK needs currency, that of the account"
    low, high = policy.min_lot_override, policy.max_lot_override
    if low is not None and high is not None and low > high:
        yield f"min_lot_override = {low} is above max_lot_override = {high}"
    if policy.risk_type is RiskType.FIXED_LOT and policy.lot_size is not None:
        if high is not None and policy.lot_size > high:
            yield f"lot_size = {policy.lot_size} is above max_lot_override = {high}"
        if low is not None and policy.lot_size < low:
            yield f"lot_size = {policy.lot_size} is below min_lot_override = {low}"
    if policy.account_id in policy.master_accounts:
        yield f"account {policy.account_id} would be its own master"
    for master in sorted(policy.master_accounts):
        if not is_identifier(master):
            yield f"master {master[:80]!r} is not an account"

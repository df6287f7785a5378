"""What no policy may say: each mistake has one sentence, with the number in it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.ids import AccountId, StrategyId
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.policy_sense import policy_complaints

GOOD = RiskPolicy(
    account_id=AccountId("2001"),
    strategy_id=StrategyId("swing"),
    risk_type=RiskType.FIXED_RISK,
    amount=Decimal(100),
    currency="USD",
)
LOTS = RiskPolicy(
    account_id=AccountId("2001"),
    strategy_id=StrategyId("*"),
    risk_type=RiskType.FIXED_LOT,
    lot_size=Decimal("0.1"),
)


@pytest.mark.parametrize("policy", [GOOD, LOTS, replace(GOOD, commission_per_lot=Decimal(7))])
def test_a_policy_with_sense_is_not_complained_about(policy: RiskPolicy) -> None:
    assert policy_complaints(policy) == []


@pytest.mark.parametrize(
    ("policy", "changes", "told"),
    [
        (GOOD, {"amount": None}, "FIXED_RISK needs amount"),
        (GOOD, {"amount": Decimal("NaN")}, "amount = NaN is not a finite number"),
        (GOOD, {"amount": Decimal("Infinity")}, "amount = Infinity is not a finite number"),
        (GOOD, {"amount": Decimal(-1)}, "amount = -1 is not above 0"),
        (GOOD, {"amount": Decimal(0)}, "amount = 0 is not above 0"),
        (GOOD, {"amount": Decimal(10) ** 10}, "amount = 10000000000 > 1000000000"),
        (GOOD, {"currency": ""}, "FIXED_RISK needs currency, that of the account"),
        (GOOD, {"currency": "usd"}, "currency 'usd' is not one of ISO 4217"),
        (GOOD, {"currency": "XQQ"}, "currency 'XQQ' is not one of ISO 4217"),
        (GOOD, {"account_id": "20 01"}, "'20 01' is not an account"),
        (GOOD, {"strategy_id": "sw/ing"}, "'sw/ing' is not a strategy"),
        (GOOD, {"commission_per_lot": Decimal(-1)}, "commission_per_lot = -1 < 0"),
        (GOOD, {"commission_rate_pct": Decimal(101)}, "commission_rate_pct = 101 > 100"),
        (GOOD, {"risk_type": RiskType.RISK_PERCENT}, "RISK_PERCENT needs risk_pct"),
        (
            GOOD,
            {"min_lot_override": Decimal(2), "max_lot_override": Decimal(1)},
            "min_lot_override = 2 is above max_lot_override = 1",
        ),
        (LOTS, {"max_lot_override": Decimal("0.05")}, "lot_size = 0.1 is above"),
        (LOTS, {"min_lot_override": Decimal("0.5")}, "lot_size = 0.1 is below"),
        (LOTS, {"lot_size": Decimal(10_001)}, "lot_size = 10001 > 10000"),
        (LOTS, {"master_accounts": frozenset({"2001"})}, "would be its own master"),
        (LOTS, {"master_accounts": frozenset({"a b"})}, "master 'a b' is not an account"),
    ],
)
def test_a_mistake_is_named_with_its_number(
    policy: RiskPolicy, changes: dict[str, Any], told: str
) -> None:
    [complaint] = policy_complaints(replace(policy, **changes))

    assert told in complaint
    assert complaint.startswith("policy of account ")

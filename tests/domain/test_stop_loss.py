"""What a stop-out costs per lot, told exactly, or why it cannot be told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.quantities import Side
from echo.domain.stop_loss import LossPerLot, StopCost, cost_at_stop, settable_stop
from tests.domain.test_sizing import CONTEXT, FIXED_LOT, FIXED_RISK, GOLD

STOP = CONTEXT.stop_cost


def test_the_distance_in_ticks_times_what_a_tick_is_worth() -> None:
    cost = cost_at_stop(FIXED_RISK, STOP)

    assert isinstance(cost, LossPerLot)
    assert cost.by_tick_size / STOP.spec.tick_size == 5_000
    assert dict(cost.inputs)["ticks"] == 5_000


def test_commission_is_a_part_of_the_loss() -> None:
    policy = replace(FIXED_RISK, commission_per_lot=Decimal(7), commission_rate_pct=Decimal("0.01"))
    cost = cost_at_stop(policy, STOP)

    assert isinstance(cost, LossPerLot)
    inputs = dict(cost.inputs)
    assert inputs["commission_rate_pct"] == Decimal("0.01")
    assert inputs["cost_per_lot"] == 7 + Decimal("0.0001") * 4_000 * 100


def test_a_policy_without_a_currency_counts_in_the_account_s() -> None:
    percent = replace(FIXED_RISK, risk_type=RiskType.RISK_PERCENT, currency="")

    assert isinstance(cost_at_stop(percent, STOP), LossPerLot)
    no = cost_at_stop(replace(FIXED_RISK, currency=""), STOP)
    assert isinstance(no, Refusal)
    assert no.code is ErrorCode.RISK_POLICY_INVALID


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        (replace(STOP, stop_price=None), ErrorCode.STOP_REQUIRED),
        (replace(STOP, tick_value=Decimal(0)), ErrorCode.SPEC_MISSING),
        (replace(STOP, account_currency=None), ErrorCode.SPEC_MISSING),
        (replace(STOP, account_currency="EUR"), ErrorCode.RISK_POLICY_INVALID),
        (replace(STOP, stop_price=STOP.entry_price), ErrorCode.INVALID_STOPS),
    ],
)
def test_what_cannot_be_told_is_refused(stop: StopCost, code: ErrorCode) -> None:
    no = cost_at_stop(FIXED_RISK, stop)

    assert isinstance(no, Refusal)
    assert no.code is code


def stop_for(policy: RiskPolicy, wanted: str | None) -> Decimal | Refusal | None:
    """The stop of a buy at 4000 whose broker wants a dollar between market and stop."""
    return settable_stop(
        policy,
        None if wanted is None else Decimal(wanted),
        side=Side.BUY,
        exit_price=Decimal(4_000),
        spec=replace(GOLD, stop_level_points=100),
    )


def test_a_stop_counts_where_it_can_be_set() -> None:
    assert stop_for(FIXED_RISK, "3990") == 3_990
    assert stop_for(FIXED_RISK, "3999.50") == 3_999
    assert stop_for(FIXED_RISK, None) is None


def test_a_stop_that_was_passed_is_refused_only_where_the_size_hangs_on_it() -> None:
    no = stop_for(FIXED_RISK, "4000")

    assert isinstance(no, Refusal)
    assert no.code is ErrorCode.INVALID_STOPS
    assert stop_for(FIXED_LOT, "4000") == 3_999

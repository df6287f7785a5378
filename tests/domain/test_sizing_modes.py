"""Sizes by percentage, by multiple and by ratio, against a calculation with fractions."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskBasis, RiskPolicy, RiskType, TinyTrade
from echo.domain.sizing import Funds, MasterTrade, Sized, SizingContext, size
from tests.domain.test_sizing import CONTEXT, FIXED_LOT, GOLD

FUNDS = Funds(balance=Decimal(10_000), equity=Decimal(8_000), currency="USD")
MASTER = MasterTrade(
    lot=Decimal("0.50"),
    contract_size=Decimal(100),
    funds=Funds(balance=Decimal(40_000), equity=Decimal(50_000), currency="USD"),
)
SCENE = replace(CONTEXT, funds=FUNDS, master=MASTER)
PERCENT = replace(FIXED_LOT, risk_type=RiskType.RISK_PERCENT, lot_size=None, risk_pct=Decimal(1))
MULTIPLE = replace(
    FIXED_LOT, risk_type=RiskType.MULTIPLIER, lot_size=None, multiplier=Decimal("0.5")
)
BY_EQUITY = replace(FIXED_LOT, risk_type=RiskType.EQUITY_RATIO, lot_size=None)
BY_BALANCE = replace(FIXED_LOT, risk_type=RiskType.BALANCE_RATIO, lot_size=None)


def lot_of(policy: RiskPolicy, context: SizingContext = SCENE) -> Decimal:
    result = size(policy, context)
    assert isinstance(result, Sized), result
    return result.lot


@pytest.mark.parametrize(
    ("policy", "lot"),
    [
        pytest.param(PERCENT, "0.02", id="1 % of 10,000 at 5,000 a lot"),
        pytest.param(
            replace(PERCENT, risk_basis=RiskBasis.EQUITY, risk_pct=Decimal(2)),
            "0.03",
            id="2 % of an equity of 8,000",
        ),
        pytest.param(MULTIPLE, "0.25", id="half of the master's"),
        pytest.param(BY_EQUITY, "0.08", id="8,000 to 50,000"),
        pytest.param(BY_BALANCE, "0.12", id="10,000 to 40,000"),
        pytest.param(replace(BY_BALANCE, multiplier=Decimal(2)), "0.25", id="and twice that"),
    ],
)
def test_each_mode_by_an_example(policy: RiskPolicy, lot: str) -> None:
    assert lot_of(policy) == Decimal(lot)


def test_contracts_of_unlike_size_are_aligned() -> None:
    ounce = replace(SCENE, spec=replace(GOLD, contract_size=Decimal(1)))

    assert lot_of(MULTIPLE, ounce) == 25


def test_a_ratio_that_has_no_end_costs_no_step() -> None:
    thirds = replace(
        SCENE,
        funds=replace(FUNDS, equity=Decimal(1)),
        master=replace(MASTER, lot=Decimal("0.30"), funds=replace(FUNDS, equity=Decimal(3))),
    )

    assert lot_of(BY_EQUITY, thirds) == Decimal("0.10")


def test_what_is_lost_at_the_stop_is_told_where_it_can_be() -> None:
    with_stop = size(MULTIPLE, SCENE)
    without = size(MULTIPLE, replace(SCENE, stop_price=None))

    assert isinstance(with_stop, Sized)
    assert isinstance(without, Sized)
    assert (with_stop.expected_loss, without.expected_loss) == (Decimal(1_250), None)


def test_a_tiny_percentage_is_raised_only_while_the_risk_allows_it() -> None:
    raising = replace(PERCENT, tiny_trade=TinyTrade.RAISE)

    assert lot_of(replace(raising, risk_pct=Decimal("0.495"))) == Decimal("0.01")
    no = size(replace(raising, risk_pct=Decimal("0.4")), SCENE)
    assert isinstance(no, Refusal)
    assert no.code is ErrorCode.VOLUME_BELOW_MIN


@pytest.mark.parametrize(
    ("policy", "context", "code"),
    [
        (replace(PERCENT, risk_pct=None), SCENE, ErrorCode.RISK_POLICY_INVALID),
        (replace(PERCENT, risk_pct=Decimal(-1)), SCENE, ErrorCode.RISK_POLICY_INVALID),
        (PERCENT, replace(SCENE, funds=None), ErrorCode.SPEC_MISSING),
        (PERCENT, replace(SCENE, stop_price=None), ErrorCode.STOP_REQUIRED),
        (
            PERCENT,
            replace(SCENE, funds=replace(FUNDS, balance=Decimal(-5))),
            ErrorCode.RISK_POLICY_INVALID,
        ),
        (replace(MULTIPLE, multiplier=None), SCENE, ErrorCode.RISK_POLICY_INVALID),
        (MULTIPLE, replace(SCENE, master=None), ErrorCode.RISK_POLICY_INVALID),
        (
            MULTIPLE,
            replace(SCENE, master=replace(MASTER, contract_size=None)),
            ErrorCode.SPEC_MISSING,
        ),
        (
            MULTIPLE,
            replace(SCENE, spec=replace(GOLD, contract_size=None)),
            ErrorCode.SPEC_MISSING,
        ),
        (BY_EQUITY, replace(SCENE, funds=None), ErrorCode.SPEC_MISSING),
        (BY_EQUITY, replace(SCENE, master=replace(MASTER, funds=None)), ErrorCode.SPEC_MISSING),
        (
            BY_EQUITY,
            replace(SCENE, funds=replace(FUNDS, currency="EUR")),
            ErrorCode.RISK_POLICY_INVALID,
        ),
        (
            BY_EQUITY,
            replace(SCENE, funds=replace(FUNDS, equity=Decimal(0))),
            ErrorCode.RISK_POLICY_INVALID,
        ),
    ],
)
def test_what_is_unknown_is_not_guessed(
    policy: RiskPolicy, context: SizingContext, code: ErrorCode
) -> None:
    no = size(policy, context)

    assert isinstance(no, Refusal)
    assert no.code is code


money = st.decimals(1, 1_000_000, places=2)
lots = st.decimals(Decimal("0.01"), 50, places=2)
contracts = st.sampled_from(["1", "10", "100", "5000", "100000"]).map(Decimal)
factors = st.decimals(Decimal("0.01"), 10, places=2)


@given(money, money, lots, contracts, contracts, factors, st.sampled_from(RiskBasis))
def test_an_independent_calculation_of_ratios_agrees(
    own: Decimal,
    its: Decimal,
    lot: Decimal,
    contract: Decimal,
    master_contract: Decimal,
    factor: Decimal,
    basis: RiskBasis,
) -> None:
    policy = replace(BY_EQUITY if basis is RiskBasis.EQUITY else BY_BALANCE, multiplier=factor)
    context = replace(
        SCENE,
        spec=replace(GOLD, contract_size=contract),
        funds=Funds(balance=own, equity=own, currency="USD"),
        master=MasterTrade(
            lot=lot,
            contract_size=master_contract,
            funds=Funds(balance=its, equity=its, currency="USD"),
        ),
    )
    wanted = Fraction(lot) * Fraction(factor) * Fraction(own) / Fraction(its)
    wanted *= Fraction(master_contract) / Fraction(contract)
    steps = floor(min(wanted, Fraction(50)) * 100)

    result = size(policy, context)

    if steps < 1:
        assert isinstance(result, Refusal)
        assert result.code is ErrorCode.VOLUME_BELOW_MIN
    else:
        assert isinstance(result, Sized)
        assert Fraction(result.lot) == Fraction(steps, 100)


@given(money, st.decimals(Decimal("0.01"), 100, places=2), st.decimals(3_000, 3_999, places=2))
def test_an_independent_calculation_of_percentages_agrees(
    balance: Decimal, percent: Decimal, stop: Decimal
) -> None:
    funds = Funds(balance=balance, equity=balance, currency="USD")
    context = replace(SCENE, funds=funds, stop_price=stop)
    risk = Fraction(balance) * Fraction(percent) / 100
    steps = floor(min(risk / (Fraction(4_000 - stop) * 100), Fraction(50)) * 100)

    result = size(replace(PERCENT, risk_pct=percent), context)

    if steps < 1:
        assert isinstance(result, Refusal)
    else:
        assert isinstance(result, Sized)
        assert Fraction(result.lot) == Fraction(steps, 100)
        assert result.expected_loss is not None
        assert Fraction(result.expected_loss) <= risk

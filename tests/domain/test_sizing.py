"""Sizing: never more at risk than was asked for, on any tick convention, down to the last step."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import AccountId, StrategyId
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.sizing import Sized, SizingContext, guard_volume, size
from echo.domain.specs import SymbolMapping

FIXED_LOT = RiskPolicy(
    account_id=AccountId("2001"),
    strategy_id=StrategyId("swing"),
    risk_type=RiskType.FIXED_LOT,
    lot_size=Decimal("0.10"),
)
FIXED_RISK = replace(
    FIXED_LOT, risk_type=RiskType.FIXED_RISK, lot_size=None, amount=Decimal(100), currency="USD"
)
GOLD = SymbolMapping(
    canonical_symbol="XAUUSD",
    broker_symbol="GOLD",
    digits=2,
    point=Decimal("0.01"),
    tick_size=Decimal("0.01"),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(50),
    lot_step=Decimal("0.01"),
    contract_size=Decimal(100),
)
CONTEXT = SizingContext(
    spec=GOLD,
    entry_price=Decimal(4000),
    stop_price=Decimal(3950),
    tick_value=Decimal(1),
    account_currency="USD",
)


def sized(policy: RiskPolicy = FIXED_RISK, context: SizingContext = CONTEXT) -> Sized:
    result = size(policy, context)
    assert isinstance(result, Sized)
    return result


def refusal(policy: RiskPolicy = FIXED_RISK, context: SizingContext = CONTEXT) -> Refusal:
    result = size(policy, context)
    assert isinstance(result, Refusal)
    return result


def test_the_worked_example() -> None:
    result = sized()

    assert result.lot == Decimal("0.02")
    assert result.expected_loss == 100
    assert dict(result.inputs)["ticks"] == 5000


def test_a_tick_size_that_does_not_divide_costs_no_step() -> None:
    spec = replace(GOLD, tick_size=Decimal("0.3"))
    context = replace(CONTEXT, spec=spec, stop_price=Decimal(3995), tick_value=Decimal("0.3"))

    assert sized(replace(FIXED_RISK, amount=Decimal(5)), context).lot == 1


def test_every_size_can_be_explained() -> None:
    policy = replace(FIXED_RISK, commission_per_lot=Decimal(7))
    inputs = dict(sized(policy).inputs)

    assert inputs["amount"] == 100
    assert inputs["cost_per_lot"] == 7
    assert inputs["loss_per_lot"] == 5007
    assert inputs["lot"] == Decimal("0.01")
    assert inputs["expected_loss"] == Decimal("50.07")


@pytest.mark.parametrize(
    ("changes", "lot"),
    [
        pytest.param({"amount": Decimal("149.99")}, "0.02", id="rounded down, never to nearest"),
        pytest.param({"amount": Decimal(150)}, "0.03", id="exactly a step"),
        pytest.param({"amount": Decimal(10**6)}, "50", id="cut to the broker's maximum"),
        pytest.param({"max_lot_override": Decimal("0.01")}, "0.01", id="cut to the policy's"),
        pytest.param({"max_lot_override": Decimal("0.019")}, "0.01", id="and rounded again"),
        pytest.param({"commission_per_lot": Decimal(5000)}, "0.01", id="commission per lot"),
        pytest.param({"commission_rate_pct": Decimal("1.25")}, "0.01", id="commission rate"),
    ],
)
def test_fixed_risk(changes: dict[str, object], lot: str) -> None:
    policy = replace(FIXED_RISK, **changes)  # type: ignore[arg-type]  # a table of fields

    assert sized(policy).lot == Decimal(lot)


@pytest.mark.parametrize(
    ("policy", "context", "code", "part"),
    [
        pytest.param(
            {"amount": None}, {}, ErrorCode.RISK_POLICY_INVALID, "None to risk", id="no amount"
        ),
        pytest.param(
            {"amount": Decimal(0)}, {}, ErrorCode.RISK_POLICY_INVALID, "0 to risk", id="zero"
        ),
        pytest.param(
            {}, {"stop_price": None}, ErrorCode.STOP_REQUIRED, "needs a stop", id="no stop"
        ),
        pytest.param(
            {}, {"tick_value": None}, ErrorCode.SPEC_MISSING, "tick value", id="no tick value"
        ),
        pytest.param(
            {}, {"tick_value": Decimal(0)}, ErrorCode.SPEC_MISSING, "is 0", id="tick value 0"
        ),
        pytest.param(
            {}, {"account_currency": None}, ErrorCode.SPEC_MISSING, "currency", id="no currency"
        ),
        pytest.param(
            {},
            {"account_currency": "EUR"},
            ErrorCode.RISK_POLICY_INVALID,
            "policy in USD, account in EUR",
            id="another currency",
        ),
        pytest.param(
            {"commission_rate_pct": Decimal(1)},
            {"spec": replace(GOLD, contract_size=None)},
            ErrorCode.SPEC_MISSING,
            "contract size of GOLD is unknown",
            id="contract size is never taken for 1",
        ),
        pytest.param(
            {},
            {"stop_price": Decimal("3999.96"), "min_distance_points": Decimal(5)},
            ErrorCode.INVALID_STOPS,
            "4.0 pt from entry, less than 5 pt",
            id="stop too near",
        ),
        pytest.param(
            {}, {"stop_price": Decimal(4000)}, ErrorCode.INVALID_STOPS, "0.0 pt", id="stop at entry"
        ),
        pytest.param(
            {"amount": Decimal("49.99")},
            {},
            ErrorCode.VOLUME_BELOW_MIN,
            "round down to 0.00 < minimum 0.01 of GOLD",
            id="below the minimum, never lifted to it",
        ),
        pytest.param(
            {"amount": Decimal(49), "min_lot_override": Decimal("0.01")},
            {"max_risk_drift_pct": Decimal("0.02")},
            ErrorCode.RISK_POLICY_INVALID,
            "would lose 50.00 > allowed 49.98 USD",
            id="a floor does not excuse the excess",
        ),
    ],
)
def test_fixed_risk_refusals(
    policy: dict[str, object], context: dict[str, object], code: ErrorCode, part: str
) -> None:
    no = refusal(replace(FIXED_RISK, **policy), replace(CONTEXT, **context))  # type: ignore[arg-type]  # tables of fields

    assert no.code is code
    assert part in no.sentence


def test_a_floor_within_the_allowed_drift_is_taken() -> None:
    policy = replace(FIXED_RISK, amount=Decimal("49.5"), min_lot_override=Decimal("0.01"))

    assert sized(policy).lot == Decimal("0.01")


@pytest.mark.parametrize(
    ("lot_size", "lot"), [("0.10", "0.10"), ("0.109", "0.10"), ("99", "50"), ("0.01", "0.01")]
)
def test_fixed_lot_is_only_guarded(lot_size: str, lot: str) -> None:
    result = sized(replace(FIXED_LOT, lot_size=Decimal(lot_size)))

    assert result.lot == Decimal(lot)
    assert result.expected_loss == Decimal(lot) * 5_000


def test_fixed_lot_needs_no_stop_and_no_tick_value() -> None:
    bare = replace(CONTEXT, stop_price=None, tick_value=None, account_currency=None)

    assert sized(FIXED_LOT, bare).lot == Decimal("0.10")


@pytest.mark.parametrize("lot_size", [None, Decimal(0), Decimal(-1)])
def test_a_lot_size_is_never_made_up(lot_size: Decimal | None) -> None:
    assert refusal(replace(FIXED_LOT, lot_size=lot_size)).code is ErrorCode.RISK_POLICY_INVALID


def test_fixed_lot_below_the_minimum_is_refused() -> None:
    assert refusal(replace(FIXED_LOT, lot_size=Decimal("0.009"))).code is ErrorCode.VOLUME_BELOW_MIN


def test_a_minimum_off_the_step_is_kept() -> None:
    odd = replace(GOLD, min_lot=Decimal("0.05"), lot_step=Decimal("0.02"))

    assert isinstance(guard_volume(Decimal("0.05"), odd, FIXED_LOT), Refusal)
    assert guard_volume(Decimal("0.07"), odd, FIXED_LOT) == Decimal("0.06")


# -- properties

positive = st.decimals(Decimal("0.01"), 10_000, places=2)
steps = st.sampled_from(["0.001", "0.01", "0.1", "0.03", "0.25", "1"]).map(Decimal)
tick_sizes = st.sampled_from(["0.00001", "0.001", "0.01", "0.03", "0.25", "0.7", "1"]).map(Decimal)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[RiskPolicy, SizingContext]:
    """A policy and what it meets; the amount is about what some lot in bounds would lose."""
    step = draw(steps)
    low = draw(st.integers(1, 20)) * step
    high = low + draw(st.integers(0, 5_000)) * step
    spec = replace(
        GOLD,
        tick_size=draw(tick_sizes),
        min_lot=low,
        max_lot=high,
        lot_step=step,
        contract_size=draw(positive),
    )
    context = replace(
        CONTEXT,
        spec=spec,
        entry_price=draw(st.decimals(1, 40_000, places=2)),
        stop_price=draw(st.decimals(1, 40_000, places=2)),
        tick_value=draw(st.decimals(Decimal("0.0001"), 100, places=4)),
        max_risk_drift_pct=draw(st.sampled_from(["0", "0.02", "0.1"]).map(Decimal)),
    )
    policy = replace(
        FIXED_RISK,
        commission_per_lot=draw(st.decimals(0, 50, places=2)),
        commission_rate_pct=draw(st.decimals(0, 1, places=3)),
        min_lot_override=draw(st.none() | st.decimals(Decimal("0.01"), 5, places=2)),
        max_lot_override=draw(st.none() | st.just(high) | st.decimals(low, high + 1, places=2)),
    )
    lot = Fraction(draw(st.integers(0, 6_000)) * step)
    wanted = max(lot * exact_loss_per_lot(policy, context), Fraction(1, 100))
    amount = Decimal(floor(wanted * 100)) / 100 + draw(st.sampled_from([0, 0, 0, 1])) * step
    return replace(policy, amount=amount), context


def exact_loss_per_lot(policy: RiskPolicy, context: SizingContext) -> Fraction:
    assert context.stop_price is not None
    assert context.tick_value is not None
    assert context.spec.contract_size is not None
    distance = abs(Fraction(context.entry_price) - Fraction(context.stop_price))
    ticks = distance / Fraction(context.spec.tick_size)
    rate = Fraction(policy.commission_rate_pct) / 100
    value = Fraction(context.entry_price) * Fraction(context.spec.contract_size)
    cost = Fraction(policy.commission_per_lot) + rate * value
    return ticks * Fraction(context.tick_value) + cost


@given(scenes())
def test_no_more_is_at_risk_than_was_asked_for(scene: tuple[RiskPolicy, SizingContext]) -> None:
    policy, context = scene
    result = size(policy, context)
    assume(isinstance(result, Sized))
    assert isinstance(result, Sized)
    assert policy.amount is not None

    exact = Fraction(result.lot) * exact_loss_per_lot(policy, context)
    allowed = Fraction(policy.amount) * (1 + Fraction(context.max_risk_drift_pct))

    assert exact <= allowed * (1 + Fraction(1, 10**20))
    assert result.expected_loss is not None
    assert abs(Fraction(result.expected_loss) - exact) <= exact / 10**20


@given(scenes())
def test_a_size_is_one_that_the_broker_takes(scene: tuple[RiskPolicy, SizingContext]) -> None:
    policy, context = scene
    result = size(policy, context)
    assume(isinstance(result, Sized))
    assert isinstance(result, Sized)
    spec = context.spec

    assert spec.min_lot <= result.lot <= spec.max_lot
    assert (Fraction(result.lot) / Fraction(spec.lot_step)).denominator == 1
    if policy.max_lot_override is not None:
        assert result.lot <= policy.max_lot_override


@given(scenes())
def test_an_independent_calculation_agrees(scene: tuple[RiskPolicy, SizingContext]) -> None:
    policy, context = scene
    assume(context.entry_price != context.stop_price)
    spec = context.spec
    assert policy.amount is not None
    loss = exact_loss_per_lot(policy, context)
    wanted = Fraction(policy.amount) / loss
    if policy.min_lot_override is not None:
        wanted = max(wanted, Fraction(policy.min_lot_override))
    if policy.max_lot_override is not None:
        wanted = min(wanted, Fraction(policy.max_lot_override))
    step = Fraction(spec.lot_step)
    lot = floor(min(wanted, Fraction(spec.max_lot)) / step) * step
    allowed = Fraction(policy.amount) * (1 + Fraction(context.max_risk_drift_pct))

    result = size(policy, context)

    if lot < Fraction(spec.min_lot):
        assert isinstance(result, Refusal)
        assert result.code is ErrorCode.VOLUME_BELOW_MIN
    elif lot * loss > allowed:
        assert isinstance(result, Refusal)
        assert result.code is ErrorCode.RISK_POLICY_INVALID
    else:
        assert isinstance(result, Sized)
        assert Fraction(result.lot) == lot


@given(scenes(), positive)
def test_more_risk_is_never_a_smaller_lot(
    scene: tuple[RiskPolicy, SizingContext], more: Decimal
) -> None:
    policy, context = scene
    assert policy.amount is not None
    less = size(policy, context)
    assume(isinstance(less, Sized))
    result = size(replace(policy, amount=policy.amount + more), context)

    assert isinstance(result, Sized)
    assert isinstance(less, Sized)
    assert result.lot >= less.lot


@given(scenes(), st.sampled_from(["0.03", "0.3", "0.7", "2", "3", "7", "25"]))
def test_a_coarser_tick_worth_as_much_more_gives_the_same_size(
    scene: tuple[RiskPolicy, SizingContext], factor: str
) -> None:
    policy, context = scene
    assert context.tick_value is not None
    spec = replace(context.spec, tick_size=context.spec.tick_size * Decimal(factor))
    other = replace(context, spec=spec, tick_value=context.tick_value * Decimal(factor))
    here, there = size(policy, context), size(policy, other)

    if isinstance(here, Sized):
        assert isinstance(there, Sized)
        assert there.lot == here.lot
    else:
        assert isinstance(there, Refusal)
        assert there.code is here.code


@given(scenes())
def test_the_side_of_the_stop_does_not_matter(scene: tuple[RiskPolicy, SizingContext]) -> None:
    policy, context = scene
    assert context.stop_price is not None
    policy = replace(policy, commission_rate_pct=Decimal(0))
    turned = replace(context, entry_price=context.stop_price, stop_price=context.entry_price)
    here, there = size(policy, context), size(policy, turned)

    assert isinstance(here, Sized) == isinstance(there, Sized)
    if isinstance(here, Sized) and isinstance(there, Sized):
        assert here.lot == there.lot

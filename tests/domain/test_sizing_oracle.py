"""Every mode of sizing against one independent calculation in fractions, with every guard on it."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.funds import Funds, RiskBasis
from echo.domain.policy import RiskPolicy, RiskType, TinyTrade
from echo.domain.sizing import MasterTrade, Sized, SizingContext, size
from tests.domain.test_sizing import CONTEXT, FIXED_LOT, exact_loss_per_lot, scenes

pytestmark = pytest.mark.no_cover

RISKING = {RiskType.FIXED_RISK, RiskType.RISK_PERCENT}
Scene = tuple[RiskPolicy, SizingContext]

money = st.decimals(100, 1_000_000, places=2)
shares = st.decimals(Decimal("0.01"), 20, places=2)


@st.composite
def any_mode(draw: st.DrawFn) -> Scene:
    """A policy of any mode and what it meets."""
    policy, context = draw(scenes())
    mode = draw(st.sampled_from(RiskType))
    policy = replace(
        policy,
        risk_type=mode,
        risk_pct=draw(shares),
        risk_basis=draw(st.sampled_from(RiskBasis)),
        multiplier=draw(shares),
        lot_size=draw(st.decimals(Decimal("0.01"), 100, places=3)),
        tiny_trade=draw(st.sampled_from(TinyTrade)),
    )
    context = replace(
        context,
        funds=Funds(balance=draw(money), equity=draw(money), currency="USD"),
        master=MasterTrade(
            lot=draw(st.decimals(Decimal("0.01"), 20, places=2)),
            contract_size=draw(st.sampled_from(["1", "100", "100000"]).map(Decimal)),
            funds=Funds(balance=draw(money), equity=draw(money), currency="USD"),
        ),
        free_lots=draw(st.none() | st.decimals(0, 50, places=2)),
    )
    return policy, context


def exact_risk(policy: RiskPolicy, context: SizingContext) -> Fraction:
    """What a stop-out may cost."""
    if policy.risk_type is RiskType.FIXED_RISK:
        assert policy.amount is not None
        return Fraction(policy.amount)
    assert context.funds is not None
    assert policy.risk_pct is not None
    of = context.funds.balance if policy.risk_basis is RiskBasis.BALANCE else context.funds.equity
    return Fraction(of) * Fraction(policy.risk_pct) / 100


def exact_wish(policy: RiskPolicy, context: SizingContext) -> Fraction:
    """The size before any guard."""
    if policy.risk_type is RiskType.FIXED_LOT:
        assert policy.lot_size is not None
        return Fraction(policy.lot_size)
    if policy.risk_type in RISKING:
        return exact_risk(policy, context) / exact_loss_per_lot(policy, context)
    master, ours = context.master, context.funds
    assert master is not None
    assert master.funds is not None
    assert master.contract_size is not None
    assert ours is not None
    assert policy.multiplier is not None
    assert context.spec.contract_size is not None
    contracts = Fraction(master.contract_size) / Fraction(context.spec.contract_size)
    scaled = Fraction(master.lot) * Fraction(policy.multiplier) * contracts
    if policy.risk_type is RiskType.EQUITY_RATIO:
        return scaled * Fraction(ours.equity) / Fraction(master.funds.equity)
    if policy.risk_type is RiskType.BALANCE_RATIO:
        return scaled * Fraction(ours.balance) / Fraction(master.funds.balance)
    return scaled


def exact_lot(policy: RiskPolicy, context: SizingContext) -> Fraction | ErrorCode:
    """The size that is to be sent, or why none is."""
    spec, wish = context.spec, exact_wish(policy, context)
    drift = 1 + Fraction(context.max_risk_drift_pct)
    step, low = Fraction(spec.lot_step), Fraction(spec.min_lot)
    most = Fraction(spec.max_lot)
    if policy.max_lot_override is not None:
        most = min(most, Fraction(policy.max_lot_override))
    wish = max(wish, Fraction(policy.min_lot_override or 0))
    if policy.max_lot_override is not None:
        wish = min(wish, Fraction(policy.max_lot_override))
    if context.free_lots is not None and context.free_lots < wish:
        wish = Fraction(context.free_lots)
        if floor(wish / step) * step < low:
            return ErrorCode.MAX_LOTS
    lot = floor(min(wish, Fraction(spec.max_lot)) / step) * step
    if lot < low:
        lot = ceil(low / step) * step
        if policy.tiny_trade is TinyTrade.SKIP or lot > min(wish * drift, most):
            return ErrorCode.VOLUME_BELOW_MIN
    if policy.risk_type in RISKING:
        loss = lot * exact_loss_per_lot(policy, context)
        if loss > exact_risk(policy, context) * drift:
            return ErrorCode.RISK_POLICY_INVALID
    return lot


@settings(max_examples=300)
@given(any_mode())
def test_an_independent_calculation_agrees_in_every_mode(scene: Scene) -> None:
    policy, context = scene
    assume(context.entry_price != context.stop_price)
    expected, result = exact_lot(policy, context), size(policy, context)
    event(f"{policy.risk_type}: {expected.name if isinstance(expected, ErrorCode) else 'a lot'}")

    if isinstance(result, Refusal):
        assert result.code == expected, result.sentence
    else:
        assert Fraction(result.lot) == expected


@settings(max_examples=300)
@given(any_mode())
def test_whatever_is_sent_is_on_step_in_bounds_and_under_every_cap(scene: Scene) -> None:
    policy, context = scene
    result = size(policy, context)
    assume(isinstance(result, Sized))
    assert isinstance(result, Sized)
    spec = context.spec

    assert result.lot % spec.lot_step == 0
    assert spec.min_lot <= result.lot <= spec.max_lot
    assert policy.max_lot_override is None or result.lot <= policy.max_lot_override
    assert context.free_lots is None or result.lot <= context.free_lots
    if policy.risk_type in RISKING:
        loss = Fraction(result.lot) * exact_loss_per_lot(policy, context)
        allowed = exact_risk(policy, context) * (1 + Fraction(context.max_risk_drift_pct))
        assert loss <= allowed * (1 + Fraction(1, 10**20))


MORE: dict[RiskType, tuple[str, Any]] = {
    RiskType.FIXED_LOT: ("lot_size", Decimal("0.5")),
    RiskType.FIXED_RISK: ("amount", Decimal(50)),
    RiskType.RISK_PERCENT: ("risk_pct", Decimal("0.5")),
    RiskType.MULTIPLIER: ("multiplier", Decimal("0.5")),
    RiskType.EQUITY_RATIO: ("multiplier", Decimal("0.5")),
    RiskType.BALANCE_RATIO: ("multiplier", Decimal("0.5")),
}


@settings(max_examples=200)
@given(any_mode())
def test_whoever_asks_for_more_never_gets_less(scene: Scene) -> None:
    policy, context = scene
    less = size(policy, context)
    assume(isinstance(less, Sized))
    name, by = MORE[policy.risk_type]
    more = size(replace(policy, **{name: getattr(policy, name) + by}), context)

    assert isinstance(less, Sized)
    assert isinstance(more, Sized)
    assert more.lot >= less.lot


@settings(max_examples=200)
@given(any_mode(), st.decimals(Decimal("0.01"), 500, places=2))
def test_a_farther_stop_never_gives_a_larger_lot(scene: Scene, farther: Decimal) -> None:
    policy, context = scene
    policy = replace(policy, min_lot_override=None)
    assert context.stop_price is not None
    away = farther if context.stop_price >= context.entry_price else -farther
    moved = replace(context, stop_price=context.stop_price + away)
    assume(moved.stop_price is not None and moved.stop_price > 0)
    near, far = size(policy, context), size(policy, moved)
    assume(isinstance(near, Sized) and isinstance(far, Sized))

    assert isinstance(near, Sized)
    assert isinstance(far, Sized)
    if policy.risk_type in RISKING:
        assert far.lot <= near.lot
    else:
        assert far.lot == near.lot


@settings(max_examples=200)
@given(any_mode(), st.sampled_from([1, 10, 100]))
def test_points_and_ticks_are_conventions(scene: Scene, points: int) -> None:
    """A broker that counts ten points a tick, or one, sizes the same trade the same."""
    policy, context = scene
    spec = context.spec
    other = replace(context, spec=replace(spec, point=spec.tick_size / points))
    plain = replace(context, spec=replace(spec, point=spec.tick_size))
    here = size(policy, replace(plain, min_distance_points=Decimal(0)))
    there = size(policy, replace(other, min_distance_points=Decimal(0)))

    assert getattr(here, "lot", None) == getattr(there, "lot", None)
    assert getattr(here, "code", None) == getattr(there, "code", None)


def test_a_cap_is_not_raised_over() -> None:
    """The minimum is within the drift of the cap, and still more than the cap."""
    capped = replace(FIXED_LOT, max_lot_override=Decimal("0.0099"), tiny_trade=TinyTrade.RAISE)

    assert isinstance(size(capped, CONTEXT), Refusal)

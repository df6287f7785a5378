"""The decision about an entry: a copy with its numbers, or one code and one sentence."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import Outcome
from echo.domain.commands import ExecuteOrder, Protect, Residual
from echo.domain.errors import ErrorCode
from echo.domain.handshake import AccountMode, Role
from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId, derive_command_id, order_tag
from echo.domain.intents import TradeModify
from echo.domain.policy import CommentMode, CopyOptions, RiskPolicy, SlTpMode
from echo.domain.protection import Levels
from echo.domain.quantities import Side, Timestamps
from echo.domain.specs import TradePermission
from echo.engine.copying import master_levels, modified_levels, remaining_lot
from echo.engine.gates import strategy_of
from echo.engine.state import Lane, TradeState
from tests.engine.scenes import (
    FEATURES,
    LEGACY_FEATURES,
    MASTER,
    SLAVE,
    STRATEGY,
    TRADE,
    Desk,
    desk,
    fixed_lot,
    fixed_risk,
    mapping,
    modified,
    opened,
    reduced,
    report,
    sent,
    spec_report,
    specification,
)

Pair = tuple[Decimal | None, Decimal | None]


def omission(stage: Desk, **changes: Any) -> tuple[ErrorCode, str]:
    """Let the master open; nothing may be sent, and the follower's row says why."""
    told = stage.say(opened(**changes))
    assert sent(told, ExecuteOrder) == []
    row = stage.archive.decision()
    assert row.outcome is Outcome.OMITTED
    assert row.command_id is None
    return row.code, row.sentence


def test_a_copy_says_everything_about_its_order() -> None:
    stage = desk()
    stamps = Timestamps(t0_master_ea_ms=1, t1_agent_recv_ms=2)
    order = stage.open(
        stop_loss=Decimal("1.09500"),
        take_profit=Decimal("1.11000"),
        timestamps=stamps,
        traceparent="00-1",
    )

    assert order == ExecuteOrder(
        command_id=derive_command_id(TRADE, 0, SLAVE),
        trade_id=TRADE,
        account_id=SLAVE,
        symbol="EURUSD.x",
        side=Side.BUY,
        lot=Decimal("0.10"),
        magic_number=7,
        stop_loss=Decimal("1.09510"),
        take_profit=Decimal("1.11010"),
        comment=order_tag(TRADE),
        ttl_ms=4_980,
        age_ms=20,
        sent_mono_ms=stage.now.mono_ms,
        timestamps=Timestamps(
            t0_master_ea_ms=1,
            t1_agent_recv_ms=2,
            t2_core_recv_ms=stage.now.wall_ms,
            t3_core_send_ms=stage.now.wall_ms,
        ),
        traceparent="00-1",
        first=True,
    )


def test_the_numbers_behind_a_copy_are_kept() -> None:
    stage = desk(policies=[fixed_risk()])
    stage.open(stop_loss=Decimal("1.09000"))
    inputs = dict(stage.archive.decision().inputs)

    assert inputs["risk_type"] == "FIXED_RISK"
    assert inputs["stop_price"] == Decimal("1.09010")
    assert inputs["ticks"] == 1000
    assert inputs["lot"] == Decimal("0.10")
    assert inputs["expected_loss"] == 100
    assert (inputs["bid"], inputs["ask"]) == (Decimal("1.1"), Decimal("1.1001"))
    assert inputs["stop_loss"] == Decimal("1.09010")


def test_limits_travel_with_the_order() -> None:
    options = CopyOptions(
        max_spread_points=Decimal(20),
        max_slippage_points=Decimal(30),
        max_delay_ms=500,
        comment=CommentMode.NONE,
    )
    order = desk(options=options).open()

    assert order.max_spread_points == 20
    # Ten of the thirty points are lost on the master's fill already.
    assert order.max_slippage_points == 20
    assert order.ttl_ms == 480
    assert order.comment == ""


def test_a_strategy_without_a_name_is_told_by_its_magic_number() -> None:
    nameless = opened(strategy_id=StrategyId(""))
    stage = desk(policies=[fixed_lot(strategy_id=StrategyId("magic_7"))])

    assert strategy_of(opened()) == STRATEGY
    assert strategy_of(nameless) == "magic_7"
    assert sent(stage.say(nameless), ExecuteOrder)


@pytest.mark.parametrize(
    ("policies", "copied"),
    [
        pytest.param([], False, id="no policy"),
        pytest.param([fixed_lot(strategy_id=StrategyId("other"))], False, id="other strategy"),
        pytest.param([fixed_lot(AccountId("2009"))], False, id="other account"),
        pytest.param([fixed_lot(strategy_id=ANY_STRATEGY)], True, id="any strategy"),
        pytest.param(
            [fixed_lot(master_accounts=frozenset({AccountId("1009")}))], False, id="other master"
        ),
        pytest.param([fixed_lot(valid_until_ms=1)], False, id="expired"),
    ],
)
def test_no_policy_no_copy(policies: list[RiskPolicy], copied: bool) -> None:
    stage = desk(policies=policies)
    if copied:
        assert stage.open().lot == Decimal("0.10")
        return
    code, sentence = omission(stage)

    assert code is ErrorCode.RISK_POLICY_MISSING
    assert sentence == "account 2001 has no policy for swing of master 1001"


def test_an_account_that_has_not_introduced_itself_gets_nothing() -> None:
    stage = desk()
    stage.connect(SLAVE)
    code, sentence = omission(stage)

    assert code is ErrorCode.HANDSHAKE_NOT_READY
    assert sentence == "account 2001 is not registered yet"


def test_a_rejected_account_gets_nothing() -> None:
    stage = desk()
    stage.register(SLAVE, account_mode=AccountMode.NETTING)
    code, sentence = omission(stage)

    assert code is ErrorCode.HANDSHAKE_NOT_READY
    assert "netting accounts merge positions" in sentence


def test_an_account_without_a_usable_symbol_gets_nothing() -> None:
    stage = desk()
    stage.register(SLAVE, symbols=(mapping(point=Decimal(0)),))
    code, sentence = omission(stage)

    assert code is ErrorCode.HANDSHAKE_NOT_READY
    assert sentence == "account 2001 was rejected: no usable symbol"


def test_a_rejected_master_is_not_copied() -> None:
    stage = desk()
    stage.register(MASTER, Role.MASTER, protocol_version=9)
    code, sentence = omission(stage)

    assert code is ErrorCode.HANDSHAKE_NOT_READY
    assert sentence.startswith("master 1001 was rejected: protocol 9")


def test_a_master_without_a_verdict_is_copied() -> None:
    stage = desk()
    stage.connect(MASTER, Role.MASTER)

    assert stage.open().symbol == "EURUSD.x"


@pytest.mark.parametrize(
    ("symbol", "sentence"),
    [
        ("GBPUSD", "account 2001 reports no symbol for GBPUSD"),
        ("#", "nobody knows what # stands for"),
    ],
)
def test_unmapped_symbols_are_not_guessed(symbol: str, sentence: str) -> None:
    assert omission(desk(), symbol=symbol) == (ErrorCode.SYMBOL_NOT_MAPPED, sentence)


def test_the_masters_own_mapping_is_asked_first() -> None:
    stage = desk()
    stage.register(MASTER, Role.MASTER, symbols=(mapping("EURUSD", "FIBER"),))

    assert stage.open(symbol="fiber").symbol == "EURUSD.x"


def test_a_symbol_that_was_rejected_is_not_traded() -> None:
    stage = desk(policies=[fixed_risk()])
    gbpusd = mapping("GBPUSD", tick_value=None)
    features = ("lossless/v1",)
    stage.register(SLAVE, symbols=(mapping(), gbpusd), features=features)
    code, sentence = omission(stage, symbol="GBPUSD", stop_loss=Decimal("1.09"))

    assert code is ErrorCode.SYMBOL_NOT_MAPPED
    assert "GBPUSD is rejected on account 2001" in sentence


def test_a_stale_spec_is_not_sized_on() -> None:
    stage = desk(spec_max_age_ms=1_000)
    stage.later(1_001)
    stage.quote()
    code, sentence = omission(stage)

    assert code is ErrorCode.SPEC_MISSING
    assert sentence == "spec of EURUSD.x is 1001 ms old > 1000 ms"


def test_a_repeated_spec_report_keeps_a_spec_fresh() -> None:
    stage = desk(spec_max_age_ms=1_000)
    stage.later(1_001)
    stage.say(spec_report())
    stage.quote()

    assert stage.open()


def test_a_legacy_terminal_reports_its_specs_once() -> None:
    stage = desk(slave_features=("lossless/v1",), spec_max_age_ms=1_000)
    stage.later(60_000)
    stage.quote()

    assert stage.open()


def test_a_spec_of_a_former_life_has_no_known_age() -> None:
    stage = desk()
    stage.restart()
    stage.join(MASTER, SLAVE)
    stage.register(SLAVE, symbols=None)
    stage.quote()
    code, sentence = omission(stage)

    assert code is ErrorCode.SPEC_MISSING
    assert sentence == "spec of EURUSD.x was not reported since the Core was started"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (CopyOptions(sides=frozenset({Side.SELL})), ErrorCode.SIDE_FILTERED),
        (CopyOptions(symbols_exclude=frozenset({"EURUSD"})), ErrorCode.SYMBOL_FILTERED),
        (CopyOptions(symbols_include=frozenset({"GBPUSD"})), ErrorCode.SYMBOL_FILTERED),
        (CopyOptions(magic_ranges=((100, 200),)), ErrorCode.RISK_POLICY_MISSING),
        (CopyOptions(max_spread_points=Decimal(9)), ErrorCode.SPREAD_EXCEEDED),
        (CopyOptions(max_slippage_points=Decimal(9)), ErrorCode.SLIPPAGE_EXCEEDED),
        (CopyOptions(max_delay_ms=20), ErrorCode.DELAY_EXCEEDED),
    ],
)
def test_filters_at_entry(options: CopyOptions, code: ErrorCode) -> None:
    found, sentence = omission(desk(options=options))

    assert found is code
    assert sentence


def test_filters_hear_the_canonical_name() -> None:
    options = CopyOptions(symbols_include=frozenset({"EURUSD"}))

    assert desk(options=options).open(symbol="EURUSDm")


def test_a_broker_that_only_lets_close_gets_no_open() -> None:
    stage = desk(symbol=mapping(trade_permission=TradePermission.CLOSE_ONLY))

    assert omission(stage) == (
        ErrorCode.TRADE_DISABLED,
        "EURUSD.x is close_only at this broker, no BUY possible",
    )


def test_an_old_quote_is_no_price() -> None:
    stage = desk()
    stage.later(751)

    assert omission(stage) == (ErrorCode.QUOTE_STALE, "quote of EURUSD.x is 751 ms old > 750 ms")


def test_an_account_that_never_quoted_gets_nothing() -> None:
    stage = desk()
    stage.register(SLAVE, symbols=(mapping("GBPUSD"),))

    assert omission(stage, symbol="GBPUSD") == (
        ErrorCode.QUOTE_STALE,
        "account 2001 has not quoted GBPUSD.x yet",
    )


def test_too_small_a_volume_is_not_lifted() -> None:
    code, sentence = omission(desk(policies=[fixed_lot(lot="0.009")]))

    assert code is ErrorCode.VOLUME_BELOW_MIN
    assert sentence == "0.0090 lots round down to 0.00 < minimum 0.01 of EURUSD.x"


def test_risk_modes_need_a_stop() -> None:
    code, _ = omission(desk(policies=[fixed_risk()]))

    assert code is ErrorCode.STOP_REQUIRED


def test_the_catastrophic_stop_is_a_stop() -> None:
    stage = desk(
        policies=[fixed_risk()], options=CopyOptions(catastrophic_sl_points=Decimal(1_000))
    )
    order = stage.open()

    assert order.lot == Decimal("0.10")
    assert order.stop_loss == Decimal("1.09010")


@pytest.mark.parametrize(
    ("currency", "code"),
    [("EUR", ErrorCode.RISK_POLICY_INVALID), ("", ErrorCode.SPEC_MISSING)],
)
def test_risk_is_never_converted(currency: str, code: ErrorCode) -> None:
    stage = desk(policies=[fixed_risk()])
    stage.register(SLAVE, currency=currency)

    assert omission(stage, stop_loss=Decimal("1.09"))[0] is code


def test_a_newer_tick_value_replaces_that_of_the_handshake() -> None:
    stage = desk(policies=[fixed_risk()])
    stage.say(spec_report(SLAVE, specification(tick_value=Decimal(2))))

    assert stage.open(stop_loss=Decimal("1.09000")).lot == Decimal("0.05")


def test_levels_too_near_to_the_market_follow_the_fill() -> None:
    stage = desk(symbol=mapping(stop_level_points=100))
    order = stage.open(stop_loss=Decimal("1.09950"), take_profit=Decimal("1.11"))

    assert (order.stop_loss, order.take_profit) == (None, None)
    assert order.protect == Protect(stop_loss=Decimal("1.09960"), take_profit=Decimal("1.11010"))


def test_risk_is_sized_on_the_stop_that_will_really_be_set() -> None:
    near = desk(policies=[fixed_risk()], symbol=mapping(stop_level_points=990))
    wide = desk(policies=[fixed_risk()])

    # 50 points away is wanted, 990 below the bid is the nearest that the broker takes.
    sized = near.open(stop_loss=Decimal("1.09950"))
    free = wide.open(stop_loss=Decimal("1.09950"))

    assert sized.lot == Decimal("0.10")
    assert free.lot == Decimal("2.00")


def test_a_stop_that_the_market_has_passed_cannot_be_sized() -> None:
    options = CopyOptions(sl_tp_mode=SlTpMode.PRICE)
    stage = desk(policies=[fixed_risk()], options=options)

    assert omission(stage, stop_loss=Decimal("1.10005")) == (
        ErrorCode.INVALID_STOPS,
        "price 1.10000 has passed the stop 1.10005 already",
    )


def test_a_fixed_lot_is_copied_whatever_the_stop() -> None:
    options = CopyOptions(sl_tp_mode=SlTpMode.PRICE)
    order = desk(options=options).open(stop_loss=Decimal("1.10005"))

    assert order.lot == Decimal("0.10")
    assert order.protect == Protect(stop_loss=Decimal("1.10005"))


@given(st.integers(5, 5_000), st.sampled_from(Side), st.integers(0, 300))
def test_the_loss_at_the_stop_is_never_above_the_amount(
    distance: int, side: Side, stop_level: int
) -> None:
    stage = desk(policies=[fixed_risk()], symbol=mapping(stop_level_points=stop_level))
    stop = Decimal("1.10000") - side.sign * distance * Decimal("0.00001")
    told = stage.say(opened(side=side, stop_loss=stop))
    for order in sent(told, ExecuteOrder):
        entry = Decimal("1.10010") if side is Side.BUY else Decimal("1.10000")
        market = Decimal("1.10000") if side is Side.BUY else Decimal("1.10010")
        least = market - side.sign * stop_level * Decimal("0.00001")
        wanted = order.stop_loss or (order.protect and order.protect.stop_loss)
        assert wanted
        real = min(wanted, least) if side is Side.BUY else max(wanted, least)
        assert abs(entry - real) * 100_000 * order.lot <= 100 * Decimal("1.02")


# -- what modifies and reductions make of a copy


def lane(**changes: Any) -> Lane:
    made = Lane(
        SLAVE,
        open_price=Decimal("1.10010"),
        lot_initial=Decimal("0.30"),
        lot_remaining=Decimal("0.30"),
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def trade(volume: str = "1.00") -> TradeState:
    intent = opened(lot=Decimal(volume))
    return TradeState(
        intent=intent,
        canonical="EURUSD",
        followers=(SLAVE,),
        taken_mono_ms=None,
        age_ms=None,
        ticket=intent.ticket,
        volume_initial=intent.lot,
        volume_remaining=intent.lot,
        stop_loss=None,
        take_profit=None,
        opened_at_ms=0,
    )


@pytest.mark.parametrize(
    ("sl", "tp", "options", "levels"),
    [
        pytest.param("1.09", None, CopyOptions(), ("1.0901", None), id="stop only"),
        pytest.param(None, "1.12", CopyOptions(), (None, "1.1201"), id="target only"),
        pytest.param("0", "0", CopyOptions(), ("0", "0"), id="both removed"),
        pytest.param(None, None, CopyOptions(), (None, None), id="nothing"),
        pytest.param(
            "0",
            None,
            CopyOptions(catastrophic_sl_points=Decimal(1_000)),
            ("1.0901", None),
            id="removed, but the hard stop stays",
        ),
        pytest.param(
            None,
            "1.12",
            CopyOptions(catastrophic_sl_points=Decimal(1_000)),
            (None, "1.1201"),
            id="the hard stop is not set again",
        ),
    ],
)
def test_levels_of_a_modify(
    sl: str | None, tp: str | None, options: CopyOptions, levels: tuple[str | None, str | None]
) -> None:
    stop, target = levels
    made = modified_levels(trade(), modified(1, sl=sl, tp=tp), lane(), mapping(), options)

    assert made == Levels(
        stop_loss=None if stop is None else Decimal(stop),
        take_profit=None if target is None else Decimal(target),
    )


def course(stop: str | None, target: str | None, *modifies: TradeModify) -> list[Pair]:
    """Where the master's stop and target were, one after the other."""
    held = trade()
    held.intent = opened(
        stop_loss=None if stop is None else Decimal(stop),
        take_profit=None if target is None else Decimal(target),
    )
    held.actions = {0: held.intent, **{each.seq: each for each in modifies}}
    return [(each.stop_loss, each.take_profit) for each in master_levels(held)]


@pytest.mark.parametrize(
    ("modify", "levels"),
    [
        pytest.param(modified(1, sl="1.095"), ("1.095", "1.12"), id="the target stays"),
        pytest.param(modified(1, tp="1.13"), ("1.09", "1.13"), id="the stop stays"),
        pytest.param(modified(1, sl="0"), (None, "1.12"), id="the stop is removed"),
        pytest.param(modified(1, sl="0", tp="0"), (None, None), id="both are removed"),
        pytest.param(modified(1), ("1.09", "1.12"), id="nothing changes"),
    ],
)
def test_what_a_modify_makes_of_the_masters_levels(
    modify: TradeModify, levels: tuple[str | None, str | None]
) -> None:
    stop, target = levels

    assert course("1.09", "1.12", modify) == [
        (Decimal("1.09"), Decimal("1.12")),
        (None if stop is None else Decimal(stop), None if target is None else Decimal(target)),
    ]


def test_the_masters_levels_follow_its_own_order_whenever_a_modify_comes() -> None:
    late = (modified(3, tp="1.13"), modified(1, sl="1.08"), modified(2, sl="0", tp="1.11"))

    assert course("1.09", None, *late) == [
        (Decimal("1.09"), None),
        (Decimal("1.08"), None),
        (None, Decimal("1.11")),
        (None, Decimal("1.13")),
    ]


def test_a_partial_close_moves_no_level() -> None:
    held = trade()
    held.actions = {0: held.intent, 1: reduced(1, "0.50")}

    assert master_levels(held) == [Levels(stop_loss=None, take_profit=None)]


@pytest.mark.parametrize(
    ("volume", "remaining", "initial", "kept"),
    [
        pytest.param("1.00", "0.50", "0.30", "0.15", id="half"),
        pytest.param("1.00", "0.99", "0.10", "0.09", id="rounded down"),
        pytest.param("0.30", "0.10", "3.00", "1.00", id="an exact third stays exact"),
        pytest.param("1.00", "0.01", "0.30", "0.01", id="less than the broker holds: kept"),
        pytest.param("1.00", "0", "0.30", "0", id="nothing"),
    ],
)
def test_what_a_follower_keeps(volume: str, remaining: str, initial: str, kept: str) -> None:
    held = lane(lot_initial=Decimal(initial), lot_remaining=Decimal(initial))
    left = remaining_lot(trade(volume), Decimal(remaining), held, mapping(), Residual.KEEP)

    assert left == Decimal(kept)


def test_a_residue_can_be_closed_instead_and_never_grows() -> None:
    coarse = mapping(min_lot=Decimal("0.10"))
    args = (trade(), Decimal("0.10"))

    assert remaining_lot(*args, lane(), coarse, Residual.CLOSE) == 0
    assert remaining_lot(*args, lane(), coarse, Residual.KEEP) == Decimal("0.10")
    small = lane(lot_remaining=Decimal("0.05"))
    assert remaining_lot(*args, small, coarse, Residual.KEEP) == Decimal("0.05")


lots = st.decimals(Decimal("0.01"), 100, places=2)


@given(lots, lots, lots, st.sampled_from(["0.01", "0.03", "0.1"]).map(Decimal))
def test_what_remains_is_the_share_rounded_down(
    volume: Decimal, remaining: Decimal, initial: Decimal, step: Decimal
) -> None:
    spec = mapping(lot_step=step, min_lot=step)
    held = lane(lot_initial=initial, lot_remaining=initial)
    left = remaining_lot(trade(str(volume)), remaining, held, spec, Residual.CLOSE)
    share = Fraction(initial) * Fraction(remaining) / Fraction(volume)

    assert Fraction(left) == floor(share / Fraction(step)) * Fraction(step)


def test_legacy_features_are_enough_for_an_open() -> None:
    stage = desk(slave_features=LEGACY_FEATURES, master_features=())

    assert set(LEGACY_FEATURES) < set(FEATURES)
    assert stage.open(age_ms=None).age_ms == 0


def test_a_report_without_symbols_keeps_those_that_are_known() -> None:
    stage = desk()
    stage.connect(SLAVE)
    stage.say(report(symbols=None), message_id=None)

    assert replace(stage.open(), comment="").symbol == "EURUSD.x"

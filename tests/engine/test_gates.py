"""The gates in front of an entry: one code and one sentence each, the general before the costly."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import StrategyId
from echo.domain.modes import Mode
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Side
from echo.domain.specs import SessionRange, SessionWindow, TradePermission
from echo.engine.gates import strategy_of
from tests.engine.desk_scenes import add, switch, window
from tests.engine.scenes import (
    Desk,
    desk,
    mapping,
    opened,
    sent,
    spec_report,
    specification,
)

NEVER = (SessionWindow(day=1),)


def decided(stage: Desk, **changes: Any) -> tuple[ErrorCode, str]:
    """The master opens, nothing is sent; return why."""
    assert sent(stage.say(opened(**changes)), ExecuteOrder) == []
    row = stage.archive.decision()
    assert (row.outcome, row.command_id) == (Outcome.OMITTED, None)
    return row.code, row.sentence


@pytest.mark.parametrize(
    ("options", "changes", "code", "sentence"),
    [
        (
            {"sides": frozenset({Side.SELL})},
            {},
            ErrorCode.SIDE_FILTERED,
            "BUY is not among the copied sides (SELL)",
        ),
        (
            {"symbols_include": frozenset({"GER40", "XAUUSD"})},
            {},
            ErrorCode.SYMBOL_FILTERED,
            "EURUSD is not among the copied symbols (GER40, XAUUSD)",
        ),
        (
            {"symbols_exclude": frozenset({"EURUSD"})},
            {},
            ErrorCode.SYMBOL_FILTERED,
            "EURUSD is excluded on this account",
        ),
        (
            {"magic_ranges": ((100, 199), (300, 300))},
            {},
            ErrorCode.RISK_POLICY_MISSING,
            "magic 7 is not among the copied ones (100-199, 300-300)",
        ),
        (
            {"max_delay_ms": 500},
            {"age_ms": 600},
            ErrorCode.DELAY_EXCEEDED,
            "entry is 600 ms old >= max 500 ms",
        ),
        (
            {"max_spread_points": Decimal(9)},
            {},
            ErrorCode.SPREAD_EXCEEDED,
            "spread 10.0 pt > max 9 pt",
        ),
        (
            {"max_slippage_points": Decimal(9)},
            {},
            ErrorCode.SLIPPAGE_EXCEEDED,
            "price 10.0 pt worse than the master's > max 9 pt",
        ),
    ],
    ids=["sides", "include", "exclude", "magic", "delay", "spread", "slippage"],
)
def test_each_filter_has_one_code_and_one_sentence(
    options: dict[str, Any], changes: dict[str, Any], code: ErrorCode, sentence: str
) -> None:
    assert decided(desk(options=CopyOptions(**options)), **changes) == (code, sentence)


def test_a_permission_is_the_brokers() -> None:
    stage = desk(symbol=mapping(trade_permission=TradePermission.CLOSE_ONLY))

    assert decided(stage) == (
        ErrorCode.TRADE_DISABLED,
        "EURUSD.x is close_only at this broker, no BUY possible",
    )


def test_trading_hours_are_those_of_the_last_report() -> None:
    stage = desk(options=CopyOptions(session_zone="UTC"))
    stage.say(spec_report(stage.settings.slave_accounts[0], specification(sessions=NEVER)))
    stage.quote()
    code, sentence = decided(stage)

    assert code is ErrorCode.SESSION_CLOSED
    assert sentence.endswith("never on that day")
    hours = SessionWindow(day=1, trade_sessions=(SessionRange(start_minute=0, end_minute=1_440),))
    other = desk(options=CopyOptions(session_zone="UTC"))
    other.say(spec_report(other.settings.slave_accounts[0], specification(sessions=(hours,))))
    other.quote()
    other.open()


def test_gates_are_passed_from_the_general_to_the_costly() -> None:
    """Everything would refuse the entry; the first gate does, and behind it the next."""
    wide = CopyOptions(max_delay_ms=100, max_spread_points=Decimal(0))
    shut = mapping(trade_permission=TradePermission.DISABLED)
    seen = []
    for options, symbol, is_blocked, is_paused, age_ms in (
        (replace(wide, sides=frozenset()), shut, True, True, 500),
        (replace(wide, sides=frozenset()), shut, True, False, 500),
        (wide, shut, True, False, 500),
        (wide, mapping(), True, False, 500),
        (wide, mapping(), False, False, 500),
        (wide, mapping(), False, False, 20),
    ):
        stage = desk(options=options, symbol=symbol)
        if is_blocked:
            add(stage, window(stage))
        if is_paused:
            switch(stage, Mode.PAUSED)
        seen.append(decided(stage, age_ms=age_ms)[0])

    assert seen == [
        ErrorCode.PAUSED,
        ErrorCode.SIDE_FILTERED,
        ErrorCode.TRADE_DISABLED,
        ErrorCode.WINDOW_BLOCKED,
        ErrorCode.DELAY_EXCEEDED,
        ErrorCode.SPREAD_EXCEEDED,
    ]


def test_an_undeclared_strategy_is_named_after_the_magic_number() -> None:
    assert strategy_of(opened(strategy_id=StrategyId(""), magic_number=42)) == "magic_42"


def test_a_missing_policy_is_found_before_anything_about_the_market() -> None:
    stage = desk(policies=[])
    stage.later(60_000)

    assert decided(stage)[0] is ErrorCode.RISK_POLICY_MISSING
    assert stage.archive.decision().inputs == ()


def test_an_omission_keeps_what_there_was_to_decide_by() -> None:
    stage = desk(options=CopyOptions(max_spread_points=Decimal(9)))
    decided(stage)

    assert dict(stage.archive.decision().inputs) == {
        "risk_type": "FIXED_LOT",
        "policy_version": 1,
        "age_ms": 20,
        "bid": Decimal("1.10000"),
        "ask": Decimal("1.10010"),
        "quote_age_ms": 0,
        "master_price": Decimal("1.10000"),
        "worse_points": Decimal(10),
    }

"""What accounts report and cannot be so: nothing is copied by it, and a sentence says why."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.accounts import AccountInfo, StateSnapshot
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Role
from echo.domain.policy import PolicyBook, RiskBasis, RiskType
from echo.engine.events import PoliciesChanged
from tests.engine.scenes import (
    MASTER,
    SLAVE,
    WALL_MS,
    Desk,
    alarms,
    desk,
    fixed_risk,
    mapping,
    opened,
    sent,
    spec_report,
    specification,
)

STOP = {"stop_loss": Decimal("1.09000")}
HALF_PERCENT = replace(
    fixed_risk(),
    risk_type=RiskType.RISK_PERCENT,
    risk_pct=Decimal("0.5"),
    risk_basis=RiskBasis.EQUITY,
)


def money(**changes: Any) -> AccountInfo:
    info = AccountInfo(
        account_id=SLAVE,
        balance=Decimal(10_000),
        equity=Decimal(10_000),
        margin=Decimal(0),
        margin_free=Decimal(10_000),
        margin_level=Decimal(0),
        timestamp_ms=WALL_MS,
        currency="USD",
    )
    return replace(info, **changes)


def tell(stage: Desk, info: AccountInfo) -> None:
    stage.say(StateSnapshot(account_id=SLAVE, info=info), message_id=None)


def left_out(stage: Desk, **changes: Any) -> tuple[ErrorCode, str]:
    assert sent(stage.say(opened(**changes)), ExecuteOrder) == []
    row = stage.archive.decision()
    return row.code, row.sentence


def test_an_account_that_has_not_quoted_opens_nothing() -> None:
    stage = Desk()
    stage.join(MASTER, SLAVE)
    stage.register(MASTER, Role.MASTER)
    stage.register(SLAVE)

    assert left_out(stage) == (
        ErrorCode.QUOTE_STALE,
        "account 2001 has not quoted EURUSD.x yet",
    )


def test_a_quote_that_is_not_repeated_is_no_price() -> None:
    stage = desk()
    stage.later(751)
    code, sentence = left_out(stage)

    assert code is ErrorCode.QUOTE_STALE
    assert sentence == "quote of EURUSD.x is 751 ms old > 750 ms"


def test_a_specification_that_is_not_repeated_is_none() -> None:
    stage = desk()
    stage.later(10_001)
    stage.quote()
    code, sentence = left_out(stage)

    assert code is ErrorCode.SPEC_MISSING
    assert sentence == "spec of EURUSD.x is 10001 ms old > 10000 ms"


@pytest.mark.parametrize("tick_value", [None, Decimal(0)], ids=["none", "zero"])
def test_risk_is_not_sized_by_a_tick_that_is_worth_nothing(tick_value: Decimal | None) -> None:
    stage = desk(policies=[fixed_risk()], symbol=mapping(tick_value=tick_value))
    code, sentence = left_out(stage, **STOP)

    assert code is ErrorCode.SPEC_MISSING
    assert "tick value" in sentence


def test_a_tick_value_of_zero_does_not_replace_a_known_one() -> None:
    stage = desk(policies=[fixed_risk()])
    stage.say(spec_report(SLAVE, specification(tick_value=Decimal(0))))
    stage.quote()

    assert stage.open(**STOP).lot == Decimal("0.10")


@pytest.mark.parametrize("equity", ["0", "-250.50"])
def test_a_share_of_nothing_is_no_risk(equity: str) -> None:
    stage = desk(policies=[HALF_PERCENT])
    tell(stage, money(equity=Decimal(equity)))

    assert left_out(stage, **STOP) == (
        ErrorCode.RISK_POLICY_INVALID,
        f"0.5 % of a equity of {equity}",
    )


def test_an_account_whose_currency_changed_is_not_sized_by_the_old_one() -> None:
    stage = desk(policies=[fixed_risk()])
    tell(stage, money(currency="EUR"))
    code, sentence = left_out(stage, **STOP)

    assert code is ErrorCode.RISK_POLICY_INVALID
    assert "USD" in sentence
    assert "EUR" in sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("NaN")},
        {"amount": Decimal(-1)},
        {"amount": None},
        {"amount": Decimal(0)},
    ],
)
def test_a_policy_without_sense_that_came_past_the_settings_is_told_and_not_used(
    changes: dict[str, Any],
) -> None:
    stage = desk()
    told = stage.feed(PoliciesChanged(PolicyBook([replace(fixed_risk(), **changes)])))

    assert alarms(told) == ["POLICY_INVALID"]
    assert left_out(stage, **STOP)[0] is ErrorCode.RISK_POLICY_MISSING


@pytest.mark.parametrize(("bid", "ask"), [("1.1001", "1.1000"), ("0", "1.1"), ("-1", "1")])
def test_a_quote_that_no_market_has_is_not_taken(bid: str, ask: str) -> None:
    stage = desk()
    stage.later(800)
    stage.quote(bid=bid, ask=ask)

    assert left_out(stage)[0] is ErrorCode.QUOTE_STALE

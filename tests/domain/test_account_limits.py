"""All limits of an account make sense together, or say why they do not."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest

from echo.domain.account_limits import AccountLimits
from echo.domain.exposure import Margins
from echo.domain.headroom import IdeaRule
from echo.domain.limit_rules import Anchor, LimitKind, LimitRule, LimitUnit
from echo.domain.lot_caps import LotCaps
from echo.domain.reset_time import ResetTime

DAILY = LimitRule(
    rule_id="daily",
    kind=LimitKind.DAILY_LOSS,
    limit=Decimal(5),
    initial_balance=Decimal(100_000),
    reset=ResetTime(time(0), "Europe/Prague"),
)
OVERALL = replace(
    DAILY, rule_id="overall", kind=LimitKind.OVERALL_LOSS, anchor=Anchor.INITIAL, limit=Decimal(10)
)
LIMITS = AccountLimits(rules=(DAILY, OVERALL), currency="USD")


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (replace(LIMITS, rules=(replace(DAILY, limit=Decimal(0)),)), "both must be > 0"),
        (replace(LIMITS, rules=(DAILY, DAILY)), "limit daily is there 2 times"),
        (
            replace(LIMITS, ideas=(IdeaRule(rule_id="daily", limit=Decimal(9)),)),
            "limit daily is there 2 times",
        ),
        (replace(LIMITS, caps=LotCaps(open_trades=0)), "0 open trades"),
        (replace(LIMITS, margins=Margins(slippage_points=Decimal("NaN"))), "margins of NaN"),
        (replace(LIMITS, margins=Margins(assumed_stop_points=Decimal(-1))), "and -1 points"),
        (
            replace(
                LIMITS,
                rules=(replace(DAILY, unit=LimitUnit.MONEY, limit=Decimal(10_001)), OVERALL),
            ),
            "a day may lose 10001.00, the whole account 10000.00",
        ),
    ],
)
def test_senseless_and_contradictory_limits_are_named(limits: AccountLimits, why: str) -> None:
    assert any(why in each for each in limits.complaints()), list(limits.complaints())
    assert not list(LIMITS.complaints())


def test_caps_alone_need_no_look_at_the_money() -> None:
    assert LIMITS.watches
    assert not AccountLimits(caps=LotCaps(per_trade=Decimal(1))).watches

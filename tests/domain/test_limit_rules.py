"""Rules make sense, or say why they do not."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest

from echo.domain.limit_rules import Anchor, Basis, LimitKind, LimitRule, LimitUnit
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
TRAILING = replace(OVERALL, rule_id="trailing", basis=Basis.HIGH_WATER_EOD_BALANCE)
TARGET = replace(
    OVERALL, rule_id="target", kind=LimitKind.PROFIT_TARGET, reset=None, limit=Decimal(200)
)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (replace(DAILY, limit=Decimal(0)), "both must be > 0"),
        (replace(DAILY, limit=Decimal("NaN")), "both must be > 0"),
        (replace(DAILY, limit=Decimal("Infinity")), "both must be > 0"),
        (replace(DAILY, limit=Decimal(10) ** 13), "both must be > 0"),
        (replace(DAILY, limit=Decimal(101)), "more than 100 %"),
        (replace(DAILY, initial_balance=Decimal(-1)), "initial balance of -1"),
        (replace(DAILY, warn_at=Decimal("0.9")), "must rise"),
        (replace(DAILY, warn_at=Decimal("NaN")), "must rise"),
        (replace(DAILY, flatten_at=Decimal("1.1")), "must rise"),
        (replace(DAILY, unit=LimitUnit.MONEY, limit=Decimal(100_001)), "more than 100 % of"),
        (replace(TARGET, limit=Decimal(1_001)), "more than 1000 %"),
        (replace(DAILY, anchor=Anchor.INITIAL), "counts from the reset"),
        (replace(TRAILING, reset=None), "names no reset"),
        (replace(DAILY, reset=None), "names no reset"),
        (replace(DAILY, reset=ResetTime(time(0), "Mars")), "no time zone"),
    ],
)
def test_a_senseless_rule_is_named(rule: LimitRule, why: str) -> None:
    assert why in rule.complaint
    assert DAILY.complaint == OVERALL.complaint == TRAILING.complaint == TARGET.complaint == ""


def test_only_days_and_trailing_marks_move() -> None:
    assert [each.moves for each in (DAILY, OVERALL, TRAILING, TARGET)] == [True, False, True, False]


def test_what_a_rule_depends_on_is_told_apart() -> None:
    other_day = replace(DAILY, reset=ResetTime(time(0), "America/New_York"))
    other_size = replace(DAILY, limit=Decimal(4))

    assert other_day.anchored_by != DAILY.anchored_by
    assert other_day.staged_by == DAILY.staged_by
    assert other_size.anchored_by == DAILY.anchored_by
    assert other_size.staged_by != DAILY.staged_by

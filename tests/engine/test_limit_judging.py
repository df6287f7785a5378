"""Judging: which stage is told, when, once; what is written before it is acted upon."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.commands import Flatten
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.journal import CommandRecord
from echo.domain.limit_rules import LimitKind
from echo.domain.limits_record import LimitsRecord
from echo.engine.effects import Effect, Persist, Send
from tests.engine.limit_scenes import (
    DAILY,
    LIMITS,
    OVERALL,
    holding,
    impose,
    limited,
    shown,
    stages,
)
from tests.engine.scenes import (
    alarms,
    facts,
    opened,
    records,
    sent,
)


def sentence(effects: list[Effect], code: str) -> str:
    [alarm] = [each for each in facts(effects, Alarm) if each.code == code]
    return alarm.sentence


def test_stages_rise_are_told_and_stop_entries() -> None:
    stage = limited()
    shown(stage, 100_000)
    warned = shown(stage, 96_400)
    stopped = shown(stage, 95_700)

    assert stages(warned) == [("daily-loss", "WARN")]
    assert alarms(warned) == ["LIMIT_WARN"]
    assert stages(stopped) == [("daily-loss", "STOP_ENTRIES")]
    stage.say(opened(stop_loss=Decimal("1.09900")))
    row = stage.archive.decision()
    assert row.code is ErrorCode.LIMIT_REACHED
    assert row.sentence == (
        "daily-loss: equity 95700.00 is 700.00 above the floor of 95000.00, 86% of 5000.00 used"
    )


def test_the_same_stage_is_told_once_and_entries_go_on_when_it_is_over() -> None:
    stage = limited()
    shown(stage, 100_000)
    shown(stage, 95_700)
    again = shown(stage, 95_600)
    better = shown(stage, 99_000)
    worse = shown(stage, 95_700)

    assert (alarms(again), stages(again)) == ([], [])
    assert stages(better) == [("daily-loss", "CLEAR")]
    assert (alarms(worse), stages(worse)) == ([], [("daily-loss", "STOP_ENTRIES")])
    shown(stage, 99_000)
    assert stage.open(stop_loss=Decimal("1.09900"))


def test_the_stage_is_on_disk_before_its_close_leaves() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(stop_loss=Decimal("1.09900"))
    told = shown(stage, 95_200, holding())
    kinds = [
        type(each.record if isinstance(each, Persist) else each.message)
        for each in told
        if isinstance(each, Persist)
        or (isinstance(each, Send) and isinstance(each.message, Flatten))
    ]

    assert kinds.index(LimitsRecord) < kinds.index(CommandRecord) < kinds.index(Flatten)


def test_a_negative_equity_is_the_end_like_any_other() -> None:
    stage = limited()
    shown(stage, 100_000)

    assert stages(shown(stage, -500, balance=-500)) == [
        ("daily-loss", "FLATTEN"),
        ("overall-loss", "FLATTEN"),
    ]


def test_limits_in_another_currency_are_not_judged_and_stop_entries() -> None:
    stage = limited()
    told = shown(stage, 90_000, currency="EUR")
    again = shown(stage, 90_000, currency="EUR")
    stage.say(opened(stop_loss=Decimal("1.09900")))

    assert sentence(told, "LIMIT_SUSPENDED") == "account 2001 is in EUR, its limits are in USD"
    assert alarms(again) == []
    assert sent(told, Flatten) == []
    assert stage.code() is ErrorCode.LIMIT_HEADROOM


def test_an_account_that_changes_its_currency_is_noticed_without_any_being_named() -> None:
    stage = limited(replace(LIMITS, currency=""))
    shown(stage, 100_000)
    told = shown(stage, 90_000, currency="EUR")

    assert "is in EUR now, its limits were counted in USD" in sentence(told, "LIMIT_SUSPENDED")
    assert stages(shown(stage, 90_000)) == [
        ("daily-loss", "FLATTEN"),
        ("overall-loss", "FLATTEN"),
    ]


def test_a_limit_that_was_changed_unlocks_and_one_that_is_gone_is_forgotten() -> None:
    stage = limited()
    shown(stage, 100_000)
    shown(stage, 95_200)
    wider = impose(stage, replace(LIMITS, rules=(replace(DAILY, limit=Decimal(9)), OVERALL)))
    only = impose(stage, replace(LIMITS, rules=(OVERALL,)))

    assert stages(wider) == [("daily-loss", "CLEAR")]
    assert [each.rule_id for each in records(only, LimitsRecord)[0].rules] == ["overall-loss"]
    gone = impose(stage, None)
    assert records(gone, LimitsRecord)[0].funds is None
    assert impose(stage, None) == [] or records(impose(stage, None), LimitsRecord) == []
    assert stage.open(stop_loss=Decimal("1.09900"))


def test_a_target_that_is_reached_stops_entries_for_good() -> None:
    target = replace(
        OVERALL, rule_id="target", kind=LimitKind.PROFIT_TARGET, locks=True, flattens=True
    )
    stage = limited(replace(LIMITS, rules=(target,)))
    shown(stage, 109_999)
    told = shown(stage, 110_000)
    shown(stage, 108_000)
    stage.say(opened(stop_loss=Decimal("1.09900")))

    assert stages(told) == [("target", "FLATTEN")]
    assert "which was reached; locked until a person" in stage.archive.decision().sentence


def test_money_is_stored_now_and_then_not_with_every_tick() -> None:
    stage = limited()
    shown(stage, 100_000)
    soon = shown(stage, 100_001)
    stage.later(5_000)
    late = shown(stage, 100_002)

    assert records(soon, LimitsRecord) == []
    [lazy] = [
        each for each in late if isinstance(each, Persist) and isinstance(each.record, LimitsRecord)
    ]
    assert lazy.lazy

"""Limits in force: what an account shows, tick by tick, against its rules."""

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.account_limits import AccountLimits
from echo.domain.closing_time import ClosingTime
from echo.domain.commands import ExecuteOrder, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.limit_rules import Basis, LimitKind, Stage
from echo.domain.limits_record import LimitsRecord
from echo.domain.lot_caps import LotCaps
from echo.domain.reset_time import ResetTime
from echo.engine.effects import Arm, Effect
from echo.engine.events import Due
from tests.engine.limit_scenes import (
    DAILY,
    LIMITS,
    OVERALL,
    anchors,
    holding,
    impose,
    jump,
    limited,
    shown,
    stages,
    stored,
)
from tests.engine.scenes import (
    LEGACY_FEATURES,
    SLAVE,
    alarms,
    facts,
    opened,
    ready,
    records,
    trade_id_of,
)


def sentence(effects: list[Effect], code: str) -> str:
    [alarm] = [each for each in facts(effects, Alarm) if each.code == code]
    return alarm.sentence


def test_an_account_with_room_is_copied_to() -> None:
    stage = limited()
    told = shown(stage, 100_000)

    assert stages(told) == []
    assert anchors(told) == [("daily-loss", 100_000, True)]
    assert stage.open(stop_loss=Decimal("1.09900")).lot == Decimal("1.00")


def test_at_the_end_copies_are_closed_and_the_account_is_locked_until_the_reset() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(stop_loss=Decimal("1.09900"))
    told = shown(stage, 95_200, holding())

    assert stage.one(told, Flatten).tickets == (9001,)
    assert stages(told) == [("daily-loss", "FLATTEN")]
    recovered = shown(stage, 99_000)
    assert stages(recovered) == []
    stage.say(opened(trade_id=trade_id_of(5002), ticket=5002, stop_loss=Decimal("1.09900")))
    row = stage.archive.decision(trade_id=trade_id_of(5002))
    assert row.code is ErrorCode.LIMIT_REACHED
    assert row.sentence.endswith("locked until 2026-01-15 23:00:00 UTC")

    jump(stage, 2026, 1, 15, 23, 0, 1)
    told = shown(stage, 99_000, balance=99_000)
    assert stages(told) == [("daily-loss", "CLEAR")]
    trade = trade_id_of(5003)
    told = stage.say(opened(trade_id=trade, ticket=5003, stop_loss=Decimal("1.09900")))
    assert stage.one(told, ExecuteOrder).trade_id == trade


def test_quotes_move_the_equity_between_snapshots() -> None:
    """40 lots long gain and lose 40 USD a point; a short position of them the other way."""
    stage = limited()
    shown(stage, 100_000, holding(lot="40.00"))

    assert stages(stage.quote(bid="1.09930", ask="1.09940")) == []
    assert stages(stage.quote(bid="1.09900", ask="1.09910")) == [("daily-loss", "WARN")]
    told = stage.quote(bid="1.09880", ask="1.09890")
    assert stages(told) == [("daily-loss", "FLATTEN")]
    assert "equity 95200.00" in sentence(told, "LIMIT_FLATTEN")


def test_a_snapshot_counts_quotes_no_twice() -> None:
    stage = limited()
    shown(stage, 100_000, holding(lot="40.00"))
    stage.quote(bid="1.09930", ask="1.09940")
    shown(stage, 97_200, holding(lot="40.00"))

    assert stored(stage).rules[0].use.stage is Stage.CLEAR
    assert stages(stage.quote(bid="1.10000", ask="1.10010")) == []


def test_a_reset_that_was_seen_anchors_to_what_was_held_then() -> None:
    stage = limited()
    shown(stage, 100_000)
    jump(stage, 2026, 1, 15, 22, 59, 59)
    shown(stage, 103_000, balance=104_000)
    jump(stage, 2026, 1, 15, 23, 0, 0)
    told = stage.feed(Due(("limits", SLAVE)))

    assert anchors(told) == [("daily-loss", 104_000, False)]
    assert records(told, LimitsRecord)[0].rules[0].state.anchor_value == 104_000


def test_a_floating_loss_at_midnight_may_end_the_new_day_at_once() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(stop_loss=Decimal("1.09900"))
    jump(stage, 2026, 1, 15, 22, 59, 59)
    before = shown(stage, 99_100, holding(), balance=104_000)
    jump(stage, 2026, 1, 15, 23, 0, 1)
    after = shown(stage, 99_100, holding(), balance=104_000)

    assert stages(before) == []
    assert stages(after) == [("daily-loss", "FLATTEN")]


def test_a_reset_that_nobody_saw_is_an_estimate_and_says_so() -> None:
    """The stricter of before and after counts: nobody knows how much was lost since midnight."""
    stage = limited()
    shown(stage, 100_000)
    jump(stage, 2026, 1, 15, 20)
    shown(stage, 103_000, balance=103_000)
    jump(stage, 2026, 1, 16, 8)
    told = shown(stage, 101_000, balance=101_000)

    assert anchors(told) == [("daily-loss", 103_000, True)]
    assert sentence(told, "LIMIT_ANCHOR_ESTIMATED") == (
        "daily-loss: account 2001 counts from 103000.00, which is an estimate: nobody saw the"
        " account then; the floor is 98000.00"
    )


def test_a_reset_without_anybody_there_changes_nothing_until_the_account_is_seen() -> None:
    stage = limited()
    shown(stage, 100_000)
    jump(stage, 2026, 1, 15, 23, 0, 0)

    assert anchors(stage.feed(Due(("limits", SLAVE)))) == []


def test_the_timer_is_set_to_the_reset_and_never_far_ahead() -> None:
    stage = limited()
    shown(stage, 100_000)
    first_mono_ms = stage.timers["limits", SLAVE]
    start_mono_ms = stage.now.mono_ms
    jump(stage, 2026, 1, 15, 22, 30)
    [last] = [
        each
        for each in stage.feed(Due(("limits", SLAVE)))
        if isinstance(each, Arm) and each.key[0] == "limits"
    ]

    assert first_mono_ms - start_mono_ms == 3_600_000
    assert last.due_mono_ms - stage.now.mono_ms == 1_800_000


def test_a_restart_keeps_lock_and_anchor_and_tells_nothing_twice() -> None:
    stage = limited()
    shown(stage, 100_000)
    shown(stage, 95_200)
    stage.restart()
    ready(stage)
    stage.say(opened(stop_loss=Decimal("1.09900")))
    assert stage.code() is ErrorCode.LIMIT_HEADROOM
    assert "has not shown its positions and its money yet" in stage.archive.decision().sentence
    told = shown(stage, 99_000)

    assert alarms(told) == []
    assert anchors(told) == []
    assert stages(told) == [("daily-loss", "FLATTEN")]
    assert stored(stage).rules[0].state.anchor_value == 100_000


def test_a_rebuild_in_mid_life_judges_again_with_the_next_snapshot() -> None:
    stage = limited()
    shown(stage, 100_000)
    shown(stage, 95_700)
    stage.feed_again()
    stage.say(opened(stop_loss=Decimal("1.09900")))
    assert stage.archive.decision().sentence == "a limit is new: limits cannot be judged"
    stage.timers.clear()
    told = shown(stage, 95_700)

    assert stages(told) == [("daily-loss", "STOP_ENTRIES")]
    assert alarms(told) == []
    assert ("limits", SLAVE) in stage.timers


def test_what_was_seen_too_long_ago_judges_no_entry() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.later(10_001)
    stage.probe()
    stage.quote()
    stage.say(opened(stop_loss=Decimal("1.09900")))

    row = stage.archive.decision()
    assert row.code in {ErrorCode.LIMIT_HEADROOM, ErrorCode.SPEC_MISSING}
    assert stages(stage.quote(bid="1.0", ask="1.1")) == []


@pytest.mark.parametrize(
    "changes",
    [{"complete": False}, {"connected": False}, {"info": None}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_snapshot_that_does_not_say_all_says_nothing(changes: dict[str, Any]) -> None:
    stage = limited()

    assert records(shown(stage, 90_000, **changes), LimitsRecord) == []


def test_figures_that_are_no_numbers_are_not_believed() -> None:
    stage = limited()

    assert records(shown(stage, "NaN"), LimitsRecord) == []
    assert records(shown(stage, 90_000, balance="Infinity"), LimitsRecord) == []


def test_an_account_without_any_money_was_not_told_by_its_broker_yet() -> None:
    stage = limited(slave_features=LEGACY_FEATURES)
    shown(stage, 100_000)

    assert stages(shown(stage, 0, balance=0)) == []
    assert stored(stage).stage is Stage.CLEAR


def test_a_legacy_terminal_is_believed_without_the_flags_that_it_does_not_know() -> None:
    stage = limited(slave_features=LEGACY_FEATURES)

    assert anchors(shown(stage, 100_000, complete=False, connected=False, epoch=""))


def test_a_limit_that_is_new_is_not_judged_before_it_is_counted() -> None:
    stage = limited(replace(LIMITS, rules=(OVERALL,)))
    shown(stage, 100_000)
    stage.later(11_000)
    impose(stage, LIMITS)
    stage.engine.state.account(SLAVE).limits.seen_mono_ms = stage.now.mono_ms
    stage.probe()
    stage.quote()
    stage.say(opened(stop_loss=Decimal("1.09900")))

    assert stage.code() in {ErrorCode.LIMIT_HEADROOM, ErrorCode.SPEC_MISSING}


def test_a_trailing_limit_keeps_its_mark_over_a_restart() -> None:
    trailing = replace(
        DAILY,
        rule_id="trailing",
        kind=LimitKind.OVERALL_LOSS,
        basis=Basis.HIGH_WATER_EOD_BALANCE,
        limit=Decimal(10),
    )
    stage = limited(replace(LIMITS, rules=(trailing,)))
    shown(stage, 100_000)
    for day in (15, 16):
        jump(stage, 2026, 1, day, 22, 59, 59)
        shown(stage, 104_000 - 1_000 * (day - 15), balance=104_000 - 1_000 * (day - 15))
        jump(stage, 2026, 1, day, 23, 0, 1)
        shown(stage, 104_000 - 1_000 * (day - 15), balance=104_000 - 1_000 * (day - 15))
    stage.restart()
    ready(stage)
    shown(stage, 103_000, balance=103_000)

    assert stored(stage).rules[0].use.floor == 94_000


def test_closing_time_stops_entries_then_closes_whoever_is_silent() -> None:
    closing = ClosingTime(
        rule_id="close",
        closes=ResetTime(time(16, 10), "America/New_York"),
        reopens=ResetTime(time(18), "America/New_York"),
    )
    stage = limited(AccountLimits(closings=(closing,)))
    shown(stage, 100_000)
    stage.fill(stop_loss=Decimal("1.09900"))
    jump(stage, 2026, 1, 15, 21, 0)
    stopped = shown(stage, 100_000, holding())
    stage.say(opened(trade_id=trade_id_of(5002), ticket=5002))
    jump(stage, 2026, 1, 15, 21, 8)
    closed = stage.feed(Due(("limits", SLAVE)))
    jump(stage, 2026, 1, 15, 23, 0)
    over = stage.feed(Due(("limits", SLAVE)))

    assert stages(stopped) == [("close", "STOP_ENTRIES")]
    row = stage.archive.decision(trade_id=trade_id_of(5002))
    assert row.code is ErrorCode.LIMIT_REACHED
    assert row.sentence.endswith("until 2026-01-15 23:00:00 UTC")
    assert stages(closed) == [("close", "FLATTEN")]
    assert stage.one(closed, Flatten).tickets == (9001,)
    assert stages(over) == [("close", "CLEAR")]


def test_caps_alone_watch_nothing() -> None:
    stage = limited(AccountLimits(caps=LotCaps(per_trade=Decimal("0.30"))))

    assert records(shown(stage, 100), LimitsRecord) == []
    assert stage.open().lot == Decimal("0.30")


def test_a_timer_of_an_account_without_limits_does_nothing() -> None:
    stage = limited()
    impose(stage, None)

    assert stage.feed(Due(("limits", SLAVE))) == []

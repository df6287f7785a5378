"""Windows in force: entries are left out, closes pass, or wait, or are left to a person."""

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.desk import RemoveWindow
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE
from echo.domain.policy import CopyOptions
from echo.domain.windows import WindowAction, WindowRules
from tests.engine.desk_scenes import MINUTE_MS, add, window
from tests.engine.scenes import (
    SECOND,
    SLAVE,
    Desk,
    alarms,
    closed,
    desk,
    done,
    modified,
    opened,
    ready,
    reduced,
    sent,
)

DEFER = WindowRules(on_close=WindowAction.DEFER, on_modify=WindowAction.DEFER)
BLOCK = WindowRules(on_close=WindowAction.BLOCK, on_modify=WindowAction.BLOCK)


def stage_with(rules: WindowRules) -> Desk:
    return desk(options=CopyOptions(windows=rules))


def test_an_entry_inside_a_window_is_left_out_with_its_times_and_name() -> None:
    stage = desk()
    add(stage, window(stage, pre_buffer_s=60))

    assert sent(stage.say(opened()), ExecuteOrder) == []
    assert stage.code() is ErrorCode.WINDOW_BLOCKED
    assert stage.archive.decision().sentence == (
        "EURUSD is blocked for USD from 2025-06-15 15:05:40 to 2025-06-15 15:16:40 UTC"
        " (Non-Farm Payrolls)"
    )


def test_an_entry_before_and_after_a_window_passes() -> None:
    stage = desk()
    add(stage, window(stage, begins_s=1, lasts_s=60))
    stage.fill()
    stage.later(61 * 1_000)
    stage.quote()
    stage.say(closed())

    assert stage.outcome() is Outcome.FILLED


def test_a_window_of_another_account_or_symbol_does_not_matter() -> None:
    stage = desk(SLAVE, SECOND)
    add(
        stage,
        window(stage, window_id="other", account_id=SECOND),
        window(stage, window_id="gold", symbol="XAUUSD"),
    )
    stage.say(opened())

    assert stage.outcome(account_id=SLAVE) is Outcome.PENDING
    assert stage.code(account_id=SECOND) is ErrorCode.WINDOW_BLOCKED


def test_an_account_may_have_its_entries_let_through() -> None:
    stage = stage_with(WindowRules(on_open=WindowAction.ALLOW))
    add(stage, window(stage))

    stage.open()


def test_by_default_closes_reductions_and_changes_pass() -> None:
    stage = desk()
    stage.fill()
    add(stage, window(stage))
    modify = stage.one(stage.say(modified(1, sl="1.09000")), ModifyOrder)
    stage.say(done(modify))
    reduce = stage.one(stage.say(reduced(2, "0.50")), ReduceOrder)
    stage.say(done(reduce, executed_lot=reduce.remaining_lot))

    stage.one(stage.say(closed()), CloseOrder)


def test_a_deferred_close_is_sent_the_moment_the_window_is_over() -> None:
    stage = stage_with(DEFER)
    stage.fill()
    add(stage, window(stage, lasts_s=600))

    assert sent(stage.say(closed()), CloseOrder) == []
    row = stage.archive.decision(SEQ_CLOSE)
    assert row.outcome is Outcome.PENDING
    assert row.sentence == (
        "waits until 2025-06-15 15:16:40 UTC, when window nfp (Non-Farm Payrolls) is over"
    )
    assert sent(stage.wait(10 * MINUTE_MS - 1), CloseOrder) == []
    close = stage.one(stage.wait(1), CloseOrder)
    stage.say(done(close))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_a_deferred_close_waits_for_the_last_of_overlapping_windows() -> None:
    stage = stage_with(DEFER)
    stage.fill()
    add(
        stage,
        window(stage, lasts_s=60),
        window(stage, window_id="long", begins_s=30, lasts_s=60),
        window(stage, window_id="next", begins_s=90, lasts_s=30),
    )
    stage.say(closed())

    assert sent(stage.wait(120_000 - 1), CloseOrder) == []
    stage.one(stage.wait(1), CloseOrder)


def test_a_deferred_close_survives_a_restart_inside_the_window() -> None:
    stage = stage_with(DEFER)
    stage.fill()
    add(stage, window(stage, lasts_s=600))
    stage.say(closed())

    stage.restart()
    ready(stage)
    assert stage.engine.state.book.windows.in_force(SLAVE, "EURUSD", stage.now.wall_ms)
    # A restart takes five seconds on this stage.
    close = stage.one(stage.wait(10 * MINUTE_MS - 5_000), CloseOrder)
    stage.say(done(close))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_a_deferred_close_is_sent_at_once_by_a_core_that_starts_after_the_window() -> None:
    stage = stage_with(DEFER)
    stage.fill()
    add(stage, window(stage, lasts_s=3))
    stage.say(closed())
    stage.restart()
    ready(stage)

    stage.one(stage.heard, CloseOrder)


def test_a_deferred_close_is_no_late_close() -> None:
    stage = stage_with(DEFER)
    stage.fill()
    add(stage, window(stage, lasts_s=600))
    stage.say(closed())

    assert "CLOSE_PENDING" not in alarms(stage.wait(9 * MINUTE_MS))
    assert "CLOSE_PENDING" in alarms(stage.wait(10 * MINUTE_MS))


def test_removing_the_window_lets_go_what_it_held() -> None:
    stage = stage_with(DEFER)
    stage.fill()
    add(stage, window(stage))
    stage.say(closed())
    before = len(stage.heard)
    stage.ask(RemoveWindow(window_id="nfp"))

    stage.one(stage.heard[before:], CloseOrder)


def test_a_change_that_is_deferred_holds_up_no_reduction() -> None:
    stage = stage_with(WindowRules(on_modify=WindowAction.DEFER))
    stage.fill()
    add(stage, window(stage, lasts_s=60))

    assert sent(stage.say(modified(1, sl="1.09000")), ModifyOrder) == []
    reduce = stage.one(stage.say(reduced(2, "0.50")), ReduceOrder)
    stage.say(done(reduce, executed_lot=reduce.remaining_lot, new_ticket=None))
    modify = stage.one(stage.wait(MINUTE_MS), ModifyOrder)

    assert modify.seq == 1


def test_a_close_overtakes_a_change_that_is_deferred() -> None:
    stage = stage_with(WindowRules(on_modify=WindowAction.DEFER))
    stage.fill()
    add(stage, window(stage))
    stage.say(modified(1, sl="1.09000"))

    stage.one(stage.say(closed()), CloseOrder)
    assert stage.outcome(1) is Outcome.SUPERSEDED


def test_a_blocked_change_is_left_out_for_good() -> None:
    stage = stage_with(BLOCK)
    stage.fill()
    add(stage, window(stage))
    stage.say(modified(1, sl="1.09000"))

    assert stage.outcome(1) is Outcome.OMITTED
    assert stage.archive.decision(1).sentence.startswith("EURUSD is blocked to modify for USD")


def test_a_blocked_close_leaves_the_position_to_a_person_and_says_so() -> None:
    stage = stage_with(BLOCK)
    stage.fill()
    add(stage, window(stage))
    told = stage.say(closed())

    assert sent(told, CloseOrder) == []
    assert (stage.outcome(SEQ_CLOSE), stage.code(SEQ_CLOSE)) == (
        Outcome.MANUAL,
        ErrorCode.WINDOW_BLOCKED,
    )
    assert "WINDOW_BLOCKED" in alarms(told)


@pytest.mark.parametrize("on_open", [WindowAction.BLOCK, WindowAction.ALLOW])
def test_a_window_that_is_over_changes_nothing(on_open: WindowAction) -> None:
    stage = stage_with(WindowRules(on_open=on_open))
    add(stage, window(stage, begins_s=0, lasts_s=1))
    stage.wait(2_000)
    stage.quote()

    stage.open()

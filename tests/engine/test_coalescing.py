"""Levels that change faster than a terminal can set them: the last one counts, none is lost."""

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ModifyOrder, ReduceOrder
from echo.domain.ids import SEQ_CLOSE
from echo.domain.policy import CopyOptions
from tests.engine.scenes import Desk, closed, desk, done, modified, ready, reduced, sent

PACE_MS = 250


def with_one_change() -> Desk:
    """A copy whose stop was changed just now."""
    stage = desk()
    stage.fill()
    stage.say(done(stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)))
    return stage


def test_a_change_after_a_pause_goes_at_once() -> None:
    stage = with_one_change()
    stage.later(PACE_MS)

    assert len(sent(stage.say(modified(2, sl="1.091")), ModifyOrder)) == 1


def test_of_fast_changes_the_last_goes_when_the_pace_allows_it() -> None:
    stage = with_one_change()
    for seq in (2, 3, 4):
        stage.later(40)
        assert sent(stage.say(modified(seq, sl=f"1.09{seq}")), ModifyOrder) == []

    assert sent(stage.wait(PACE_MS - 3 * 40 - 1), ModifyOrder) == []
    order = stage.one(stage.wait(1), ModifyOrder)
    stage.say(done(order))

    assert order.seq == 4
    assert [stage.outcome(seq) for seq in (2, 3, 4)] == [
        Outcome.SUPERSEDED,
        Outcome.SUPERSEDED,
        Outcome.MODIFIED,
    ]


@pytest.mark.parametrize("pace_ms", [0, 100])
def test_the_pace_is_the_accounts_choice(pace_ms: int) -> None:
    stage = desk(options=CopyOptions(modify_coalesce_ms=pace_ms))
    stage.fill()
    stage.say(done(stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)))
    told = stage.say(modified(2, sl="1.091"))
    later = stage.wait(pace_ms)

    assert len(sent(told, ModifyOrder)) == (pace_ms == 0)
    assert len(sent(later, ModifyOrder)) == (pace_ms > 0)


def test_a_restart_loses_no_change_that_waited() -> None:
    stage = with_one_change()
    stage.say(modified(2, sl="1.092"))
    stage.restart()
    ready(stage)

    [order] = {each.command_id: each for each in sent(stage.heard, ModifyOrder)}.values()
    assert (order.seq, str(order.stop_loss)) == (2, "1.09210")


def test_a_close_does_not_wait_for_a_change_that_waits() -> None:
    stage = with_one_change()
    stage.say(modified(2, sl="1.092"))
    told = stage.say(closed())

    assert len(sent(told, CloseOrder)) == 1
    assert stage.outcome(2) is Outcome.SUPERSEDED
    stage.say(done(stage.one(told, CloseOrder)))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    assert sent(stage.wait(PACE_MS), ModifyOrder) == []


def test_a_reduction_is_not_held_up_by_a_change_that_waits() -> None:
    stage = with_one_change()
    stage.say(modified(2, sl="1.092"))
    told = stage.say(reduced(3, "0.50"))
    first = stage.one(told, ModifyOrder)

    assert first.seq == 2
    assert len(sent(stage.say(done(first)), ReduceOrder)) == 1

"""Copies that shall have a stop: none is without one unnoticed."""

from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import CloseOrder, CommandKind, Flatten, ModifyOrder, ReduceOrder
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, CommandId
from echo.domain.journal import CommandRecord
from echo.domain.policy import CopyOptions, OnUnprotected
from echo.engine.effects import Effect
from echo.engine.events import Due
from tests.engine.reports import position, snapshot
from tests.engine.scenes import (
    FEATURES,
    LEGACY_FEATURES,
    SLAVE,
    TRADE,
    Desk,
    alarms,
    closed,
    desk,
    done,
    facts,
    modified,
    ready,
    records,
    reduced,
    sent,
)

WITHIN_MS = 5_000
STOP = Decimal("1.09000")


def shows(stage: Desk, *, stop: Decimal | None, after_ms: int = 100) -> list[Effect]:
    """The account shows the copy, with or without a stop."""
    stage.later(after_ms)
    shown = snapshot(position(stop_loss=stop), sequence=stage.now.mono_ms)
    return stage.say(shown, message_id=None)


def filled_copy(options: CopyOptions | None = None, **changes: Any) -> Desk:
    """A copy that shall have its master's stop."""
    stage = desk(options=options)
    stage.fill(**{"stop_loss": STOP, **changes})
    return stage


def flattened(stage: Desk) -> Flatten:
    """The copy is shown without a stop, too late and again: it is closed."""
    shows(stage, stop=None)
    stage.wait(WITHIN_MS)
    return stage.one(shows(stage, stop=None), Flatten)


def unprotected(effects: list[Effect]) -> list[Alarm]:
    return [each for each in facts(effects, Alarm) if each.code == "UNPROTECTED"]


def test_a_copy_that_is_shown_with_a_stop_is_protected() -> None:
    stage = filled_copy()
    shows(stage, stop=STOP)

    assert unprotected(stage.wait(60_000)) == []
    assert stage.engine.state.account(SLAVE).unprotected == {}


def test_a_copy_without_its_stop_is_told_in_time_and_once() -> None:
    stage = filled_copy()
    shows(stage, stop=None)
    early = stage.wait(WITHIN_MS - 101)
    [alarm] = unprotected(stage.wait(1))

    assert unprotected(early) == []
    assert alarm.sentence == (
        "ticket 9001 of account 2001 has no stop 5000 ms after it was to have one at 1.09010"
    )
    assert unprotected(stage.wait(60_000)) == []
    assert sent(stage.heard, Flatten) == []


def test_a_copy_that_nobody_has_shown_is_told_too() -> None:
    [alarm] = unprotected(filled_copy().wait(WITHIN_MS))

    assert "has not been shown with a stop 5000 ms after" in alarm.sentence
    assert alarm.trade_id == TRADE


def test_an_account_may_want_it_closed() -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE, protect_within_ms=900))
    shows(stage, stop=None)
    late = stage.wait(800)
    told = shows(stage, stop=None)
    flatten = stage.one(told, Flatten)

    assert (flatten.account_id, flatten.tickets) == (SLAVE, (9001,))
    assert flatten.reason == "it had no stop for 1000 ms"
    assert [each.command for each in records(told, CommandRecord)] == [flatten]
    assert (alarms(late), sent(late, Flatten)) == (["UNPROTECTED"], [])


def test_what_nobody_has_seen_without_a_stop_is_not_closed_until_two_snapshots_show_it() -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE))

    assert sent(stage.wait(WITHIN_MS + 10_000), Flatten) == []
    assert sent(shows(stage, stop=None), Flatten) == []
    assert len(sent(shows(stage, stop=None), Flatten)) == 1


@pytest.mark.parametrize("changes", [{"connected": False}, {"complete": False}, {"epoch": ""}])
def test_a_snapshot_that_proves_nothing_closes_nothing(changes: dict[str, Any]) -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE))
    stage.wait(WITHIN_MS)
    for _ in range(3):
        stage.later(100)
        shown = snapshot(position(), sequence=stage.now.mono_ms, **changes)
        assert sent(stage.say(shown, message_id=None), Flatten) == []


def test_a_snapshot_without_the_copy_says_nothing_about_its_stop() -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE))
    stage.wait(WITHIN_MS)
    told = [stage.say(snapshot(sequence=n), message_id=None) for n in (1, 2, 3)]

    assert [sent(each, Flatten) for each in told] == [[], [], []]


def test_where_people_are_only_told_nothing_is_closed() -> None:
    stage = filled_copy()
    stage.wait(WITHIN_MS)

    assert [sent(shows(stage, stop=None), Flatten) for _ in range(3)] == [[], [], []]


def told_again(stage: Desk, *, snapshots: int = 4) -> list[ModifyOrder]:
    """What its EA is told while the copy is shown without its stop, again and again."""
    return [order for _ in range(snapshots) for order in sent(shows(stage, stop=None), ModifyOrder)]


def test_a_copy_never_seen_with_its_stop_gets_the_levels_told_once_more() -> None:
    """The EA died before it set them, and the file in which they stood is lost."""
    stage = filled_copy(take_profit=Decimal("1.12"))
    stage.wait(WITHIN_MS)
    [order] = told_again(stage)

    assert (order.ticket, order.stop_loss, order.take_profit) == (
        9001,
        Decimal("1.09010"),
        Decimal("1.12010"),
    )
    stage.say(done(order))
    assert told_again(stage) == []


def test_a_copy_that_a_change_is_under_way_for_is_not_told_again() -> None:
    stage = filled_copy()
    order = stage.one(stage.say(modified(1, sl="1.08")), ModifyOrder)
    stage.wait(WITHIN_MS)
    waiting = told_again(stage)
    stage.say(done(order))

    assert waiting == []
    assert len(told_again(stage)) == 1


def test_after_a_restart_a_person_may_have_taken_the_stop_away() -> None:
    stage = filled_copy()
    shows(stage, stop=STOP)
    stage.restart()
    ready(stage)
    stage.wait(WITHIN_MS)

    assert told_again(stage) == []


def test_who_has_no_levels_to_tell_or_nobody_to_tell_them_to_leaves_it_at_one_alarm() -> None:
    hard = CopyOptions(copy_sl_tp=False, catastrophic_sl_points=Decimal(500))
    deaf = desk(slave_features=tuple(each for each in FEATURES if each != Feature.MODIFY))
    deaf.fill(stop_loss=STOP)
    for stage in (filled_copy(hard, stop_loss=None), deaf):
        first = unprotected(stage.wait(WITHIN_MS))
        after = [each for _ in range(4) for each in shows(stage, stop=None)]

        assert (len(first), unprotected(after), sent(after, ModifyOrder)) == (1, [], [])


def test_a_copy_that_is_closed_is_forgotten_by_the_next_snapshot() -> None:
    stage = filled_copy()
    stage.say(
        done(stage.one(stage.say(reduced(1, "0")), ReduceOrder), executed_lot=Decimal("0.10"))
    )
    shows(stage, stop=None)

    assert stage.engine.state.account(SLAVE).unprotected == {}
    assert unprotected(stage.feed(Due(("protect", TRADE, SLAVE)))) == []


def test_what_was_told_and_then_protected_is_left_alone() -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE))
    stage.wait(WITHIN_MS)
    shows(stage, stop=STOP)

    assert sent(shows(stage, stop=None), Flatten) == []


def test_when_it_was_closed_its_lane_is_empty_and_its_masters_close_finds_nothing() -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE))
    flatten = flattened(stage)
    stage.say(
        ExecutionResult(
            command_id=flatten.command_id,
            trade_id=TRADE,
            kind=CommandKind.FLATTEN,
            success=True,
            account_id=SLAVE,
        )
    )
    told = stage.say(closed())

    assert sent(told, CloseOrder) == []
    assert stage.outcome(SEQ_CLOSE) in {Outcome.MANUAL, Outcome.NOTHING_TO_CLOSE}


def test_the_close_is_sent_again_until_it_is_answered_also_after_a_restart() -> None:
    stage = filled_copy(CopyOptions(on_unprotected=OnUnprotected.CLOSE))
    first = flattened(stage)
    stage.restart()
    ready(stage)
    ids: set[CommandId] = {each.command_id for each in sent(stage.heard, Flatten)}

    assert ids == {first.command_id}


def test_a_restarted_core_watches_again() -> None:
    stage = filled_copy()
    stage.restart()
    ready(stage)
    shows(stage, stop=None)

    assert len(unprotected(stage.wait(WITHIN_MS))) == 1


@pytest.mark.parametrize(
    "options", [CopyOptions(), CopyOptions(copy_sl_tp=False)], ids=["no stop", "not copied"]
)
def test_a_copy_that_shall_have_no_stop_is_not_watched(options: CopyOptions) -> None:
    stop = None if options.copy_sl_tp else STOP
    stage = filled_copy(options, stop_loss=stop)
    shows(stage, stop=None)

    assert unprotected(stage.wait(60_000)) == []


def test_the_catastrophic_stop_is_one() -> None:
    hard = CopyOptions(copy_sl_tp=False, catastrophic_sl_points=Decimal(500))
    [alarm] = unprotected(filled_copy(hard, stop_loss=None).wait(WITHIN_MS))

    assert "at 1.09510" in alarm.sentence


def test_a_stop_that_is_removed_in_time_is_not_missed() -> None:
    stage = filled_copy()
    shows(stage, stop=None)
    stage.say(done(stage.one(stage.say(modified(1, sl="0")), ModifyOrder)))

    assert unprotected(stage.wait(60_000)) == []


def test_a_stop_that_comes_later_is_watched_too() -> None:
    stage = filled_copy(stop_loss=None)
    stage.say(done(stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)))
    shows(stage, stop=None)

    assert len(unprotected(stage.wait(WITHIN_MS))) == 1


def test_a_copy_that_is_closed_meanwhile_needs_none() -> None:
    stage = filled_copy()
    stage.say(done(stage.one(stage.say(closed()), CloseOrder)))

    assert unprotected(stage.wait(60_000)) == []


def test_an_ea_that_shows_no_positions_is_not_watched() -> None:
    stage = desk(slave_features=LEGACY_FEATURES)
    stage.fill(stop_loss=STOP)

    assert unprotected(stage.wait(60_000)) == []


def test_after_a_restart_nobody_is_alarmed_about_a_terminal_that_is_not_back_yet() -> None:
    stage = filled_copy()
    stage.restart()

    assert unprotected(stage.wait(60_000)) == []
    ready(stage)
    assert len(unprotected(stage.wait(WITHIN_MS))) == 1


def test_a_copy_whose_symbol_is_not_reported_any_more_is_not_judged() -> None:
    stage = filled_copy()
    stage.register(SLAVE, symbols=())

    assert unprotected(stage.wait(WITHIN_MS)) == []

"""Stops that go back to where they were: set right once more, and never against a person."""

from decimal import Decimal
from typing import Any

import pytest

from echo.domain.accounts import StateSnapshot
from echo.domain.answers import Outcome, Receipt, TradeIntentAck
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.journal import ActionRecord
from echo.domain.policy import CopyOptions, PolicyBook
from echo.engine.astray import TIMES_MAX
from echo.engine.effects import Effect
from echo.engine.events import PoliciesChanged
from tests.engine.reports import foreign, position, say_every, snapshot
from tests.engine.scenes import (
    FEATURES,
    LEGACY_FEATURES,
    SECOND,
    SLAVE,
    Desk,
    alarms,
    closed,
    desk,
    done,
    facts,
    filled,
    fixed_lot,
    modified,
    opened,
    records,
    reduced,
    refused,
    sent,
)

FIRST, NEWEST = "1.09000", "1.09500"
"""The master's stop with its open, and after its modify."""
FIRST_COPIED, NEWEST_COPIED = "1.09010", "1.09510"
"""The same on the slave's prices, which filled a pip higher."""
WITHOUT_MODIFY = tuple(each for each in FEATURES if each != Feature.MODIFY)


def copied(**changes: Any) -> Desk:
    """A copy that was opened with the first stop and has the newest now."""
    stage = desk(**changes)
    stage.fill(stop_loss=Decimal(FIRST))
    stage.say(done(stage.one(stage.say(modified(1, sl=NEWEST)), ModifyOrder)))
    return stage


def moved(stage: Desk, seq: int, stop: str) -> ModifyOrder:
    """The master moves its stop once more, after a while; return what the slave is told."""
    stage.wait(5_000)
    return stage.one(stage.say(modified(seq, sl=stop)), ModifyOrder)


def showing(stop: str | None, target: str | None = None, **changes: Any) -> StateSnapshot:
    """The slave's account, whose copy has these levels."""
    held = position(
        stop_loss=None if stop is None else Decimal(stop),
        take_profit=None if target is None else Decimal(target),
    )
    return snapshot(held, **changes)


def shows(stage: Desk, stop: str | None = FIRST_COPIED, *, seconds: int = 60) -> list[Effect]:
    """The slave's terminal shows the copy with this stop, for a while."""
    return say_every(stage, showing(stop), seconds=seconds)


def quiet(told: list[Effect]) -> bool:
    """Whether nobody is told of anything, and nothing is changed."""
    return not alarms(told) and not sent(told, ModifyOrder) and not records(told, ActionRecord)


def test_a_stop_that_went_back_to_where_it_was_is_set_once_more() -> None:
    stage = copied()

    assert quiet(shows(stage, seconds=15))
    told = shows(stage, seconds=5)

    [modify] = sent(told, ModifyOrder)
    assert (modify.account_id, modify.seq) == (SLAVE, 2)
    assert modify.stop_loss == Decimal(NEWEST_COPIED)
    [alarm] = facts(told, Alarm)
    assert (alarm.code, alarm.account_id) == ("LEVELS_ASTRAY", SLAVE)
    assert "9001" in alarm.sentence
    stage.say(done(modify))
    assert stage.outcome(2) is Outcome.MODIFIED
    assert quiet(shows(stage, NEWEST_COPIED))


def test_one_snapshot_alone_proves_nothing_however_long_ago_it_was() -> None:
    stage = copied()
    shows(stage, seconds=0)
    stage.later(60_000)
    shows(stage, NEWEST_COPIED, seconds=0)
    stage.later(60_000)

    assert quiet(shows(stage, seconds=0))


def test_a_stop_that_was_removed_and_comes_back_is_removed_again() -> None:
    stage = desk()
    stage.fill(stop_loss=Decimal(FIRST))
    stage.say(done(stage.one(stage.say(modified(1, sl="0")), ModifyOrder)))

    [modify] = sent(shows(stage, seconds=20), ModifyOrder)

    assert (modify.seq, modify.stop_loss) == (2, Decimal(0))


def test_the_stop_of_any_earlier_action_is_an_old_one() -> None:
    stage = copied()
    stage.say(done(moved(stage, 2, "1.09800")))

    [modify] = sent(shows(stage, NEWEST_COPIED, seconds=20), ModifyOrder)

    assert (modify.seq, modify.stop_loss) == (3, Decimal("1.09810"))


def test_a_stop_that_the_master_brought_back_itself_is_where_it_belongs() -> None:
    stage = copied()
    stage.say(done(moved(stage, 2, FIRST)))

    assert quiet(shows(stage, FIRST_COPIED))


@pytest.mark.parametrize("own", ["1.09300", "1.09700", "1.05000"])
def test_a_stop_that_was_never_wanted_is_a_persons_and_stays(own: str) -> None:
    assert quiet(shows(copied(), own))


def test_an_old_stop_with_a_target_that_was_never_wanted_is_a_persons() -> None:
    assert quiet(say_every(copied(), showing(FIRST_COPIED, "1.20000"), seconds=60))


def test_levels_are_not_judged_before_any_modify_was_made() -> None:
    stage = desk()
    stage.fill(stop_loss=Decimal(FIRST))

    assert quiet(shows(stage, NEWEST_COPIED))
    assert quiet(shows(stage, FIRST_COPIED))


def test_a_modify_that_is_under_way_is_waited_for() -> None:
    stage = copied()
    moved(stage, 2, "1.09800")

    assert quiet(shows(stage))


def test_a_modify_that_waits_for_its_turn_is_waited_for() -> None:
    stage = copied()
    stage.say(modified(2, sl="1.09800"))

    assert quiet(shows(stage))


def test_a_partial_close_that_is_under_way_is_waited_for() -> None:
    stage = copied()
    stage.say(reduced(2, "0.50"))

    assert "LEVELS_ASTRAY" not in alarms(shows(stage))


def test_a_newest_modify_that_was_refused_leaves_the_old_stop_alone() -> None:
    stage = copied()
    stage.say(refused(moved(stage, 2, "1.09800"), ErrorCode.INVALID_STOPS))

    assert stage.outcome(2) is Outcome.OMITTED
    assert quiet(shows(stage))


def test_a_newest_modify_that_nobody_could_tell_leaves_the_old_stop_alone() -> None:
    stage = copied()
    stage.say(refused(moved(stage, 2, "1.09800"), ErrorCode.TIMEOUT, doubt=True))

    assert stage.outcome(2) is not Outcome.MODIFIED
    assert "LEVELS_ASTRAY" not in alarms(shows(stage))


def test_a_newest_modify_that_was_left_out_leaves_the_old_stop_alone() -> None:
    stage = copied()
    stage.register(SLAVE, features=WITHOUT_MODIFY)
    stage.wait(5_000)
    stage.say(modified(2, sl="1.09800"))
    stage.register(SLAVE)

    assert stage.outcome(2) is Outcome.OMITTED
    assert quiet(shows(stage))


def test_where_stops_are_not_copied_nothing_is_set() -> None:
    """The policy has changed since: the stops are a person's now."""
    stage = copied()
    stage.feed(
        PoliciesChanged(PolicyBook([fixed_lot()], default_options=CopyOptions(copy_sl_tp=False)))
    )

    assert quiet(shows(stage))


@pytest.mark.parametrize(
    "features",
    [LEGACY_FEATURES, (*LEGACY_FEATURES, Feature.MODIFY), WITHOUT_MODIFY],
    ids=["legacy", "keeps no ledger", "cannot modify"],
)
def test_an_ea_that_cannot_change_levels_is_left_alone(features: tuple[str, ...]) -> None:
    stage = copied()
    stage.register(SLAVE, features=features)

    assert quiet(shows(stage))


def test_nothing_is_set_after_the_master_has_closed() -> None:
    stage = copied()
    stage.say(closed())

    assert quiet(shows(stage))


def test_nothing_is_set_where_the_close_was_given_up() -> None:
    stage = copied()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(refused(close, ErrorCode.UNSUPPORTED_BY_PEER))

    assert quiet(shows(stage))


def test_a_copy_that_is_not_shown_has_no_levels() -> None:
    assert "LEVELS_ASTRAY" not in alarms(say_every(copied(), snapshot(foreign()), seconds=60))


@pytest.mark.parametrize(
    "changes", [{"complete": False}, {"connected": False}, {"epoch": ""}], ids=str
)
def test_a_snapshot_that_may_be_wrong_proves_nothing(changes: dict[str, Any]) -> None:
    doubtful = showing(FIRST_COPIED, **changes)

    assert quiet(say_every(copied(), doubtful, seconds=60))


def test_a_stop_that_will_not_stay_is_left_to_people_in_the_end() -> None:
    stage, told = copied(), 0
    for _ in range(TIMES_MAX + 3):
        for modify in sent(shows(stage, seconds=30), ModifyOrder):
            told += 1
            stage.say(done(modify))

    assert told == TIMES_MAX


def test_the_other_copies_are_left_alone_and_so_is_a_level_that_did_not_go_astray() -> None:
    stage = desk(SLAVE, SECOND)
    for number, order in enumerate(sent(stage.say(opened(stop_loss=Decimal(FIRST))), ExecuteOrder)):
        stage.say(filled(order, 9001 + number))
    for modify in sent(stage.say(modified(1, sl=NEWEST)), ModifyOrder):
        stage.say(done(modify))

    [again] = sent(shows(stage, seconds=20), ModifyOrder)

    assert (again.account_id, again.take_profit) == (SLAVE, None)
    spared = stage.archive.decision(2, SECOND)
    assert spared.outcome is Outcome.NOTHING_TO_MODIFY
    assert spared.sentence == f"its stops are as they shall be; those of account {SLAVE} were not"
    stage.wait(5_000)
    later = sent(stage.say(modified(3, tp="1.20000")), ModifyOrder)
    assert {each.account_id: each.stop_loss for each in later if each.account_id == SECOND} == {
        SECOND: None
    }, "what was never told here is not told with the next change, either"


def test_a_copy_without_any_stops_is_not_taken_for_an_old_one() -> None:
    """The master opened without; a person at the slave took the stop away."""
    stage = desk()
    stage.fill()
    stage.say(done(stage.one(stage.say(modified(1, sl=NEWEST)), ModifyOrder)))

    told = shows(stage, None)

    assert "LEVELS_ASTRAY" not in alarms(told)
    assert sent(told, ModifyOrder) == []


def test_a_stop_that_the_broker_let_come_only_near_is_not_taken_for_an_old_one() -> None:
    stage = desk()
    stage.fill(stop_loss=Decimal(FIRST))
    order = stage.one(stage.say(modified(1, sl=NEWEST)), ModifyOrder)
    stage.say(done(order, error_message="as near as the broker allows"))

    assert quiet(shows(stage))


def test_a_master_that_uses_the_same_number_next_is_told_and_counts_on() -> None:
    stage = copied()
    [again] = sent(shows(stage, seconds=20), ModifyOrder)
    stage.say(done(again))

    [ack] = sent(stage.say(modified(2, sl="1.09800")), TradeIntentAck)
    told = moved(stage, 3, "1.09800")

    assert (ack.result, ack.error_code, ack.last_seq) == (
        Receipt.RETRY,
        ErrorCode.SEQ_CONFLICT,
        2,
    )
    assert told.stop_loss == Decimal("1.09810")

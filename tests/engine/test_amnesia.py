"""An EA that lost its file is told the levels of its copies once more, and nobody else is."""

from decimal import Decimal
from typing import Any

from echo.domain.answers import Outcome
from echo.domain.commands import ModifyOrder
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.policy import CopyOptions, PolicyBook
from echo.engine.amnesia import TIMES_MAX
from echo.engine.effects import Effect
from echo.engine.events import PoliciesChanged
from tests.engine.scenes import (
    FEATURES,
    MASTER,
    SLAVE,
    Desk,
    closed,
    desk,
    done,
    facts,
    filled,
    fixed_lot,
    modified,
    sent,
)

NEAR = "set as near as the broker allows"
STOP, COPIED = "1.09500", Decimal("1.09510")
"""The stop that the master moved to, and the same on the slave's prices."""


def begins(stage: Desk, file: str, *, life: str = "second", n: int = 0) -> list[Effect]:
    """A new life of the slave's EA introduces itself, with this file."""
    stage.wait(5_000)
    stage.connect(SLAVE)
    told = stage.register(SLAVE, at_ms=stage.now.wall_ms, ledger_id=file, instance=life, ledger_n=n)
    stage.quote()
    stage.quote(MASTER)
    return told


def copied(**changes: Any) -> Desk:
    """A copy of a trade whose stop the broker holds too near; what it shall be is in file a."""
    stage = desk(**changes)
    begins(stage, "a", life="first")
    stage.fill(stop_loss=Decimal("1.09000"))
    modify = stage.one(stage.say(modified(1, sl=STOP)), ModifyOrder)
    stage.say(done(modify, error_message=NEAR, ledger_n=7))
    return stage


def test_an_ea_with_another_file_is_told_the_levels_once_more() -> None:
    stage = copied()

    told = begins(stage, "b")

    [modify] = sent(told, ModifyOrder)
    assert (modify.account_id, modify.seq, modify.stop_loss) == (SLAVE, 2, COPIED)
    [alarm] = facts(told, Alarm)
    assert (alarm.code, alarm.account_id) == ("LEDGER_LOST", SLAVE)
    assert alarm.sentence.endswith("shall be: 1")
    stage.say(done(modify))
    assert stage.outcome(2) is Outcome.MODIFIED


def test_an_ea_that_has_its_file_is_told_nothing() -> None:
    stage = copied()

    assert not sent(begins(stage, "a", n=7), ModifyOrder)


def test_an_old_copy_of_the_file_has_forgotten_too() -> None:
    stage = copied()

    [modify] = sent(begins(stage, "a", n=6), ModifyOrder)

    assert modify.stop_loss == COPIED


def test_the_same_life_may_say_again_where_its_file_ended_when_it_began() -> None:
    stage = copied()

    assert not sent(begins(stage, "a", life="first", n=0), ModifyOrder)


def test_an_ea_that_keeps_no_file_is_told_nothing() -> None:
    stage = copied()

    assert not sent(begins(stage, ""), ModifyOrder)


def test_a_core_that_was_restarted_knows_which_file_it_was() -> None:
    stage = copied()
    stage.restart()
    stage.join(SLAVE, MASTER)

    assert not sent(begins(stage, "a", life="third"), ModifyOrder)
    [modify] = sent(begins(stage, "b"), ModifyOrder)

    assert modify.stop_loss == COPIED


def test_levels_that_were_taken_away_are_taken_away_once_more() -> None:
    stage = desk()
    begins(stage, "a", life="first")
    stage.fill(stop_loss=Decimal("1.09000"), take_profit=Decimal("1.20000"))
    stage.say(done(stage.one(stage.say(modified(1, sl="0")), ModifyOrder)))

    [modify] = sent(begins(stage, "b"), ModifyOrder)

    assert (modify.stop_loss, modify.take_profit) == (Decimal(0), Decimal("1.20010"))


def test_a_copy_that_never_had_levels_needs_none() -> None:
    stage = desk()
    begins(stage, "a", life="first")
    stage.fill(stop_loss=None, take_profit=None)

    assert not sent(begins(stage, "b"), ModifyOrder)


def test_behind_an_open_under_way_the_levels_wait() -> None:
    stage = desk()
    begins(stage, "a", life="first")
    order = stage.open(stop_loss=Decimal("1.09000"))
    begins(stage, "b")

    [modify] = sent(stage.say(filled(order, 9001)), ModifyOrder)

    assert (modify.seq, modify.stop_loss) == (1, Decimal("1.09010"))


def test_a_trade_that_its_master_closed_is_left_alone() -> None:
    stage = copied()
    stage.say(closed())

    assert not sent(begins(stage, "b"), ModifyOrder)


def test_who_does_not_copy_levels_is_told_none() -> None:
    stage = copied()
    stage.feed(
        PoliciesChanged(PolicyBook([fixed_lot()], default_options=CopyOptions(copy_sl_tp=False)))
    )

    assert not sent(begins(stage, "b"), ModifyOrder)


def test_an_ea_that_cannot_modify_is_told_none() -> None:
    stage = copied()
    stage.wait(1)
    features = tuple(each for each in FEATURES if each != Feature.MODIFY)

    told = stage.register(
        SLAVE, at_ms=stage.now.wall_ms, ledger_id="b", instance="second", features=features
    )

    assert not sent(told, ModifyOrder)


def test_two_eas_that_take_turns_are_told_a_few_times_only() -> None:
    stage = copied()
    times = 0
    for turn, file in enumerate("babab"):
        for modify in sent(begins(stage, file, life=f"life {turn}", n=7), ModifyOrder):
            times += 1
            stage.say(done(modify, error_message=NEAR))

    assert times == TIMES_MAX

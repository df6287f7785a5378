"""Copies that somebody closes at the slave: recorded, told, and never opened again."""

from decimal import Decimal

import pytest

from echo.domain.accounts import StateSnapshot
from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_CLOSE, order_tag
from echo.domain.journal import CopyRecord
from echo.engine.effects import Effect
from tests.engine.reports import entry, foreign, listing, position, say_every, snapshot
from tests.engine.scenes import (
    MASTER,
    SLAVE,
    TRADE,
    Desk,
    alarms,
    closed,
    desk,
    facts,
    modified,
    ready,
    records,
    sent,
)


def copied() -> Desk:
    stage = desk()
    stage.fill()
    return stage


def shown(stage: Desk, message: StateSnapshot, *, seconds: int) -> list[Effect]:
    """The slave's terminal shows its account every second."""
    return say_every(stage, message, seconds=seconds, every_ms=1_000)


def closed_by_hand() -> Desk:
    stage = copied()
    shown(stage, snapshot(foreign()), seconds=6)
    return stage


def test_a_copy_that_is_gone_is_recorded_as_closed_and_told_once() -> None:
    stage = copied()

    assert not records(stage.say(snapshot(foreign()), message_id=None), CopyRecord)
    told = shown(stage, snapshot(foreign()), seconds=60)

    [copy] = records(told, CopyRecord)
    assert (copy.trade_id, copy.account_id, copy.lot_remaining) == (TRADE, SLAVE, Decimal(0))
    [alarm] = facts(told, Alarm)
    assert alarm.code == "EARLY_CLOSE"
    assert "9001" in alarm.sentence


def test_the_masters_close_then_finds_it_closed_by_hand() -> None:
    stage = closed_by_hand()
    told = stage.say(closed())

    assert not sent(told, CloseOrder)
    assert stage.outcome(SEQ_CLOSE) is Outcome.MANUAL
    assert stage.archive.decision(SEQ_CLOSE).sentence == (
        "ticket 9001 was closed at the slave before"
    )
    assert stage.archive.trade().settled


def test_the_masters_modify_then_finds_nothing_to_modify() -> None:
    stage = closed_by_hand()
    told = stage.say(modified(1, sl="1.09"))

    assert not sent(told, ModifyOrder)
    assert stage.outcome(1) is Outcome.NOTHING_TO_MODIFY


def test_a_restart_remembers_who_closed_it() -> None:
    stage = closed_by_hand()
    stage.restart()
    ready(stage)
    stage.say(closed())

    assert stage.outcome(SEQ_CLOSE) is Outcome.MANUAL


def test_a_copy_that_is_gone_is_never_opened_again() -> None:
    stage = closed_by_hand()
    stage.leave()
    stage.join(MASTER, SLAVE)
    told = stage.register(SLAVE)

    assert not sent(told, ExecuteOrder)


def test_one_empty_snapshot_proves_nothing() -> None:
    stage = copied()
    stage.say(snapshot(), message_id=None)
    stage.later(60_000)
    stage.say(snapshot(position()), message_id=None)
    stage.later(60_000)

    assert alarms(stage.say(snapshot(), message_id=None)) == []


def test_an_empty_account_must_stay_empty_for_long() -> None:
    stage = copied()

    assert alarms(shown(stage, snapshot(), seconds=12)) == []
    assert alarms(shown(stage, snapshot(), seconds=4)) == ["EARLY_CLOSE"]


@pytest.mark.parametrize(
    "doubtful",
    [
        snapshot(foreign(), complete=False),
        snapshot(foreign(), connected=False),
        snapshot(foreign(), epoch=""),
    ],
    ids=["not complete", "not connected", "of no life"],
)
def test_a_snapshot_that_may_lack_something_proves_nothing(doubtful: StateSnapshot) -> None:
    stage = copied()

    assert alarms(shown(stage, doubtful, seconds=60)) == []


def test_a_doubtful_snapshot_breaks_the_chain() -> None:
    stage = copied()
    for _ in range(20):
        shown(stage, snapshot(foreign()), seconds=2)
        assert alarms(stage.say(snapshot(connected=False), message_id=None)) == []


def test_what_may_be_the_rest_of_the_copy_is_not_taken_for_gone() -> None:
    renamed = position(9002, comment="from #9001", lot=Decimal("0.05"))
    named = position(9002, comment=order_tag(TRADE)[:18], open_price=Decimal(1))
    alike = position(9002, lot=Decimal("0.05"))
    for rest in (renamed, named, alike):
        stage = copied()
        assert alarms(shown(stage, snapshot(rest), seconds=60)) == []


def test_a_copy_that_a_command_works_on_is_left_to_its_answer() -> None:
    stage = copied()
    stage.say(closed())
    told = shown(stage, snapshot(foreign()), seconds=60)

    assert "EARLY_CLOSE" not in alarms(told)
    assert stage.outcome(SEQ_CLOSE) is Outcome.PENDING


def test_lists_of_a_slave_do_not_close_its_masters_trades() -> None:
    stage = copied()
    told = say_every(stage, listing(entry(77, trade_id="x"), account_id=SLAVE), seconds=60)

    assert not sent(told, CloseOrder)
    assert not records(told, CopyRecord)

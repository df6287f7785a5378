"""An account is flattened: what Echo holds there is closed, through the journal, until it is."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

from echo.domain.account_limits import AccountLimits
from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.closing_time import ClosingTime
from echo.domain.commands import CloseOrder, ExecuteOrder, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_CLOSE
from echo.domain.journal import ExecutionRecord
from echo.domain.reset_time import ResetTime
from echo.engine.events import Due
from tests.engine.limit_scenes import LIMITS, holding, limited, shown
from tests.engine.reports import foreign
from tests.engine.scenes import (
    LEGACY_FEATURES,
    SLAVE,
    Desk,
    alarms,
    closed,
    facts,
    fixed_lot,
    opened,
    ready,
    records,
    sent,
    trade_id_of,
)

STOP = Decimal("1.09900")


def broken(*, ticket: int = 9001, **changes: object) -> tuple[Desk, Flatten]:
    """A copy is open when the account reaches its limit; return what its terminal is told."""
    stage = limited(**changes)  # type: ignore[arg-type]  # of the desk
    shown(stage, 100_000)
    stage.fill(ticket, stop_loss=STOP)
    return stage, stage.one(shown(stage, 95_200, holding(ticket)), Flatten)


def answer(command: Flatten, **changes: object) -> ExecutionResult:
    told = ExecutionResult(
        command_id=command.command_id,
        trade_id=trade_id_of(5001),
        kind=command.kind,
        success=True,
        account_id=SLAVE,
    )
    return replace(told, **changes)  # type: ignore[arg-type]  # of the answer


def test_every_copy_is_closed_with_a_command_of_its_own() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(9001, stop_loss=STOP)
    trade = trade_id_of(5002)
    order = stage.one(stage.say(opened(trade_id=trade, ticket=5002, stop_loss=STOP)), ExecuteOrder)
    stage.say(
        ExecutionResult(
            command_id=order.command_id,
            trade_id=trade,
            kind=order.kind,
            success=True,
            account_id=SLAVE,
            ticket=9002,  # type: ignore[arg-type]  # a ticket
            executed_lot=order.lot,
        )
    )
    told = shown(stage, 95_200, holding(9001), holding(9002))

    closes = sent(told, Flatten)
    assert [each.tickets for each in closes] == [(9001,), (9002,)]
    assert len({each.command_id for each in closes}) == 2


def test_one_that_is_under_way_is_not_asked_again() -> None:
    stage, _ = broken()

    assert sent(shown(stage, 95_100, holding()), Flatten) == []


def test_the_answer_ends_the_copy_and_its_master_finds_nothing_to_close() -> None:
    stage, command = broken()
    [answered] = records(stage.say(answer(command)), ExecutionRecord)
    told = stage.say(closed())

    # It answers no action of the trade, and is not filed with it.
    assert answered.trade_id == ""

    assert sent(told, CloseOrder) == []
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert not stage.engine.state.commands


def test_one_that_is_still_there_after_its_answer_is_closed_once_more() -> None:
    stage, command = broken()
    stage.say(answer(command, success=False, error_code=ErrorCode.MARKET_CLOSED))
    soon = shown(stage, 95_100, holding())
    stage.later(10_000)
    later = shown(stage, 95_100, holding())

    assert sent(soon, Flatten) == []
    assert stage.one(later, Flatten).command_id != command.command_id


def test_a_copy_that_its_master_is_closing_is_left_to_that() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(stop_loss=STOP)
    stage.one(stage.say(closed()), CloseOrder)

    assert sent(shown(stage, 95_200, holding()), Flatten) == []


def test_a_restart_does_not_ask_twice() -> None:
    stage, command = broken()
    stage.restart()
    ready(stage)
    told = shown(stage, 95_200, holding())

    known = [each.command.command_id for each in stage.engine.state.commands.values()]
    assert known == [command.command_id]
    assert all(each.command_id == command.command_id for each in sent(told, Flatten))


def test_a_fill_that_comes_after_the_end_is_closed_too() -> None:
    stage = limited()
    shown(stage, 100_000)
    order = stage.open(stop_loss=STOP)
    shown(stage, 95_200)
    stage.say(
        ExecutionResult(
            command_id=order.command_id,
            trade_id=order.trade_id,
            kind=order.kind,
            success=True,
            account_id=SLAVE,
            ticket=9001,  # type: ignore[arg-type]  # a ticket
            executed_lot=order.lot,
        )
    )

    assert stage.one(shown(stage, 95_200, holding()), Flatten).tickets == (9001,)


def test_an_open_that_has_not_left_is_taken_back() -> None:
    evening = ResetTime(time(18), "America/New_York")
    closing = ClosingTime(
        rule_id="close", closes=ResetTime(time(16, 10), evening.zone), reopens=evening
    )
    stage = limited(
        AccountLimits(closings=(replace(closing, stop_entries_s=120),)),
        at=datetime(2026, 1, 15, 21, 7, 58, tzinfo=UTC),
    )
    shown(stage, 100_000)
    stage.engine.state.account(SLAVE).agent_id = None  # nobody speaks for it any more
    stage.say(opened(stop_loss=STOP))
    assert stage.outcome() is Outcome.PENDING
    stage.later(2_000)
    told = stage.feed(Due(("limits", SLAVE)))

    assert sent(told, Flatten) == []
    row = stage.archive.decision()
    assert (row.outcome, row.code) == (Outcome.OMITTED, ErrorCode.LIMIT_REACHED)
    assert row.sentence == "a limit flattened account 2001 before the open could be sent"


def test_what_echo_did_not_open_is_told_once_and_not_touched() -> None:
    stage = limited(policies=(fixed_lot(lot="1.00"),))
    shown(stage, 100_000)
    stage.fill(stop_loss=STOP)
    told = shown(stage, 95_200, holding(), foreign(77))
    again = shown(stage, 95_100, holding(), foreign(77))

    assert stage.one(told, Flatten).tickets == (9001,)
    [alarm] = [each for each in facts(told, Alarm) if each.code == "LIMIT_FOREIGN_POSITIONS"]
    assert "ticket 77 it did not open and does not touch" in alarm.sentence
    assert "LIMIT_FOREIGN_POSITIONS" not in alarms(again)


def test_a_legacy_terminal_cannot_be_told_and_people_are() -> None:
    stage = limited(LIMITS, slave_features=LEGACY_FEATURES)
    shown(stage, 100_000)
    stage.fill(stop_loss=STOP)
    told = shown(stage, 95_200, holding())

    assert sent(told, Flatten) == []
    assert "LIMIT_CLOSE_UNSUPPORTED" in alarms(told)


def test_receipts_stop_the_repeats_of_a_close() -> None:
    stage, command = broken()
    assert sent(stage.wait(400), Flatten)
    stage.ack(command.command_id)

    assert sent(stage.wait(2_000), Flatten) == []

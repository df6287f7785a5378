"""Positions that a slave has and should not: closed when their trade is over, else told once."""

from echo.domain.accounts import OpenTrade
from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import CloseOrder, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, CommandId, Ticket, order_tag
from echo.domain.journal import CommandProgress, CommandStatus, ExecutionRecord
from echo.engine.effects import Effect
from tests.engine.reports import entry, foreign, listing, say_every, snapshot, tagged
from tests.engine.scenes import (
    SECOND,
    SLAVE,
    Desk,
    alarms,
    closed,
    desk,
    done,
    doubted,
    filled,
    opened,
    records,
    refused,
    sent,
    trade_id_of,
)


def lists(stage: Desk, *trades: OpenTrade, seconds: int = 5) -> list[Effect]:
    return say_every(stage, listing(*trades, account_id=SLAVE), seconds=seconds)


def over() -> Desk:
    """The master has closed, the slave said that there was nothing left, and yet..."""
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close, error_code=ErrorCode.NOT_FOUND))
    assert stage.archive.trade().settled
    return stage


def swept(order: Flatten, *, success: bool = True) -> ExecutionResult:
    return ExecutionResult(
        command_id=order.command_id,
        trade_id=opened().trade_id,
        kind=order.kind,
        success=success,
        account_id=SLAVE,
    )


def test_an_orphan_of_a_settled_trade_is_closed_after_two_lists() -> None:
    stage = over()

    assert not sent(stage.say(listing(entry(), account_id=SLAVE), message_id=None), Flatten)
    stage.later(5_000)
    told = stage.say(listing(entry(), account_id=SLAVE), message_id=None)

    [order] = sent(told, Flatten)
    assert (order.account_id, order.tickets) == (SLAVE, (Ticket(9001),))
    assert alarms(told) == ["ORPHAN_POSITION"]


def test_an_orphan_is_closed_once_and_its_answer_recorded() -> None:
    stage = over()
    [order] = sent(lists(stage, entry(), seconds=60), Flatten)
    told = stage.say(swept(order))

    [row] = records(told, CommandProgress)
    assert row.status is CommandStatus.ACKED
    assert len(records(told, ExecutionRecord)) == 1
    assert order.command_id not in stage.engine.state.commands
    assert not sent(lists(stage, entry(), seconds=60), Flatten)


def test_a_terminal_that_cannot_close_an_orphan_is_believed() -> None:
    stage = over()
    [order] = sent(lists(stage, entry()), Flatten)

    [row] = records(stage.say(swept(order, success=False)), CommandProgress)
    assert row.status is CommandStatus.FAILED


def test_the_close_of_an_orphan_is_sent_again_by_the_next_life_of_the_core() -> None:
    stage = over()
    [order] = sent(lists(stage, entry()), Flatten)
    stage.restart()
    stage.join(SLAVE)

    assert stage.engine.state.commands[order.command_id].command == order
    [record] = records(stage.say(swept(order)), ExecutionRecord)
    assert record.command_id == order.command_id


def test_an_orphan_in_a_trade_that_others_still_follow_is_closed() -> None:
    stage = desk(SLAVE, SECOND)
    stage.say(opened())
    for order in list(stage.engine.state.commands.values()):
        stage.say(filled(order.command, 9001))  # type: ignore[arg-type]  # opens are orders
    for close in sent(stage.say(closed()), CloseOrder):
        if close.account_id == SLAVE:
            stage.say(done(close))
    assert not stage.archive.trade().settled

    assert len(sent(lists(stage, entry()), Flatten)) == 1


def test_a_copy_that_the_journal_holds_open_is_no_stray() -> None:
    stage = desk()
    stage.fill()

    assert lists(stage, entry(), seconds=60) == []


def test_a_copy_whose_open_is_unresolved_is_no_stray() -> None:
    stage = desk()
    order = stage.open()
    assert lists(stage, entry(), seconds=30) == []
    stage.say(doubted(order))

    assert lists(stage, entry(), seconds=30) == []


def test_a_copy_whose_close_is_under_way_is_no_stray() -> None:
    stage = desk()
    stage.fill()
    stage.say(closed())

    assert lists(stage, entry(), seconds=60) == []


def test_a_fill_after_a_recorded_failure_is_told_and_closed_with_its_trade() -> None:
    stage = desk()
    order = stage.open()
    stage.say(refused(order, ErrorCode.NOT_EXECUTED))
    told = lists(stage, entry(), seconds=60)
    assert alarms(told) == ["STRAY_POSITION"]
    assert not sent(told, Flatten)
    lists(stage)
    stage.say(closed())
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE

    assert len(sent(lists(stage, entry()), Flatten)) == 1


def test_a_position_with_a_tag_that_nobody_knows_is_told_once_and_not_touched() -> None:
    stage = desk()
    other = tagged(comment=order_tag(trade_id_of(4711)))
    told = lists(stage, other, seconds=600)

    assert alarms(told) == ["UNKNOWN_POSITION"]
    assert len(told) == 1
    lists(stage)
    assert alarms(lists(stage, other)) == ["UNKNOWN_POSITION"], "it went, and came again"


def test_a_position_is_known_by_its_tag_alone() -> None:
    stage = desk()
    stage.fill()

    assert lists(stage, tagged(), seconds=60) == []


def test_a_position_of_a_trade_that_the_account_does_not_follow_is_told() -> None:
    stage = desk()
    stage.register(SECOND)
    stage.join(SECOND)
    stage.register(SECOND)
    stage.fill()
    told = say_every(stage, listing(entry(), account_id=SECOND), seconds=60)

    assert alarms(told) == ["STRAY_POSITION"]


def test_a_follower_that_is_not_decided_yet_holds_no_stray() -> None:
    stage = desk(SLAVE, SECOND, fanout_chunk=1)
    stage.say(opened())
    told = say_every(stage, listing(entry(), account_id=SECOND), seconds=60)

    assert alarms(told) == []


def test_what_a_person_looks_after_is_left_alone() -> None:
    stage = desk()
    stage.fill()
    say_every(stage, snapshot(foreign()), seconds=6, every_ms=1_000)
    stage.say(closed())
    assert stage.outcome(SEQ_CLOSE) is Outcome.MANUAL

    told = lists(stage, entry(), seconds=60)
    assert alarms(told) == ["STRAY_POSITION"]
    assert not sent(told, Flatten)


def test_a_masters_own_positions_are_no_strays() -> None:
    stage = desk()
    other = listing(entry(1, trade_id=trade_id_of(1)))

    assert alarms(say_every(stage, other, seconds=60)) == []


def test_the_same_orphan_gives_the_same_command_in_every_life() -> None:
    ids: set[CommandId] = set()
    for _ in range(2):
        [order] = sent(lists(over(), entry()), Flatten)
        ids.add(order.command_id)

    assert len(ids) == 1

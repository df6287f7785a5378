"""A person's word settles what no program can know: once, recorded, and final."""

from decimal import Decimal

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ModifyOrder, ReduceOrder, Residual, TradeCommand
from echo.domain.errors import ErrorCode
from echo.domain.facts import DecisionSettled, OperatorActed
from echo.domain.ids import SEQ_CLOSE, CommandId, Ticket
from echo.domain.journal import (
    CommandProgress,
    CommandStatus,
    CopyRecord,
    OperationRecord,
    TradeStatus,
)
from echo.domain.operations import (
    Answer,
    Carried,
    ListPending,
    NotDone,
    OperationCode,
    PendingList,
    Settle,
)
from echo.domain.policy import CopyOptions
from echo.engine.settling import STUCK_MS, STUCK_OPEN_MS
from tests.engine.questions import WHO, ask
from tests.engine.reports import position, snapshot
from tests.engine.scenes import (
    Desk,
    alarms,
    closed,
    desk,
    done,
    doubted,
    facts,
    filled,
    modified,
    ready,
    records,
    reduced,
    refused,
    sent,
    trade_id_of,
)


def settle(
    stage: Desk, command: TradeCommand, outcome: Outcome, ticket: int | None = None, **more: bool
) -> Answer:
    named = None if ticket is None else Ticket(ticket)
    request = Settle(command_id=command.command_id, outcome=outcome, ticket=named, **more)
    return ask(stage, request)


def refusal(answer: Answer) -> OperationCode:
    assert isinstance(answer, NotDone)
    return answer.code


def in_doubt(stage: Desk, *candidates: int) -> TradeCommand:
    order = stage.open()
    stage.say(doubted(order, candidates=tuple(map(Ticket, candidates))))
    return order


def nothing_changed(stage: Desk) -> bool:
    return not records(stage.told, OperationRecord) and stage.outcome() is Outcome.IN_DOUBT


def test_a_fill_that_a_person_found_lets_the_waiting_close_go_there() -> None:
    stage = desk()
    order = in_doubt(stage, 77, 78)
    stage.say(closed())

    answer = settle(stage, order, Outcome.FILLED, 77)

    assert isinstance(answer, Carried)
    assert stage.one(stage.told, CloseOrder).ticket == 77
    assert stage.outcome() is Outcome.FILLED
    assert stage.archive.decision().sentence == f"settled by {WHO}: filled, ticket 77"
    [copy] = records(stage.told, CopyRecord)
    assert (copy.ticket, copy.lot_remaining) == (77, Decimal("0.10"))
    [record] = records(stage.told, OperationRecord)
    assert (record.action, record.outcome, record.ticket) == ("settle", Outcome.FILLED, 77)
    assert facts(stage.told, OperatorActed)[0].done


@pytest.mark.parametrize(("shown", "price"), [(77, "1.10005"), (78, "1.10000")])
def test_its_price_is_the_one_that_its_terminal_shows_else_the_masters(
    shown: int, price: str
) -> None:
    stage = desk()
    order = in_doubt(stage, 77)
    stage.say(snapshot(position(shown, open_price=Decimal("1.10005"))), message_id=None)

    settle(stage, order, Outcome.FILLED, 77)

    [copy] = records(stage.told, CopyRecord)
    assert copy.open_price == Decimal(price)


def test_the_close_then_ends_as_any_other() -> None:
    stage = desk()
    order = in_doubt(stage)
    stage.say(closed())
    settle(stage, order, Outcome.FILLED, 77)

    stage.say(done(stage.one(stage.told, CloseOrder)))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    assert stage.archive.trade().settled


def test_what_was_not_executed_leaves_nothing_to_close() -> None:
    stage = desk()
    order = in_doubt(stage, 77)
    stage.say(closed())

    settle(stage, order, Outcome.FAILED)

    assert stage.outcome() is Outcome.FAILED
    assert stage.code() is ErrorCode.NOT_EXECUTED
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert sent(stage.told, CloseOrder) == []
    assert stage.archive.trade().settled
    [last] = records(stage.told, CommandProgress)
    assert last.status is CommandStatus.FAILED


def test_a_settlement_is_observed_once_as_the_outcome_it_is() -> None:
    stage = desk()
    order = in_doubt(stage)

    settle(stage, order, Outcome.FAILED)

    [fact] = facts(stage.told, DecisionSettled)
    assert (fact.outcome, fact.sentence) == (Outcome.FAILED, f"settled by {WHO}: failed")


def test_a_settlement_is_final() -> None:
    stage = desk()
    order = in_doubt(stage)
    settle(stage, order, Outcome.FAILED)

    again = settle(stage, order, Outcome.FILLED, 77)

    assert refusal(again) is OperationCode.UNKNOWN_COMMAND
    assert stage.outcome() is Outcome.FAILED


def test_an_answer_that_comes_after_it_changes_nothing_and_is_told() -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order))
    settle(stage, order, Outcome.FAILED)

    stage.say(filled(order, 77))

    assert stage.outcome() is Outcome.FAILED
    assert alarms(stage.told) == ["FILLED_AFTER_ALL"]


def test_a_settled_fill_survives_a_restart() -> None:
    stage = desk()
    order = in_doubt(stage, 77)
    settle(stage, order, Outcome.FILLED, 77)
    assert stage.archive.trade().status is TradeStatus.FILLED

    stage.restart()
    ready(stage)

    assert ask(stage, ListPending()) == PendingList(rows=(), total=0)
    assert stage.one(stage.say(closed()), CloseOrder).ticket == 77


def test_filled_needs_a_ticket() -> None:
    stage = desk()
    order = in_doubt(stage)

    assert refusal(settle(stage, order, Outcome.FILLED)) is OperationCode.TICKET_NEEDED
    assert refusal(settle(stage, order, Outcome.FILLED, 0)) is OperationCode.TICKET_NEEDED
    assert refusal(settle(stage, order, Outcome.FILLED, -4)) is OperationCode.TICKET_NEEDED
    assert nothing_changed(stage)


def test_a_ticket_of_another_copy_is_refused() -> None:
    stage = desk()
    stage.say(filled(stage.open(trade_id=trade_id_of(2), ticket=Ticket(2)), 77))
    order = in_doubt(stage)

    assert refusal(settle(stage, order, Outcome.FILLED, 77)) is OperationCode.TICKET_TAKEN
    assert nothing_changed(stage)


def test_a_ticket_that_the_ea_did_not_name_needs_a_person_who_is_sure() -> None:
    stage = desk()
    order = in_doubt(stage, 77, 78)

    assert refusal(settle(stage, order, Outcome.FILLED, 79)) is OperationCode.NOT_A_CANDIDATE
    assert nothing_changed(stage)

    assert isinstance(settle(stage, order, Outcome.FILLED, 79, sure=True), Carried)


@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.MANUAL, Outcome.PENDING])
def test_an_open_is_settled_as_what_an_open_can_be(outcome: Outcome) -> None:
    stage = desk()
    order = in_doubt(stage)

    answer = settle(stage, order, outcome)

    assert isinstance(answer, NotDone)
    assert answer.code is OperationCode.WRONG_OUTCOME
    assert "filled, failed" in answer.sentence
    assert nothing_changed(stage)


def test_what_is_on_its_way_is_not_settled_by_hand() -> None:
    stage = desk()
    order = stage.open()

    answer = settle(stage, order, Outcome.FAILED)

    assert refusal(answer) is OperationCode.NOT_STUCK
    assert stage.outcome() is Outcome.PENDING


def test_an_open_without_an_answer_may_be_settled_when_its_time_is_long_over() -> None:
    stage = desk()
    order = stage.open()
    stage.leave()
    stage.later(STUCK_OPEN_MS + (order.ttl_ms or 0))
    assert refusal(settle(stage, order, Outcome.FAILED)) is OperationCode.NOT_STUCK

    stage.later(1)

    assert isinstance(settle(stage, order, Outcome.FAILED), Carried)
    assert stage.outcome() is Outcome.FAILED


def stuck_close(stage: Desk) -> CloseOrder:
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.leave()
    stage.later(STUCK_MS + 1)
    return close


@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE])
def test_a_close_that_a_person_did_is_recorded(outcome: Outcome) -> None:
    stage = desk()
    close = stuck_close(stage)

    settle(stage, close, outcome)

    assert stage.outcome(SEQ_CLOSE) is outcome
    assert [copy.lot_remaining for copy in records(stage.told, CopyRecord)] == [0]
    assert stage.archive.trade().settled


def test_a_position_that_a_person_looks_after_is_left_alone() -> None:
    stage = desk()
    close = stuck_close(stage)

    settle(stage, close, Outcome.MANUAL)

    assert stage.outcome(SEQ_CLOSE) is Outcome.MANUAL
    assert records(stage.told, CopyRecord) == []
    [last] = records(stage.told, CommandProgress)
    assert last.status is CommandStatus.CANCELLED
    assert stage.archive.trade().settled


def test_a_refused_close_need_not_wait_to_be_settled() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(refused(close))

    assert isinstance(settle(stage, close, Outcome.CLOSED), Carried)
    assert sent(stage.wait(20_000), CloseOrder) == []


def stuck_reduction(stage: Desk) -> ReduceOrder:
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.50")), ReduceOrder)
    stage.say(refused(reduce))
    return reduce


def test_a_reduction_that_a_person_did_leaves_what_was_asked_for() -> None:
    stage = desk()
    reduce = stuck_reduction(stage)

    settle(stage, reduce, Outcome.REDUCED, 9002)

    [copy] = records(stage.told, CopyRecord)
    assert (copy.ticket, copy.lot_remaining) == (9002, reduce.remaining_lot)
    assert stage.one(stage.say(closed()), CloseOrder).ticket == 9002


@pytest.mark.parametrize(
    ("outcome", "close"),
    [(Outcome.UNCHANGED, True), (Outcome.OMITTED, True), (Outcome.CLOSED, False)],
)
def test_the_close_after_a_settled_reduction_goes_where_something_is_left(
    outcome: Outcome, close: bool
) -> None:
    stage = desk()
    reduce = stuck_reduction(stage)

    settle(stage, reduce, outcome)

    assert stage.outcome(1) is outcome
    assert bool(sent(stage.say(closed()), CloseOrder)) is close


def test_a_reduction_to_nothing_is_a_close() -> None:
    stage = desk(options=CopyOptions(residual=Residual.CLOSE))
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.001")), ReduceOrder)
    stage.say(refused(reduce))

    settle(stage, reduce, Outcome.REDUCED)

    assert reduce.remaining_lot == 0
    assert stage.outcome(1) is Outcome.CLOSED


def test_a_stuck_modify_is_settled_and_the_next_one_goes_on() -> None:
    stage = desk()
    stage.fill()
    modify = stage.one(stage.say(modified(1, sl="1.09000")), ModifyOrder)
    stage.later(STUCK_MS + 1)

    settle(stage, modify, Outcome.OMITTED)

    assert stage.outcome(1) is Outcome.OMITTED
    assert stage.code(1) is ErrorCode.UNKNOWN
    assert stage.one(stage.say(modified(2, sl="1.08000")), ModifyOrder).seq == 2


def test_a_command_of_no_trade_cannot_be_settled() -> None:
    stage = desk()
    order = stage.open()
    state = stage.engine.state.commands[order.command_id]
    state.trade_id = trade_id_of(99)

    answer = ask(stage, Settle(command_id=CommandId(order.command_id), outcome=Outcome.FAILED))

    assert refusal(answer) is OperationCode.NOT_STUCK

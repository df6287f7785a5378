"""Results: one final outcome per action; closes are tried for ever; doubt is never guessed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult, MessageAck, Outcome, ResultAck
from echo.domain.commands import (
    CloseOrder,
    CommandKind,
    ExecuteOrder,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.errors import OMISSION_CODES, ErrorCode
from echo.domain.facts import Alarm, DecisionSettled, InputRefused
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.ids import SEQ_CLOSE, AccountId, CommandId, MessageId, Ticket, TradeId
from echo.domain.intents import MasterAction
from echo.domain.journal import (
    CommandProgress,
    CommandStatus,
    CopyRecord,
    DecisionRecord,
    ExecutionRecord,
    LedgerMark,
)
from echo.domain.ledger_files import TOLD_FOR_MS
from echo.domain.quantities import Timestamps
from echo.engine.effects import Effect, Persist, Send
from echo.engine.results import outcome_of
from tests.engine.scenes import (
    AGENT,
    MASTER,
    OTHER_AGENT,
    SLAVE,
    Desk,
    alarms,
    closed,
    desk,
    done,
    doubted,
    facts,
    filled,
    modified,
    opened,
    ready,
    records,
    reduced,
    refused,
    sent,
    two_hosts,
)

RESULT = ExecutionResult(
    command_id=CommandId("c"),
    trade_id=TradeId("t"),
    kind=CommandKind.EXECUTE,
    success=True,
    ticket=Ticket(9001),
)


def is_only_a_receipt(told: list[Effect]) -> bool:
    [*leaving] = [effect for effect in told if isinstance(effect, (Persist, Send))]
    return all(
        isinstance(effect, Send) and isinstance(effect.message, (ResultAck, MessageAck))
        for effect in leaving
    )


# -- reading a result


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.FILLED),
        ({"late": True}, Outcome.FILLED),
        ({"ticket": None}, Outcome.IN_DOUBT),
        ({"ticket": Ticket(0)}, Outcome.IN_DOUBT),
        ({"ticket": Ticket(-1)}, Outcome.IN_DOUBT),
        ({"doubt": True}, Outcome.IN_DOUBT),
        ({"success": False, "doubt": True}, Outcome.IN_DOUBT),
        ({"success": False, "error_code": ErrorCode.NO_MONEY}, Outcome.FAILED),
        ({"success": False, "error_code": ErrorCode.NOT_EXECUTED}, Outcome.FAILED),
        ({"success": False}, Outcome.FAILED),
    ],
)
def test_opens(changes: dict[str, object], outcome: Outcome) -> None:
    assert outcome_of(replace(RESULT, **changes)) is outcome  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize("code", sorted(OMISSION_CODES))
def test_what_a_terminal_did_not_even_try_is_omitted(code: ErrorCode) -> None:
    assert outcome_of(replace(RESULT, success=False, error_code=code)) is Outcome.OMITTED


GONE = {"error_code": ErrorCode.NOT_FOUND}
NO = {"success": False, "error_code": ErrorCode.MARKET_CLOSED}
CANNOT = {"success": False, "error_code": ErrorCode.UNSUPPORTED_BY_PEER}
MISSING = {"success": False, "error_code": ErrorCode.NOT_FOUND}
DOUBT = {"success": False, "doubt": True}


@pytest.mark.parametrize(
    ("kind", "changes", "outcome"),
    [
        (CommandKind.CLOSE, {}, Outcome.CLOSED),
        (CommandKind.CLOSE, GONE, Outcome.NOTHING_TO_CLOSE),
        (CommandKind.CLOSE, MISSING, Outcome.NOTHING_TO_CLOSE),
        (CommandKind.CLOSE, NO, Outcome.FAILED),
        (CommandKind.CLOSE, CANNOT, Outcome.FAILED),
        (CommandKind.CLOSE, DOUBT, Outcome.FAILED),
        (CommandKind.MODIFY, {}, Outcome.MODIFIED),
        (CommandKind.MODIFY, GONE, Outcome.NOTHING_TO_MODIFY),
        (CommandKind.MODIFY, MISSING, Outcome.NOTHING_TO_MODIFY),
        (CommandKind.MODIFY, NO, Outcome.OMITTED),
        (CommandKind.MODIFY, CANNOT, Outcome.OMITTED),
        (CommandKind.MODIFY, DOUBT, Outcome.FAILED),
        (CommandKind.REDUCE, {}, Outcome.REDUCED),
        (CommandKind.REDUCE, {"executed_lot": Decimal(0)}, Outcome.UNCHANGED),
        (CommandKind.REDUCE, GONE, Outcome.NOTHING_TO_CLOSE),
        (CommandKind.REDUCE, NO, Outcome.FAILED),
        (CommandKind.REDUCE, CANNOT, Outcome.OMITTED),
        (CommandKind.REDUCE, DOUBT, Outcome.FAILED),
    ],
)
def test_everything_else(kind: CommandKind, changes: dict[str, object], outcome: Outcome) -> None:
    assert outcome_of(replace(RESULT, kind=kind, **changes)) is outcome  # type: ignore[arg-type]  # a table of fields


# -- fills


def test_a_fill_is_journaled_before_it_is_acknowledged() -> None:
    stage = desk()
    order = stage.open()
    told = stage.say(filled(order, ledger_n=4), message_id="ledger:9")
    last = max(place for place, effect in enumerate(told) if isinstance(effect, Send))
    journaled = [type(effect.record) for effect in told[:last] if isinstance(effect, Persist)]

    assert journaled == [
        ExecutionRecord,
        CopyRecord,
        DecisionRecord,
        CommandProgress,
        LedgerMark,
    ]
    assert stage.one(told, ResultAck) == ResultAck(
        command_id=order.command_id, account_id=SLAVE, ledger_n=4
    )
    assert stage.one(told, MessageAck).message_id == MessageId("ledger:9")


def test_a_fill_is_what_the_terminal_says_it_is() -> None:
    stage = desk()
    order = stage.open()
    stage.later(40)
    stamps = Timestamps(t6_order_send_ms=5)
    fill = replace(filled(order), executed_lot=Decimal("0.08"), timestamps=stamps)
    told = stage.say(fill)
    [copy] = records(told, CopyRecord)
    [progress] = records(told, CommandProgress)
    [fact] = facts(told, DecisionSettled)

    assert (copy.ticket, copy.symbol) == (9001, "EURUSD.x")
    assert (copy.lot_initial, copy.lot_remaining) == (Decimal("0.08"), Decimal("0.08"))
    assert copy.open_price == Decimal("1.10010")
    assert progress.status is CommandStatus.ACKED
    assert (fact.latency_ms, fact.timestamps) == (40, stamps)
    assert stage.outcome() is Outcome.FILLED


def test_what_a_terminal_leaves_out_is_taken_from_the_order() -> None:
    stage = desk()
    order = stage.open()
    told = stage.say(replace(filled(order), executed_lot=None, executed_price=None))
    [copy] = records(told, CopyRecord)

    assert copy.lot_initial == order.lot
    assert copy.open_price == Decimal("1.10000")


def test_a_repeated_result_is_acknowledged_and_changes_nothing() -> None:
    stage = desk()
    order = stage.open()
    stage.say(filled(order, ledger_n=4))
    told = stage.say(filled(order, 9999, ledger_n=4, stored=True))

    assert is_only_a_receipt(told)
    assert stage.one(told, ResultAck).ledger_n == 4
    assert stage.archive.all(CopyRecord)[0].ticket == 9001


def test_an_outcome_never_changes_and_a_late_fill_raises_an_alarm() -> None:
    stage = desk()
    order = stage.open()
    stage.say(refused(order, ErrorCode.STALE))
    told = stage.say(filled(order, late=True))

    assert stage.outcome() is Outcome.OMITTED
    assert is_only_a_receipt(told)
    [alarm] = facts(told, Alarm)
    assert alarm.code == "FILLED_AFTER_ALL"
    assert "ticket 9001" in alarm.sentence
    assert "recorded as omitted" in alarm.sentence


def test_the_repeat_of_a_known_fill_raises_no_alarm() -> None:
    stage = desk()
    order = stage.fill()

    assert alarms(stage.say(filled(order))) == []


@pytest.mark.parametrize("changes", [{"trade_id": TradeId("t")}, {"account_id": AccountId("")}])
def test_a_result_of_nothing_is_acknowledged(changes: dict[str, object]) -> None:
    stage = desk()
    order = stage.open()
    strange = replace(filled(order), command_id=CommandId("unheard-of"), **changes)  # type: ignore[arg-type]  # a table of fields
    told = stage.say(strange, message_id=None)

    assert is_only_a_receipt(told)
    assert sent(told, MessageAck) == []
    assert alarms(told) == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(ErrorCode.NO_MONEY, Outcome.FAILED), (ErrorCode.SPREAD_EXCEEDED, Outcome.OMITTED)],
)
def test_a_refused_open_is_over(code: ErrorCode, outcome: Outcome) -> None:
    stage = desk()
    order = stage.open()
    stage.say(refused(order, code, error_message="no, because"))
    row = stage.archive.decision()

    assert (row.outcome, row.code, row.sentence) == (outcome, code, "no, because")
    assert sent(stage.wait(60_000), ExecuteOrder) == []


def test_a_refusal_without_a_word_still_gets_a_sentence() -> None:
    stage = desk()
    stage.say(refused(stage.open(), ErrorCode.NO_MONEY))

    assert stage.archive.decision().sentence == (
        "the terminal gave no reason beyond NO_MONEY, ticket None"
    )


# -- doubt


def test_doubt_blocks_the_lane_and_is_told_once() -> None:
    stage = desk()
    order = stage.open()
    tickets = (Ticket(9001), Ticket(9002))
    told = stage.say(doubted(order, candidates=tickets))
    again = stage.say(doubted(order, candidates=tickets))

    assert stage.outcome() is Outcome.IN_DOUBT
    [alarm] = facts(told, Alarm)
    assert (alarm.code, alarm.account_id) == ("IN_DOUBT", SLAVE)
    assert "candidates: 9001, 9002" in alarm.sentence
    assert len(facts(told, DecisionSettled)) == 1
    assert is_only_a_receipt(again)
    assert facts(again, Alarm) + facts(again, DecisionSettled) == []


def test_what_is_in_doubt_is_never_sent_again() -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order))
    assert sent(stage.wait(60_000), ExecuteOrder) == []
    stage.leave()
    assert sent(stage.join(MASTER, SLAVE), ExecuteOrder) == []
    stage.restart()
    assert sent(stage.join(MASTER, SLAVE), ExecuteOrder) == []


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"success": True, "ticket": Ticket(9001), "doubt": False}, Outcome.FILLED),
        ({"doubt": False, "error_code": ErrorCode.NOT_EXECUTED}, Outcome.FAILED),
    ],
)
def test_doubt_is_resolved_once_by_a_late_result(
    changes: dict[str, object], outcome: Outcome, restart: bool
) -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order))
    if restart:
        stage.restart()
        ready(stage)
    told = stage.say(replace(doubted(order), **changes))  # type: ignore[arg-type]  # a table of fields
    assert [fact.outcome for fact in facts(told, DecisionSettled)] == [outcome]
    stage.say(filled(order, 9005))

    assert stage.outcome() is outcome
    assert stage.archive.trade().settled is False


def test_an_omission_says_nothing_about_what_is_in_doubt() -> None:
    """A frame that came late found no time left: the order may have been sent all the same."""
    stage = desk()
    order = stage.open()
    stage.say(doubted(order))
    told = stage.say(replace(doubted(order), doubt=False, error_code=ErrorCode.STALE))

    assert stage.outcome() is Outcome.IN_DOUBT
    assert is_only_a_receipt(told)


def test_a_fill_that_names_no_ticket_is_in_doubt() -> None:
    stage = desk()
    order = stage.open()
    told = stage.say(replace(filled(order), ticket=None))
    again = stage.say(replace(filled(order), ticket=None))

    assert alarms(told) == ["IN_DOUBT"]
    assert stage.archive.decision().sentence
    assert is_only_a_receipt(again)
    assert sent(stage.say(closed()), CloseOrder) == []
    assert stage.one(stage.say(filled(order, 9001)), CloseOrder).ticket == 9001


# -- closes are tried for ever


def closing(stage: Desk) -> CloseOrder:
    stage.fill()
    return stage.one(stage.say(closed()), CloseOrder)


def test_a_refused_close_is_tried_again_with_back_off_and_alarm() -> None:
    stage = desk()
    close = closing(stage)
    stage.ack(close.command_id)
    waits = []
    for _ in range(14):
        told = stage.say(refused(close, error_message="closed market"))
        [alarm] = facts(told, Alarm)
        assert alarm.code == "MARKET_CLOSED"
        assert "could not close: MARKET_CLOSED: closed market" in alarm.sentence
        assert len(sent(told, ResultAck)) == 1
        began = stage.now.mono_ms
        while not sent(stage.wait(100), CloseOrder):
            assert stage.now.mono_ms - began <= 10_000
        waits.append(stage.now.mono_ms - began)
        stage.ack(close.command_id)

    assert waits[0] == 1_000
    assert waits == sorted(waits)
    assert waits[-1] == 10_000
    assert stage.outcome(SEQ_CLOSE) is Outcome.PENDING
    stage.say(done(close))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    assert stage.archive.trade().settled


def test_the_same_command_is_tried_again() -> None:
    stage = desk()
    close = closing(stage)
    stage.say(refused(close))
    [again] = sent(stage.wait(1_000), CloseOrder)

    assert replace(again, timestamps=close.timestamps) == close


def test_a_receipt_of_an_earlier_frame_does_not_stop_the_next_try() -> None:
    stage = desk()
    close = closing(stage)
    stage.say(refused(close))
    stage.ack(close.command_id)

    assert len(sent(stage.wait(1_000), CloseOrder)) == 1
    assert len(sent(stage.wait(150), CloseOrder)) == 1, "nobody has confirmed the second try yet"


def test_a_repeated_refusal_does_not_put_the_next_try_off() -> None:
    stage = desk()
    close = closing(stage)
    stage.say(refused(close))
    stage.wait(900)
    told = stage.say(refused(close))

    assert is_only_a_receipt(told)
    assert alarms(told) == []
    assert len(sent(stage.wait(100), CloseOrder)) == 1


def test_a_close_that_succeeds_while_it_rests_is_done() -> None:
    stage = desk()
    close = closing(stage)
    stage.say(refused(close))
    stage.say(done(close))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    assert sent(stage.wait(60_000), CloseOrder) == []


def test_a_new_session_does_not_wait_for_the_next_try() -> None:
    stage = desk()
    close = closing(stage)
    stage.say(refused(close))
    stage.leave()
    assert sent(stage.wait(500), CloseOrder) == []
    assert len(sent(stage.join(MASTER, SLAVE), CloseOrder)) == 1
    stage.ack(close.command_id)
    assert sent(stage.wait(2_000), CloseOrder) == []


def test_without_an_agent_a_refused_close_waits_for_one() -> None:
    stage = desk()
    close = closing(stage)
    stage.say(refused(close))
    stage.leave()
    assert sent(stage.wait(60_000), CloseOrder) == []
    assert [each.command_id for each in sent(stage.join(SLAVE), CloseOrder)] == [close.command_id]


@pytest.mark.parametrize("kind", [CloseOrder, ReduceOrder, ModifyOrder])
def test_doubt_about_a_state_is_tried_again(kind: type[CloseOrder | ReduceOrder]) -> None:
    stage = desk()
    stage.fill()
    actions: dict[type, MasterAction] = {
        CloseOrder: closed(),
        ReduceOrder: reduced(1, "0.5"),
        ModifyOrder: modified(1, sl="1.09"),
    }
    command = stage.one(stage.say(actions[kind]), kind)
    told = stage.say(doubted(command))

    assert alarms(told) == ["TIMEOUT"]
    assert stage.outcome(command.seq) is Outcome.PENDING
    assert len(sent(stage.wait(1_000), kind)) == 1


def test_a_refused_modify_is_omitted_with_the_brokers_reason() -> None:
    stage = desk()
    stage.fill()
    modify = stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)
    stage.say(refused(modify, ErrorCode.INVALID_STOPS, error_message="too near"))
    row = stage.archive.decision(1)

    assert (row.outcome, row.code, row.sentence) == (
        Outcome.OMITTED,
        ErrorCode.INVALID_STOPS,
        "too near",
    )


def test_a_reduction_that_changed_nothing_leaves_the_copy_as_it_is() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.5")), ReduceOrder)
    told = stage.say(done(reduce, executed_lot=Decimal(0)))

    assert stage.outcome(1) is Outcome.UNCHANGED
    assert records(told, CopyRecord) == []


def test_a_reduction_without_a_volume_keeps_what_is_known() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.5")), ReduceOrder)
    stage.say(done(reduce))
    [copy] = stage.archive.all(CopyRecord)

    assert stage.outcome(1) is Outcome.REDUCED
    assert (copy.ticket, copy.lot_remaining) == (9001, Decimal("0.10"))


def test_a_position_that_is_gone_is_closed_for_the_lane() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.5")), ReduceOrder)
    stage.say(done(reduce, error_code=ErrorCode.NOT_FOUND))
    stage.say(closed())

    assert stage.outcome(1) is Outcome.NOTHING_TO_CLOSE
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert stage.archive.trade().settled


# -- who may answer


def test_an_answer_counts_for_what_was_asked() -> None:
    stage = desk()
    order = stage.open()
    told = stage.say(replace(filled(order), kind=CommandKind.CLOSE))

    assert stage.outcome() is Outcome.FILLED
    [record] = records(told, ExecutionRecord)
    assert record.result.kind is CommandKind.CLOSE, "kept as it came"


def test_a_strangers_result_is_not_taken() -> None:
    stage = desk()
    order = stage.open()
    stage.join(agent=OTHER_AGENT)
    told = stage.say(filled(order), agent=OTHER_AGENT)

    assert not any(isinstance(effect, (Persist, Send)) for effect in told)
    [fact] = facts(told, InputRefused)
    assert (fact.peer, fact.reason) == (OTHER_AGENT, "not_owner")
    assert stage.outcome() is Outcome.PENDING


def test_the_agent_that_had_the_command_may_answer_after_the_account_moved() -> None:
    stage = two_hosts()
    order = stage.open()
    stage.ack(order.command_id, agent=OTHER_AGENT)
    stage.leave(OTHER_AGENT)
    stage.join(SLAVE)
    assert stage.engine.state.account(SLAVE).agent_id != OTHER_AGENT
    stage.say(filled(order))

    assert stage.outcome() is Outcome.FILLED


def test_ledger_marks_only_rise_and_only_for_the_owner() -> None:
    stage = two_hosts()
    order = stage.open()
    stage.say(filled(order, ledger_n=7), agent=OTHER_AGENT)
    lower = stage.say(filled(order, ledger_n=5), agent=OTHER_AGENT)
    foreign = stage.say(filled(order, ledger_n=99), agent=AGENT)
    assert records(lower, LedgerMark) + records(foreign, LedgerMark) == []
    told = stage.say(filled(order, ledger_n=8), agent=OTHER_AGENT)

    assert records(told, LedgerMark) == [LedgerMark(account_id=SLAVE, ledger_n=8)]


def test_the_verdict_tells_how_much_of_a_ledger_is_journaled() -> None:
    """An Agent that was restarted does not remember, and an old copy must not pass for the file."""
    stage = desk()
    stage.say(filled(stage.open(), ledger_n=7))
    stage.restart()
    stage.join(MASTER, SLAVE)
    told = stage.register(SLAVE)

    assert [each.ledger_n for each in sent(told, SymbolRegistrationResult)] == [7]


def test_the_verdict_tells_which_other_file_served_the_account_before() -> None:
    stage = desk()
    stage.register(SLAVE, ledger_id="a")
    other = stage.register(SLAVE, ledger_id="b")
    same = stage.register(SLAVE, ledger_id="b")
    stage.wait(TOLD_FOR_MS)
    stage.join(MASTER, SLAVE)
    later = stage.register(SLAVE, ledger_id="b")

    verdicts = (*other, *same, *later)
    told = [each.ledger_id for each in sent(list(verdicts), SymbolRegistrationResult)]
    assert told == ["a", "a", ""]


def test_a_core_that_was_restarted_still_knows_whose_file_served_last() -> None:
    stage = desk()
    stage.register(SLAVE, ledger_id="a")
    stage.restart()
    stage.join(MASTER, SLAVE)
    told = stage.register(SLAVE, ledger_id="b")

    assert [each.ledger_id for each in sent(told, SymbolRegistrationResult)] == ["a"]


# -- opens that nobody could be told


def test_an_open_that_never_left_expires() -> None:
    stage = two_hosts()
    stage.leave(OTHER_AGENT)
    assert sent(stage.say(opened()), ExecuteOrder) == []
    stage.say(modified(1, sl="1.09"))
    assert stage.outcome() is Outcome.PENDING
    told = stage.wait(4_980)

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.DELAY_EXCEEDED)
    assert stage.outcome(1) is Outcome.NOTHING_TO_MODIFY
    assert "had no Agent while the entry was young enough" in stage.archive.decision().sentence
    assert [row.status for row in records(told, CommandProgress)] == [CommandStatus.CANCELLED]


def test_an_open_that_may_have_left_does_not_expire() -> None:
    stage = two_hosts()
    stage.leave(OTHER_AGENT)
    stage.say(opened())
    assert len(sent(stage.join(SLAVE, agent=OTHER_AGENT), ExecuteOrder)) == 1
    stage.leave(OTHER_AGENT)
    stage.wait(60_000)

    assert stage.outcome() is Outcome.PENDING


def test_timers_of_commands_that_are_over_do_nothing() -> None:
    stage = desk()
    order = stage.fill()
    for name in ("expire", "resend", "again"):
        stage.timers[(name, order.command_id)] = stage.now.mono_ms

    assert stage.wait(0) == []

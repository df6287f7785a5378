"""Slaves without a ledger: asked again only for what they certainly did not do."""

from dataclasses import replace
from typing import Any

import pytest

from echo.domain.answers import AckStage, ExecutionResult, Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import CompatUsed
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, Ticket, derive_command_id
from echo.domain.journal import CommandProgress, CommandRecord, CommandStatus
from echo.domain.policy import CopyOptions
from echo.engine.effects import Persist, Send
from echo.engine.legacy import generation_of
from tests.engine.scenes import (
    LEGACY_FEATURES,
    MASTER,
    SLAVE,
    TRADE,
    Desk,
    alarms,
    closed,
    desk,
    done,
    facts,
    filled,
    modified,
    records,
    reduced,
    refused,
    report,
    sent,
)


def legacy_desk(max_delay_ms: int = 10_000) -> Desk:
    return desk(slave_features=LEGACY_FEATURES, options=CopyOptions(max_delay_ms=max_delay_ms))


def turned_away(order: ExecuteOrder, **changes: Any) -> ExecutionResult:
    """The EA's gate was shut: it did not even ask its broker."""
    return refused(order, ErrorCode.HANDSHAKE_NOT_READY, **changes)


def test_an_open_that_was_turned_away_is_asked_again_under_the_next_id() -> None:
    stage = legacy_desk()
    order = stage.open()
    told = stage.say(turned_away(order))
    assert not sent(told, ExecuteOrder)
    [again] = sent(stage.wait(1_000), ExecuteOrder)

    assert again.command_id == derive_command_id(TRADE, SEQ_OPEN, SLAVE, 1)
    assert (again.ttl_ms, again.sent_mono_ms) == (order.ttl_ms, order.sent_mono_ms), "one deadline"
    stage.say(filled(again))
    assert stage.outcome() is Outcome.FILLED
    assert stage.archive.decision().command_id == again.command_id


def test_the_next_id_is_journaled_before_it_is_sent() -> None:
    stage = legacy_desk()
    order = stage.open()
    told = [*stage.say(turned_away(order)), *stage.wait(1_000)]
    written = [
        place
        for place, effect in enumerate(told)
        if isinstance(effect, Persist) and isinstance(effect.record, CommandRecord)
    ]
    left = [
        place
        for place, effect in enumerate(told)
        if isinstance(effect, Send) and isinstance(effect.message, ExecuteOrder)
    ]

    assert len(written) == len(left) == 1
    assert written < left
    [ended] = [row for row in records(told, CommandProgress) if row.command_id == order.command_id]
    assert ended.status is CommandStatus.FAILED


def test_each_refusal_gives_one_id_more_until_time_runs_out() -> None:
    stage = legacy_desk()
    order = stage.open()
    ids = [order.command_id]
    for _ in range(20):
        stage.say(turned_away(order))
        again = sent(stage.wait(1_000), ExecuteOrder)
        if not again:
            break
        [order] = again
        ids.append(order.command_id)

    assert ids == [derive_command_id(TRADE, SEQ_OPEN, SLAVE, each) for each in range(len(ids))]
    assert 5 <= len(ids) <= 9
    assert stage.outcome() is Outcome.OMITTED
    assert stage.code() is ErrorCode.HANDSHAKE_NOT_READY


@pytest.mark.parametrize(
    "changes",
    [
        {"error_code": ErrorCode.OFF_QUOTES, "error_message": "code=136"},
        {"error_code": ErrorCode.OFF_QUOTES, "ticket": Ticket(-1)},
        {"error_code": ErrorCode.NO_MONEY, "error_message": "code=134"},
        {"error_code": ErrorCode.UNKNOWN, "error_message": "Unknown broker symbol"},
    ],
    ids=["asked its broker", "failed at its broker", "no money", "will never know it"],
)
def test_an_open_that_was_tried_or_will_never_work_is_not_asked_again(
    changes: dict[str, Any],
) -> None:
    stage = legacy_desk()
    order = stage.open()
    stage.say(turned_away(order, **changes))

    assert not sent(stage.wait(5_000), ExecuteOrder)
    assert stage.outcome() in {Outcome.FAILED, Outcome.OMITTED}


def test_what_the_ea_says_in_words_counts_like_its_code() -> None:
    stage = legacy_desk()
    order = stage.open()
    stage.say(refused(order, ErrorCode.UNKNOWN, error_message="price_unavailable"))

    assert len(sent(stage.wait(1_000), ExecuteOrder)) == 1


def test_an_ea_with_a_ledger_is_never_asked_under_another_id() -> None:
    stage = desk(options=CopyOptions(max_delay_ms=10_000))
    order = stage.open()
    stage.say(turned_away(order))

    assert not sent(stage.wait(5_000), ExecuteOrder)
    assert stage.outcome() is Outcome.OMITTED


def test_an_open_in_doubt_is_never_asked_again() -> None:
    stage = legacy_desk()
    order = stage.open()
    stage.say(refused(order, ErrorCode.UNKNOWN, doubt=True))
    stage.leave()
    stage.join(MASTER, SLAVE)
    told = stage.wait(20_000)

    assert not sent(told, ExecuteOrder)
    assert stage.outcome() is Outcome.IN_DOUBT


def test_a_close_overtakes_an_open_that_rests() -> None:
    stage = legacy_desk()
    stage.say(turned_away(stage.open()))
    stage.say(closed())

    assert not sent(stage.wait(10_000), ExecuteOrder)
    assert stage.code() is ErrorCode.CLOSED_BEFORE_OPEN
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_an_open_that_rests_without_an_agent_is_omitted_when_its_time_is_up() -> None:
    stage = legacy_desk()
    stage.say(turned_away(stage.open()))
    stage.leave()
    stage.wait(20_000)

    assert stage.code() is ErrorCode.DELAY_EXCEEDED


def test_a_fill_under_an_id_that_was_turned_away_calls_a_person() -> None:
    stage = legacy_desk()
    order = stage.open()
    stage.say(turned_away(order))
    [again] = sent(stage.wait(1_000), ExecuteOrder)
    stage.say(filled(again, 9002))

    assert alarms(stage.say(filled(order, 9001))) == ["FILLED_AFTER_ALL"]


def delivered_close(stage: Desk) -> CloseOrder:
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.ack(close.command_id, AckStage.PIPE_DELIVERED)
    return close


def alive(stage: Desk, seconds: int) -> list[Any]:
    """Let time pass while the Agent shows that it lives."""
    told: list[Any] = []
    for _ in range(seconds):
        stage.probe()
        told += stage.wait(1_000)
    return told


def test_a_close_that_a_forgetful_ea_does_not_answer_is_asked_again_under_the_next_id() -> None:
    stage = legacy_desk()
    close = delivered_close(stage)
    [again, *repeats] = sent(alive(stage, 31), CloseOrder)

    assert all(each.command_id == again.command_id for each in repeats)
    assert again.command_id == derive_command_id(TRADE, SEQ_CLOSE, SLAVE, 1)
    assert (again.ticket, again.symbol) == (close.ticket, close.symbol)
    stage.say(done(again, error_code=ErrorCode.NOT_FOUND))
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_so_is_one_of_which_nobody_heard_that_it_was_delivered() -> None:
    stage = legacy_desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.ack(close.command_id, AckStage.AGENT_BUFFERED)

    [again, *_] = sent(alive(stage, 31), CloseOrder)
    assert again.command_id == derive_command_id(TRADE, SEQ_CLOSE, SLAVE, 1)


def test_a_close_that_was_turned_away_is_asked_again_under_the_next_id_ever_later() -> None:
    stage = legacy_desk()
    close = delivered_close(stage)
    asked, seconds = [close], []
    for _ in range(4):
        no = done(asked[-1], success=False, error_code=ErrorCode.MARKET_CLOSED)
        told = alarms(stage.say(no))
        assert told == ["MARKET_CLOSED"]
        waited = 0
        while not (again := sent(alive(stage, 1), CloseOrder)):
            waited += 1
        stage.ack(again[0].command_id, AckStage.PIPE_DELIVERED)
        asked.append(again[0])
        seconds.append(waited + 1)

    assert [each.command_id for each in asked] == [
        derive_command_id(TRADE, SEQ_CLOSE, SLAVE, generation) for generation in range(5)
    ]
    assert seconds == sorted(seconds)
    assert seconds[-1] >= 8
    stage.say(done(asked[-1]))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_a_no_that_is_said_once_more_is_no_answer_to_the_next_id() -> None:
    stage = legacy_desk()
    no = done(delivered_close(stage), success=False, error_code=ErrorCode.OFF_QUOTES)
    stage.say(no)
    [again, *_] = sent(alive(stage, 2), CloseOrder)

    assert not alarms(stage.say(no))
    stage.say(done(again))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_silence_after_a_no_is_borne_no_longer_than_silence_alone() -> None:
    stage = legacy_desk()
    stage.say(done(delivered_close(stage), success=False, error_code=ErrorCode.OFF_QUOTES))
    [second, *_] = sent(alive(stage, 2), CloseOrder)
    stage.ack(second.command_id, AckStage.PIPE_DELIVERED)

    [third, *_] = sent(alive(stage, 25), CloseOrder)
    assert third.command_id == derive_command_id(TRADE, SEQ_CLOSE, SLAVE, 2)


def test_an_answer_to_the_first_id_is_the_answer() -> None:
    stage = legacy_desk()
    close = delivered_close(stage)
    alive(stage, 31)
    stage.say(done(close))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    state = stage.engine.state
    assert (state.commands, state.renamed, state.trades) == ({}, {}, {})


def test_a_close_is_asked_again_ever_more_seldom() -> None:
    stage = legacy_desk()
    delivered_close(stage)
    closes = []
    for _ in range(3_600):
        stage.probe()
        for again in sent(stage.wait(1_000), CloseOrder):
            closes.append(again.command_id)
            stage.ack(again.command_id, AckStage.PIPE_DELIVERED)

    assert len(closes) == len(set(closes)) == 7


def test_nobody_is_asked_again_while_the_ea_is_away() -> None:
    stage = legacy_desk()
    close = delivered_close(stage)
    stage.engine.state.account(SLAVE).connected = False

    assert not sent(alive(stage, 120), CloseOrder)
    stage.engine.state.account(SLAVE).connected = True
    [again, *_] = sent(alive(stage, 31), CloseOrder)
    assert again.command_id != close.command_id


def test_the_next_life_of_the_core_knows_all_ids_of_a_close() -> None:
    stage = legacy_desk()
    close = delivered_close(stage)
    [again, *_] = sent(alive(stage, 31), CloseOrder)
    stage.restart()
    stage.join(MASTER, SLAVE)
    stage.register(SLAVE, features=LEGACY_FEATURES)
    state = stage.engine.state

    assert list(state.commands) == [again.command_id]
    assert state.renamed == {close.command_id: again.command_id}
    assert state.commands[again.command_id].generation == 1
    stage.say(done(close))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_the_next_life_of_the_core_does_not_send_an_id_that_was_turned_away() -> None:
    stage = legacy_desk()
    order = stage.open()
    stage.say(turned_away(order))
    [again] = sent(stage.wait(1_000), ExecuteOrder)
    stage.restart()
    told = stage.join(MASTER, SLAVE)

    assert {each.command_id for each in sent(told, ExecuteOrder)} == {again.command_id}


def test_what_the_ea_cannot_do_is_not_sent() -> None:
    stage = legacy_desk()
    stage.fill()
    told = [*stage.say(modified(1, sl="1.09")), *stage.say(reduced(2, "0.50"))]

    assert not sent(told, ModifyOrder)
    assert not sent(told, ReduceOrder)
    assert stage.code(1) is stage.code(2) is ErrorCode.UNSUPPORTED_BY_PEER
    assert set(alarms(told)) == {"UNSUPPORTED_BY_PEER"}


def test_a_fill_without_a_ticket_is_never_closed_by_guess() -> None:
    stage = legacy_desk()
    order = stage.open()
    stage.say(filled(order, 0))
    told = stage.say(closed())

    assert not sent(told, CloseOrder)
    assert stage.outcome() is Outcome.IN_DOUBT


def test_every_session_of_a_legacy_ea_is_counted() -> None:
    stage = desk()
    told = stage.register(SLAVE, features=LEGACY_FEATURES)
    told += stage.say(report(SLAVE, features=LEGACY_FEATURES, at_ms=9_999_999_999_999))

    [fact] = facts(told, CompatUsed)
    assert fact.peer == f"slave_{SLAVE}"
    assert not facts(stage.register(SLAVE), CompatUsed)


def test_the_generation_of_a_command_can_be_read_from_its_id() -> None:
    order = legacy_desk().open()

    assert generation_of(order) == 0
    later = replace(order, command_id=derive_command_id(TRADE, SEQ_OPEN, SLAVE, 7))
    assert generation_of(later) == 7

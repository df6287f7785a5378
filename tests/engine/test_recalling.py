"""A master reports about a trade that is long over: acknowledged, and never copied again."""

from dataclasses import replace

import pytest

from echo.domain.answers import MessageAck, Outcome, Receipt, TradeIntentAck
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.ids import SEQ_CLOSE, Ticket, derive_trade_id
from echo.domain.journal import ActionRecord, TradeRecord
from echo.engine import settled
from echo.engine.effects import Effect, Recall
from echo.engine.events import Recalled
from tests.engine.scenes import (
    MASTER,
    TRADE,
    WALL_MS,
    Desk,
    closed,
    desk,
    done,
    modified,
    opened,
    ready,
    records,
    sent,
    trade_id_of,
)


def forgetful() -> Desk:
    """A Core that remembers nothing that was settled until lately."""
    stage = desk()
    stage.start(replace(stage.archive.read_back(), settled_since_ms=WALL_MS))
    ready(stage)
    return stage


def asked(effects: list[Effect]) -> list[str]:
    return [each.trade_id for each in effects if isinstance(each, Recall)]


def receipts(effects: list[Effect]) -> list[Receipt]:
    return [each.result for each in sent(effects, TradeIntentAck)]


def test_the_journal_is_asked_before_anything_is_done() -> None:
    stage = forgetful()
    told = stage.say(opened())

    assert asked(told) == [TRADE]
    assert len(told) == 1


def test_an_open_of_a_trade_that_is_over_is_acknowledged_and_not_copied() -> None:
    stage = forgetful()
    stage.say(opened())
    told = stage.feed(Recalled(TRADE, True))

    assert receipts(told) == [Receipt.OK]
    assert len(sent(told, MessageAck)) == 1
    assert not sent(told, ExecuteOrder)
    assert not records(told, TradeRecord)
    assert receipts(stage.say(closed())) == [Receipt.OK], "now it is remembered again"


def test_an_open_that_the_journal_does_not_know_is_copied() -> None:
    stage = forgetful()
    stage.say(opened())
    told = stage.feed(Recalled(TRADE, False))

    assert receipts(told) == [Receipt.OK]
    assert len(sent(told, ExecuteOrder)) == 1


def test_what_follows_while_the_journal_is_asked_waits_in_its_order() -> None:
    stage = forgetful()
    told = [*stage.say(opened()), *stage.say(modified(1, sl="1.09")), *stage.say(closed())]
    assert asked(told) == [TRADE]
    told = stage.feed(Recalled(TRADE, False))

    assert [row.seq for row in records(told, ActionRecord)] == [0, 1, SEQ_CLOSE]
    assert stage.outcome() is Outcome.PENDING


def test_a_close_of_a_trade_that_nobody_knows_is_to_come_again() -> None:
    stage = forgetful()
    stage.say(closed())

    assert receipts(stage.feed(Recalled(TRADE, False))) == [Receipt.RETRY]


def test_a_trade_in_memory_needs_no_journal() -> None:
    stage = forgetful()
    stage.say(opened())
    stage.feed(Recalled(TRADE, False))

    assert asked([*stage.say(opened()), *stage.say(modified(1, sl="1.09"))]) == []


def test_a_word_that_nobody_waits_for_is_only_remembered() -> None:
    stage = forgetful()

    assert stage.feed(Recalled(TRADE, True)) == []
    assert receipts(stage.say(closed())) == [Receipt.OK]


def test_a_rebuild_forgets_who_waited() -> None:
    stage = forgetful()
    stage.say(opened())
    stage.feed_again()

    assert stage.feed(Recalled(TRADE, False)) == []


def test_too_many_questions_at_once_are_not_answered_and_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settled, "WAITING_MAX", 2)
    stage = forgetful()
    told = [
        effect for number in range(4) for effect in stage.say(opened(trade_id=trade_id_of(number)))
    ]

    assert len(asked(told)) == len(told) == 2
    stage.feed(Recalled(trade_id_of(0), True))
    assert asked(stage.say(opened(trade_id=trade_id_of(3)))) == [trade_id_of(3)]


def test_the_memory_of_a_core_does_not_grow_with_the_trades_it_has_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settled, "REMEMBERED_MAX", 10)
    stage = desk()
    ids = [
        derive_trade_id(
            server="Demo",
            account_id=MASTER,
            root_ticket=Ticket(number),
            opened_at_ms=WALL_MS + 10 * 86_400_000,
        )
        for number in range(50)
    ]
    for trade_id in ids:
        stage.fill(trade_id=trade_id)
        close = stage.one(stage.say(closed(trade_id=trade_id)), CloseOrder)
        stage.say(done(close))
    state = stage.engine.state

    assert len(state.settled) == 10
    assert (state.trades, state.commands, state.master_tickets) == ({}, {}, {})
    assert ids[-1] in state.settled
    assert asked(stage.say(opened())) == [TRADE], "this one may be among the forgotten"

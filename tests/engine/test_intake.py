"""A master's actions: journaled before anything leaves; known ones are only acknowledged."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import MessageAck, Outcome, Receipt, TradeIntentAck
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import ActionReceived, InputRefused
from echo.domain.handshake import Role
from echo.domain.ids import SEQ_CLOSE, AccountId, MessageId, Ticket, TradeId
from echo.domain.intents import ActionKind, MasterAction
from echo.domain.journal import (
    ActionRecord,
    CommandRecord,
    DecisionRecord,
    TradeRecord,
    TradeStatus,
)
from echo.engine.effects import Arm, Effect, Observe, Persist, Send
from tests.engine.scenes import (
    MASTER,
    OTHER_AGENT,
    SECOND,
    SLAVE,
    TICKET,
    TRADE,
    Desk,
    closed,
    desk,
    done,
    facts,
    filled,
    fixed_lot,
    modified,
    opened,
    ready,
    records,
    reduced,
    refused,
    sent,
    trade_id_of,
)

LEGACY_ID = TradeId("3f2504e0-4f89-41d3-9a0c-0000305e82c3")
FRESH_ID = TradeId("8d4b5c3a-0d2e-4f1a-8c6b-0000111e82c3")


def receipt(told: list[Effect]) -> TradeIntentAck:
    [ack] = sent(told, TradeIntentAck)
    return ack


def changes_nothing(told: list[Effect]) -> bool:
    """Nothing is journaled, nothing sent but receipts, no timer set."""
    receipts = (TradeIntentAck, MessageAck)
    return all(
        isinstance(effect, Observe)
        or (isinstance(effect, Send) and isinstance(effect.message, receipts))
        for effect in told
    )


def legacy_desk(*slaves: AccountId) -> Desk:
    return desk(*slaves, master_features=())


# -- opens


def test_an_open_is_journaled_before_anything_leaves() -> None:
    told = desk(SLAVE, SECOND).say(opened())
    kinds = [
        type(effect.record if isinstance(effect, Persist) else effect.message)
        for effect in told
        if isinstance(effect, (Persist, Send))
    ]

    assert kinds[:2] == [TradeRecord, ActionRecord]
    for kind in (DecisionRecord, CommandRecord):
        assert kinds.index(kind) < kinds.index(ExecuteOrder)
    assert kinds.count(ExecuteOrder) == 2
    assert kinds.index(TradeIntentAck) > max(
        place for place, kind in enumerate(kinds) if kind is ExecuteOrder
    )
    assert not any(effect.lazy for effect in told if isinstance(effect, Persist))


def test_every_command_is_journaled_before_its_own_frame() -> None:
    told = desk(SLAVE, SECOND).say(opened())
    journaled: set[str] = set()
    for effect in told:
        if isinstance(effect, Persist) and isinstance(effect.record, CommandRecord):
            journaled.add(effect.record.command_id)
        if isinstance(effect, Send) and isinstance(effect.message, ExecuteOrder):
            assert effect.message.command_id in journaled


def test_the_sender_is_answered_in_both_ways() -> None:
    told = desk().say(opened(), message_id="ledger:77")

    assert receipt(told) == TradeIntentAck(
        trade_id=TRADE, seq=0, result=Receipt.OK, account_id=MASTER
    )
    assert sent(told, MessageAck) == [MessageAck(message_id=MessageId("ledger:77"))]


def test_a_frame_that_wants_no_acknowledgement_gets_none() -> None:
    assert sent(desk().say(opened(), message_id=None), MessageAck) == []


def test_each_follower_has_exactly_one_decision() -> None:
    stage = desk(SLAVE, SECOND, policies=[fixed_lot(SLAVE)])
    told = stage.say(opened())

    assert [(row.account_id, row.outcome) for row in records(told, DecisionRecord)] == [
        (SLAVE, Outcome.PENDING),
        (SECOND, Outcome.OMITTED),
    ]
    assert stage.archive.trade().followers == (SLAVE, SECOND)


def test_a_master_does_not_follow_itself_and_nobody_twice() -> None:
    stage = desk(SLAVE)
    stage.settings = replace(stage.settings, slave_accounts=(SLAVE, MASTER, SLAVE))
    stage.start()
    ready(stage, SLAVE)
    told = stage.say(opened())

    assert stage.archive.trade().followers == (SLAVE,)
    assert len(sent(told, ExecuteOrder)) == 1


def test_a_trade_without_followers_is_journaled_and_acknowledged() -> None:
    stage = desk()
    stage.settings = replace(stage.settings, slave_accounts=())
    stage.start()
    ready(stage)

    assert receipt(stage.say(opened())).result is Receipt.OK
    stage.say(closed())
    assert stage.archive.trade().settled


def test_the_master_is_told_apart_from_the_symbol_it_calls_otherwise() -> None:
    stage = desk()
    stage.say(opened(symbol="EUR/USD"))

    assert stage.archive.trade().symbol == "EURUSD"


def test_a_repeated_open_is_acknowledged_again_and_changes_nothing() -> None:
    stage = desk()
    stage.fill()
    told = stage.say(opened(age_ms=9_000, attempt=2))

    assert receipt(told).result is Receipt.OK
    assert changes_nothing(told)
    [fact] = facts(told, ActionReceived)
    assert fact.duplicate


def test_an_open_reported_with_other_content_is_still_that_position() -> None:
    stage = desk()
    stage.fill()
    told = stage.say(opened(lot=Decimal("0.50")))

    assert receipt(told).result is Receipt.OK
    assert changes_nothing(told)


def test_a_repeated_open_is_told_which_actions_are_known_since() -> None:
    """A master whose outbox was lost counts on from there instead of starting again."""
    stage = desk()
    stage.fill()
    stage.say(modified(1, sl="1.09000"))

    assert receipt(stage.say(opened(attempt=2))).last_seq == 1


def test_another_masters_trade_cannot_be_touched() -> None:
    stage = desk()
    stage.register(AccountId("1002"), Role.MASTER)
    stage.fill()
    for action in (
        opened(account_id=AccountId("1002")),
        replace(closed(), account_id=AccountId("1002")),
    ):
        told = stage.say(action)
        ack = receipt(told)

        assert (ack.result, ack.error_code) == (Receipt.RETRY, ErrorCode.SEQ_CONFLICT)
        assert changes_nothing(told)
        assert [fact.reason for fact in facts(told, InputRefused)] == ["foreign_trade"]


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(opened(seq=3), id="open"),
        pytest.param(modified(0, sl="1.09"), id="modify 0"),
        pytest.param(modified(-1, sl="1.09"), id="modify -1"),
        pytest.param(modified(SEQ_CLOSE, sl="1.09"), id="modify as the last"),
        pytest.param(reduced(0, "0.5"), id="reduction 0"),
    ],
)
def test_impossible_numbers_are_refused_for_good(action: MasterAction) -> None:
    stage = desk()
    stage.fill()
    told = stage.say(action)
    ack = receipt(told)

    assert ack.result is Receipt.FAILED
    assert f"action {action.seq}" in ack.error_message
    assert changes_nothing(told)
    assert stage.outcome() is Outcome.FILLED


# -- age


def test_the_way_up_counts_as_age() -> None:
    stage = desk()
    sent_mono_ms = stage.now.mono_ms
    stage.later(300)
    order = stage.open(age_ms=20, sent_mono_ms=sent_mono_ms)

    assert (order.age_ms, order.ttl_ms) == (320, 4_680)


def test_an_unknown_age_is_too_old() -> None:
    stage = desk()
    stage.say(opened(age_ms=None))

    assert stage.code() is ErrorCode.DELAY_EXCEEDED
    assert stage.archive.decision().sentence == "the age of the entry is unknown"


def test_a_legacy_entry_begins_to_age_when_it_is_read() -> None:
    stage = legacy_desk()

    assert stage.open(age_ms=None).age_ms == 0


def test_an_entry_that_waited_for_the_last_chunk_has_aged_meanwhile() -> None:
    stage = desk(SLAVE, SECOND, fanout_chunk=1)
    stage.say(opened())
    stage.later(100)
    told = stage.wait(0)

    assert stage.one(told, ExecuteOrder).age_ms == 120


# -- fan-out in chunks


FOLLOWERS = tuple(AccountId(str(2001 + n)) for n in range(5))


def test_many_followers_are_decided_in_chunks_and_acknowledged_once() -> None:
    stage = desk(*FOLLOWERS, fanout_chunk=2)
    first = stage.say(opened())

    assert stage.archive.trade().followers == FOLLOWERS
    assert [row.account_id for row in records(first, DecisionRecord)] == list(FOLLOWERS[:2])
    assert len(sent(first, ExecuteOrder)) == 2
    assert sent(first, TradeIntentAck) == []
    assert Arm(("fanout", TRADE), stage.now.mono_ms) in first
    rest = stage.wait(0)
    assert [row.account_id for row in records(rest, DecisionRecord)] == list(FOLLOWERS[2:])
    assert receipt(rest).result is Receipt.OK
    assert len(sent(rest, MessageAck)) == 1


def test_a_repeat_within_the_fan_out_is_answered_with_the_last_chunk() -> None:
    stage = desk(*FOLLOWERS, fanout_chunk=4)
    stage.say(opened(), message_id="ledger:1")
    again = stage.say(opened(), message_id="ledger:2")

    assert sent(again, TradeIntentAck) == []
    rest = stage.wait(0)
    assert receipt(rest).result is Receipt.OK
    assert sent(rest, MessageAck) == [MessageAck(message_id=MessageId("ledger:2"))]


def test_a_close_between_two_chunks_stops_the_rest() -> None:
    stage = desk(*FOLLOWERS, fanout_chunk=2)
    stage.say(opened())
    told = stage.say(closed())
    assert receipt(told).seq == SEQ_CLOSE
    rest = stage.wait(0)

    assert sent(rest, ExecuteOrder) == []
    for late in FOLLOWERS[2:]:
        assert stage.code(0, late) is ErrorCode.CLOSED_BEFORE_OPEN
        assert stage.outcome(SEQ_CLOSE, late) is Outcome.NOTHING_TO_CLOSE
    for early in FOLLOWERS[:2]:
        assert stage.outcome(SEQ_CLOSE, early) is Outcome.PENDING


def test_actions_between_two_chunks_reach_everybody() -> None:
    stage = desk(*FOLLOWERS, fanout_chunk=2)
    stage.say(opened())
    stage.say(modified(1, sl="1.09"))
    stage.wait(0)

    assert {stage.outcome(1, each) for each in FOLLOWERS} == {Outcome.PENDING}


def test_a_fan_out_goes_on_after_a_restart() -> None:
    stage = desk(*FOLLOWERS, fanout_chunk=2)
    stage.say(opened())
    stage.say(closed())
    stage.restart()
    stage.wait(0)

    for each in FOLLOWERS[2:]:
        assert stage.outcome(0, each) is Outcome.OMITTED
        assert stage.outcome(SEQ_CLOSE, each) is Outcome.NOTHING_TO_CLOSE
    ready(stage)
    assert receipt(stage.say(opened())).result is Receipt.OK


def test_a_timer_of_a_trade_that_is_gone_does_nothing() -> None:
    stage = desk(policies=[])
    stage.say(opened())
    stage.say(closed())
    stage.timers[("fanout", TRADE)] = stage.now.mono_ms

    assert stage.archive.trade().settled
    assert stage.wait(0) == []


# -- what follows the open


def test_the_same_number_with_other_content_is_a_conflict() -> None:
    stage = desk()
    stage.fill()
    stage.say(modified(1, sl="1.09000"))
    stage.say(reduced(2, "0.50"))
    told = stage.say(modified(1, sl="1.08000"))
    ack = receipt(told)

    assert (ack.result, ack.error_code, ack.last_seq) == (
        Receipt.RETRY,
        ErrorCode.SEQ_CONFLICT,
        2,
    )
    assert changes_nothing(told)


@pytest.mark.parametrize(
    "action",
    [modified(1, sl="1.09000"), reduced(1, "0.50"), closed()],
    ids=["modify", "reduce", "close"],
)
def test_a_repeated_action_is_acknowledged_again_and_changes_nothing(action: MasterAction) -> None:
    stage = desk()
    stage.fill()
    stage.say(action)
    told = stage.say(replace(action, traceparent="again"))

    assert receipt(told).result is Receipt.OK
    assert changes_nothing(told)


def test_a_late_repeat_of_a_settled_trade_is_known_for_one() -> None:
    stage = desk()
    order = stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))
    assert stage.archive.trade().settled
    for action in (opened(), modified(4, sl="1.0"), closed()):
        told = stage.say(action)
        assert receipt(told).result is Receipt.OK
        assert changes_nothing(told)
    assert sent(stage.say(filled(order)), CloseOrder) == []


def test_the_journals_trade_follows_the_master() -> None:
    stage = desk()
    stage.say(opened(stop_loss=Decimal("1.08"), timeframe="H1", atr=Decimal("0.002")))
    assert stage.archive.trade().status is TradeStatus.PENDING
    stage.say(modified(1, sl="1.09", tp="1.2"))
    stage.say(modified(2, sl="0"))
    stage.say(reduced(3, "0.40", new_ticket=Ticket(6001)))
    row = stage.archive.trade()

    assert (row.stop_loss, row.take_profit) == (None, Decimal("1.2"))
    assert row.status is TradeStatus.PARTIALLY_CLOSED
    assert (row.volume_initial, row.volume_remaining) == (Decimal("1.00"), Decimal("0.40"))
    assert row.master_ticket == 6001
    assert (row.timeframe, row.atr) == ("H1", Decimal("0.002"))
    stage.say(closed())
    assert stage.archive.trade().status is TradeStatus.CLOSED
    assert stage.archive.trade().volume_remaining == 0


def test_actions_that_come_late_do_not_turn_the_trade_back() -> None:
    stage = desk()
    stage.fill()
    stage.say(modified(4, sl="1.09"))
    stage.say(reduced(3, "0.30", new_ticket=Ticket(6003)))
    stage.say(modified(2, sl="1.05", tp="1.3"))
    stage.say(closed())
    stage.say(reduced(1, "0.60", new_ticket=Ticket(6001)))
    row = stage.archive.trade()

    assert (row.stop_loss, row.take_profit) == (Decimal("1.09"), Decimal("1.3"))
    assert row.status is TradeStatus.CLOSED
    assert row.volume_remaining == 0


def test_the_newest_reduction_names_the_ticket() -> None:
    stage = desk()
    stage.fill()
    stage.say(reduced(2, "0.30", new_ticket=Ticket(6002)))
    stage.say(reduced(1, "0.60", new_ticket=Ticket(6001)))

    assert stage.archive.trade().master_ticket == 6002
    assert stage.archive.trade().volume_remaining == Decimal("0.30")


def test_a_reduction_that_does_not_say_what_remains_changes_no_volume() -> None:
    stage = desk()
    stage.fill()
    told = stage.say(reduced(1, None))

    assert receipt(told).result is Receipt.OK
    assert stage.archive.trade().volume_remaining == Decimal("1.00")
    assert stage.code(1) is ErrorCode.SPEC_MISSING


# -- trades that nobody opened here


def test_a_lossless_master_comes_again_with_an_unknown_trade() -> None:
    told = desk().say(modified(1, sl="1.09"))
    ack = receipt(told)

    assert (ack.result, ack.error_code) == (Receipt.RETRY, ErrorCode.NOT_FOUND)
    assert ack.error_message == "no open of ticket 5001 is known on 1001"
    assert [fact.reason for fact in facts(told, InputRefused)] == ["unknown_trade"]


def test_the_frame_of_an_action_that_has_to_come_again_is_not_acknowledged() -> None:
    """An Agent that heard only the acknowledgement would believe it journaled."""
    told = desk().say(modified(1, sl="1.09"))

    assert sent(told, MessageAck) == []
    assert receipt(told).result is Receipt.RETRY


def test_an_action_of_a_master_that_nobody_knows_yet_has_to_come_again() -> None:
    """It may be one that an Agent has promised to a terminal with an outbox."""
    stage = desk()
    stage.engine.state.account(MASTER).metadata = None

    assert receipt(stage.say(closed())).result is Receipt.RETRY


def test_the_age_of_an_entry_of_a_master_that_nobody_knows_yet_is_unknown() -> None:
    stage = desk()
    stage.engine.state.account(MASTER).metadata = None
    stage.say(opened(age_ms=None))

    assert stage.code() is ErrorCode.DELAY_EXCEEDED


def test_a_legacy_master_closes_what_was_there_before_echo() -> None:
    told = legacy_desk().say(closed(trade_id=LEGACY_ID))

    assert receipt(told).result is Receipt.OK
    assert changes_nothing(told)


def test_a_legacy_close_finds_its_trade_by_master_and_ticket() -> None:
    stage = legacy_desk()
    stage.fill(trade_id=LEGACY_ID, age_ms=None)
    told = stage.say(closed(trade_id=FRESH_ID))
    ack = receipt(told)

    assert ack.trade_id == FRESH_ID, "the EA knows its action by the id that it gave it"
    assert stage.one(told, CloseOrder).trade_id == LEGACY_ID
    assert stage.archive.trade(LEGACY_ID).status is TradeStatus.CLOSED


def test_a_legacy_close_finds_its_trade_after_a_restart() -> None:
    stage = legacy_desk()
    stage.fill(trade_id=LEGACY_ID, age_ms=None)
    stage.restart()
    ready(stage)

    assert stage.one(stage.say(closed(trade_id=FRESH_ID)), CloseOrder).trade_id == LEGACY_ID


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("ticket", [TICKET, Ticket(6001)])
def test_a_close_finds_its_trade_by_any_ticket_that_it_has_had(
    ticket: Ticket, restart: bool
) -> None:
    stage = desk()
    stage.fill()
    stage.say(reduced(1, "0.50", new_ticket=Ticket(6001)))
    if restart:
        stage.restart()
        ready(stage)
    told = stage.say(closed(trade_id=FRESH_ID, ticket=ticket))

    assert receipt(told).result is Receipt.OK
    assert stage.archive.decision(SEQ_CLOSE).kind is ActionKind.CLOSE


def test_a_position_that_a_legacy_master_reports_twice_is_opened_once() -> None:
    stage = legacy_desk()
    stage.open(trade_id=LEGACY_ID, age_ms=None)
    told = stage.say(opened(trade_id=FRESH_ID, age_ms=None))

    assert receipt(told).trade_id == FRESH_ID
    assert receipt(told).result is Receipt.OK
    assert changes_nothing(told)


def test_another_position_under_a_used_ticket_is_a_new_trade() -> None:
    stage = legacy_desk()
    stage.open(trade_id=LEGACY_ID, age_ms=None)

    assert stage.open(trade_id=FRESH_ID, age_ms=None, price=Decimal("1.20000"))


def test_a_ticket_is_forgotten_with_its_trade() -> None:
    stage = desk(policies=[])
    stage.say(opened())
    stage.say(reduced(1, "0.5", new_ticket=Ticket(6001)))
    stage.say(closed())

    assert stage.archive.trade().settled
    assert stage.engine.state.master_tickets == {}
    assert stage.engine.state.trades == {}


# -- who may speak


def test_a_strangers_action_is_not_taken() -> None:
    stage = desk()
    stage.join(agent=OTHER_AGENT)
    told = stage.say(opened(), agent=OTHER_AGENT)

    assert sent(told, TradeIntentAck) == []
    assert [fact.reason for fact in facts(told, InputRefused)] == ["not_owner"]
    assert stage.archive.all(TradeRecord) == ()


def test_two_trades_do_not_meet() -> None:
    stage = desk()
    stage.fill()
    other = stage.open(trade_id=trade_id_of(5002), ticket=Ticket(5002))
    stage.say(closed())

    assert stage.outcome(SEQ_CLOSE) is Outcome.PENDING
    assert stage.archive.decision(trade_id=other.trade_id).outcome is Outcome.PENDING


def test_a_failed_copy_leaves_the_trade_open_for_the_others() -> None:
    stage = desk(SLAVE, SECOND)
    orders = sent(stage.say(opened()), ExecuteOrder)
    stage.say(refused(orders[0], ErrorCode.NO_MONEY))
    stage.say(filled(orders[1]))

    assert stage.outcome(0, SLAVE) is Outcome.FAILED
    assert stage.outcome(0, SECOND) is Outcome.FILLED
    assert stage.archive.trade().status is TradeStatus.FILLED

"""A master's EA lost its memory: what it never reported is found in what it lists, and made up."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import MessageAck, Outcome, Receipt, TradeIntentAck
from echo.domain.commands import CloseOrder, ModifyOrder, ReduceOrder
from echo.domain.ids import SEQ_CLOSE, Ticket
from echo.domain.intents import TradeClose, TradeModify
from echo.domain.journal import ActionRecord
from tests.engine.reports import foreign, listing, masters, position, say_every, snapshot
from tests.engine.scenes import (
    MASTER,
    SLAVE,
    TICKET,
    Desk,
    alarms,
    closed,
    desk,
    done,
    modified,
    records,
    reduced,
    sent,
)

OTHER = masters(ticket=6001, trade_id="another-trade")


def copied() -> Desk:
    """A master with one open trade, which its slave has copied."""
    stage = desk()
    stage.fill()
    return stage


def test_a_close_that_was_never_reported_is_made_when_two_lists_lack_the_trade() -> None:
    stage = copied()

    assert not sent(stage.say(listing(OTHER), message_id=None), CloseOrder)
    stage.later(5_000)
    told = stage.say(listing(OTHER), message_id=None)

    [close] = sent(told, CloseOrder)
    assert close.account_id == SLAVE
    assert alarms(told) == ["MISSING_CLOSE"]
    stage.say(done(close))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_two_lists_in_the_same_moment_prove_nothing() -> None:
    stage = copied()
    stage.say(listing(OTHER), message_id=None)

    assert not sent(stage.say(listing(OTHER), message_id=None), CloseOrder)


def test_one_empty_list_never_closes_anything() -> None:
    stage = copied()
    stage.say(listing(), message_id=None)
    stage.later(60_000)
    stage.say(listing(masters()), message_id=None)
    stage.later(60_000)

    assert not sent(stage.say(listing(), message_id=None), CloseOrder)


def test_empty_lists_close_only_after_they_have_come_for_long() -> None:
    stage = copied()

    assert not sent(say_every(stage, listing(), seconds=10), CloseOrder)
    assert len(sent(say_every(stage, listing(), seconds=5), CloseOrder)) == 1


def test_lists_of_two_lives_of_the_ea_do_not_agree() -> None:
    stage = copied()
    stage.say(listing(OTHER, epoch="ea-1"), message_id=None)
    stage.later(5_000)

    assert not sent(stage.say(listing(OTHER, epoch="ea-2"), message_id=None), CloseOrder)


def test_lists_from_before_and_after_a_lost_connection_do_not_agree() -> None:
    stage = copied()
    stage.say(listing(OTHER), message_id=None)
    stage.later(5_000)
    stage.connect(MASTER)

    assert not sent(stage.say(listing(OTHER), message_id=None), CloseOrder)


def test_a_terminal_that_is_offline_proves_nothing() -> None:
    stage = copied()
    offline = snapshot(account_id=MASTER, connected=False)
    for _ in range(6):
        stage.say(listing(OTHER), message_id=None)
        stage.later(5_000)
        assert not sent(stage.say(offline, message_id=None), CloseOrder)


def test_a_list_without_an_epoch_proves_nothing() -> None:
    stage = copied()

    assert not sent(say_every(stage, listing(OTHER, epoch=""), seconds=60), CloseOrder)


def test_a_trade_that_is_listed_under_a_new_ticket_is_open() -> None:
    stage = copied()

    assert not sent(say_every(stage, listing(masters(ticket=5002)), seconds=60), CloseOrder)


def test_a_trade_that_is_listed_by_ticket_alone_is_open() -> None:
    stage = copied()
    nameless = listing(masters(trade_id=""))

    assert not sent(say_every(stage, nameless, seconds=60), CloseOrder)


def test_the_close_that_is_reported_after_all_is_a_repeat() -> None:
    stage = copied()
    say_every(stage, listing(OTHER), seconds=5)
    told = stage.say(closed())

    [ack] = sent(told, TradeIntentAck)
    assert ack.result is Receipt.OK
    assert sent(told, MessageAck)
    assert not records(told, ActionRecord)


def test_a_close_in_time_leaves_nothing_to_make_up() -> None:
    stage = copied()
    stage.say(listing(OTHER), message_id=None)
    stage.say(closed())
    stage.later(5_000)

    assert alarms(stage.say(listing(OTHER), message_id=None)) == []


def test_a_list_never_opens_anything() -> None:
    stage = desk()

    told = say_every(stage, listing(masters()), seconds=60)

    assert told == []


def test_a_partial_close_that_was_never_reported_is_made_up_after_a_while() -> None:
    stage = copied()
    less = listing(masters("0.50", 5002))

    assert not sent(say_every(stage, less, seconds=15), ReduceOrder)
    told = say_every(stage, less, seconds=5)

    [reduce] = sent(told, ReduceOrder)
    assert reduce.remaining_lot == Decimal("0.05")
    assert alarms(told) == ["MISSING_REDUCE"]
    [row] = records(told, ActionRecord)
    assert isinstance(row.action, TradeClose)
    assert (row.seq, row.action.new_ticket) == (1, Ticket(5002))


def test_a_reduction_that_arrives_meanwhile_is_not_made_up_again() -> None:
    stage = copied()
    less = listing(masters("0.50"))
    say_every(stage, less, seconds=15)
    stage.say(reduced(1, "0.50"))

    assert alarms(say_every(stage, less, seconds=60)) == []


def test_stops_that_were_moved_and_never_reported_are_made_up_after_a_while() -> None:
    stage = copied()
    moved = snapshot(
        replace(position(TICKET), symbol="EURUSD", stop_loss=Decimal("1.09000")), account_id=MASTER
    )

    assert not sent(say_every(stage, moved, seconds=15), ModifyOrder)
    told = say_every(stage, moved, seconds=5)

    [modify] = sent(told, ModifyOrder)
    assert (modify.seq, modify.stop_loss, modify.take_profit) == (1, Decimal("1.09010"), None)
    assert alarms(told) == ["MISSING_MODIFY"]


def test_stops_that_were_removed_and_never_reported_are_removed() -> None:
    stage = copied()
    stage.say(modified(1, sl="1.09000"))
    bare = snapshot(replace(position(TICKET), symbol="EURUSD"), account_id=MASTER)
    told = say_every(stage, bare, seconds=20)

    [row] = records(told, ActionRecord)
    assert isinstance(row.action, TradeModify)
    assert (row.seq, row.action.stop_loss) == (2, Decimal(0))


def test_a_position_that_is_not_shown_has_no_levels_to_compare() -> None:
    stage = copied()

    assert alarms(say_every(stage, snapshot(foreign(), account_id=MASTER), seconds=60)) == []

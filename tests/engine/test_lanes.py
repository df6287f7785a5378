"""Lanes: the master's order on one follower, whatever arrives when."""

from decimal import Decimal

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm, DecisionSettled
from echo.domain.handshake import PROTOCOL_3_FEATURES, Feature
from echo.domain.ids import SEQ_CLOSE, Ticket
from echo.domain.intents import MasterAction
from echo.domain.journal import CommandProgress, CommandStatus, CopyRecord
from echo.domain.policy import CopyOptions
from echo.engine.effects import Arm
from tests.engine.scenes import (
    LEGACY_FEATURES,
    MASTER,
    OTHER_AGENT,
    SECOND,
    SLAVE,
    TRADE,
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
    records,
    reduced,
    refused,
    sent,
    two_hosts,
)


def copy_of(stage: Desk) -> CopyRecord:
    [copy] = stage.archive.all(CopyRecord)
    return copy


# -- closes and their opens


def test_a_close_waits_for_the_fill_and_then_closes_exactly_that_ticket() -> None:
    stage = desk()
    order = stage.open()
    assert sent(stage.say(closed()), CloseOrder) == []
    close = stage.one(stage.say(filled(order, 9001)), CloseOrder)

    assert (close.ticket, close.symbol, close.magic_number) == (9001, "EURUSD.x", 7)
    stage.say(done(close))
    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    assert stage.archive.trade().settled


@pytest.mark.parametrize(
    ("code", "opened_as"),
    [(ErrorCode.NO_MONEY, Outcome.FAILED), (ErrorCode.STALE, Outcome.OMITTED)],
)
def test_there_is_nothing_to_close_when_the_open_came_to_nothing(
    code: ErrorCode, opened_as: Outcome
) -> None:
    stage = desk()
    order = stage.open()
    stage.say(closed())
    told = stage.say(refused(order, code))

    assert sent(told, CloseOrder) == []
    assert stage.outcome() is opened_as
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert stage.archive.decision(SEQ_CLOSE).sentence == f"the open was {opened_as}"
    assert stage.archive.trade().settled


def test_a_close_of_an_omitted_open_is_settled_at_once() -> None:
    stage = desk(policies=[])
    stage.say(opened())
    told = stage.say(closed())

    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert not any(isinstance(effect, Arm) for effect in told)


def test_a_close_cancels_an_open_that_was_never_sent() -> None:
    stage = two_hosts()
    stage.leave(OTHER_AGENT)
    assert sent(stage.say(opened()), ExecuteOrder) == []
    told = stage.say(closed())

    assert stage.code() is ErrorCode.CLOSED_BEFORE_OPEN
    assert stage.outcome() is Outcome.OMITTED
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    [progress] = records(told, CommandProgress)
    assert progress.status is CommandStatus.CANCELLED
    assert sent(stage.join(SLAVE, agent=OTHER_AGENT), ExecuteOrder) == []


def test_a_close_waits_with_an_open_in_doubt() -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order, candidates=(Ticket(9001), Ticket(9002))))
    assert sent(stage.say(closed()), CloseOrder) == []
    assert stage.outcome(SEQ_CLOSE) is Outcome.PENDING
    close = stage.one(stage.say(filled(order, 9002, late=True)), CloseOrder)

    assert close.ticket == 9002
    assert stage.outcome() is Outcome.FILLED


def test_lanes_do_not_wait_for_each_other() -> None:
    stage = desk(SLAVE, SECOND)
    slow, fast = sent(stage.say(opened()), ExecuteOrder)
    stage.say(closed())
    told = stage.say(filled(fast, 9002))

    assert [close.account_id for close in sent(told, CloseOrder)] == [SECOND]
    assert stage.outcome(0, SLAVE) is Outcome.PENDING
    assert slow.account_id == SLAVE


def test_a_close_that_is_not_settled_is_reported_at_5_30_and_300_seconds() -> None:
    stage = desk()
    stage.fill()
    stage.say(closed())
    told = stage.wait(400_000)
    late = [each for each in facts(told, Alarm) if each.code == "CLOSE_PENDING"]

    assert [each.sentence.split()[-3:-1] for each in late] == [
        ["5", "s"],
        ["30", "s"],
        ["300", "s"],
    ]
    assert {each.key for each in late} == {f"late_close:{TRADE}:{SLAVE}"}


def test_a_settled_close_is_not_reported() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))

    assert "CLOSE_PENDING" not in alarms(stage.wait(400_000))


def test_what_follows_a_close_does_not_put_its_alarm_off() -> None:
    stage = desk()
    stage.fill()
    stage.say(closed())
    stage.wait(4_000)
    stage.say(modified(1, sl="1.0"))

    assert "CLOSE_PENDING" in alarms(stage.wait(1_000))


# -- modifies


def test_modifies_before_the_fill_become_one() -> None:
    stage = desk()
    order = stage.open()
    for seq, stop in ((1, "1.0910"), (2, "1.0920"), (3, "1.0930")):
        assert sent(stage.say(modified(seq, sl=stop)), ModifyOrder) == []
    told = stage.say(filled(order))
    modify = stage.one(told, ModifyOrder)

    assert (modify.seq, modify.ticket) == (3, 9001)
    assert modify.stop_loss == Decimal("1.09310")
    assert [stage.outcome(seq) for seq in (1, 2)] == [Outcome.SUPERSEDED] * 2
    assert stage.archive.decision(1).sentence == "action 2 came after it"


def test_a_superseded_modify_leaves_its_change_to_the_next() -> None:
    stage = desk()
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(modified(2, tp="1.2"))
    modify = stage.one(stage.say(filled(order)), ModifyOrder)

    assert (modify.stop_loss, modify.take_profit) == (Decimal("1.09010"), Decimal("1.20010"))


def test_a_superseded_change_survives_a_restart() -> None:
    stage = desk()
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(modified(2, tp="1.2"))
    stage.restart()
    stage.join(MASTER, SLAVE)
    modify = stage.one(stage.say(filled(order)), ModifyOrder)

    assert modify.stop_loss == Decimal("1.09010")


def test_a_change_that_was_sent_is_not_sent_again_with_the_next() -> None:
    stage = desk()
    stage.fill()
    first = stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)
    stage.say(done(first))
    stage.later(CopyOptions().modify_coalesce_ms)
    second = stage.one(stage.say(modified(2, tp="1.2")), ModifyOrder)

    assert (second.stop_loss, second.take_profit) == (None, Decimal("1.20010"))


def test_modifies_wait_for_the_one_under_way() -> None:
    stage = desk()
    stage.fill()
    first = stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)
    assert sent(stage.say(modified(2, sl="1.091")), ModifyOrder) == []
    assert sent(stage.say(modified(3, sl="1.092")), ModifyOrder) == []
    stage.later(CopyOptions().modify_coalesce_ms)
    second = stage.one(stage.say(done(first)), ModifyOrder)

    assert second.seq == 3
    assert stage.outcome(1) is Outcome.MODIFIED
    assert stage.outcome(2) is Outcome.SUPERSEDED


def test_a_lower_number_is_never_applied_after_a_higher_one() -> None:
    stage = desk()
    stage.fill()
    newer = stage.one(stage.say(modified(5, sl="1.095")), ModifyOrder)
    stage.say(done(newer))
    told = stage.say(modified(4, sl="1.05"))

    assert sent(told, ModifyOrder) == []
    assert stage.outcome(4) is Outcome.SUPERSEDED
    assert stage.archive.decision(4).sentence == "action 5 came after it"


def test_a_change_that_was_outrun_by_another_one_is_made_up_for() -> None:
    """The newer one moves the stop; the older one, which comes after it, took the target away."""
    stage = desk()
    stage.fill(take_profit=Decimal("1.2"))
    newer = stage.one(stage.say(modified(2, sl="1.095")), ModifyOrder)
    stage.say(done(newer))
    stage.later(CopyOptions().modify_coalesce_ms)
    again = stage.one(stage.say(modified(1, sl="1.05", tp="0")), ModifyOrder)

    assert stage.outcome(1) is Outcome.SUPERSEDED
    assert (again.seq, again.stop_loss, again.take_profit) == (3, None, Decimal(0))


def test_a_lower_number_is_known_for_one_after_a_restart() -> None:
    stage = desk()
    stage.fill()
    stage.say(done(stage.one(stage.say(modified(5, sl="1.095")), ModifyOrder)))
    stage.restart()
    stage.join(MASTER, SLAVE)

    assert sent(stage.say(modified(4, sl="1.05")), ModifyOrder) == []
    assert stage.outcome(4) is Outcome.SUPERSEDED


def test_a_close_makes_waiting_modifies_pointless() -> None:
    stage = desk()
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(closed())
    told = stage.say(filled(order))

    assert stage.outcome(1) is Outcome.SUPERSEDED
    assert stage.archive.decision(1).sentence == "a close came after it"
    assert sent(told, ModifyOrder) == []
    assert len(sent(told, CloseOrder)) == 1


def test_a_close_does_not_wait_for_a_modify() -> None:
    stage = desk()
    stage.fill()
    modify = stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))
    assert stage.outcome(1) is Outcome.PENDING
    stage.say(done(modify, success=True, error_code=ErrorCode.NOT_FOUND))

    assert stage.outcome(1) is Outcome.NOTHING_TO_MODIFY
    assert stage.archive.trade().settled


def test_a_position_that_a_modify_did_not_find_is_still_closed() -> None:
    stage = desk()
    stage.fill()
    modify = stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder)
    stage.say(done(modify, error_code=ErrorCode.NOT_FOUND))
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close, error_code=ErrorCode.NOT_FOUND))

    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_modifies_after_the_close_find_nothing() -> None:
    stage = desk(SLAVE, SECOND)
    one, other = sent(stage.say(opened()), ExecuteOrder)
    stage.say(filled(one))
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))
    stage.say(modified(3, sl="1.0"))

    assert stage.outcome(3) is Outcome.NOTHING_TO_MODIFY
    assert stage.archive.decision(3).sentence == "ticket 9001 is closed already"
    assert other.account_id == SECOND


# -- reductions


def test_a_reduction_names_what_shall_remain() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.35")), ReduceOrder)

    assert (reduce.ticket, reduce.remaining_lot) == (9001, Decimal("0.03"))
    told = stage.say(
        done(reduce, executed_lot=Decimal("0.07"), new_ticket=Ticket(9100), ticket=Ticket(9001))
    )
    assert stage.outcome(1) is Outcome.REDUCED
    assert copy_of(stage).ticket == 9100
    assert copy_of(stage).lot_remaining == Decimal("0.03")
    assert sent(told, CloseOrder) == []
    assert stage.one(stage.say(closed()), CloseOrder).ticket == 9100


def test_reductions_and_modifies_go_one_after_the_other() -> None:
    stage = desk()
    stage.fill()
    first = stage.one(stage.say(reduced(1, "0.50")), ReduceOrder)
    assert sent(stage.say(modified(2, sl="1.09")), ModifyOrder) == []
    assert sent(stage.say(reduced(3, "0.20")), ReduceOrder) == []
    told = stage.say(done(first, executed_lot=Decimal("0.05"), new_ticket=Ticket(9100)))
    modify = stage.one(told, ModifyOrder)
    assert modify.ticket == 9100
    second = stage.one(stage.say(done(modify)), ReduceOrder)

    assert (second.seq, second.ticket, second.remaining_lot) == (3, 9100, Decimal("0.02"))


def test_a_close_does_not_wait_for_a_reduction_whose_answer_may_be_lost() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.50")), ReduceOrder)
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close, executed_lot=Decimal("0.05")))
    assert stage.outcome(1) is Outcome.PENDING
    stage.say(done(reduce, executed_lot=Decimal("0.05"), new_ticket=Ticket(9100)))

    assert close.ticket == 9001
    assert stage.outcome(1) is Outcome.REDUCED
    assert stage.archive.trade().settled


def test_a_terminal_that_follows_no_tickets_closes_after_its_reduction() -> None:
    stage = desk()
    features = tuple(sorted(PROTOCOL_3_FEATURES - {Feature.LOSSLESS}))
    stage.register(SLAVE, features=features)
    stage.quote()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.50")), ReduceOrder)
    assert sent(stage.say(closed()), CloseOrder) == []
    told = stage.say(done(reduce, executed_lot=Decimal("0.05"), new_ticket=Ticket(9100)))

    assert stage.one(told, CloseOrder).ticket == 9100


def test_a_close_ends_a_reduction_that_was_refused() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.50")), ReduceOrder)
    stage.say(refused(reduce, ErrorCode.INVALID_VOLUME, error_message="0.05"))
    told = stage.say(closed())

    assert stage.one(told, CloseOrder).ticket == 9001
    assert (stage.outcome(1), stage.code(1)) == (Outcome.OMITTED, ErrorCode.INVALID_VOLUME)
    assert stage.archive.decision(1).sentence == "INVALID_VOLUME: 0.05; then the master closed"
    assert sent(stage.wait(30_000), ReduceOrder) == []


def test_a_close_does_not_wait_for_a_reduction_in_doubt() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.50")), ReduceOrder)
    stage.say(doubted(reduce))

    assert len(sent(stage.say(closed()), CloseOrder)) == 1
    assert stage.outcome(1) is Outcome.PENDING


def test_a_close_takes_what_a_waiting_reduction_would_have_taken() -> None:
    stage = desk()
    stage.fill()
    stage.say(modified(1, sl="1.09"))
    stage.say(reduced(2, "0.50"))
    told = stage.say(closed())

    assert sent(told, ReduceOrder) == []
    assert len(sent(told, CloseOrder)) == 1
    assert stage.outcome(2) is Outcome.OMITTED
    assert stage.archive.decision(2).sentence == "the master closed before it was sent"


def test_an_older_modify_after_a_newer_reduction_is_still_done() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(2, "0.50")), ReduceOrder)
    stage.say(done(reduce, executed_lot=Decimal("0.05")))

    assert stage.one(stage.say(modified(1, sl="1.09")), ModifyOrder).stop_loss is not None


def test_an_older_reduction_that_comes_late_changes_nothing() -> None:
    stage = desk()
    stage.fill()
    newer = stage.one(stage.say(reduced(2, "0.20")), ReduceOrder)
    stage.say(done(newer, executed_lot=Decimal("0.08")))
    told = stage.say(reduced(1, "0.60"))

    assert sent(told, ReduceOrder) == []
    assert stage.outcome(1) is Outcome.UNCHANGED


def test_an_older_reduction_after_a_newer_modify_is_still_done() -> None:
    stage = desk()
    stage.fill()
    modify = stage.one(stage.say(modified(2, sl="1.09")), ModifyOrder)
    stage.say(done(modify))

    assert stage.one(stage.say(reduced(1, "0.60")), ReduceOrder).remaining_lot == Decimal("0.06")


def test_a_reduction_that_closed_everything_leaves_nothing_to_close() -> None:
    stage = desk()
    stage.fill()
    reduce = stage.one(stage.say(reduced(1, "0.001")), ReduceOrder)
    stage.say(done(reduce, executed_lot=Decimal("0.10"), error_message="closed"))
    stage.say(closed())

    assert stage.outcome(1) is Outcome.CLOSED
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert copy_of(stage).lot_remaining == 0


# -- peers that cannot


@pytest.mark.parametrize("action", [modified(1, sl="1.09"), reduced(1, "0.5")])
def test_a_peer_that_cannot_is_never_asked(action: MasterAction) -> None:
    stage = desk(slave_features=LEGACY_FEATURES)
    stage.fill()
    told = stage.say(action)

    assert sent(told, ModifyOrder) + sent(told, ReduceOrder) == []
    assert (stage.outcome(1), stage.code(1)) == (Outcome.OMITTED, ErrorCode.UNSUPPORTED_BY_PEER)
    assert alarms(told) == ["UNSUPPORTED_BY_PEER"]


def test_every_peer_understands_a_close() -> None:
    stage = desk(slave_features=())
    stage.fill()

    assert stage.one(stage.say(closed()), CloseOrder).ticket == 9001


def test_rejected_or_unregistered_accounts_are_still_closed() -> None:
    stage = desk()
    stage.fill()
    stage.register(SLAVE, protocol_version=9)
    stage.connect(SLAVE)

    assert stage.one(stage.say(closed()), CloseOrder).ticket == 9001


@pytest.mark.parametrize("seq", [1, 2])
def test_omitted_actions_do_not_stop_the_lane(seq: int) -> None:
    stage = desk(slave_features=LEGACY_FEATURES)
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(reduced(2, "0.5"))
    stage.say(filled(order))

    assert stage.outcome(seq) is Outcome.OMITTED
    assert stage.one(stage.say(closed()), CloseOrder)


def test_every_outcome_is_told_once() -> None:
    stage = desk()
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(modified(2, sl="1.091"))
    stage.say(closed())
    close = stage.one(stage.say(filled(order)), CloseOrder)
    stage.say(done(close))
    told = [(fact.seq, fact.outcome) for fact in facts(stage.heard, DecisionSettled)]

    assert sorted(told) == [
        (0, Outcome.FILLED),
        (1, Outcome.SUPERSEDED),
        (2, Outcome.SUPERSEDED),
        (SEQ_CLOSE, Outcome.CLOSED),
    ]

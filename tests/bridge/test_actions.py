from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.bridge.actions import PROMISES_MAX, action_key
from echo.domain.answers import AckStage, MessageAck, Receipt, TradeIntentAck
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm, InputRefused
from echo.domain.handshake import Role
from echo.domain.ids import SEQ_CLOSE, AccountId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from tests.bridge.stage import (
    MASTER,
    SETTINGS,
    SLAVE,
    WALL_MS,
    Stage,
    close,
    close_order,
    intent,
    intent_ack,
    modify,
    ready,
    result,
    trade_id,
)

OLD: dict[str, Any] = {"protocol_version": 2, "features": ()}


def test_while_the_core_is_there_only_its_answer_counts() -> None:
    stage = ready()
    master = stage.master()
    stage.say(master, intent())

    assert stage.settle_down(1_000).down(TradeIntentAck) == []
    ack = intent_ack(intent())
    assert stage.core(ack).down(TradeIntentAck, master) == [ack]


@pytest.mark.parametrize("action", [intent(), modify(), close()], ids=["open", "modify", "close"])
def test_while_the_core_is_away_the_ledger_answers_and_not_before_it_is_written(
    action: TradeIntent | TradeModify | TradeClose,
) -> None:
    stage = Stage()
    master = stage.master()
    assert stage.say(master, action).down(TradeIntentAck) == []

    [ack] = stage.write().down(TradeIntentAck, master)

    assert ack == TradeIntentAck(
        trade_id=action.trade_id,
        seq=action.seq,
        result=Receipt.OK,
        account_id=MASTER,
        observed_at_ms=WALL_MS,
        stage=AckStage.AGENT_BUFFERED,
    )


def test_an_answer_out_of_the_ledger_is_given_again_to_an_ea_that_asks_again() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    stage.write()

    assert len(stage.say(master, intent(attempt=2)).down(TradeIntentAck)) == 1


def test_a_core_that_leaves_between_note_and_answer_leaves_the_answer_to_the_ledger() -> None:
    stage = ready()
    master = stage.master()
    stage.say(master, intent(1))
    stage.settle_down()
    stage.say(master, intent(2))

    gone = stage.core_down()

    assert [ack.trade_id for ack in gone.down(TradeIntentAck)] == [trade_id(1)]
    assert [ack.trade_id for ack in stage.write().down(TradeIntentAck)] == [trade_id(2)]


def test_what_was_promised_once_is_not_promised_again_by_itself() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    stage.write()
    stage.core_up()

    assert stage.core_down().down(TradeIntentAck) == []


def test_a_core_that_is_back_answers_what_was_being_written() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    stage.core_up()

    assert stage.write().down(TradeIntentAck) == []


def test_an_ea_without_acknowledgements_gets_none() -> None:
    stage = Stage()
    master = stage.master(**OLD)
    stage.say(master, intent())
    assert stage.write().down(TradeIntentAck) == []

    stage.core_up()
    assert stage.core(intent_ack(intent())).down(TradeIntentAck) == []


def test_arrival_is_stamped() -> None:
    stage = ready()

    [sent] = stage.say(stage.master(), close()).up(TradeClose)

    assert sent.timestamps.t1_agent_recv_ms == WALL_MS


def test_an_open_from_an_older_protocol_is_as_old_as_its_line() -> None:
    stage = ready()
    [dated] = stage.say(stage.master(**OLD), intent(age_ms=None)).up(TradeIntent)

    assert dated.age_ms == 0


def test_the_older_reading_of_an_age_is_believed() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent(age_ms=20))
    stage.say(master, intent(age_ms=500))
    stage.say(master, intent(age_ms=30))
    stage.say(master, intent(age_ms=None))

    assert [each.age_ms for each in stage.core_up().up(TradeIntent)] == [500]


def test_an_unknown_age_does_not_become_known_by_repeating() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent(age_ms=None))
    stage.say(master, intent(age_ms=5))

    assert [each.age_ms for each in stage.core_up().up(TradeIntent)] == [None]


def test_the_same_number_with_other_content_is_not_taken_for_a_repeat() -> None:
    stage = Stage()
    master = stage.master()
    for seq in (3, 4):
        stage.say(master, modify(seq=seq))
    stage.say(master, close())
    other = modify(seq=3, stop_loss=Decimal("3990.00"))

    [ack] = stage.say(master, other).down(TradeIntentAck)

    assert (ack.result, ack.error_code) == (Receipt.RETRY, ErrorCode.SEQ_CONFLICT)
    assert (ack.seq, ack.last_seq) == (3, 4)
    assert len(stage.core_up().numbered) == 3


def test_opens_and_closes_are_one_each_whatever_else_they_say() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    stage.say(master, close())

    assert stage.say(master, intent(price=Decimal("4016.00"))).down(TradeIntentAck) == []
    assert stage.say(master, close(reason="sl")).down(TradeIntentAck) == []
    assert len(stage.core_up().numbered) == 2


@pytest.mark.parametrize("away", [True, False], ids=["core away", "core there"])
def test_when_there_is_no_room_an_ea_is_asked_to_come_again(away: bool) -> None:
    stage = Stage(replace(SETTINGS, uplink_entries_max=1))
    if not away:
        stage.core_up()
    master = stage.master()
    first = stage.say(master, intent(1))

    done = stage.say(master, intent(2, attempt=3))

    [ack] = done.down(TradeIntentAck)
    assert (ack.result, ack.error_code) == (Receipt.RETRY, ErrorCode.BROKER_BUSY)
    assert ack.attempt == 3
    assert [fact.reason for fact in done.facts(InputRefused)] == ["uplink_full"]
    if not away:
        stage.ack(first)
        assert len(stage.say(master, intent(2)).numbered) == 1


def test_no_room_for_an_ea_that_does_not_come_again_is_an_alarm() -> None:
    stage = Stage(replace(SETTINGS, uplink_entries_max=1))
    master = stage.master(**OLD)
    stage.say(master, close(1))

    [alarm] = stage.say(master, close(2)).facts(Alarm)

    assert alarm.code == "ACTION_NOT_TAKEN"
    assert "ticket 2" in alarm.sentence


def test_an_action_that_is_refused_for_good_must_not_come_again() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())

    [ack] = stage.ack(sent, success=False).down(TradeIntentAck)

    assert (ack.result, ack.error_code) == (Receipt.FAILED, ErrorCode.UNKNOWN)


def test_a_promised_action_is_kept_though_the_answer_to_it_went_astray() -> None:
    """The Core acknowledges no frame that has to come again, so this one is simply repeated."""
    stage = Stage()
    stage.say(stage.master(), modify())
    stage.write()
    stage.core_up()

    assert len(stage.live(500).up(TradeModify)) >= 1


def test_an_action_that_gets_another_number_is_not_repeated_under_the_old_one() -> None:
    stage = ready()
    stage.say(stage.master(), modify(seq=1))
    stage.core(intent_ack(modify(), Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=4))

    assert stage.live(20_000).numbered == []


def test_an_open_grows_older_by_what_it_lay_in_the_pipe() -> None:
    """Its EA stamps it with what it knows of this clock at least."""
    stage = ready()
    master = stage.master()
    lay = stage.say(master, intent(age_ms=20, sent_mono_ms=stage.now.mono_ms - 9_000))
    ahead = stage.say(master, intent(2, age_ms=20, sent_mono_ms=stage.now.mono_ms + 50))

    assert [each.age_ms for each in lay.up(TradeIntent)] == [9_020]
    assert [each.age_ms for each in ahead.up(TradeIntent)] == [20]


def test_a_promised_action_that_counts_wrongly_is_renumbered_here() -> None:
    stage = Stage()
    master = stage.master()
    for seq in (1, 2):
        stage.say(master, modify(seq=seq, stop_loss=Decimal(seq)))
    stage.write()
    sent = stage.core_up()
    done = []
    for seq in (1, 2):
        ack = intent_ack(
            modify(seq=seq), Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=5
        )
        done += stage.core(ack).up(TradeModify)
    stage.ack(sent)

    assert [(each.seq, each.stop_loss) for each in done] == [(6, Decimal(1)), (7, Decimal(2))]
    stage.core_down()
    assert [each.seq for each in stage.core_up().up(TradeModify)] == [6, 7]


def test_what_was_renumbered_here_may_be_renumbered_again() -> None:
    """The Core says once more what levels hold, and each time takes the number that is next."""
    stage = Stage()
    stage.say(stage.master(), modify(seq=1))
    stage.write()
    stage.ack(stage.core_up())
    numbers = []
    for seq, last_seq in ((1, 1), (2, 4)):
        ack = intent_ack(
            modify(seq=seq), Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=last_seq
        )
        told = stage.core(replace(ack, account_id=AccountId("")))
        numbers += [each.seq for each in told.up(TradeModify)]

    assert numbers == [2, 5]
    assert {each.seq for each in stage.live(30_000).up(TradeModify)} == {5}


def test_a_promised_action_is_kept_though_the_core_has_acknowledged_its_frame_first() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, close())
    stage.write()
    stage.ack(stage.core_up())

    stage.core(intent_ack(close(), Receipt.RETRY))

    assert stage.live(9_000).numbered == []
    assert len(stage.live(1_000).up(TradeClose)) == 1


def test_an_action_that_its_ea_still_holds_is_the_eas_to_repeat() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, close())
    retry = intent_ack(close(), Receipt.RETRY)

    assert stage.core(retry).down(TradeIntentAck) == [retry]
    stage.ack(sent)
    assert stage.live(20_000).numbered == []


def test_an_action_of_an_ea_that_never_repeats_is_kept_until_the_core_takes_it() -> None:
    stage = ready()
    sent = stage.say(stage.master(**OLD), close())

    stage.core(intent_ack(close(), Receipt.RETRY))
    stage.ack(sent)

    assert len(stage.live(11_000).up(TradeClose)) >= 1


def test_a_former_lifes_promise_is_kept() -> None:
    stage = Stage()
    stage.say(stage.master(), modify())
    stage.write()
    later = Stage(contents=stage.contents())
    later.ack(later.core_up())

    ack = intent_ack(modify(), Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=None)
    assert [each.seq for each in later.core(ack).up(TradeModify)] == [1]


def test_an_open_is_never_renumbered() -> None:
    stage = Stage()
    stage.say(stage.master(), intent())
    stage.write()
    sent = stage.core_up()
    ack = intent_ack(intent(), Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=5)

    assert stage.core(ack).numbered == []
    stage.ack(sent)
    assert [each.seq for each in stage.live(11_000).up(TradeIntent)][:1] == [0]


def test_results_are_neither_promised_nor_counted_as_actions() -> None:
    stage = Stage()
    master = stage.master()
    slave = stage.slave()
    stage.say(slave, result(close_order()))
    stage.say(master, modify(seq=2))

    assert len(stage.write().down(TradeIntentAck)) == 1
    [ack] = stage.say(master, modify(seq=2, stop_loss=None)).down(TradeIntentAck)
    assert ack.last_seq == 2


def test_a_master_that_is_away_is_answered_when_it_asks_again() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    stage.disconnect(master)
    assert stage.write().down(TradeIntentAck) == []

    back = stage.master()
    assert len(stage.say(back, intent()).down(TradeIntentAck, back)) == 1


def test_a_slave_cannot_report_a_masters_action_and_no_account_for_another() -> None:
    stage = ready()
    slave = stage.slave()
    master = stage.master()

    as_slave = stage.say(slave, intent(account_id=SLAVE))
    for_another = stage.say(master, intent(account_id=SLAVE))

    assert [fact.reason for fact in as_slave.facts(InputRefused)] == ["foreign_role"]
    assert [fact.reason for fact in for_another.facts(InputRefused)] == ["foreign_account"]
    assert as_slave.numbered == for_another.numbered == []


def test_actions_are_named_by_trade_and_number() -> None:
    names = {
        action_key(MASTER, trade_id(1), 0),
        action_key(MASTER, trade_id(1), SEQ_CLOSE),
        action_key(MASTER, trade_id(2), 0),
    }

    assert len(names) == 3
    assert SETTINGS.uplink_entries_max <= PROMISES_MAX


def test_a_settled_action_may_be_reported_again_and_gets_a_number_of_its_own() -> None:
    stage = ready()
    master = stage.master()
    [first] = stage.say(master, close()).numbered
    assert first.message_id is not None
    stage.core(MessageAck(message_id=first.message_id))

    [second] = stage.say(master, close()).numbered

    assert second.message_id != first.message_id


def test_a_pipe_before_its_handshake_is_not_answered_out_of_the_ledger() -> None:
    stage = Stage()
    session = stage.connect(Role.MASTER, MASTER)
    stage.say(session, close())

    assert stage.write().down(TradeIntentAck) == []
    stage.greet(session, Role.MASTER, MASTER)
    assert len(stage.say(session, close()).down(TradeIntentAck)) == 1


def test_an_answer_that_names_no_account_reaches_whoever_reported_the_action() -> None:
    stage = ready()
    master = stage.master()
    stage.say(master, intent())
    nameless = intent_ack(intent(), account_id=AccountId(""))

    assert stage.core(nameless).down(TradeIntentAck, master) == [intent_ack(intent())]
    assert stage.core(replace(nameless, seq=9)) == []


def test_an_answer_that_names_no_account_is_understood_after_a_restart() -> None:
    stage = Stage()
    stage.say(stage.master(), close())
    stage.write()
    later = Stage(contents=stage.contents())
    later.core_up()
    master = later.master()

    done = later.core(intent_ack(close(), account_id=AccountId("")))

    assert done.down(TradeIntentAck, master) == [intent_ack(close())]

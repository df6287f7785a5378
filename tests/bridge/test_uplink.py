from dataclasses import replace
from itertools import pairwise

import pytest

from echo.bridge.effects import SendCore
from echo.bridge.pace import BACKOFF_MS_MAX
from echo.domain.answers import MessageAck, Receipt, TradeIntentAck
from echo.domain.facts import Alarm
from echo.domain.handshake import Role
from echo.domain.ids import MessageId
from echo.domain.intents import TradeClose, TradeIntent
from tests.bridge.stage import (
    MASTER,
    Done,
    Stage,
    close,
    intent,
    intent_ack,
    modify,
    ready,
)


def numbers(done: Done) -> list[int]:
    return [int(str(each.message_id).rpartition(":")[2]) for each in done.numbered]


def test_work_is_forwarded_at_once_under_rising_numbers() -> None:
    stage = ready()
    master = stage.master()

    sent = [number for t in (1, 2, 3) for number in numbers(stage.say(master, intent(t)))]

    assert len(sent) == 3
    assert sent == sorted(set(sent))


def test_a_repeat_does_not_become_a_second_item() -> None:
    stage = ready()
    master = stage.master()
    stage.say(master, intent())

    assert stage.say(master, intent()).numbered == []
    assert len(stage.pass_ms(150).numbered) == 1


def test_silence_is_answered_by_the_same_frame_ever_less_often() -> None:
    stage = ready()
    master = stage.master()
    first = stage.say(master, close())
    times = []
    for _ in range(3_000):
        if stage.pass_ms(1).numbered:
            times.append(stage.now.mono_ms)
        if stage.now.mono_ms % 1_000 == 0:
            stage.core(stage.beat())

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == [150, 200, 400, 800, 800]
    assert stage.live(2_000).numbered[0].message_id == first.numbered[0].message_id


def test_what_is_acknowledged_is_not_sent_again() -> None:
    stage = ready()
    master = stage.master()
    stage.ack(stage.say(master, intent()))

    assert stage.live(20_000).numbered == []


def test_a_new_stream_gets_everything_in_order_under_the_same_names() -> None:
    stage = ready()
    master = stage.master()
    sent = Done()
    for action in (intent(1), modify(1), close(1), intent(2)):
        sent.extend(stage.say(master, action))
    stage.pass_ms(170)
    stage.core_down()
    assert stage.pass_ms(60_000).numbered == []

    again = stage.core_up()

    assert [each.message_id for each in again.numbered] == [
        each.message_id for each in sent.numbered
    ]
    assert {each.stream for each in again.of(SendCore)} == {2}


def test_what_comes_while_the_core_is_away_waits_for_it() -> None:
    stage = Stage()
    master = stage.master()
    assert stage.say(master, intent(1)).numbered == []
    stage.say(master, close(1))

    again = stage.core_up()

    assert [type(each.message) for each in again.numbered] == [TradeIntent, TradeClose]
    assert numbers(again) == sorted(numbers(again))


def test_an_open_says_how_old_it_is_each_time_it_leaves() -> None:
    stage = ready()
    master = stage.master()
    [first] = stage.say(master, intent(age_ms=20)).up(TradeIntent)
    assert (first.age_ms, first.sent_mono_ms) == (20, stage.now.mono_ms)

    [second] = stage.pass_ms(150).up(TradeIntent)

    assert (second.age_ms, second.sent_mono_ms) == (170, stage.now.mono_ms)


def test_an_open_of_unknown_age_stays_so() -> None:
    stage = ready()
    master = stage.master()

    [sent] = stage.say(master, intent(age_ms=None)).up(TradeIntent)

    assert sent.age_ms is None


def test_strange_acknowledgements_settle_nothing() -> None:
    stage = ready()
    master = stage.master()
    [frame] = stage.say(master, intent()).numbered
    n = str(frame.message_id).rpartition(":")[2]
    for name in (f"other:{n}", "ledger:1", "ledger:x", ""):
        stage.core(MessageAck(message_id=MessageId(name)))

    assert len(stage.pass_ms(150).numbered) == 1


def test_what_the_core_refuses_for_good_is_dropped_with_an_alarm() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, modify())

    refused = stage.ack(sent, success=False, error="cannot be read")

    [alarm] = refused.facts(Alarm)
    assert alarm.code == "FRAME_REFUSED"
    assert "cannot be read" in alarm.sentence
    assert alarm.account_id == MASTER
    assert stage.live(20_000).numbered == []


def test_somebody_is_told_when_the_retries_are_spent_and_it_goes_on() -> None:
    stage = Stage()
    stage.core_up()
    stage.core(replace(stage.beat(), max_retries=3))
    master = stage.master()
    stage.say(master, intent())

    done = stage.pass_ms(400)

    assert [alarm.code for alarm in done.facts(Alarm)] == ["UPLINK_SLOW"]
    assert stage.pass_ms(400).facts(Alarm) == []
    assert len(stage.pass_ms(1_000).numbered) >= 1


def test_a_restart_forgets_nothing_that_was_noted() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent(1))
    stage.say(master, close(1))
    stage.write()
    n = max(entry.n for entry in stage.disk.values())
    later = Stage(contents=stage.contents(n), boot_ms=5_000_000 + 1_000)

    again = later.core_up()

    assert [type(each.message) for each in again.numbered] == [TradeIntent, TradeClose]
    assert numbers(again) == sorted(entry.n for entry in stage.disk.values())
    assert [each.age_ms for each in again.up(TradeIntent)] == [20 + 1_000]


def test_numbers_of_a_former_life_are_never_given_out_again() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent(1))
    stage.write()
    [entry] = stage.disk.values()
    later = Stage(contents=stage.contents(entry.n + 9))
    later.core_up()

    assert min(numbers(later.say(later.master(), intent(2)))) > entry.n + 9


@pytest.mark.parametrize("age_ms", [20, None])
def test_after_another_boot_nobody_knows_how_old_an_open_is(age_ms: int | None) -> None:
    stage = Stage()
    stage.say(stage.master(), intent(age_ms=age_ms))
    stage.write()
    later = Stage(contents=stage.contents(), boot_id="another boot")

    assert [each.age_ms for each in later.core_up().up(TradeIntent)] == [None]


def test_what_the_core_wants_again_of_an_action_that_its_ea_forgot_comes_again_later() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, close())
    assert len(stage.write().down(TradeIntentAck)) == 1
    sent = stage.core_up()

    stage.core(intent_ack(close(), Receipt.RETRY))
    stage.ack(sent)

    assert stage.live(BACKOFF_MS_MAX - 500).numbered == []
    again = stage.live(1_000).numbered[0]
    assert again.message_id == sent.numbered[0].message_id
    stage.core(intent_ack(close()))
    stage.core(MessageAck(message_id=again.message_id))  # type: ignore[arg-type]  # numbered frames have one
    assert stage.live(BACKOFF_MS_MAX * 2).numbered == []


def test_a_pipe_without_a_handshake_can_already_report() -> None:
    stage = ready()
    session = stage.connect(Role.MASTER, MASTER)

    assert len(stage.say(session, close()).numbered) == 1

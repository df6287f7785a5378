from dataclasses import replace

import pytest

from echo.bridge.effects import SendEa
from echo.domain.answers import AckResult, AckStage, CommandAck, Receipt
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder
from echo.domain.facts import Alarm, DeliveryRetried
from echo.domain.handshake import Role
from tests.bridge.stage import (
    OTHER_SLAVE,
    SLAVE,
    WALL_MS,
    Stage,
    close_order,
    modify_order,
    order,
    ready,
    receipt,
)


def stages(acks: list[CommandAck]) -> list[tuple[AckStage, AckResult]]:
    return [(ack.stage, ack.result) for ack in acks]


def test_a_command_is_written_at_once_and_confirmed_when_it_is_on_disk() -> None:
    stage = ready()
    slave = stage.slave()

    done = stage.core(close_order())
    assert len(done.down(CloseOrder, slave)) == 1
    assert done.up(CommandAck) == []

    acks = stage.settle_down(40).up(CommandAck)
    assert stages(acks) == [(AckStage.AGENT_BUFFERED, AckResult.OK)]


def test_a_receipt_stops_the_repeats_and_is_passed_on() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())

    done = stage.say(slave, receipt(close_order()))

    [ack] = done.up(CommandAck)
    assert ack == CommandAck(
        command_id=close_order().command_id,
        stage=AckStage.PIPE_DELIVERED,
        result=AckResult.OK,
        attempt=1,
        observed_at_ms=WALL_MS,
    )
    later = stage.live(30_000)
    assert later.down(CloseOrder) == []
    assert stage.write().up(CommandAck) == []


def test_without_a_receipt_it_is_written_ever_less_often() -> None:
    stage = ready()
    stage.slave()
    stage.core(close_order())
    counts = [len(stage.pass_ms(ms).down(CloseOrder)) for ms in (149, 1, 149, 1, 199, 1, 400)]

    assert counts == [0, 1, 0, 1, 0, 1, 1]


def test_repeats_are_facts_and_an_alarm_when_the_retries_are_spent() -> None:
    stage = ready()
    stage.core(stage.beat(max_retries=3))
    stage.slave()
    stage.core(close_order())

    done = stage.live(2_000)

    assert [fact.attempt for fact in done.facts(DeliveryRetried)][:3] == [2, 3, 4]
    assert [alarm.code for alarm in done.facts(Alarm)] == ["COMMAND_UNDELIVERED"]


def test_an_ea_that_asks_to_come_again_is_obeyed() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    stage.say(slave, receipt(close_order()))
    stage.say(slave, receipt(close_order(), Receipt.RETRY))

    assert stage.pass_ms(149).down(CloseOrder) == []
    assert len(stage.pass_ms(1).down(CloseOrder)) == 1


def test_an_ea_that_turns_a_command_away_is_heard_in_the_core() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())

    [ack] = stage.say(slave, receipt(close_order(), Receipt.FAILED, "no such symbol")).up(
        CommandAck
    )

    assert (ack.stage, ack.result) == (AckStage.PIPE_DELIVERED, AckResult.FAILED)
    assert ack.error_message == "no such symbol"
    assert stage.live(20_000).down(CloseOrder) == []


def test_receipts_for_strangers_change_nothing() -> None:
    stage = ready()
    slave = stage.slave()
    other = stage.slave(OTHER_SLAVE)
    stage.core(close_order())

    assert stage.say(slave, receipt(close_order(9))) == []
    foreign = replace(receipt(close_order()), account_id=OTHER_SLAVE)
    assert stage.say(other, foreign).up(CommandAck) == []
    assert len(stage.pass_ms(150).down(CloseOrder)) == 1


def test_a_new_session_gets_everything_without_a_result_again() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order(1))
    stage.core(modify_order(2))
    stage.say(slave, receipt(close_order(1)))
    stage.disconnect(slave)
    assert stage.live(5_000).of(SendEa) == []
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE)

    assert len(done.down(CloseOrder, session)) == len(done.down(ModifyOrder, session)) == 1
    [frame] = done.down(CloseOrder)
    assert frame.session_epoch > 0


def test_a_session_that_replaces_another_gets_everything_once() -> None:
    stage = ready()
    stage.slave()
    stage.core(close_order())
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE)

    assert len(done.down(CloseOrder, session)) == 1


def test_a_handshake_repeated_on_one_pipe_is_a_new_session() -> None:
    stage = ready()
    slave = stage.slave()
    [first] = stage.core(close_order()).down(CloseOrder)
    stage.say(slave, receipt(close_order()))

    [again] = stage.greet(slave, Role.SLAVE, SLAVE).down(CloseOrder)

    assert again.session_epoch == first.session_epoch + 1


def test_a_dead_ea_delays_nobody() -> None:
    stage = ready()
    stage.slave(OTHER_SLAVE)
    for ticket in range(1, 50):
        stage.core(close_order(ticket))

    assert len(stage.core(close_order(99, OTHER_SLAVE)).down(CloseOrder)) == 1


def test_a_repeated_command_is_acknowledged_as_far_as_it_has_come() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    assert stage.core(close_order()).up(CommandAck) == []
    stage.settle_down(40)
    assert stages(stage.core(close_order()).up(CommandAck)) == [
        (AckStage.AGENT_BUFFERED, AckResult.OK)
    ]
    stage.say(slave, receipt(close_order()))

    again = stage.core(close_order())

    assert stages(again.up(CommandAck)) == [(AckStage.PIPE_DELIVERED, AckResult.OK)]
    assert again.of(SendEa) == []


def test_a_master_ea_gets_no_commands() -> None:
    stage = ready()
    stage.master(SLAVE)

    assert stage.core(close_order()).of(SendEa) == []


@pytest.mark.parametrize("later_ms", [0, 60])
def test_the_ledger_holds_what_has_no_result(later_ms: int) -> None:
    stage = ready()
    stage.core(order(stage))
    stage.pass_ms(40 + later_ms)
    stage.write()
    [entry] = stage.disk.values()

    assert isinstance(entry.message, ExecuteOrder)
    assert entry.message.ttl_ms == 5_000 - 40
    assert (entry.boot_id, entry.boot_ms) == ("boot", 5_000_040)


def test_a_stage_without_commands_arms_nothing_for_them() -> None:
    stage = Stage()
    stage.slave()

    assert ("commands",) not in stage.timers

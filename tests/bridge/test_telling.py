"""The Agent tells what it passes on, in both directions."""

from echo.domain.answers import PipeDeliveryAck, Receipt
from echo.domain.copy_facts import CommandHeard, CommandWritten, IntentForwarded
from tests.bridge.stage import MASTER, SLAVE, intent, order, ready


def test_an_action_is_told_each_time_it_goes_up() -> None:
    stage = ready()
    master = stage.master()

    [first] = stage.say(master, intent()).facts(IntentForwarded)
    [again] = stage.pass_ms(150).facts(IntentForwarded)

    assert (first.account_id, first.attempt, again.attempt) == (MASTER, 1, 2)
    assert first.timestamps is not None
    assert first.timestamps.t1_agent_recv_ms is not None


def test_a_command_is_told_when_it_is_written_and_when_it_is_heard() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)

    [written] = stage.core(command).facts(CommandWritten)
    stage.pass_ms(7)
    ack = PipeDeliveryAck(command_id=command.command_id, account_id=SLAVE, result=Receipt.OK)
    [heard] = stage.say(slave, ack).facts(CommandHeard)

    assert (written.command_id, written.attempt) == (command.command_id, 1)
    assert (heard.command_id, heard.result, heard.latency_ms) == (
        command.command_id,
        Receipt.OK,
        7,
    )

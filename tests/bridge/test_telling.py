"""The Agent tells what it passes on, in both directions."""

from dataclasses import replace

from echo.bridge.events import PipeOpened
from echo.bridge.telling import trade_of
from echo.domain.answers import PipeDeliveryAck, Receipt
from echo.domain.commands import CancelPendings
from echo.domain.copy_facts import CommandHeard, CommandWritten, IntentForwarded, ResultForwarded
from echo.domain.handshake import Role
from echo.domain.ids import NO_TRADE, CommandId
from echo.domain.intents import TradeIntent
from echo.domain.link_facts import PingHeard, PipeConnected
from echo.domain.sessions import Ping
from echo.domain.traces import traceparent
from tests.bridge.stage import MASTER, SLAVE, intent, order, ready, result


def test_an_action_is_told_each_time_it_goes_up() -> None:
    stage = ready()
    master = stage.master()

    [first] = stage.say(master, intent()).facts(IntentForwarded)
    [again] = stage.pass_ms(150).facts(IntentForwarded)

    assert first.intent is not None
    assert first.intent.trade_id == first.trade_id
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


def test_a_command_is_told_with_its_trade_and_when_it_came() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)

    [written] = stage.core(command).facts(CommandWritten)
    ack = PipeDeliveryAck(command_id=command.command_id, account_id=SLAVE, result=Receipt.OK)
    [heard] = stage.say(slave, ack).facts(CommandHeard)

    for fact in (written, heard):
        assert (fact.trade_id, fact.traceparent) == (command.trade_id, command.traceparent)
        assert fact.received_at_ms == stage.now.wall_ms
    assert written.sent_at_ms == command.timestamps.t3_core_send_ms
    assert written.confirmed


def test_what_belongs_to_no_trade_is_told_without_one() -> None:
    sweep = CancelPendings(command_id=CommandId("c"), account_id=SLAVE)

    assert trade_of(sweep) == (NO_TRADE, "")


def test_an_answer_is_told_each_time_it_goes_up() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)
    stage.core(command)

    [first] = stage.say(slave, result(command)).facts(ResultForwarded)
    [again] = stage.pass_ms(150).facts(ResultForwarded)

    assert (first.command_id, first.attempt, again.attempt) == (command.command_id, 1, 2)
    assert first.result.timestamps.t4_agent_recv_ms is not None


def test_a_pipe_is_told_when_somebody_connects_and_when_it_is_pinged() -> None:
    stage = ready()
    [connected] = stage.do(PipeOpened(99, Role.SLAVE, SLAVE)).facts(PipeConnected)
    told = stage.say(99, Ping(ping_id="p", rtt_ms=4)).facts(PingHeard)

    assert (connected.account_id, connected.role) == (SLAVE, Role.SLAVE)
    assert told == [PingHeard(account_id=SLAVE, rtt_ms=4)]
    assert stage.say(99, Ping(ping_id="q")).facts(PingHeard) == []


def test_the_trade_of_an_older_ea_begins_its_trace_here() -> None:
    stage = ready()
    master = stage.master()
    old = replace(intent(), traceparent="")

    done = stage.say(master, old)
    [forwarded] = done.up(TradeIntent)
    [fact] = done.facts(IntentForwarded)

    assert forwarded.traceparent == fact.traceparent == traceparent(old.trade_id, old.seq) != ""

from dataclasses import replace

import pytest

from echo.bridge.results import ANSWERED_MAX, DOUBTED_MAX, refused_result, result_key
from echo.domain.answers import AckStage, CommandAck, ExecutionResult, MessageAck, ResultAck
from echo.domain.commands import CloseOrder, CommandKind, ExecuteOrder
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import InputRefused
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, CommandId, TradeId
from echo.domain.quantities import Timestamps
from tests.bridge.stage import (
    OTHER_SLAVE,
    SETTINGS,
    SLAVE,
    WALL_MS,
    Stage,
    close_order,
    flatten,
    order,
    ready,
    receipt,
    result,
    result_ack,
)


def test_a_result_goes_up_under_a_number_and_its_command_is_over() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())

    done = stage.say(slave, result(close_order()))

    [frame] = done.numbered
    assert isinstance(frame.message, ExecutionResult)
    assert stage.pass_ms(150).down(CloseOrder) == []


def test_a_repeated_result_is_one_item() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    stage.say(slave, result(close_order()))

    assert stage.say(slave, result(close_order(), stored=True)).numbered == []


def test_what_the_command_knows_is_filled_in() -> None:
    stage = ready()
    slave = stage.slave()
    stamps = Timestamps(t0_master_ea_ms=1, t2_core_recv_ms=2, t3_core_send_ms=3)
    command = close_order(timestamps=stamps, traceparent="00-a-b-01")
    stage.core(command)
    damaged = Timestamps(t0_master_ea_ms=-5, t4_agent_recv_ms=-6, t6_order_send_ms=60)

    [sent] = stage.say(
        slave,
        result(
            command,
            account_id=AccountId(""),
            trade_id=TradeId(""),
            kind=CommandKind.EXECUTE,
            timestamps=damaged,
        ),
    ).up(ExecutionResult)

    assert (sent.account_id, sent.trade_id) == (SLAVE, command.trade_id)
    assert (sent.kind, sent.traceparent) == (CommandKind.CLOSE, "00-a-b-01")
    assert sent.timestamps == replace(stamps, t4_agent_recv_ms=WALL_MS, t6_order_send_ms=60)


def test_a_result_of_many_tickets_keeps_its_kind() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(flatten())

    [sent] = stage.say(slave, result(flatten(), kind=CommandKind.CLOSE)).up(ExecutionResult)

    assert sent.kind is CommandKind.FLATTEN


def test_a_result_of_an_unknown_command_is_passed_on() -> None:
    stage = ready()

    [sent] = stage.say(stage.slave(), result(close_order(9))).up(ExecutionResult)

    assert sent.command_id == close_order(9).command_id


def test_a_result_from_another_accounts_ea_is_refused() -> None:
    stage = ready()
    stage.slave()
    other = stage.slave(OTHER_SLAVE)
    stage.core(close_order())

    done = stage.say(other, result(close_order(), account_id=OTHER_SLAVE))

    assert [fact.reason for fact in done.facts(InputRefused)] == ["foreign_command"]
    assert done.numbered == []


def test_the_cores_receipt_reaches_the_ea() -> None:
    stage = ready()
    slave = stage.slave()

    assert stage.core(result_ack(close_order())).down(ResultAck, slave) == [
        result_ack(close_order())
    ]


def test_the_cores_receipt_does_not_reach_a_legacy_ea_or_nobody() -> None:
    stage = ready()
    assert stage.core(result_ack(close_order())) == []
    stage.legacy_slave()

    assert stage.core(result_ack(close_order())) == []


def test_a_receipt_for_an_open_ends_it_wherever_its_result_came_from() -> None:
    stage = ready()
    slave = stage.slave(accepted=False)
    command = order(stage)
    stage.core(command)
    stage.settle_down(40)

    stage.core(result_ack(command))

    assert stage.verdict().down(ExecuteOrder, slave) == []
    stage.settle_down(100)
    assert stage.disk == {}


def test_a_receipt_for_a_refused_close_does_not_end_the_next_try() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    no = result(close_order(), success=False, error_code=ErrorCode.MARKET_CLOSED)
    stage.ack(stage.say(slave, no))
    stage.core(close_order())
    stage.core(result_ack(close_order()))

    assert len(stage.pass_ms(150).down(CloseOrder)) == 1


def test_a_command_whose_result_is_under_way_is_acknowledged_but_not_written() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    stage.say(slave, result(close_order()))

    done = stage.core(close_order())

    assert [ack.stage for ack in done.up(CommandAck)] == [AckStage.AGENT_BUFFERED]
    assert done.down(CloseOrder) == []
    assert done.numbered == []


def test_a_command_that_was_answered_is_answered_again_with_the_stored_result() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)
    stage.core(command)
    [first] = stage.say(slave, result(command)).numbered
    assert first.message_id is not None
    stage.core(MessageAck(message_id=first.message_id))

    done = stage.core(command)

    assert done.down(ExecuteOrder) == []
    [again] = done.numbered
    assert isinstance(again.message, ExecutionResult)
    assert again.message.stored
    assert again.message.ticket == 501
    assert again.message_id != first.message_id


def test_a_refused_close_is_tried_again_when_the_core_asks_again() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    no = result(close_order(), success=False, error_code=ErrorCode.MARKET_CLOSED)
    stage.ack(stage.say(slave, no))

    assert len(stage.core(close_order()).down(CloseOrder)) == 1


def test_a_refused_open_is_not_tried_again_under_its_id() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)
    stage.core(command)
    no = result(command, success=False, error_code=ErrorCode.NO_MONEY)
    stage.ack(stage.say(slave, no))

    done = stage.core(command)

    assert done.down(ExecuteOrder) == []
    assert [each.error_code for each in done.up(ExecutionResult)] == [ErrorCode.NO_MONEY]


def test_without_room_a_stored_result_waits_until_it_is_asked_for_again() -> None:
    stage = ready(replace(SETTINGS, uplink_entries_max=1))
    slave = stage.slave()
    command = order(stage)
    stage.core(command)
    stage.ack(stage.say(slave, result(command)))
    stage.say(slave, result(close_order(8)))

    done = stage.core(command)

    assert len(done.up(CommandAck)) == 1
    assert done.numbered == []


def test_without_room_a_result_of_a_known_command_is_taken_and_others_wait() -> None:
    stage = ready(replace(SETTINGS, uplink_entries_max=1))
    slave = stage.slave()
    stage.core(close_order(1))
    stage.core(close_order(2))

    assert len(stage.say(slave, result(close_order(1))).numbered) == 1
    assert len(stage.say(slave, result(close_order(2))).numbered) == 1
    done = stage.say(slave, result(close_order(3)))
    assert [fact.reason for fact in done.facts(InputRefused)] == ["uplink_full"]
    assert stage.say(slave, result(close_order(2))).facts(InputRefused) == []


def test_a_master_has_no_results() -> None:
    stage = ready()

    done = stage.say(stage.master(SLAVE), result(close_order()))

    assert [fact.reason for fact in done.facts(InputRefused)] == ["foreign_role"]


def test_a_legacy_ea_that_finds_nothing_to_close_has_closed_it() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.core(close_order())
    no = result(
        close_order(),
        success=False,
        error_code=ErrorCode.UNKNOWN,
        error_message="Ticket not found",
    )

    [sent] = stage.say(slave, no).up(ExecutionResult)

    assert (sent.success, sent.error_code) == (True, ErrorCode.NOT_FOUND)


def test_a_legacy_brokers_no_stays_a_no() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.core(close_order())
    no = result(close_order(), success=False, error_code=ErrorCode.MARKET_CLOSED)

    [sent] = stage.say(slave, no).up(ExecutionResult)

    assert (sent.success, sent.error_code) == (False, ErrorCode.MARKET_CLOSED)


def test_doubt_and_certainty_are_two_items() -> None:
    stage = Stage()
    slave = stage.slave()
    command = order(stage)
    stage.say(slave, result(command, success=False, doubt=True))
    stage.say(slave, result(command, late=True))

    assert [each.doubt for each in stage.core_up().up(ExecutionResult)] == [True, False]


def test_doubts_are_kept_up_to_a_number() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    for ticket in range(DOUBTED_MAX + 1):
        stage.core(order(stage, ticket))
        stage.write()
    stage.ack(stage.disconnect(slave))
    stage.settle_down(100)
    stage.settle_down(100)

    assert len(stage.disk) == DOUBTED_MAX
    assert f"written:{order(stage, 0).command_id}" not in stage.disk


def test_answers_are_remembered_up_to_a_number() -> None:
    stage = ready()
    slave = stage.slave()
    for ticket in range(ANSWERED_MAX + 1):
        stage.ack(stage.say(slave, result(close_order(ticket))))

    assert len(stage.core(close_order(0)).down(CloseOrder)) == 1
    assert stage.core(close_order(1)).down(CloseOrder) == []


@pytest.mark.parametrize("doubt", [True, False])
def test_an_answer_in_an_eas_place_names_everything(doubt: bool) -> None:
    command = close_order(traceparent="00-a-b-01", timestamps=Timestamps(t3_core_send_ms=3))

    answer = refused_result(command, Refusal(ErrorCode.STALE, "why"), doubt=doubt)

    assert (answer.success, answer.doubt) == (False, doubt)
    assert (answer.command_id, answer.trade_id) == (command.command_id, command.trade_id)
    assert (answer.account_id, answer.kind) == (SLAVE, CommandKind.CLOSE)
    assert (answer.error_code, answer.error_message) == (ErrorCode.STALE, "why")
    assert (answer.timestamps, answer.traceparent) == (command.timestamps, "00-a-b-01")


def test_results_are_named_by_account_command_and_verdict() -> None:
    one = CommandId("c")

    assert result_key(SLAVE, one, "done") != result_key(SLAVE, one, "doubt")
    assert result_key(SLAVE, one, "done") != result_key(OTHER_SLAVE, one, "done")


def test_an_answered_command_is_not_brought_to_a_new_session() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    stage.say(slave, receipt(close_order()))
    stage.say(slave, result(close_order()))
    stage.disconnect(slave)
    session = stage.connect(Role.SLAVE, SLAVE)

    assert stage.greet(session, Role.SLAVE, SLAVE).down(CloseOrder) == []


def test_a_receipt_that_names_no_account_reaches_whoever_sent_the_result() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, result(close_order()))
    nameless = replace(result_ack(close_order(), ledger_n=5), account_id=AccountId(""))

    done = stage.core(nameless)

    assert done.down(ResultAck, slave) == [result_ack(close_order(), ledger_n=5)]
    assert stage.core(replace(nameless, command_id=CommandId("unknown"))) == []


def test_a_receipt_that_names_no_account_is_understood_after_a_restart() -> None:
    stage = Stage()
    stage.say(stage.slave(), result(close_order()))
    stage.write()
    later = Stage(contents=stage.contents())
    later.core_up()
    slave = later.slave()

    done = later.core(replace(result_ack(close_order()), account_id=AccountId("")))

    assert done.down(ResultAck, slave) == [result_ack(close_order())]

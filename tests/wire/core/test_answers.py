"""Acknowledgements and results, in the stream and in the domain."""

from dataclasses import replace

import pytest
from hypothesis import given

from echo.domain.answers import (
    AckStage,
    CommandAck,
    ExecutionResult,
    MessageAck,
    Receipt,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.errors import ErrorCode
from echo.domain.ids import TradeId
from echo.wire.core import answers
from echo.wire.pb import agent_pb2, trade_pb2
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import FILL, TRADE


@given(our.results(our.NO_ACCOUNT))
def test_results_are_read_as_they_were_written(result: ExecutionResult) -> None:
    message = trade_pb2.ExecutionResult()
    answers.write_result(message, result)

    assert answers.read_result(message) == result


@given(our.COMMAND_ACKS)
def test_command_acks_are_read_as_they_were_written(ack: CommandAck) -> None:
    message = trade_pb2.CommandAck()
    answers.write_command_ack(message, ack)

    assert answers.read_command_ack(message) == ack


@given(our.intent_acks(our.NO_ACCOUNT))
def test_intent_acks_are_read_as_they_were_written(ack: TradeIntentAck) -> None:
    message = trade_pb2.TradeIntentAck()
    answers.write_intent_ack(message, ack)

    assert answers.read_intent_ack(message) == ack


@given(our.result_acks(our.NO_ACCOUNT))
def test_result_acks_are_read_as_they_were_written(ack: ResultAck) -> None:
    message = trade_pb2.ResultAck()
    answers.write_result_ack(message, ack)

    assert answers.read_result_ack(message) == ack


@given(our.MESSAGE_ACKS)
def test_message_acks_are_read_as_they_were_written(ack: MessageAck) -> None:
    message = agent_pb2.Ack()
    answers.write_message_ack(message, ack)

    assert answers.read_message_ack(message) == ack


@pytest.mark.parametrize(
    ("code", "last_seq"), [(ErrorCode.SEQ_CONFLICT, 0), (ErrorCode.NO_ERROR, None)]
)
def test_a_conflict_always_names_the_last_number(code: ErrorCode, last_seq: int | None) -> None:
    message = trade_pb2.TradeIntentAck(trade_id=TRADE, error_code=int(code), result=2)  # type: ignore[arg-type]  # a number on the wire

    ack = answers.read_intent_ack(message)

    assert (ack.result, ack.last_seq) == (Receipt.RETRY, last_seq)
    assert (ack.attempt, ack.stage) == (1, AckStage.NONE)


def test_a_result_may_not_know_its_trade() -> None:
    message = trade_pb2.ExecutionResult()
    answers.write_result(message, replace(FILL, trade_id=TradeId("")))

    assert answers.read_result(message).trade_id == ""


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("command_id", "", WireReason.BAD_IDENTIFIER),
        ("trade_id", "x", WireReason.BAD_IDENTIFIER),
        ("command_kind", 0, WireReason.UNKNOWN_VALUE),
        ("error_code", 998, WireReason.UNKNOWN_VALUE),
        ("executed_lot", float("-inf"), WireReason.NOT_FINITE),
    ],
)
def test_a_result_that_is_not_clear_is_refused(
    field: str, value: object, reason: WireReason
) -> None:
    message = trade_pb2.ExecutionResult()
    answers.write_result(message, FILL)
    setattr(message, field, value)

    with pytest.raises(WireError) as refusal:
        answers.read_result(message)

    assert refusal.value.reason is reason

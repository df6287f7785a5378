"""Acknowledgements and results, in the stream and in the domain."""

from echo.domain.answers import (
    CommandAck,
    ExecutionResult,
    MessageAck,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, MessageId, Ticket, TradeId
from echo.domain.quantities import NO_TIMESTAMPS
from echo.wire.core import enums
from echo.wire.core.numbers import double, number
from echo.wire.core.stamps import read_stamps, write_stamps
from echo.wire.identifiers import command_id, trade_id
from echo.wire.pb import agent_pb2, trade_pb2


def write_result(out: trade_pb2.ExecutionResult, result: ExecutionResult) -> None:
    """Fill *out* with *result*."""
    out.command_id = result.command_id
    out.trade_id = result.trade_id
    out.command_kind = enums.COMMAND_KINDS[result.kind]
    out.success = result.success
    out.ticket = result.ticket or 0
    out.error_code = enums.CODES[result.error_code]
    out.doubt = result.doubt
    out.stored = result.stored
    out.late = result.late
    out.candidates.extend(result.candidates)
    out.ledger_n = result.ledger_n or 0
    out.traceparent = result.traceparent
    if result.error_message:
        out.error_message = result.error_message
    if result.executed_price is not None:
        out.executed_price = double(result.executed_price)
    if result.executed_lot is not None:
        out.executed_lot = double(result.executed_lot)
    if result.spread_points is not None:
        out.spread_points = double(result.spread_points)
    if result.slippage_points is not None:
        out.slippage_points = double(result.slippage_points)
    if result.new_ticket is not None:
        out.new_ticket = result.new_ticket
    if result.execution_time_ms is not None:
        out.execution_time_ms = result.execution_time_ms
    if result.timestamps is not NO_TIMESTAMPS:
        write_stamps(out.timestamps, result.timestamps)


def read_result(message: trade_pb2.ExecutionResult) -> ExecutionResult:
    """Return what *message* says; a ticket or ledger number of 0 is none."""
    has = message.HasField
    return ExecutionResult(
        command_id=command_id(message.command_id),
        trade_id=trade_id(message.trade_id) if message.trade_id else TradeId(""),
        kind=enums.command_kind(message.command_kind),
        success=message.success,
        ticket=Ticket(message.ticket) if message.ticket else None,
        error_code=enums.error_code(message.error_code),
        error_message=message.error_message,
        executed_price=number(message.executed_price) if has("executed_price") else None,
        executed_lot=number(message.executed_lot) if has("executed_lot") else None,
        spread_points=number(message.spread_points) if has("spread_points") else None,
        slippage_points=number(message.slippage_points) if has("slippage_points") else None,
        new_ticket=Ticket(message.new_ticket) if has("new_ticket") else None,
        doubt=message.doubt,
        stored=message.stored,
        late=message.late,
        candidates=tuple(Ticket(each) for each in message.candidates),
        ledger_n=message.ledger_n or None,
        execution_time_ms=message.execution_time_ms if has("execution_time_ms") else None,
        timestamps=read_stamps(message.timestamps) if has("timestamps") else NO_TIMESTAMPS,
        traceparent=message.traceparent,
    )


def write_command_ack(out: trade_pb2.CommandAck, ack: CommandAck) -> None:
    """Fill *out* with *ack*."""
    out.command_id = ack.command_id
    out.stage = enums.ACK_STAGES[ack.stage]
    out.result = enums.ACK_RESULTS[ack.result]
    out.attempt = ack.attempt
    out.observed_at_ms = ack.observed_at_ms
    out.error_code = enums.CODES[ack.error_code]
    out.error_message = ack.error_message


def read_command_ack(message: trade_pb2.CommandAck) -> CommandAck:
    """Return what *message* says."""
    return CommandAck(
        command_id=command_id(message.command_id),
        stage=enums.ack_stage(message.stage),
        result=enums.ack_result(message.result),
        attempt=message.attempt or 1,
        observed_at_ms=message.observed_at_ms,
        error_code=enums.error_code(message.error_code),
        error_message=message.error_message,
    )


def write_intent_ack(out: trade_pb2.TradeIntentAck, ack: TradeIntentAck) -> None:
    """Fill *out* with *ack*."""
    out.trade_id = ack.trade_id
    out.command_id = ack.command_id
    out.attempt = ack.attempt
    out.result = enums.RECEIPTS[ack.result]
    out.error_code = enums.CODES[ack.error_code]
    out.error_message = ack.error_message
    out.observed_at_ms = ack.observed_at_ms
    out.seq = ack.seq
    out.last_seq = ack.last_seq or 0
    out.stage = enums.ACK_STAGES[ack.stage]


def read_intent_ack(message: trade_pb2.TradeIntentAck) -> TradeIntentAck:
    """Return what *message* says.

    A last number of 0 is none, but in a conflict of numbers, which always names it.
    """
    code = enums.error_code(message.error_code)
    conflict = code is ErrorCode.SEQ_CONFLICT
    return TradeIntentAck(
        trade_id=trade_id(message.trade_id),
        seq=message.seq,
        result=enums.receipt(message.result),
        account_id=AccountId(""),
        command_id=message.command_id,
        attempt=message.attempt or 1,
        error_code=code,
        error_message=message.error_message,
        observed_at_ms=message.observed_at_ms,
        last_seq=message.last_seq if message.last_seq or conflict else None,
        stage=enums.ack_stage(message.stage),
    )


def write_result_ack(out: trade_pb2.ResultAck, ack: ResultAck) -> None:
    """Fill *out* with *ack*."""
    out.command_id = ack.command_id
    out.ledger_n = ack.ledger_n


def read_result_ack(message: trade_pb2.ResultAck) -> ResultAck:
    """Return what *message* says."""
    return ResultAck(
        command_id=command_id(message.command_id),
        account_id=AccountId(""),
        ledger_n=message.ledger_n,
    )


def write_message_ack(out: agent_pb2.Ack, ack: MessageAck) -> None:
    """Fill *out* with *ack*."""
    out.message_id = ack.message_id
    out.success = ack.success
    if ack.error:
        out.error = ack.error


def read_message_ack(message: agent_pb2.Ack) -> MessageAck:
    """Return what *message* says."""
    return MessageAck(
        message_id=MessageId(message.message_id), success=message.success, error=message.error
    )

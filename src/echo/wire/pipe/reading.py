"""What an EA wrote, as domain values: the Agent's ear, for every protocol version."""

from msgspec.json import Decoder

from echo.domain.answers import ExecutionResult, PipeDeliveryAck
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode, code_from_pipe
from echo.domain.handshake import NO_EVALUATION
from echo.domain.ids import (
    SEQ_CLOSE,
    EvaluationId,
    StrategyId,
    Ticket,
    TradeId,
    is_identifier,
)
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.domain.sessions import Ping
from echo.wire.identifiers import (
    account_id,
    account_of,
    client_id,
    command_id,
    identifier,
    trade_id,
)
from echo.wire.pipe import ea_lines, ea_reports, words
from echo.wire.pipe.dialect import STAMPS
from echo.wire.pipe.fields import decode, nonzero_number, number, optional_number, word
from echo.wire.pipe.messages import FromEa, Part
from echo.wire.pipe.reading_reports import (
    handshake,
    open_trades,
    quotes,
    spec_report,
    state_snapshot,
)
from echo.wire.refusals import WireError, WireReason

_Line = (
    ea_reports.QuoteSnapshot
    | ea_lines.TradeIntent
    | ea_lines.TradeModify
    | ea_lines.TradeClose
    | ea_lines.ExecutionResult
    | ea_lines.CloseResult
    | ea_lines.ModifyResult
    | ea_lines.PipeDeliveryAck
    | ea_lines.Ping
    | ea_reports.StateSnapshot
    | ea_reports.OpenTrades
    | ea_reports.Handshake
    | ea_reports.SymbolSpecReport
)

_decoder: Decoder[_Line] = Decoder(_Line)

_RETURNED_STAMPS = frozenset(STAMPS[1:5])
"""t1 to t4 went to the EA and come back from a legacy one through 32 bits, destroyed."""


def read_ea_line(raw: bytes, now_wall_ms: int = 0) -> tuple[FromEa | Part, ...]:
    r"""Read one line of an EA, without its ``\n``.

    Args:
        raw: The content of the line; its length was bounded by the framing.
        now_wall_ms: Unix ms on arrival, for quotes of legacy EAs, which do not say when.

    Returns:
        The messages of the line: one, but for a line with several quotes, which may also be
        none.  A message that comes in parts is returned as `Part`, see `PartAssembler`.

    Raises:
        WireError: The line breaks the protocol; the lines around it are unharmed.
    """
    line = decode(_decoder, raw)
    match line:
        case ea_reports.QuoteSnapshot():
            return quotes(line.payload, now_wall_ms)
        case ea_reports.StateSnapshot():
            return (state_snapshot(line),)
        case ea_lines.TradeIntent():
            return (_intent(line.payload),)
        case ea_lines.ExecutionResult():
            return (_result(line.payload, CommandKind.EXECUTE),)
        case ea_lines.PipeDeliveryAck():
            return (_delivery_ack(line.payload),)
        case ea_lines.Ping():
            return (
                Ping(
                    ping_id=identifier(line.id, "id"),
                    timestamp_ms=line.timestamp_ms,
                    role=line.role,
                    rtt_ms=line.rtt_ms,
                    evaluation_id=EvaluationId(line.evaluation_id)
                    if is_identifier(line.evaluation_id)
                    else NO_EVALUATION,
                    verdict_age_ms=line.verdict_age_ms,
                ),
            )
        case ea_lines.TradeClose():
            return (_close(line.payload),)
        case ea_lines.TradeModify():
            return (_modify(line.payload),)
        case ea_lines.CloseResult():
            return (_close_result(line),)
        case ea_lines.ModifyResult():
            return (_result(line.payload, CommandKind.MODIFY),)
        case ea_reports.OpenTrades():
            return (open_trades(line.payload),)
        case ea_reports.Handshake():
            return (handshake(line),)
        case ea_reports.SymbolSpecReport():
            return (spec_report(line.payload),)


def timestamps(stamps: ea_lines.Stamps | None, *, returned: bool = True) -> Timestamps:
    """Return the stamps of a message; *returned*: t1 to t4 may be believed."""
    if stamps is None:
        return NO_TIMESTAMPS
    return Timestamps(
        **{
            name: stamp
            for name in STAMPS
            if (stamp := getattr(stamps, name)) and (returned or name not in _RETURNED_STAMPS)
        }
    )


def _intent(body: ea_lines.TradeIntentBody) -> TradeIntent:
    return TradeIntent(
        trade_id=trade_id(body.trade_id),
        account_id=account_id(body.account_id),
        client_id=client_id(body.client_id),
        ticket=Ticket(body.ticket),
        symbol=body.symbol,
        side=word(words.SIDES, body.order_side, "order_side"),
        lot=number(body.lot_size, "lot_size"),
        price=number(body.price, "price"),
        magic_number=body.magic_number,
        seq=body.seq,
        stop_loss=nonzero_number(body.stop_loss, "stop_loss"),
        take_profit=nonzero_number(body.take_profit, "take_profit"),
        strategy_id=StrategyId(body.strategy_id),
        server=body.server,
        comment=body.comment,
        volume_initial=optional_number(body.volume_initial, "volume_initial"),
        timeframe=body.timeframe,
        atr=optional_number(body.atr, "atr"),
        attempt=body.attempt,
        buffer_depth=body.buffer_depth,
        age_ms=body.age_ms,
        sent_mono_ms=body.sent_mono_ms,
        timestamps=timestamps(body.timestamps),
        traceparent=body.traceparent,
    )


def _modify(body: ea_lines.TradeModifyBody) -> TradeModify:
    return TradeModify(
        trade_id=trade_id(body.trade_id),
        seq=body.seq,
        account_id=account_of(body.account_id, body.client_id),
        client_id=client_id(body.client_id),
        ticket=Ticket(body.ticket),
        symbol=body.symbol,
        magic_number=body.magic_number,
        stop_loss=optional_number(body.stop_loss, "stop_loss"),
        take_profit=optional_number(body.take_profit, "take_profit"),
        timestamps=timestamps(body.timestamps),
        traceparent=body.traceparent,
    )


def _close(body: ea_lines.TradeCloseBody) -> TradeClose:
    if body.seq != SEQ_CLOSE and body.volume_remaining is None:
        # A part was closed, and nobody says which: reading it as the whole would close too much.
        raise WireError(
            WireReason.MISSING_FIELD, f"a trade_close of seq {body.seq} needs volume_remaining"
        )
    return TradeClose(
        trade_id=trade_id(body.trade_id),
        account_id=account_of(body.account_id, body.client_id),
        client_id=client_id(body.client_id),
        ticket=Ticket(body.ticket),
        symbol=body.symbol,
        magic_number=body.magic_number,
        seq=body.seq,
        close_price=nonzero_number(body.close_price, "close_price"),
        profit=optional_number(body.profit, "profit"),
        reason=body.reason,
        lot=optional_number(body.lot_size, "lot_size"),
        volume_remaining=optional_number(body.volume_remaining, "volume_remaining"),
        new_ticket=_ticket(body.new_ticket),
        timestamps=timestamps(body.timestamps),
        traceparent=body.traceparent,
    )


def _close_result(line: ea_lines.CloseResult) -> ExecutionResult:
    body = line.payload
    # Legacy EAs name no time of the close: the line's own is the only one there is.
    at_ms = None if body.command_kind else line.timestamp_ms or None
    return _result(body, CommandKind.CLOSE, at_ms)


def _result(
    body: ea_lines.ResultBody, kind: CommandKind, at_ms: int | None = None
) -> ExecutionResult:
    if body.command_kind:
        kind = word(words.COMMAND_KINDS, body.command_kind, "command_kind")
    price = body.executed_price if body.executed_price is not None else body.close_price
    return ExecutionResult(
        command_id=command_id(body.command_id),
        # The oldest EAs leave it out of a close_result; the command knows it.
        trade_id=trade_id(body.trade_id) if body.trade_id else TradeId(""),
        kind=kind,
        success=body.success,
        account_id=account_of(body.account_id, body.client_id),
        ticket=_ticket(body.ticket),
        error_code=_error_code(body),
        error_message=body.error_message,
        executed_price=nonzero_number(price, "executed_price"),
        executed_lot=optional_number(body.executed_lot, "executed_lot"),
        spread_points=optional_number(body.spread_points, "spread_points"),
        slippage_points=optional_number(body.slippage_points, "slippage_points"),
        new_ticket=_ticket(body.new_ticket),
        doubt=body.doubt,
        stored=body.stored,
        late=body.late,
        candidates=tuple(Ticket(each) for each in body.candidates),
        ledger_n=body.ledger_n,
        execution_time_ms=body.execution_time_ms if body.execution_time_ms is not None else at_ms,
        timestamps=timestamps(body.timestamps, returned=bool(body.command_kind)),
        traceparent=body.traceparent,
    )


def _error_code(body: ea_lines.ResultBody) -> ErrorCode:
    if not body.command_kind:
        return code_from_pipe(body.error_code, body.error_message, success=body.success)
    # Our own EAs say what they mean, also with success: NOT_FOUND = nothing was left to do.
    fallback = ErrorCode.NO_ERROR if body.success else ErrorCode.UNKNOWN
    code = ErrorCode.__members__.get(body.error_code.removeprefix("ERR_"), fallback)
    return code or fallback


def _ticket(ticket: int | None) -> Ticket | None:
    """Return a ticket; legacy EAs say -1 and 0 for none."""
    return Ticket(ticket) if ticket is not None and ticket > 0 else None


def _delivery_ack(body: ea_lines.PipeDeliveryAckBody) -> PipeDeliveryAck:
    return PipeDeliveryAck(
        command_id=command_id(body.command_id),
        account_id=account_of(body.target_account_id, ""),
        result=word(words.RECEIPTS, body.result, "result"),
        error_message=body.error_message,
    )

"""What an EA writes, for every protocol version: a paper terminal's voice."""

from typing import Final

from echo.domain.answers import ExecutionResult, PipeDeliveryAck
from echo.domain.commands import CommandKind
from echo.domain.errors import code_to_pipe
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Timestamps
from echo.domain.sessions import Ping
from echo.wire.framing import LEGACY_LINE_BYTES_MAX, LINE_BYTES_MAX
from echo.wire.pipe.dialect import (
    Fields,
    LegacyClock,
    content,
    ended,
    is_legacy,
    plain,
    set_stamps,
    text,
)
from echo.wire.pipe.messages import FromEa
from echo.wire.pipe.writing_legacy import legacy_line
from echo.wire.pipe.writing_reports import report_lines

_RESULT_TYPES: Final = {
    CommandKind.CLOSE: "close_result",
    CommandKind.MODIFY: "modify_result",
}


def write_from_ea(
    message: FromEa, protocol_version: int, now_wall_ms: int, now_tick_ms: int = 0
) -> bytes:
    r"""Return *message* as lines, each with its ``\n``: one, or its parts where it is long.

    Args:
        message: Its times are Unix ms for every version; they become tick counts here where a
            legacy EA has no better clock.
        protocol_version: That the EA speaks.
        now_wall_ms: Unix ms now.
        now_tick_ms: Ms since the start of the machine at the same moment; for legacy EAs.

    Raises:
        WireError: ``UNKNOWN_TYPE``, a legacy EA cannot say this; otherwise the message does not
            fit into lines, or holds a number or text that JSON cannot.
    """
    if is_legacy(protocol_version):
        clock = LegacyClock(now_wall_ms, now_tick_ms)
        line = legacy_line(message, protocol_version, clock)
        return ended(content(line), LEGACY_LINE_BYTES_MAX)
    match message:
        case Ping():
            line = {
                "type": "ping",
                "id": text(message.ping_id),
                "timestamp_ms": message.timestamp_ms or now_wall_ms,
                "role": text(message.role),
            }
            if message.rtt_ms is not None:
                line["rtt_ms"] = message.rtt_ms
            if message.evaluation_id:
                line["evaluation_id"] = text(message.evaluation_id)
                line["verdict_age_ms"] = message.verdict_age_ms
            return ended(content(line), LINE_BYTES_MAX)
        case TradeIntent():
            name, payload = "trade_intent", _intent(message)
        case TradeModify():
            name, payload = "trade_modify", _modify(message)
        case TradeClose():
            name, payload = "trade_close", _close(message)
        case ExecutionResult():
            name = _RESULT_TYPES.get(message.kind, "execution_result")
            payload = _result(message)
        case PipeDeliveryAck():
            name, payload = "pipe_delivery_ack", _delivery_ack(message)
        case _:
            return report_lines(message, now_wall_ms)
    line = {"type": name, "timestamp_ms": now_wall_ms, "payload": payload}
    return ended(content(line), LINE_BYTES_MAX)


def _intent(intent: TradeIntent) -> Fields:
    payload: Fields = {
        "trade_id": intent.trade_id,
        "seq": intent.seq,
        "client_id": intent.client_id,
        "account_id": intent.account_id,
        "symbol": text(intent.symbol),
        "order_side": intent.side.value,
        "lot_size": plain(intent.lot),
        "price": plain(intent.price),
    }
    if intent.stop_loss is not None:
        payload["stop_loss"] = plain(intent.stop_loss)
    if intent.take_profit is not None:
        payload["take_profit"] = plain(intent.take_profit)
    payload["magic_number"] = intent.magic_number
    payload["ticket"] = intent.ticket
    payload["attempt"] = intent.attempt
    texts = {
        "strategy_id": intent.strategy_id,
        "server": intent.server,
        "comment": intent.comment,
        "timeframe": intent.timeframe,
    }
    payload |= {name: text(value) for name, value in texts.items() if value}
    numbers = {"volume_initial": intent.volume_initial, "atr": intent.atr}
    payload |= {name: plain(value) for name, value in numbers.items() if value is not None}
    counts = {
        "buffer_depth": intent.buffer_depth,
        "age_ms": intent.age_ms,
        "sent_mono_ms": intent.sent_mono_ms,
    }
    payload |= {name: value for name, value in counts.items() if value is not None}
    return payload | _traced(intent.timestamps, intent.traceparent)


def _modify(modify: TradeModify) -> Fields:
    payload: Fields = {
        "trade_id": modify.trade_id,
        "seq": modify.seq,
        "client_id": modify.client_id,
        "account_id": modify.account_id,
        "ticket": modify.ticket,
        "symbol": text(modify.symbol),
        "magic_number": modify.magic_number,
    }
    if modify.stop_loss is not None:
        payload["stop_loss"] = plain(modify.stop_loss)
    if modify.take_profit is not None:
        payload["take_profit"] = plain(modify.take_profit)
    return payload | _traced(modify.timestamps, modify.traceparent)


def _close(close: TradeClose) -> Fields:
    payload: Fields = {
        "trade_id": close.trade_id,
        "seq": close.seq,
        "client_id": close.client_id,
        "account_id": close.account_id,
        "ticket": close.ticket,
        "symbol": text(close.symbol),
        "magic_number": close.magic_number,
    }
    numbers = {
        "close_price": close.close_price,
        "profit": close.profit,
        "lot_size": close.lot,
        "volume_remaining": close.volume_remaining,
    }
    payload |= {name: plain(value) for name, value in numbers.items() if value is not None}
    if close.new_ticket is not None:
        payload["new_ticket"] = close.new_ticket
    if close.reason:
        payload["reason"] = text(close.reason)
    return payload | _traced(close.timestamps, close.traceparent)


def _result(result: ExecutionResult) -> Fields:
    payload: Fields = {
        "command_id": result.command_id,
        "trade_id": result.trade_id,
        "client_id": f"slave_{result.account_id}",
        "account_id": result.account_id,
        "command_kind": result.kind.value,
        "success": result.success,
        "ticket": result.ticket or 0,
        "error_code": code_to_pipe(result.error_code),
        "error_message": text(result.error_message),
    }
    numbers = {
        "executed_price": result.executed_price,
        "executed_lot": result.executed_lot,
        "spread_points": result.spread_points,
        "slippage_points": result.slippage_points,
    }
    payload |= {name: plain(value) for name, value in numbers.items() if value is not None}
    counts = {
        "new_ticket": result.new_ticket,
        "execution_time_ms": result.execution_time_ms,
        "ledger_n": result.ledger_n,
    }
    payload |= {name: value for name, value in counts.items() if value is not None}
    flags = {"doubt": result.doubt, "stored": result.stored, "late": result.late}
    payload |= {name: True for name, value in flags.items() if value}
    if result.candidates:
        payload["candidates"] = result.candidates
    return payload | _traced(result.timestamps, result.traceparent)


def _delivery_ack(ack: PipeDeliveryAck) -> Fields:
    payload: Fields = {
        "command_id": ack.command_id,
        "target_account_id": ack.account_id,
        "result": ack.result.value,
    }
    if ack.error_message:
        payload["error_message"] = text(ack.error_message)
    return payload


def _traced(timestamps: Timestamps, traceparent: str) -> Fields:
    payload: Fields = {}
    if stamps := set_stamps(timestamps):
        payload["timestamps"] = stamps
    if traceparent:
        payload["traceparent"] = text(traceparent)
    return payload

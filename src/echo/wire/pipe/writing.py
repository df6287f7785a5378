"""What an Agent writes to an EA, for every protocol version.

Legacy EAs read with a fragile parser: compact JSON, no ``\\u`` escapes, a pong known by the raw
text ``"type":"pong"`` and its id by ``"id":"``, content of at most 8,190 bytes.  What protocol 3
adds is left out for them, so that they get what they know.
"""

from decimal import Decimal
from typing import assert_never

from msgspec import Raw

from echo.domain.answers import AckStage, ResultAck, TradeIntentAck
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    Protect,
    ReduceOrder,
    TradeCommand,
)
from echo.domain.errors import ErrorCode, code_to_pipe
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.sessions import DeliveryConfig, EaSession, Pong
from echo.wire.pipe.dialect import (
    Fields,
    all_stamps,
    content,
    ended,
    is_legacy,
    plain,
    set_stamps,
    text,
    to_ea_bytes_max,
)
from echo.wire.pipe.messages import ToEa
from echo.wire.pipe.registration import registration_line


def write_to_ea(message: ToEa, protocol_version: int, now_wall_ms: int) -> bytes:
    r"""Return *message* as one line, ``\n`` included.

    Args:
        message: A type that an EA of that version does not know is written all the same: it
            ignores the line.
        protocol_version: Of the EA's handshake; 3 before it, so that pings are answered in full.
        now_wall_ms: Unix ms, the line's ``timestamp_ms``.

    Raises:
        WireError: The message does not fit into a line that the EA can read, even when cut, or
            holds a number or text that JSON cannot.
    """
    bytes_max = to_ea_bytes_max(protocol_version)
    legacy = is_legacy(protocol_version)
    if isinstance(message, SymbolRegistrationResult):
        return registration_line(message, now_wall_ms=now_wall_ms, bytes_max=bytes_max)
    return ended(content(_line(message, legacy, now_wall_ms)), bytes_max)


def _line(
    message: Pong | Command | TradeIntentAck | ResultAck | DeliveryConfig | EaSession,
    legacy: bool,
    now_wall_ms: int,
) -> Fields:
    match message:
        case Pong():
            return _pong(message, legacy)
        case TradeIntentAck():
            return {"type": "trade_intent_ack", "payload": _intent_ack(message, legacy)}
        case DeliveryConfig():
            payload: Fields = {
                "timestamp_ms": now_wall_ms,
                "retry_backoff_ms": message.retry_backoff_ms,
                "max_retries": message.max_retries,
            }
            return {"type": "delivery_config", "payload": payload}
        case ResultAck():
            name = "result_ack"
            payload = {
                "command_id": message.command_id,
                "target_account_id": message.account_id,
                "ledger_n": message.ledger_n,
            }
        case EaSession():
            name = "session"
            payload = {
                "session_epoch": message.session_epoch,
                "heartbeat_interval_ms": message.heartbeat_interval_ms,
                "retry_backoff_ms": message.retry_backoff_ms,
                "max_retries": message.max_retries,
                "ledger_n": message.ledger_n,
            }
            if message.ledger_id:
                payload["ledger_id"] = message.ledger_id
        case _:
            name, payload = _command(message, legacy)
    return {"type": name, "timestamp_ms": now_wall_ms, "payload": payload}


def _pong(pong: Pong, legacy: bool) -> Fields:
    line: Fields = {
        "type": "pong",
        "id": text(pong.ping_id),
        "timestamp_ms": pong.timestamp_ms,
        "echo_ms": pong.echo_ms,
    }
    if not legacy:
        line["mono_ms"] = pong.mono_ms
    return line


def _intent_ack(ack: TradeIntentAck, legacy: bool) -> Fields:
    payload: Fields = {"trade_id": ack.trade_id}
    if ack.command_id:
        payload["command_id"] = ack.command_id
    payload["attempt"] = ack.attempt
    payload["result"] = ack.result.value
    if ack.observed_at_ms:
        payload["observed_at_ms"] = ack.observed_at_ms
    if ack.error_code is not ErrorCode.NO_ERROR:
        payload["error_code"] = code_to_pipe(ack.error_code)
    if ack.error_message:
        payload["error_message"] = text(ack.error_message)
    if not legacy:
        payload["seq"] = ack.seq
        payload["account_id"] = ack.account_id
        if ack.last_seq is not None:
            payload["last_seq"] = ack.last_seq
        if ack.stage is not AckStage.NONE:
            payload["stage"] = ack.stage.name
    return payload


def _command(command: Command, legacy: bool) -> tuple[str, Fields]:
    match command:
        case ExecuteOrder():
            return "execute_order", _execute(command, legacy)
        case CloseOrder():
            return "close_order", _close(command, legacy)
        case ModifyOrder():
            payload = _addressed(command) | _positioned(command)
            if command.stop_loss is not None:
                payload["stop_loss"] = plain(command.stop_loss)
            if command.take_profit is not None:
                payload["take_profit"] = plain(command.take_profit)
            return "modify_order", payload | _ordered(command)
        case ReduceOrder():
            payload = _addressed(command) | _positioned(command)
            payload["remaining_lot"] = plain(command.remaining_lot)
            payload["residual"] = command.residual.value
            if command.again:
                payload["again"] = True
            return "reduce_order", payload | _ordered(command)
        case CancelPendings():
            payload = {"command_id": command.command_id, "target_account_id": command.account_id}
            if command.magic_number is not None:
                payload["magic_number"] = command.magic_number
            if command.symbol is not None:
                payload["symbol"] = text(command.symbol)
            return "cancel_pendings", payload
        case Flatten():
            return "flatten", {
                "command_id": command.command_id,
                "target_account_id": command.account_id,
                "tickets": command.tickets,
                "reason": text(command.reason),
            }
    assert_never(command)


def _execute(order: ExecuteOrder, legacy: bool) -> Fields:
    payload = _addressed(order)
    payload["symbol"] = text(order.symbol)
    payload["order_side"] = order.side.value
    payload["lot_size"] = plain(order.lot)
    payload["magic_number"] = order.magic_number
    if order.stop_loss is not None:
        payload["stop_loss"] = plain(order.stop_loss)
    if order.take_profit is not None:
        payload["take_profit"] = plain(order.take_profit)
    if order.comment:
        payload["comment"] = text(order.comment)
    if legacy:
        payload["timestamps"] = all_stamps(order.timestamps)
        return payload
    durations = {
        "ttl_ms": order.ttl_ms,
        "age_ms": order.age_ms,
        "sent_mono_ms": order.sent_mono_ms,
        "max_slippage_points": _optional(order.max_slippage_points),
        "max_spread_points": _optional(order.max_spread_points),
        "protect": _protect(order.protect),
    }
    payload |= {name: value for name, value in durations.items() if value is not None}
    return payload | _ordered(order)


def _close(order: CloseOrder, legacy: bool) -> Fields:
    payload = _addressed(order) | _positioned(order)
    if legacy:
        payload["timestamps"] = all_stamps(order.timestamps)
        return payload
    return payload | _ordered(order)


def _addressed(command: TradeCommand) -> Fields:
    return {
        "command_id": command.command_id,
        "trade_id": command.trade_id,
        "target_client_id": f"slave_{command.account_id}",
        "target_account_id": command.account_id,
    }


def _positioned(command: CloseOrder | ModifyOrder | ReduceOrder) -> Fields:
    return {
        "ticket": command.ticket,
        "symbol": text(command.symbol),
        "magic_number": command.magic_number,
    }


def _ordered(command: TradeCommand) -> Fields:
    """What protocol 3 adds to every command of a lane."""
    payload: Fields = {"seq": command.seq, "session_epoch": command.session_epoch}
    if stamps := set_stamps(command.timestamps):
        payload["timestamps"] = stamps
    if command.traceparent:
        payload["traceparent"] = text(command.traceparent)
    return payload


def _protect(protect: Protect | None) -> Fields | None:
    if protect is None:
        return None
    levels = {"stop_loss": protect.stop_loss, "take_profit": protect.take_profit}
    return {name: plain(level) for name, level in levels.items() if level is not None}


def _optional(number: Decimal | None) -> Raw | None:
    return None if number is None else plain(number)

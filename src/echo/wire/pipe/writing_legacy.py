"""What an EA of protocol 1 or 2 writes, with the faults of those in the field.

Tick counts instead of times, ids in upper case, stamps that went through 32 bits, two decimals,
whole seconds, fields that are not there, codes under wrong names.
"""

from decimal import Decimal
from typing import Final

from echo.domain.accounts import AccountInfo, StateSnapshot
from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Handshake, Role
from echo.domain.ids import SEQ_CLOSE
from echo.domain.intents import TradeClose, TradeIntent
from echo.domain.quantities import Timestamps
from echo.domain.sessions import Ping
from echo.domain.specs import (
    Quote,
    SymbolMapping,
    SymbolSpecification,
    SymbolSpecReport,
    TradePermission,
)
from echo.wire.pipe.dialect import STAMPS, Fields, LegacyClock, fixed, plain, signed_32, text
from echo.wire.pipe.messages import FromEa
from echo.wire.refusals import WireError, WireReason

LEGACY_MAGIC: Final = 111_111
"""What a legacy master says instead of a magic number <= 0."""

_NOTHING: Final = Decimal("0.00")
_INT32_MIN: Final = -(2**31)

# The names that a legacy slave has for codes, and the numbers that it hides behind them.
_CODES: Final = {
    ErrorCode.INVALID_PRICE: ("ERR_INVALID_PRICE", 129),
    ErrorCode.INVALID_STOPS: ("ERR_INVALID_STOPS", 130),
    ErrorCode.INVALID_VOLUME: ("ERR_UNKNOWN", 131),
    ErrorCode.MARKET_CLOSED: ("ERR_MARKET_CLOSED", 132),
    ErrorCode.TRADE_DISABLED: ("ERR_TRADE_DISABLED", 133),
    ErrorCode.NO_MONEY: ("ERR_NOT_ENOUGH_MONEY", 134),
    ErrorCode.PRICE_CHANGED: ("ERR_PRICE_CHANGED", 135),
    ErrorCode.OFF_QUOTES: ("ERR_OFF_QUOTES", 136),
    ErrorCode.BROKER_BUSY: ("ERR_BROKER_BUSY", 137),
    ErrorCode.REQUOTE: ("ERR_REQUOTE", 138),
    ErrorCode.LONG_ONLY: ("ERR_UNKNOWN", 140),
    ErrorCode.TOO_MANY_REQUESTS: ("ERR_TIMEOUT", 141),
    ErrorCode.TIMEOUT: ("ERR_UNKNOWN", 128),
    ErrorCode.NOT_FOUND: ("ERR_UNKNOWN", 4108),
}
_STAMPS_OF_THE_MASTER: Final = STAMPS[:1]
_STAMPS_ON_THE_WAY: Final = STAMPS[1:5]


def legacy_line(message: FromEa, protocol_version: int, clock: LegacyClock) -> Fields:
    """Return the line of an EA of protocol 1 or 2.

    Raises:
        WireError: ``UNKNOWN_TYPE``, such an EA knows no word for it.
    """
    at_ms = clock.tick_ms
    match message:
        case Ping():
            return {
                "type": "ping",
                "id": text(message.ping_id.upper()),
                "timestamp_ms": at_ms,
                "role": text(message.role),
            }
        case Quote():
            name, payload = "quote_snapshot", _quote(message)
        case TradeIntent():
            name, payload = "trade_intent", _intent(message, clock)
        case TradeClose() if message.seq == SEQ_CLOSE:
            name, payload = "trade_close", _close(message)
        case ExecutionResult(kind=CommandKind.EXECUTE):
            name, payload = "execution_result", _execution_result(message, clock)
        case ExecutionResult(kind=CommandKind.CLOSE):
            name, payload = "close_result", _close_result(message)
        case Handshake() if protocol_version == 1:
            name, payload = "handshake", _first_handshake(message)
        case Handshake():
            name, at_ms, payload = "handshake", clock.seconds_ms, _handshake(message)
        case SymbolSpecReport():
            name, at_ms = "symbol_spec_report", clock.seconds_ms
            payload = {
                "account_id": message.account_id,
                "reported_at_ms": _seconds(message.reported_at_ms),
                "symbols": [_specification(each) for each in message.symbols],
            }
        case StateSnapshot():
            name, at_ms, payload = "state_snapshot", clock.seconds_ms, _snapshot(message)
        case _:
            raise WireError(
                WireReason.UNKNOWN_TYPE,
                f"an EA of protocol {protocol_version} cannot say {type(message).__name__}",
            )
    return {"type": name, "timestamp_ms": at_ms, "payload": payload}


def _seconds(wall_ms: int) -> int:
    return wall_ms // 1000 * 1000


def _intent(intent: TradeIntent, clock: LegacyClock) -> Fields:
    payload: Fields = {
        "trade_id": intent.trade_id.upper(),
        "client_id": intent.client_id,
        "account_id": intent.account_id,
        "symbol": text(intent.symbol.upper()),
        "order_side": intent.side.value,
        "lot_size": fixed(intent.lot, 2),
        "price": plain(intent.price),
    }
    if intent.stop_loss:
        payload["stop_loss"] = plain(intent.stop_loss)
    if intent.take_profit:
        payload["take_profit"] = plain(intent.take_profit)
    payload["magic_number"] = intent.magic_number if intent.magic_number > 0 else LEGACY_MAGIC
    if intent.strategy_id:
        payload["strategy_id"] = text(intent.strategy_id)
    payload["ticket"] = intent.ticket
    detected_ms = intent.timestamps.t0_master_ea_ms
    payload["timestamps"] = {
        "t0_master_ea_ms": clock.tick_ms if detected_ms is None else clock.tick_at(detected_ms)
    }
    return payload


def _close(close: TradeClose) -> Fields:
    return {
        "trade_id": close.trade_id.upper(),
        "client_id": close.client_id,
        "account_id": close.account_id,
        "ticket": close.ticket,
        "symbol": text(close.symbol),
        "magic_number": close.magic_number,
        "close_price": plain(close.close_price or _NOTHING),
    }


def _execution_result(result: ExecutionResult, clock: LegacyClock) -> Fields:
    return {
        "command_id": result.command_id,
        "trade_id": result.trade_id,
        "client_id": f"slave_{result.account_id}",
        **_outcome(result),
        "executed_price": plain(result.executed_price or _NOTHING),
        "timestamps": _stamps(result.timestamps, clock),
    }


def _close_result(result: ExecutionResult) -> Fields:
    return {
        "command_id": result.command_id,
        "trade_id": result.trade_id,
        "close_id": "",
        "client_id": f"slave_{result.account_id}",
        **_outcome(result),
        "close_price": plain(result.executed_price or _NOTHING),
    }


def _outcome(result: ExecutionResult) -> Fields:
    if result.success:
        code, message = "ERR_NO_ERROR", ""
    else:
        code, number = _CODES.get(result.error_code, ("ERR_UNKNOWN", None))
        # Where the broker refused, the EA says nothing but the broker's number.
        message = f"code={number}" if number and not result.error_message else result.error_message
    refused_by_broker = not result.success and message.startswith("code=")
    return {
        "success": result.success,
        "ticket": result.ticket or (-1 if refused_by_broker else 0),
        "error_code": code,
        "error_message": text(message),
    }


def _stamps(timestamps: Timestamps, clock: LegacyClock) -> Fields:
    """Return the eight stamps as they come out of 32-bit integers."""
    stamps: Fields = {}
    for name in STAMPS:
        stamp: int | None = getattr(timestamps, name)
        if name in _STAMPS_ON_THE_WAY:
            # A double beyond 32 bits becomes the smallest integer.
            stamps[name] = _INT32_MIN if stamp else 0
        elif name in _STAMPS_OF_THE_MASTER:
            # Another terminal's tick count, returned as it came.
            stamps[name] = signed_32(stamp or 0)
        else:
            stamps[name] = 0 if stamp is None else signed_32(clock.tick_at(stamp))
    return stamps


def _first_handshake(handshake: Handshake) -> Fields:
    """Protocol 1: no version of the protocol; slaves list their symbols or name the chart's."""
    about, symbols = handshake.metadata, handshake.symbols
    payload: Fields = {
        "client_id": handshake.client_id,
        "account_id": handshake.account_id,
        "broker": text(about.broker),
        "role": handshake.role.value,
    }
    if handshake.role is Role.SLAVE and symbols is not None:
        payload["version"] = text(about.client_semver or "0.3.0")
        payload["symbols"] = [_mapping(each, with_tick_value=False) for each in symbols]
    else:
        payload["symbol"] = text(symbols[0].broker_symbol) if symbols else ""
        payload["version"] = text(about.client_semver or "0.1.0")
    return payload


def _handshake(handshake: Handshake) -> Fields:
    about = handshake.metadata
    payload: Fields = {
        "client_id": handshake.client_id,
        "account_id": handshake.account_id,
        "broker": text(about.broker),
        "role": handshake.role.value,
        "protocol_version": about.protocol_version,
        "client_semver": text(about.client_semver),
        "terminal_build": about.terminal_build,
        "capabilities": {
            "features": about.features or (*about.required_features, *about.optional_features),
            "metrics": about.metrics,
        },
        "required_features": about.required_features,
        "optional_features": about.optional_features,
    }
    # A slave without market data leaves the key out; a master never does.
    if handshake.symbols or handshake.role is Role.MASTER:
        with_tick_value = handshake.role is Role.SLAVE
        payload["symbols"] = [
            _mapping(each, with_tick_value=with_tick_value) for each in handshake.symbols or ()
        ]
    return payload


def _mapping(mapping: SymbolMapping, *, with_tick_value: bool) -> Fields:
    entry: Fields = {
        "canonical_symbol": text(mapping.canonical_symbol),
        "broker_symbol": text(mapping.broker_symbol),
        "digits": mapping.digits,
        "point": fixed(mapping.point, 8),
        "tick_size": fixed(mapping.tick_size, 8),
    }
    if with_tick_value:
        entry["tick_value"] = fixed(mapping.tick_value or _NOTHING, 8)
    return entry | {
        "min_lot": fixed(mapping.min_lot, 2),
        "max_lot": fixed(mapping.max_lot, 2),
        "lot_step": fixed(mapping.lot_step, 2),
        "stop_level": mapping.stop_level_points,
        "contract_size": fixed(mapping.contract_size or _NOTHING, 2),
    }


def _specification(spec: SymbolSpecification) -> Fields:
    """Legacy EAs report some modes without looking: they always say the same."""
    full = spec.trade_permission is TradePermission.FULL
    return {
        "canonical_symbol": text(spec.canonical_symbol),
        "broker_symbol": text(spec.broker_symbol),
        "general": {
            "spread_type": spec.spread_type.value,
            "fixed_spread_points": fixed(spec.fixed_spread_points, 2),
            "digits": spec.digits,
            "stops_level": spec.stops_level_points,
            "contract_size": fixed(spec.contract_size, 2),
            "margin_currency": text(spec.margin_currency),
            "tick_value": fixed(spec.tick_value, 6),
            "profit_calculation_mode": "cfd",
            "margin_calculation_mode": "cfd_leverage",
            "margin_hedge": fixed(spec.margin_hedge, 2),
            "margin_percentage": fixed(spec.margin_percentage, 2),
            "trade_permission": "full_access" if full else "disabled",
            "execution_mode": "market",
            "gtc_mode": "gtc",
        },
        "volume": {
            "min_volume": fixed(spec.min_lot, 2),
            "max_volume": fixed(spec.max_lot, 2),
            "volume_step": fixed(spec.lot_step, 2),
        },
        "swap": {
            "swap_type": text(spec.swap_type),
            "swap_long": fixed(spec.swap_long, 2),
            "swap_short": fixed(spec.swap_short, 2),
            "triple_swap_day": "thursday",
        },
        "sessions": [],
    }


def _quote(quote: Quote) -> Fields:
    return {
        "account_id": quote.account_id,
        "canonical_symbol": text(quote.canonical_symbol),
        "broker_symbol": text(quote.broker_symbol),
        "bid": plain(quote.bid),
        "ask": plain(quote.ask),
        "spread_points": fixed(quote.spread_points, 2),
    }


def _snapshot(snapshot: StateSnapshot) -> Fields:
    """Legacy EAs list no positions, whatever the account holds."""
    return {"accounts": [_account(snapshot.info)] if snapshot.info else [], "positions": []}


def _account(info: AccountInfo) -> Fields:
    return {
        "account_id": info.account_id,
        "timestamp_ms": _seconds(info.timestamp_ms),
        "currency": text(info.currency),
        "balance": fixed(info.balance, 2),
        "equity": fixed(info.equity, 2),
        "margin": fixed(info.margin, 2),
        "margin_free": fixed(info.margin_free, 2),
        "margin_level": fixed(info.margin_level, 2),
    }

"""What an EA of protocol 3 writes about itself, its account and its symbols.

A message that is too long for one line is written in parts: same fields, divided lists.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Raw

from echo.domain.accounts import AccountInfo, Deal, OpenTrade, OpenTrades, Position, StateSnapshot
from echo.domain.handshake import Handshake
from echo.domain.specs import (
    Quote,
    SessionRange,
    SymbolMapping,
    SymbolSpecification,
    SymbolSpecReport,
)
from echo.wire.framing import LINE_BYTES_MAX
from echo.wire.pipe.dialect import Fields, content, ended, plain, text
from echo.wire.pipe.ea_reports import PARTS_MAX
from echo.wire.pipe.messages import Parted
from echo.wire.pipe.words import WEEKDAYS
from echo.wire.refusals import WireError, WireReason

Lists = dict[str, list[Fields]]
"""The lists of a payload by name."""

_PART_FIELDS_BYTES: Final = len(b',"part":256,"parts":256')


def report_lines(message: Parted | Quote, now_wall_ms: int) -> bytes:
    r"""Return the lines of *message*, each with its ``\n``."""
    match message:
        case Quote():
            return _quote_line(message)
        case Handshake():
            name, at_ms = "handshake", message.timestamp_ms
            payload, lists = _handshake(message)
        case SymbolSpecReport():
            name, at_ms = "symbol_spec_report", 0
            payload = {"account_id": message.account_id, "reported_at_ms": message.reported_at_ms}
            lists = {"symbols": [_specification(each) for each in message.symbols]}
        case StateSnapshot():
            name, at_ms = "state_snapshot", message.timestamp_ms
            payload, lists = _snapshot(message)
        case OpenTrades():
            name, at_ms = "open_trades", 0
            payload = {
                "account_id": message.account_id,
                "epoch": text(message.epoch),
                "hash": text(message.hash),
            }
            lists = {"trades": [_open_trade(each) for each in message.trades]}
    line: Fields = {
        "type": name,
        "timestamp_ms": at_ms or now_wall_ms,
        "payload": payload | lists,
    }
    whole = content(line)
    if len(whole) + _PART_FIELDS_BYTES <= LINE_BYTES_MAX:
        return ended(whole, LINE_BYTES_MAX)
    line["payload"] = payload
    return b"".join(_divided(line, payload, lists))


def quote_lines(quotes: Sequence[Quote]) -> bytes:
    r"""Return quotes of one account as lines, as few as can be, each with its ``\n``.

    Raises:
        ValueError: there are none, or of several accounts: the caller's bug.
    """
    if len(quotes) == 1:
        return _quote_line(quotes[0])
    accounts = {quote.account_id for quote in quotes}
    if len(accounts) != 1:
        raise ValueError(f"quotes of one account, not of {len(accounts)}")
    newest_ms = max(quote.timestamp_ms for quote in quotes)
    payload: Fields = {"account_id": quotes[0].account_id, "timestamp_ms": newest_ms}
    line: Fields = {"type": "quote_snapshot", "timestamp_ms": newest_ms, "payload": payload}
    entries = []
    for quote in quotes:
        entry = _quote(quote)
        if quote.timestamp_ms != newest_ms:
            entry["timestamp_ms"] = quote.timestamp_ms
        entries.append(content(entry))
    room = LINE_BYTES_MAX - len(content(line)) - len(b',"quotes":[]')
    lines = []
    for chosen in _packed([("quotes", entry) for entry in entries], room):
        payload["quotes"] = [Raw(entry) for _, entry in chosen]
        lines.append(ended(content(line), LINE_BYTES_MAX))
    return b"".join(lines)


def _quote_line(quote: Quote) -> bytes:
    at_ms = quote.timestamp_ms
    payload: Fields = {"account_id": quote.account_id, "timestamp_ms": at_ms} | _quote(quote)
    line: Fields = {"type": "quote_snapshot", "timestamp_ms": at_ms, "payload": payload}
    return ended(content(line), LINE_BYTES_MAX)


def _divided(line: Fields, payload: Fields, lists: Lists) -> Iterator[bytes]:
    """Yield the parts of a message that is too long for one line."""
    payload |= {name: [] for name in lists}
    room = LINE_BYTES_MAX - len(content(line)) - _PART_FIELDS_BYTES
    entries = [(name, content(entry)) for name, elements in lists.items() for entry in elements]
    packs = list(_packed(entries, room)) or [[]]
    if len(packs) > PARTS_MAX:
        raise WireError(
            WireReason.TOO_LONG, f"{len(entries)} entries need {len(packs)} lines > {PARTS_MAX}"
        )
    for part, pack in enumerate(packs, start=1):
        if len(packs) > 1:
            payload |= {"part": part, "parts": len(packs)}
        payload |= {name: [Raw(entry) for of, entry in pack if of == name] for name in lists}
        yield ended(content(line), LINE_BYTES_MAX)


def _packed(entries: list[tuple[str, bytes]], room: int) -> Iterator[list[tuple[str, bytes]]]:
    """Divide *entries*, in order, into packs of at most *room* bytes with their commas."""
    pack: list[tuple[str, bytes]] = []
    left = room
    for name, entry in entries:
        if len(entry) + 1 > left and pack:
            yield pack
            pack, left = [], room
        pack.append((name, entry))
        left -= len(entry) + 1
    if pack:
        yield pack


def _handshake(handshake: Handshake) -> tuple[Fields, Lists]:
    about = handshake.metadata
    payload: Fields = {
        "client_id": handshake.client_id,
        "account_id": handshake.account_id,
        "broker": text(about.broker),
        "role": handshake.role.value,
        "protocol_version": about.protocol_version,
        "client_semver": text(about.client_semver),
        "terminal_build": about.terminal_build,
        "capabilities": {"features": about.features, "metrics": about.metrics},
        "required_features": about.required_features,
        "optional_features": about.optional_features,
    }
    texts = {
        "account_mode": about.account_mode.value if about.account_mode else "",
        "currency": about.currency,
        "server": about.server,
        "terminal": about.terminal,
        "ea_config_hash": about.ea_config_hash,
        "instance": about.instance,
        "symbol_mappings": about.symbol_mappings,
        "ledger_id": about.ledger_id,
    }
    payload |= {name: text(value) for name, value in texts.items() if value}
    payload |= {"leverage": about.leverage, "ledger_n": about.ledger_n}
    if about.resume:
        payload["resume"] = about.resume
    if handshake.symbols is None:
        return payload, {}
    return payload, {"symbols": [_mapping(each) for each in handshake.symbols]}


def _mapping(mapping: SymbolMapping) -> Fields:
    entry: Fields = {
        "canonical_symbol": text(mapping.canonical_symbol),
        "broker_symbol": text(mapping.broker_symbol),
        "digits": mapping.digits,
        "point": plain(mapping.point),
        "tick_size": plain(mapping.tick_size),
        "min_lot": plain(mapping.min_lot),
        "max_lot": plain(mapping.max_lot),
        "lot_step": plain(mapping.lot_step),
        "stop_level": mapping.stop_level_points,
    }
    if mapping.tick_value is not None:
        entry["tick_value"] = plain(mapping.tick_value)
    if mapping.contract_size is not None:
        entry["contract_size"] = plain(mapping.contract_size)
    if mapping.trade_permission is not None:
        entry["trade_permission"] = mapping.trade_permission.value
    return entry


def _specification(spec: SymbolSpecification) -> Fields:
    return {
        "canonical_symbol": text(spec.canonical_symbol),
        "broker_symbol": text(spec.broker_symbol),
        "general": {
            "spread_type": spec.spread_type.value,
            "fixed_spread_points": plain(spec.fixed_spread_points),
            "digits": spec.digits,
            "stops_level": spec.stops_level_points,
            "contract_size": plain(spec.contract_size),
            "margin_currency": text(spec.margin_currency),
            "tick_value": plain(spec.tick_value),
            "profit_calculation_mode": text(spec.profit_calculation_mode),
            "margin_calculation_mode": text(spec.margin_calculation_mode),
            "margin_hedge": plain(spec.margin_hedge),
            "margin_percentage": plain(spec.margin_percentage),
            "trade_permission": spec.trade_permission.value,
            "execution_mode": text(spec.execution_mode),
            "gtc_mode": text(spec.gtc_mode),
        },
        "volume": {
            "min_volume": plain(spec.min_lot),
            "max_volume": plain(spec.max_lot),
            "volume_step": plain(spec.lot_step),
        },
        "swap": {
            "swap_type": text(spec.swap_type),
            "swap_long": plain(spec.swap_long),
            "swap_short": plain(spec.swap_short),
            "triple_swap_day": text(spec.triple_swap_day),
        },
        "sessions": [
            {
                "day": WEEKDAYS[window.day - 1],
                "quote_sessions": _ranges(window.quote_sessions),
                "trade_sessions": _ranges(window.trade_sessions),
            }
            for window in spec.sessions
        ],
    }


def _ranges(ranges: tuple[SessionRange, ...]) -> list[Fields]:
    return [{"start_minute": each.start_minute, "end_minute": each.end_minute} for each in ranges]


def _quote(quote: Quote) -> Fields:
    return {
        "canonical_symbol": text(quote.canonical_symbol),
        "broker_symbol": text(quote.broker_symbol),
        "bid": plain(quote.bid),
        "ask": plain(quote.ask),
        "spread_points": plain(quote.spread_points),
    }


def _snapshot(snapshot: StateSnapshot) -> tuple[Fields, Lists]:
    payload: Fields = {
        "account_id": snapshot.account_id,
        "accounts": [_account(snapshot.info)] if snapshot.info else [],
        "epoch": text(snapshot.epoch),
        "sequence": snapshot.sequence,
        "complete": snapshot.complete,
        "connected": snapshot.connected,
    }
    return payload, {
        "positions": [_position(each) for each in snapshot.positions],
        "history": [_deal(each) for each in snapshot.history],
        "pendings": [_position(each) for each in snapshot.pendings],
        "symbols": [
            {
                "canonical_symbol": text(each.canonical_symbol),
                "tick_value": plain(each.tick_value),
            }
            for each in snapshot.tick_values
        ],
    }


def _account(info: AccountInfo) -> Fields:
    return {
        "account_id": info.account_id,
        "timestamp_ms": info.timestamp_ms,
        "currency": text(info.currency),
        "balance": plain(info.balance),
        "equity": plain(info.equity),
        "margin": plain(info.margin),
        "margin_free": plain(info.margin_free),
        "margin_level": plain(info.margin_level),
    }


def _position(position: Position) -> Fields:
    entry: Fields = {
        "ticket": position.ticket,
        "symbol": text(position.symbol),
        "side": position.side.value,
        "volume": plain(position.lot),
        "open_price": plain(position.open_price),
    }
    if position.stop_loss is not None:
        entry["stop_loss"] = plain(position.stop_loss)
    if position.take_profit is not None:
        entry["take_profit"] = plain(position.take_profit)
    return entry | {
        "profit": plain(position.profit),
        "magic_number": position.magic_number,
        "comment": text(position.comment),
        "open_time_ms": position.open_time_ms,
    }


def _deal(deal: Deal) -> Fields:
    return {
        "ticket": deal.ticket,
        "symbol": text(deal.symbol),
        "side": deal.side.value,
        "volume": plain(deal.lot),
        "open_price": plain(deal.open_price),
        "close_price": plain(deal.close_price),
        "open_time_ms": deal.open_time_ms,
        "close_time_ms": deal.close_time_ms,
        "profit": plain(deal.profit),
        "swap": plain(deal.swap),
        "commission": plain(deal.commission),
        "magic_number": deal.magic_number,
        "comment": text(deal.comment),
        "reason": text(deal.reason),
        "position_id": deal.position_id,
    }


def _open_trade(trade: OpenTrade) -> Fields:
    entry: Fields = {"trade_id": trade.trade_id} if trade.trade_id else {}
    if trade.tag:
        entry["tag"] = text(trade.tag)
    return entry | {"ticket": trade.ticket, "volume": plain(trade.lot)}

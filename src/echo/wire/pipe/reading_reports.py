"""Handshakes, specifications, quotes and snapshots of an EA, as domain values."""

from typing import TypeVar

from echo.domain.accounts import (
    AccountInfo,
    Deal,
    OpenTrade,
    OpenTrades,
    Position,
    StateSnapshot,
    TickValue,
)
from echo.domain.handshake import Handshake, HandshakeMetadata, Role
from echo.domain.ids import AccountId, Ticket, TradeId
from echo.domain.specs import (
    Quote,
    SessionRange,
    SessionWindow,
    SymbolMapping,
    SymbolSpecification,
    SymbolSpecReport,
)
from echo.wire.identifiers import account_id, client_id, command_id, trade_id
from echo.wire.pipe import ea_reports, words
from echo.wire.pipe.fields import nonzero_number, number, word
from echo.wire.pipe.messages import Part, Parted
from echo.wire.refusals import WireError, WireReason

_M = TypeVar("_M", bound=Parted)


def handshake(line: ea_reports.Handshake) -> Handshake | Part:
    """Read an introduction of protocol 1, 2 or 3."""
    body = line.payload
    role = word(words.ROLES, body.role, "role")
    symbols = body.symbols
    message = Handshake(
        account_id=account_id(body.account_id),
        client_id=client_id(body.client_id),
        role=role,
        metadata=_metadata(body, role),
        symbols=None if symbols is None else tuple(_mapping(entry) for entry in symbols),
        timestamp_ms=line.timestamp_ms,
    )
    return _whole_or_part(message, body)


def _metadata(body: ea_reports.HandshakeBody, role: Role) -> HandshakeMetadata:
    mode = body.account_mode
    return HandshakeMetadata(
        protocol_version=body.protocol_version,
        client_semver=body.client_semver or body.version,
        required_features=body.required_features,
        optional_features=body.optional_features,
        features=body.capabilities.features,
        metrics=body.capabilities.metrics,
        terminal_build=body.terminal_build,
        broker=body.broker,
        pipe_role=role,
        account_mode=word(words.ACCOUNT_MODES, mode, "account_mode") if mode else None,
        currency=body.currency,
        leverage=body.leverage,
        server=body.server,
        terminal=body.terminal,
        ea_config_hash=body.ea_config_hash,
        instance=body.instance,
        ledger_n=body.ledger_n,
        symbol_mappings=body.symbol_mappings,
        ledger_id=body.ledger_id,
        resume=tuple(command_id(each) for each in body.resume),
    )


def _mapping(entry: ea_reports.SymbolEntry) -> SymbolMapping:
    permission = entry.trade_permission
    return SymbolMapping(
        canonical_symbol=entry.canonical_symbol,
        broker_symbol=entry.broker_symbol,
        digits=entry.digits,
        point=number(entry.point, "point"),
        tick_size=number(entry.tick_size, "tick_size"),
        min_lot=number(entry.min_lot, "min_lot"),
        max_lot=number(entry.max_lot, "max_lot"),
        lot_step=number(entry.lot_step, "lot_step"),
        stop_level_points=entry.stop_level,
        contract_size=nonzero_number(entry.contract_size, "contract_size"),
        tick_value=nonzero_number(entry.tick_value, "tick_value"),
        trade_permission=(
            word(words.TRADE_PERMISSIONS, permission, "trade_permission") if permission else None
        ),
    )


def spec_report(body: ea_reports.SpecReportBody) -> SymbolSpecReport | Part:
    """Read what a broker accepts for each symbol."""
    message = SymbolSpecReport(
        account_id=account_id(body.account_id),
        symbols=tuple(_specification(entry) for entry in body.symbols),
        reported_at_ms=body.reported_at_ms,
    )
    return _whole_or_part(message, body)


def _specification(entry: ea_reports.SpecEntry) -> SymbolSpecification:
    general, volume, swap = entry.general, entry.volume, entry.swap
    return SymbolSpecification(
        canonical_symbol=entry.canonical_symbol,
        broker_symbol=entry.broker_symbol,
        digits=general.digits,
        stops_level_points=general.stops_level,
        contract_size=number(general.contract_size, "contract_size"),
        tick_value=number(general.tick_value, "tick_value"),
        min_lot=number(volume.min_volume, "min_volume"),
        max_lot=number(volume.max_volume, "max_volume"),
        lot_step=number(volume.volume_step, "volume_step"),
        margin_currency=general.margin_currency,
        spread_type=word(words.SPREAD_TYPES, general.spread_type, "spread_type"),
        fixed_spread_points=number(general.fixed_spread_points, "fixed_spread_points"),
        profit_calculation_mode=word(
            words.PROFIT_MODES, general.profit_calculation_mode, "profit_calculation_mode"
        ),
        margin_calculation_mode=word(
            words.MARGIN_MODES, general.margin_calculation_mode, "margin_calculation_mode"
        ),
        margin_hedge=number(general.margin_hedge, "margin_hedge"),
        margin_percentage=number(general.margin_percentage, "margin_percentage"),
        trade_permission=word(
            words.TRADE_PERMISSIONS, general.trade_permission, "trade_permission"
        ),
        execution_mode=word(words.EXECUTION_MODES, general.execution_mode, "execution_mode"),
        gtc_mode=word(words.GTC_MODES, general.gtc_mode, "gtc_mode"),
        swap_type=words.swap_type(swap.swap_type),
        swap_long=number(swap.swap_long, "swap_long"),
        swap_short=number(swap.swap_short, "swap_short"),
        triple_swap_day=words.weekday(swap.triple_swap_day),
        sessions=tuple(_window(each) for each in entry.sessions),
    )


def _window(sessions: ea_reports.SpecSessions) -> SessionWindow:
    return SessionWindow(
        day=words.day_number(sessions.day),
        quote_sessions=_ranges(sessions.quote_sessions),
        trade_sessions=_ranges(sessions.trade_sessions),
    )


def _ranges(ranges: tuple[ea_reports.SpecRange, ...]) -> tuple[SessionRange, ...]:
    return tuple(
        SessionRange(start_minute=each.start_minute, end_minute=each.end_minute) for each in ranges
    )


def quotes(body: ea_reports.QuoteBody, now_wall_ms: int) -> tuple[Quote, ...]:
    """Read one quote, or all that a line holds."""
    account = account_id(body.account_id)
    line_ms = now_wall_ms if body.timestamp_ms is None else body.timestamp_ms
    if body.quotes is not None:
        return tuple(_quote(account, entry, line_ms) for entry in body.quotes)
    canonical, broker, bid, ask = body.canonical_symbol, body.broker_symbol, body.bid, body.ask
    if canonical is None or broker is None or bid is None or ask is None:
        raise WireError(
            WireReason.MISSING_FIELD,
            "a quote_snapshot needs canonical_symbol, broker_symbol, bid and ask, or quotes",
        )
    return (
        Quote(
            account_id=account,
            canonical_symbol=canonical,
            broker_symbol=broker,
            bid=number(bid, "bid"),
            ask=number(ask, "ask"),
            spread_points=number(body.spread_points, "spread_points"),
            timestamp_ms=line_ms,
        ),
    )


def _quote(account: AccountId, entry: ea_reports.QuoteEntry, line_ms: int) -> Quote:
    return Quote(
        account_id=account,
        canonical_symbol=entry.canonical_symbol,
        broker_symbol=entry.broker_symbol,
        bid=number(entry.bid, "bid"),
        ask=number(entry.ask, "ask"),
        spread_points=number(entry.spread_points, "spread_points"),
        timestamp_ms=line_ms if entry.timestamp_ms is None else entry.timestamp_ms,
    )


def state_snapshot(line: ea_reports.StateSnapshot) -> StateSnapshot | Part:
    """Read an account at one moment; without a name it is the account of the pipe."""
    body = line.payload
    info = _account(body.accounts[0]) if body.accounts else None
    if body.account_id:
        account = account_id(body.account_id)
    else:
        account = info.account_id if info else AccountId("")
    message = StateSnapshot(
        account_id=account,
        info=info,
        positions=tuple(_position(entry) for entry in body.positions),
        timestamp_ms=line.timestamp_ms,
        epoch=body.epoch,
        sequence=body.sequence,
        complete=body.complete,
        connected=body.connected,
        history=tuple(_deal(entry) for entry in body.history),
        pendings=tuple(_position(entry) for entry in body.pendings),
        tick_values=tuple(
            TickValue(
                canonical_symbol=entry.canonical_symbol,
                tick_value=number(entry.tick_value, "tick_value"),
            )
            for entry in body.symbols
        ),
    )
    return _whole_or_part(message, body)


def _account(entry: ea_reports.AccountEntry) -> AccountInfo:
    return AccountInfo(
        account_id=account_id(entry.account_id),
        balance=number(entry.balance, "balance"),
        equity=number(entry.equity, "equity"),
        margin=number(entry.margin, "margin"),
        margin_free=number(entry.margin_free, "margin_free"),
        margin_level=number(entry.margin_level, "margin_level"),
        currency=entry.currency,
        timestamp_ms=entry.timestamp_ms,
    )


def _position(entry: ea_reports.PositionEntry) -> Position:
    return Position(
        ticket=Ticket(entry.ticket),
        symbol=entry.symbol,
        side=word(words.SIDES, entry.side, "side"),
        lot=number(entry.volume, "volume"),
        open_price=number(entry.open_price, "open_price"),
        stop_loss=nonzero_number(entry.stop_loss, "stop_loss"),
        take_profit=nonzero_number(entry.take_profit, "take_profit"),
        profit=number(entry.profit, "profit"),
        magic_number=entry.magic_number,
        comment=entry.comment,
        open_time_ms=entry.open_time_ms,
    )


def _deal(entry: ea_reports.DealEntry) -> Deal:
    return Deal(
        ticket=Ticket(entry.ticket),
        symbol=entry.symbol,
        side=word(words.SIDES, entry.side, "side"),
        lot=number(entry.volume, "volume"),
        open_price=number(entry.open_price, "open_price"),
        close_price=number(entry.close_price, "close_price"),
        open_time_ms=entry.open_time_ms,
        close_time_ms=entry.close_time_ms,
        profit=number(entry.profit, "profit"),
        swap=number(entry.swap, "swap"),
        commission=number(entry.commission, "commission"),
        magic_number=entry.magic_number,
        comment=entry.comment,
        reason=entry.reason,
        position_id=entry.position_id,
    )


def open_trades(body: ea_reports.OpenTradesBody) -> OpenTrades | Part:
    """Read which copies an account holds."""
    message = OpenTrades(
        account_id=account_id(body.account_id) if body.account_id else AccountId(""),
        epoch=body.epoch,
        trades=tuple(
            OpenTrade(
                ticket=Ticket(entry.ticket),
                lot=number(entry.volume, "volume"),
                trade_id=trade_id(entry.trade_id) if entry.trade_id else TradeId(""),
                tag=entry.tag,
            )
            for entry in body.trades
        ),
        hash=body.hash,
    )
    return _whole_or_part(message, body)


def _whole_or_part(message: _M, body: ea_reports.Parted) -> _M | Part:
    if body.part > body.parts:
        raise WireError(WireReason.BAD_PART, f"part {body.part} of {body.parts}")
    if body.parts == 1:
        return message
    return Part(message=message, part=body.part, parts=body.parts)

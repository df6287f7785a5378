"""Specifications, quotes and snapshots, in the stream and in the domain."""

from echo.domain.accounts import (
    AccountInfo,
    Deal,
    OpenTrade,
    OpenTrades,
    Position,
    StateSnapshot,
    TickValue,
)
from echo.domain.ids import Ticket, TradeId
from echo.domain.specs import Quote
from echo.wire.core import enums
from echo.wire.core.numbers import double, number
from echo.wire.identifiers import account_id, trade_id
from echo.wire.pb import agent_pb2
from echo.wire.pb import common_pb2 as pb
from echo.wire.refusals import WireError, WireReason


def write_quote(out: pb.SymbolQuoteSnapshot, quote: Quote) -> None:
    """Fill *out* with *quote*."""
    out.account_id = quote.account_id
    out.canonical_symbol = quote.canonical_symbol
    out.broker_symbol = quote.broker_symbol
    out.bid = double(quote.bid)
    out.ask = double(quote.ask)
    out.spread_points = double(quote.spread_points)
    out.timestamp_ms = quote.timestamp_ms


def read_quote(message: pb.SymbolQuoteSnapshot) -> Quote:
    """Return what *message* says."""
    return Quote(
        account_id=account_id(message.account_id),
        canonical_symbol=message.canonical_symbol,
        broker_symbol=message.broker_symbol,
        bid=number(message.bid),
        ask=number(message.ask),
        spread_points=number(message.spread_points),
        timestamp_ms=message.timestamp_ms,
    )


def write_snapshot(out: pb.StateSnapshot, snapshot: StateSnapshot) -> None:
    """Fill *out* with *snapshot*; without money, its entry holds nothing but the account's id."""
    account = out.accounts.add()
    account.account_id = snapshot.account_id
    if snapshot.info is not None:
        _write_account(account, snapshot.info)
    for position in snapshot.positions:
        _write_position(out.positions.add(), position)
    out.timestamp_ms = snapshot.timestamp_ms
    out.epoch = snapshot.epoch
    out.sequence = snapshot.sequence
    out.complete = snapshot.complete
    out.connected = snapshot.connected
    for deal in snapshot.history:
        _write_deal(out.history.add(), deal)
    for pending in snapshot.pendings:
        _write_position(out.pendings.add(), pending)
    for value in snapshot.tick_values:
        entry = out.tick_values.add()
        entry.canonical_symbol = value.canonical_symbol
        entry.tick_value = double(value.tick_value)


def read_snapshot(message: pb.StateSnapshot) -> StateSnapshot:
    """Return what *message* says about its one account.

    Raises:
        WireError: it holds no account, or several: then nobody can tell whose positions these are.
    """
    if len(message.accounts) != 1:
        raise WireError(
            WireReason.OUT_OF_RANGE, f"a snapshot is of one account, not of {len(message.accounts)}"
        )
    account = message.accounts[0]
    return StateSnapshot(
        account_id=account_id(account.account_id),
        info=_read_account(account),
        positions=tuple(_read_position(each) for each in message.positions),
        timestamp_ms=message.timestamp_ms,
        epoch=message.epoch,
        sequence=message.sequence,
        complete=message.complete,
        connected=message.connected,
        history=tuple(_read_deal(each) for each in message.history),
        pendings=tuple(_read_position(each) for each in message.pendings),
        tick_values=tuple(
            TickValue(canonical_symbol=each.canonical_symbol, tick_value=number(each.tick_value))
            for each in message.tick_values
        ),
    )


def _write_account(out: pb.AccountInfo, info: AccountInfo) -> None:
    out.balance = double(info.balance)
    out.equity = double(info.equity)
    out.margin = double(info.margin)
    out.margin_free = double(info.margin_free)
    out.margin_level = double(info.margin_level)
    out.currency = info.currency
    out.timestamp_ms = info.timestamp_ms


def _read_account(message: pb.AccountInfo) -> AccountInfo | None:
    if message == pb.AccountInfo(account_id=message.account_id):
        return None
    return AccountInfo(
        account_id=account_id(message.account_id),
        balance=number(message.balance),
        equity=number(message.equity),
        margin=number(message.margin),
        margin_free=number(message.margin_free),
        margin_level=number(message.margin_level),
        currency=message.currency,
        timestamp_ms=message.timestamp_ms,
    )


def _write_position(out: pb.PositionInfo, position: Position) -> None:
    out.ticket = position.ticket
    out.symbol = position.symbol
    out.side = enums.SIDES[position.side]
    out.volume = double(position.lot)
    out.open_price = double(position.open_price)
    if position.stop_loss is not None:
        out.stop_loss = double(position.stop_loss)
    if position.take_profit is not None:
        out.take_profit = double(position.take_profit)
    out.profit = double(position.profit)
    out.magic_number = position.magic_number
    if position.comment:
        out.comment = position.comment
    out.open_time_ms = position.open_time_ms


def _read_position(message: pb.PositionInfo) -> Position:
    has = message.HasField
    return Position(
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        side=enums.side(message.side),
        lot=number(message.volume),
        open_price=number(message.open_price),
        stop_loss=number(message.stop_loss) if has("stop_loss") else None,
        take_profit=number(message.take_profit) if has("take_profit") else None,
        profit=number(message.profit),
        magic_number=message.magic_number,
        comment=message.comment,
        open_time_ms=message.open_time_ms,
    )


def _write_deal(out: pb.Deal, deal: Deal) -> None:
    out.ticket = deal.ticket
    out.symbol = deal.symbol
    out.side = enums.SIDES[deal.side]
    out.volume = double(deal.lot)
    out.open_price = double(deal.open_price)
    out.close_price = double(deal.close_price)
    out.open_time_ms = deal.open_time_ms
    out.close_time_ms = deal.close_time_ms
    out.profit = double(deal.profit)
    out.swap = double(deal.swap)
    out.commission = double(deal.commission)
    out.magic_number = deal.magic_number
    out.comment = deal.comment
    out.reason = deal.reason
    out.position_id = deal.position_id


def _read_deal(message: pb.Deal) -> Deal:
    return Deal(
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        side=enums.side(message.side),
        lot=number(message.volume),
        open_price=number(message.open_price),
        close_price=number(message.close_price),
        open_time_ms=message.open_time_ms,
        close_time_ms=message.close_time_ms,
        profit=number(message.profit),
        swap=number(message.swap),
        commission=number(message.commission),
        magic_number=message.magic_number,
        comment=message.comment,
        reason=message.reason,
        position_id=message.position_id,
    )


def write_open_trades(out: agent_pb2.OpenTrades, trades: OpenTrades) -> None:
    """Fill *out* with *trades*."""
    out.account_id = trades.account_id
    out.epoch = trades.epoch
    out.hash = trades.hash
    for trade in trades.trades:
        entry = out.trades.add()
        entry.trade_id = trade.trade_id
        entry.tag = trade.tag
        entry.ticket = trade.ticket
        entry.volume = double(trade.lot)


def read_open_trades(message: agent_pb2.OpenTrades) -> OpenTrades:
    """Return what *message* says."""
    return OpenTrades(
        account_id=account_id(message.account_id),
        epoch=message.epoch,
        trades=tuple(
            OpenTrade(
                ticket=Ticket(each.ticket),
                lot=number(each.volume),
                trade_id=trade_id(each.trade_id) if each.trade_id else TradeId(""),
                tag=each.tag,
            )
            for each in message.trades
        ),
        hash=message.hash,
    )

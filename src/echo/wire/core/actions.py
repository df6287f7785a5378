"""What a master did: the three actions, in the stream and in the domain."""

from echo.domain.ids import SEQ_CLOSE, StrategyId, Ticket
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import NO_TIMESTAMPS
from echo.wire.core import enums
from echo.wire.core.numbers import double, number
from echo.wire.core.stamps import read_stamps, write_stamps
from echo.wire.identifiers import account_of, client_id, trade_id
from echo.wire.pb import trade_pb2 as pb


def write_intent(out: pb.TradeIntent, intent: TradeIntent) -> None:
    """Fill *out* with *intent*."""
    out.trade_id = intent.trade_id
    out.timestamp_ms = intent.timestamps.t0_master_ea_ms or 0
    out.client_id = intent.client_id
    out.account_id = intent.account_id
    out.symbol = intent.symbol
    out.side = enums.SIDES[intent.side]
    out.lot_size = double(intent.lot)
    out.price = double(intent.price)
    out.magic_number = intent.magic_number
    out.ticket = intent.ticket
    out.attempt = intent.attempt
    out.seq = intent.seq
    out.strategy_id = intent.strategy_id
    out.server = intent.server
    out.timeframe = intent.timeframe
    out.traceparent = intent.traceparent
    if intent.comment:
        out.comment = intent.comment
    if intent.stop_loss is not None:
        out.stop_loss = double(intent.stop_loss)
    if intent.take_profit is not None:
        out.take_profit = double(intent.take_profit)
    if intent.atr is not None:
        out.atr = double(intent.atr)
    if intent.volume_initial is not None:
        out.volume_initial = double(intent.volume_initial)
    if intent.buffer_depth is not None:
        out.buffer_depth = intent.buffer_depth
    if intent.age_ms is not None:
        out.age_ms = intent.age_ms
    if intent.sent_mono_ms is not None:
        out.sent_mono_ms = intent.sent_mono_ms
    if intent.timestamps is not NO_TIMESTAMPS:
        write_stamps(out.timestamps, intent.timestamps)


def read_intent(message: pb.TradeIntent) -> TradeIntent:
    """Return what *message* says.  A buffer depth of 0 is one that was not said."""
    has = message.HasField
    return TradeIntent(
        trade_id=trade_id(message.trade_id),
        account_id=account_of(message.account_id, message.client_id),
        client_id=client_id(message.client_id),
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        side=enums.side(message.side),
        lot=number(message.lot_size),
        price=number(message.price),
        magic_number=message.magic_number,
        seq=message.seq,
        stop_loss=number(message.stop_loss) if has("stop_loss") else None,
        take_profit=number(message.take_profit) if has("take_profit") else None,
        strategy_id=StrategyId(message.strategy_id),
        server=message.server,
        comment=message.comment,
        volume_initial=number(message.volume_initial) if has("volume_initial") else None,
        timeframe=message.timeframe,
        atr=number(message.atr) if has("atr") else None,
        attempt=message.attempt if has("attempt") else 1,
        buffer_depth=message.buffer_depth or None,
        age_ms=message.age_ms if has("age_ms") else None,
        sent_mono_ms=message.sent_mono_ms if has("sent_mono_ms") else None,
        timestamps=read_stamps(message.timestamps) if has("timestamps") else NO_TIMESTAMPS,
        traceparent=message.traceparent,
    )


def write_modify(out: pb.TradeModify, modify: TradeModify) -> None:
    """Fill *out* with *modify*."""
    out.trade_id = modify.trade_id
    out.timestamp_ms = modify.timestamps.t0_master_ea_ms or 0
    out.seq = modify.seq
    out.client_id = modify.client_id
    out.account_id = modify.account_id
    out.ticket = modify.ticket
    out.symbol = modify.symbol
    out.magic_number = modify.magic_number
    out.traceparent = modify.traceparent
    if modify.stop_loss is not None:
        out.new_stop_loss = double(modify.stop_loss)
    if modify.take_profit is not None:
        out.new_take_profit = double(modify.take_profit)
    if modify.timestamps is not NO_TIMESTAMPS:
        write_stamps(out.timestamps, modify.timestamps)


def read_modify(message: pb.TradeModify) -> TradeModify:
    """Return what *message* says."""
    has = message.HasField
    return TradeModify(
        trade_id=trade_id(message.trade_id),
        seq=message.seq,
        account_id=account_of(message.account_id, message.client_id),
        client_id=client_id(message.client_id),
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        magic_number=message.magic_number,
        stop_loss=number(message.new_stop_loss) if has("new_stop_loss") else None,
        take_profit=number(message.new_take_profit) if has("new_take_profit") else None,
        timestamps=read_stamps(message.timestamps) if has("timestamps") else NO_TIMESTAMPS,
        traceparent=message.traceparent,
    )


def write_close(out: pb.TradeClose, close: TradeClose) -> None:
    """Fill *out* with *close*."""
    out.trade_id = close.trade_id
    out.timestamp_ms = close.timestamps.t0_master_ea_ms or 0
    out.seq = close.seq
    out.client_id = close.client_id
    out.account_id = close.account_id
    out.ticket = close.ticket
    out.symbol = close.symbol
    out.magic_number = close.magic_number
    out.traceparent = close.traceparent
    if close.close_price is not None:
        out.close_price = double(close.close_price)
    if close.profit is not None:
        out.profit = double(close.profit)
    if close.reason:
        out.reason = close.reason
    if close.lot is not None:
        out.lot_size = double(close.lot)
    if close.volume_remaining is not None:
        out.volume_remaining = double(close.volume_remaining)
    if close.new_ticket is not None:
        out.new_ticket = close.new_ticket
    if close.timestamps is not NO_TIMESTAMPS:
        write_stamps(out.timestamps, close.timestamps)


def read_close(message: pb.TradeClose) -> TradeClose:
    """Return what *message* says.

    A close without a number is a whole one, from a peer that numbers nothing; a price of 0 is
    none.
    """
    has = message.HasField
    return TradeClose(
        trade_id=trade_id(message.trade_id),
        account_id=account_of(message.account_id, message.client_id),
        client_id=client_id(message.client_id),
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        magic_number=message.magic_number,
        seq=message.seq or SEQ_CLOSE,
        close_price=number(message.close_price) if message.close_price else None,
        profit=number(message.profit) if has("profit") else None,
        reason=message.reason,
        lot=number(message.lot_size) if has("lot_size") else None,
        volume_remaining=number(message.volume_remaining) if has("volume_remaining") else None,
        new_ticket=Ticket(message.new_ticket) if has("new_ticket") else None,
        timestamps=read_stamps(message.timestamps) if has("timestamps") else NO_TIMESTAMPS,
        traceparent=message.traceparent,
    )

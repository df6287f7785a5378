"""What a slave is told to do: the six commands, in the stream and in the domain."""

from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    Protect,
    ReduceOrder,
    TradeCommand,
)
from echo.domain.ids import SEQ_CLOSE, Ticket
from echo.domain.quantities import NO_TIMESTAMPS
from echo.wire.core import enums
from echo.wire.core.numbers import double, number
from echo.wire.core.stamps import read_stamps, write_stamps
from echo.wire.identifiers import account_id, command_id, trade_id
from echo.wire.pb import trade_pb2 as pb

_LaneMessage = pb.ExecuteOrder | pb.ModifyOrder | pb.ReduceOrder | pb.CloseOrder


def _write_lane(out: _LaneMessage, command: TradeCommand) -> None:
    """Fill what commands about a trade have in common."""
    out.command_id = command.command_id
    out.trade_id = command.trade_id
    out.target_client_id = f"slave_{command.account_id}"
    out.target_account_id = command.account_id
    out.symbol = command.symbol
    out.magic_number = command.magic_number
    out.seq = command.seq
    out.session_epoch = command.session_epoch
    out.traceparent = command.traceparent
    if command.timestamps is not NO_TIMESTAMPS:
        write_stamps(out.timestamps, command.timestamps)


def write_execute(out: pb.ExecuteOrder, order: ExecuteOrder) -> None:
    """Fill *out* with *order*."""
    _write_lane(out, order)
    out.timestamp_ms = order.timestamps.t3_core_send_ms or 0
    out.side = enums.SIDES[order.side]
    out.lot_size = double(order.lot)
    if order.stop_loss is not None:
        out.stop_loss = double(order.stop_loss)
    if order.take_profit is not None:
        out.take_profit = double(order.take_profit)
    if order.comment:
        out.comment = order.comment
    if order.protect is not None:
        _write_protect(out.protect, order.protect)
    if order.ttl_ms is not None:
        out.ttl_ms = order.ttl_ms
    if order.age_ms is not None:
        out.age_ms = order.age_ms
    out.first = order.first
    if order.sent_mono_ms is not None:
        out.sent_mono_ms = order.sent_mono_ms
    if order.max_slippage_points is not None:
        out.max_slippage_points = double(order.max_slippage_points)
    if order.max_spread_points is not None:
        out.max_spread_points = double(order.max_spread_points)


def _write_protect(out: pb.Protect, protect: Protect) -> None:
    out.SetInParent()  # it may hold nothing and still be there
    if protect.stop_loss is not None:
        out.stop_loss = double(protect.stop_loss)
    if protect.take_profit is not None:
        out.take_profit = double(protect.take_profit)


def read_execute(message: pb.ExecuteOrder) -> ExecuteOrder:
    """Return what *message* says."""
    has = message.HasField
    return ExecuteOrder(
        command_id=command_id(message.command_id),
        trade_id=trade_id(message.trade_id),
        account_id=account_id(message.target_account_id),
        symbol=message.symbol,
        side=enums.side(message.side),
        lot=number(message.lot_size),
        magic_number=message.magic_number,
        seq=message.seq,
        stop_loss=number(message.stop_loss) if has("stop_loss") else None,
        take_profit=number(message.take_profit) if has("take_profit") else None,
        comment=message.comment,
        protect=_read_protect(message.protect) if has("protect") else None,
        ttl_ms=message.ttl_ms if has("ttl_ms") else None,
        age_ms=message.age_ms if has("age_ms") else None,
        first=message.first,
        sent_mono_ms=message.sent_mono_ms if has("sent_mono_ms") else None,
        max_slippage_points=(
            number(message.max_slippage_points) if has("max_slippage_points") else None
        ),
        max_spread_points=number(message.max_spread_points) if has("max_spread_points") else None,
        session_epoch=message.session_epoch,
        timestamps=read_stamps(message.timestamps) if has("timestamps") else NO_TIMESTAMPS,
        traceparent=message.traceparent,
    )


def _read_protect(message: pb.Protect) -> Protect:
    has = message.HasField
    return Protect(
        stop_loss=number(message.stop_loss) if has("stop_loss") else None,
        take_profit=number(message.take_profit) if has("take_profit") else None,
    )


def write_close_order(out: pb.CloseOrder, order: CloseOrder) -> None:
    """Fill *out* with *order*."""
    _write_lane(out, order)
    out.timestamp_ms = order.timestamps.t3_core_send_ms or 0
    out.ticket = order.ticket


def read_close_order(message: pb.CloseOrder) -> CloseOrder:
    """Return what *message* says; without a number it is the last of its trade."""
    return CloseOrder(
        command_id=command_id(message.command_id),
        trade_id=trade_id(message.trade_id),
        account_id=account_id(message.target_account_id),
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        magic_number=message.magic_number,
        seq=message.seq or SEQ_CLOSE,
        session_epoch=message.session_epoch,
        timestamps=(
            read_stamps(message.timestamps) if message.HasField("timestamps") else NO_TIMESTAMPS
        ),
        traceparent=message.traceparent,
    )


def write_modify_order(out: pb.ModifyOrder, order: ModifyOrder) -> None:
    """Fill *out* with *order*."""
    _write_lane(out, order)
    out.timestamp_ms = order.timestamps.t3_core_send_ms or 0
    out.ticket = order.ticket
    if order.stop_loss is not None:
        out.new_stop_loss = double(order.stop_loss)
    if order.take_profit is not None:
        out.new_take_profit = double(order.take_profit)


def read_modify_order(message: pb.ModifyOrder) -> ModifyOrder:
    """Return what *message* says."""
    has = message.HasField
    return ModifyOrder(
        command_id=command_id(message.command_id),
        trade_id=trade_id(message.trade_id),
        account_id=account_id(message.target_account_id),
        seq=message.seq,
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        magic_number=message.magic_number,
        stop_loss=number(message.new_stop_loss) if has("new_stop_loss") else None,
        take_profit=number(message.new_take_profit) if has("new_take_profit") else None,
        session_epoch=message.session_epoch,
        timestamps=read_stamps(message.timestamps) if has("timestamps") else NO_TIMESTAMPS,
        traceparent=message.traceparent,
    )


def write_reduce_order(out: pb.ReduceOrder, order: ReduceOrder) -> None:
    """Fill *out* with *order*."""
    _write_lane(out, order)
    out.ticket = order.ticket
    out.remaining_lot = double(order.remaining_lot)
    out.residual = enums.RESIDUALS[order.residual]


def read_reduce_order(message: pb.ReduceOrder) -> ReduceOrder:
    """Return what *message* says."""
    return ReduceOrder(
        command_id=command_id(message.command_id),
        trade_id=trade_id(message.trade_id),
        account_id=account_id(message.target_account_id),
        seq=message.seq,
        ticket=Ticket(message.ticket),
        symbol=message.symbol,
        magic_number=message.magic_number,
        remaining_lot=number(message.remaining_lot),
        # Never left out by a peer that knows the message: an empty one is refused here.
        residual=enums.residual(message.residual),
        session_epoch=message.session_epoch,
        timestamps=(
            read_stamps(message.timestamps) if message.HasField("timestamps") else NO_TIMESTAMPS
        ),
        traceparent=message.traceparent,
    )


def write_cancel(out: pb.CancelPendings, command: CancelPendings) -> None:
    """Fill *out* with *command*."""
    out.command_id = command.command_id
    out.target_account_id = command.account_id
    if command.magic_number is not None:
        out.magic_number = command.magic_number
    if command.symbol is not None:
        out.symbol = command.symbol


def read_cancel(message: pb.CancelPendings) -> CancelPendings:
    """Return what *message* says."""
    has = message.HasField
    return CancelPendings(
        command_id=command_id(message.command_id),
        account_id=account_id(message.target_account_id),
        magic_number=message.magic_number if has("magic_number") else None,
        symbol=message.symbol if has("symbol") else None,
    )


def write_flatten(out: pb.Flatten, command: Flatten) -> None:
    """Fill *out* with *command*."""
    out.command_id = command.command_id
    out.target_account_id = command.account_id
    out.tickets.extend(command.tickets)
    out.reason = command.reason


def read_flatten(message: pb.Flatten) -> Flatten:
    """Return what *message* says."""
    return Flatten(
        command_id=command_id(message.command_id),
        account_id=account_id(message.target_account_id),
        tickets=tuple(Ticket(each) for each in message.tickets),
        reason=message.reason,
    )

"""The journal's rows about a trade, made from what the engine knows of it."""

from echo.domain.intents import MasterAction, action_kind
from echo.domain.journal import ActionRecord, CopyRecord, TradeRecord
from echo.domain.quantities import Instant
from echo.engine.gates import strategy_of
from echo.engine.state import Lane, TradeState


def action_record(action: MasterAction, now: Instant) -> ActionRecord:
    """Return the row of one action, as it was reported."""
    return ActionRecord(
        trade_id=action.trade_id,
        seq=action.seq,
        kind=action_kind(action),
        action=action,
        received_at_ms=now.wall_ms,
    )


def trade_record(trade: TradeState, now: Instant, *, settled: bool) -> TradeRecord:
    """Return the row of the trade as it stands."""
    intent = trade.intent
    return TradeRecord(
        trade_id=trade.trade_id,
        master_account_id=intent.account_id,
        master_client_id=intent.client_id,
        master_ticket=trade.ticket,
        strategy_id=strategy_of(intent),
        symbol=trade.canonical or intent.symbol,
        side=intent.side,
        lot=intent.lot,
        price=intent.price,
        magic_number=intent.magic_number,
        stop_loss=trade.stop_loss,
        take_profit=trade.take_profit,
        comment=intent.comment,
        status=trade.status,
        volume_initial=trade.volume_initial,
        volume_remaining=trade.volume_remaining,
        attempt=intent.attempt,
        opened_at_ms=trade.opened_at_ms,
        updated_at_ms=now.wall_ms,
        followers=trade.followers,
        settled=settled,
        timeframe=intent.timeframe,
        atr=intent.atr,
    )


def copy_record(trade: TradeState, lane: Lane, now: Instant) -> CopyRecord:
    """Return the row of what a follower holds of the trade; its lane is filled."""
    assert lane.ticket is not None  # noqa: S101 -- only filled lanes are written
    return CopyRecord(
        trade_id=trade.trade_id,
        account_id=lane.account_id,
        ticket=lane.ticket,
        symbol=lane.symbol,
        open_price=lane.open_price,
        lot_initial=lane.lot_initial,
        lot_remaining=lane.lot_remaining,
        updated_at_ms=now.wall_ms,
    )

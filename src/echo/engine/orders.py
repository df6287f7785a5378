"""Orders: a modify, reduction or close of the master, as a command for one follower."""

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ModifyOrder, ReduceOrder, TradeCommand
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, derive_command_id
from echo.domain.intents import ActionKind, MasterAction, TradeClose, TradeModify
from echo.domain.quantities import Timestamps
from echo.engine.copying import modified_levels, remaining_lot
from echo.engine.state import Lane, State, TradeState


def was_sent(trade: TradeState, lane: Lane, seq: int) -> bool:
    """Whether a command has been made of action *seq* in this lane."""
    row = trade.decisions.get((seq, lane.account_id))
    return row is not None and row.command_id is not None


def _was_needless(trade: TradeState, lane: Lane, seq: int) -> bool:
    """Whether action *seq* was another follower's alone."""
    row = trade.decisions.get((seq, lane.account_id))
    return row is not None and row.outcome is Outcome.NOTHING_TO_MODIFY


def order_for(
    state: State, trade: TradeState, lane: Lane, action: MasterAction
) -> TradeCommand | Refusal:
    """Return the command that repeats *action* on the lane's position, or why there is none."""
    assert lane.ticket is not None  # noqa: S101 -- a filled lane has its ticket
    command_id = derive_command_id(trade.trade_id, action.seq, lane.account_id)
    stamps = Timestamps(t0_master_ea_ms=action.timestamps.t0_master_ea_ms)
    if isinstance(action, TradeModify):
        return _modify(state, trade, lane, action)
    assert isinstance(action, TradeClose) and action.seq != SEQ_OPEN  # noqa: S101, PT018 -- opens never wait in a lane
    if action.kind is ActionKind.REDUCE:
        return _reduce(state, trade, lane, action)
    return CloseOrder(
        command_id=command_id,
        trade_id=trade.trade_id,
        account_id=lane.account_id,
        ticket=lane.ticket,
        symbol=lane.symbol,
        magic_number=trade.intent.magic_number,
        seq=SEQ_CLOSE,
        timestamps=stamps,
        traceparent=action.traceparent,
    )


def _modify(
    state: State, trade: TradeState, lane: Lane, action: TradeModify
) -> ModifyOrder | Refusal:
    account = state.account(lane.account_id)
    options = state.book.options(lane.account_id, trade.canonical)
    if not account.offers(Feature.MODIFY):
        return Refusal(
            ErrorCode.UNSUPPORTED_BY_PEER, f"the EA of account {lane.account_id} cannot modify"
        )
    spec = account.symbols.get(trade.canonical or "")
    if spec is None:
        return Refusal(ErrorCode.SPEC_MISSING, f"{lane.symbol} is not reported any more")
    levels = modified_levels(trade, _accumulated(trade, lane, action), lane, spec, options)
    if not options.copy_sl_tp:
        return Refusal(ErrorCode.INVALID_STOPS, "stops are not copied to this account")
    assert lane.ticket is not None  # noqa: S101 -- a filled lane has its ticket
    return ModifyOrder(
        command_id=derive_command_id(trade.trade_id, action.seq, lane.account_id),
        trade_id=trade.trade_id,
        account_id=lane.account_id,
        seq=action.seq,
        ticket=lane.ticket,
        symbol=lane.symbol,
        magic_number=trade.intent.magic_number,
        stop_loss=levels.stop_loss,
        take_profit=levels.take_profit,
        timestamps=Timestamps(t0_master_ea_ms=action.timestamps.t0_master_ea_ms),
        traceparent=action.traceparent,
    )


def _accumulated(trade: TradeState, lane: Lane, action: TradeModify) -> TradeModify:
    """Return *action* with what it leaves unchanged taken from the modifies that it superseded.

    The lane skips those, but not their changes: one may move the stop, the next the target.
    """
    modifies = sorted(
        seq
        for seq, other in trade.actions.items()
        if isinstance(other, TradeModify) and seq <= action.seq
    )
    stop_loss = take_profit = None
    for seq in modifies:
        modify = trade.actions[seq]
        assert isinstance(modify, TradeModify)  # noqa: S101 -- selected by type
        if seq != action.seq and was_sent(trade, lane, seq):
            stop_loss = take_profit = None
            continue
        if _was_needless(trade, lane, seq):
            continue
        stop_loss = modify.stop_loss if modify.stop_loss is not None else stop_loss
        take_profit = modify.take_profit if modify.take_profit is not None else take_profit
    return replace(action, stop_loss=stop_loss, take_profit=take_profit)


def _reduce(
    state: State, trade: TradeState, lane: Lane, action: TradeClose
) -> ReduceOrder | Refusal:
    account = state.account(lane.account_id)
    if not account.offers(Feature.PARTIAL_CLOSE):
        return Refusal(
            ErrorCode.UNSUPPORTED_BY_PEER,
            f"the EA of account {lane.account_id} cannot close a part",
        )
    spec = account.symbols.get(trade.canonical or "")
    if spec is None or action.volume_remaining is None:
        return Refusal(ErrorCode.SPEC_MISSING, f"what {lane.symbol} should keep cannot be told")
    residual = state.book.options(lane.account_id, trade.canonical).residual
    assert lane.ticket is not None  # noqa: S101 -- a filled lane has its ticket
    return ReduceOrder(
        command_id=derive_command_id(trade.trade_id, action.seq, lane.account_id),
        trade_id=trade.trade_id,
        account_id=lane.account_id,
        seq=action.seq,
        ticket=lane.ticket,
        symbol=lane.symbol,
        magic_number=trade.intent.magic_number,
        remaining_lot=remaining_lot(trade, action.volume_remaining, lane, spec, residual),
        residual=residual,
        timestamps=Timestamps(t0_master_ea_ms=action.timestamps.t0_master_ea_ms),
        traceparent=action.traceparent,
    )

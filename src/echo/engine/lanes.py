"""Lanes: the actions of one trade on one account, in the master's order."""

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ModifyOrder, ReduceOrder, TradeCommand
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId, derive_command_id
from echo.domain.intents import ActionKind, MasterAction, TradeClose, TradeModify, action_kind
from echo.domain.quantities import Instant, Timestamps
from echo.engine import decisions, dispatch
from echo.engine.copying import modified_levels, remaining_lot
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState, Lane, State, TradeState

NOTHING_LEFT = {
    ActionKind.MODIFY: Outcome.NOTHING_TO_MODIFY,
    ActionKind.REDUCE: Outcome.NOTHING_TO_CLOSE,
    ActionKind.CLOSE: Outcome.NOTHING_TO_CLOSE,
}

LATE_CLOSE_MS = (5_000, 30_000, 300_000)
"""Ages at which a close that has not been settled raises an alarm."""


def enqueue(
    state: State, trade: TradeState, lane: Lane, action: MasterAction, now: Instant, out: Outbox
) -> None:
    """Take a modify, reduction or close into the lane and let the lane go on."""
    decisions.open_decision(trade, lane, action, now, out)
    lane.waiting[action.seq] = action
    if action.seq == SEQ_CLOSE:
        key = ("late_close", trade.trade_id, lane.account_id, "0")
        out.arm(key, now.mono_ms + LATE_CLOSE_MS[0])
    advance(state, trade, lane, now, out)


def advance(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Do whatever the lane can do now."""
    _coalesce(trade, lane, now, out)
    if lane.opened is Outcome.PENDING:
        _cancel_unsent_open(state, trade, lane, now, out)
        return
    if lane.opened is Outcome.IN_DOUBT:
        return
    while lane.waiting and not _is_busy(state, lane):
        seq = min(lane.waiting)
        action = lane.waiting.pop(seq)
        if lane.opened is not Outcome.FILLED or lane.closed:
            decisions.settle(
                trade, lane, seq, NOTHING_LEFT[action_kind(action)], now, out, sentence=_gone(lane)
            )
            continue
        command = _command(state, trade, lane, action)
        if isinstance(command, Refusal):
            _omit(trade, lane, action, command, now, out)
            continue
        _issue(state, trade, lane, action, command, now, out)


def _coalesce(trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Of modifies that wait, only the newest counts; none at all before a close."""
    modifies = sorted(seq for seq, action in lane.waiting.items() if type(action) is TradeModify)
    keep = None if SEQ_CLOSE in lane.waiting or not modifies else modifies[-1]
    for seq in modifies:
        if seq != keep or seq < lane.seq_applied:
            newer = "a close" if SEQ_CLOSE in lane.waiting else f"action {keep or lane.seq_applied}"
            del lane.waiting[seq]
            decisions.settle(
                trade, lane, seq, Outcome.SUPERSEDED, now, out, sentence=f"{newer} came after it"
            )


def _cancel_unsent_open(
    state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox
) -> None:
    """A close overtakes an open that has certainly not left: there will be nothing to close."""
    if SEQ_CLOSE not in lane.waiting or lane.open_command_id is None:
        return
    command = state.commands.get(lane.open_command_id)
    if command is None or command.maybe_sent:
        return
    decisions.cancel_open(state, trade, lane, command, now, out)
    advance(state, trade, lane, now, out)


def _is_busy(state: State, lane: Lane) -> bool:
    """Whether a command is under way that the next one must wait for.

    A close does not wait for a modify: it makes it pointless.
    """
    if lane.current is None:
        return False
    current = state.commands.get(lane.current)
    if current is None:
        return False
    return not (SEQ_CLOSE in lane.waiting and isinstance(current.command, ModifyOrder))


def _gone(lane: Lane) -> str:
    if lane.closed:
        return f"ticket {lane.ticket} is closed already"
    return f"the open was {lane.opened.value}"


def _omit(
    trade: TradeState,
    lane: Lane,
    action: MasterAction,
    refusal: Refusal,
    now: Instant,
    out: Outbox,
) -> None:
    decisions.settle(
        trade,
        lane,
        action.seq,
        Outcome.OMITTED,
        now,
        out,
        code=refusal.code,
        sentence=refusal.sentence,
    )
    if refusal.code is ErrorCode.UNSUPPORTED_BY_PEER:
        out.observe(
            Alarm(
                key=f"unsupported:{lane.account_id}",
                code=refusal.code.name,
                sentence=refusal.sentence,
                account_id=lane.account_id,
            )
        )


def _issue(
    state: State,
    trade: TradeState,
    lane: Lane,
    action: MasterAction,
    command: TradeCommand,
    now: Instant,
    out: Outbox,
) -> None:
    lane.current = command.command_id
    lane.seq_applied = max(lane.seq_applied, action.seq if action.seq != SEQ_CLOSE else 0)
    decisions.attach_command(trade, lane, action.seq, command.command_id, out)
    dispatch.issue(
        state,
        CommandState(
            command=command,
            account_id=lane.account_id,
            trade_id=trade.trade_id,
            seq=action.seq,
            taken_mono_ms=now.mono_ms,
        ),
        now,
        out,
    )


def _command(
    state: State, trade: TradeState, lane: Lane, action: MasterAction
) -> TradeCommand | Refusal:
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
    options = state.book.options(lane.account_id)
    if not account.offers(Feature.MODIFY):
        return Refusal(
            ErrorCode.UNSUPPORTED_BY_PEER, f"the EA of account {lane.account_id} cannot modify"
        )
    spec = account.symbols.get(trade.canonical or "")
    if spec is None:
        return Refusal(ErrorCode.SPEC_MISSING, f"{lane.symbol} is not reported any more")
    levels = modified_levels(trade, action, lane, spec, options)
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
    residual = state.book.options(lane.account_id).residual
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


def warn_late_close(
    state: State, trade_id: TradeId, account_id: AccountId, step: int, now: Instant, out: Outbox
) -> None:
    """A close has not been settled for `LATE_CLOSE_MS`[*step*]: tell people, and keep trying."""
    trade = state.trades.get(trade_id)
    row = trade.decisions.get((SEQ_CLOSE, account_id)) if trade else None
    if trade is None or row is None or row.outcome.is_final:
        return
    lane = trade.lanes[account_id]
    out.observe(
        Alarm(
            key=f"late_close:{trade_id}:{account_id}",
            code="CLOSE_PENDING",
            sentence=f"ticket {lane.ticket} of account {account_id} should have been closed"
            f" {LATE_CLOSE_MS[step] // 1000} s ago",
            account_id=account_id,
        )
    )
    if step + 1 < len(LATE_CLOSE_MS):
        key = ("late_close", trade_id, account_id, str(step + 1))
        out.arm(key, now.mono_ms + LATE_CLOSE_MS[step + 1] - LATE_CLOSE_MS[step])

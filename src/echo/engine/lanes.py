"""Lanes: the actions of one trade on one account, in the master's order."""

from echo.domain.answers import Outcome
from echo.domain.commands import ModifyOrder, ReduceOrder, TradeCommand
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, AccountId, TradeId
from echo.domain.intents import ActionKind, MasterAction, TradeModify, action_kind
from echo.domain.journal import CommandStatus
from echo.domain.quantities import Instant
from echo.domain.windows import held_by
from echo.engine import coalescing, decisions, dispatch, gates, shadows, waiting, windows
from echo.engine.orders import order_for, was_sent
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
    advance(state, trade, lane, now, out)
    if action.seq == SEQ_CLOSE:
        watch_close(trade, lane, now, out)


def watch_close(trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Have people told when the lane's close is not settled in time."""
    row = trade.decisions.get((SEQ_CLOSE, lane.account_id))
    if row is not None and not row.outcome.is_final:
        key = ("late_close", trade.trade_id, lane.account_id, "0")
        out.arm(key, now.mono_ms + LATE_CLOSE_MS[0])


def advance(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Do whatever the lane can do now."""
    _coalesce(trade, lane, now, out)
    _drop_reductions(trade, lane, now, out)
    if lane.opened is Outcome.PENDING:
        _cancel_unsent_open(state, trade, lane, now, out)
        return
    if lane.opened is Outcome.IN_DOUBT:
        return
    _give_up_reduction(state, trade, lane, now, out)
    while (seq := _next(state, trade, lane, now, out)) is not None:
        if _is_busy(state, lane, seq) or coalescing.must_wait(state, trade, lane, now, out):
            return
        action = lane.waiting.pop(seq)
        if lane.opened is not Outcome.FILLED or lane.closed:
            outcome, sentence = _nothing_left(lane, action), _gone(lane)
            if outcome is Outcome.SHADOWED:
                sentence = shadows.told(state, trade, lane, action, now)
            decisions.settle(trade, lane, seq, outcome, now, out, sentence=sentence)
            continue
        refusal = gates.refuse_follow_up(state, trade, lane.account_id, action, now)
        if refusal is not None:
            _omit(trade, lane, action, refusal, now, out)
            continue
        if _is_outdone(trade, lane, action):
            decisions.settle(
                trade,
                lane,
                seq,
                Outcome.UNCHANGED,
                now,
                out,
                sentence="a later reduction came first",
            )
            continue
        command = order_for(state, trade, lane, action)
        if isinstance(command, Refusal):
            _omit(trade, lane, action, command, now, out)
            continue
        _issue(state, trade, lane, action, command, now, out)


def _next(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> int | None:
    """Return the number of what goes next, ``None`` = nothing: what a window holds waits for it."""
    if lane.opened is not Outcome.FILLED or lane.closed or not len(state.book.windows):
        return min(lane.waiting, default=None)
    free = []
    for seq, action in lane.waiting.items():
        window = windows.holds(state, trade, lane.account_id, action_kind(action), now)
        if window is None:
            free.append(seq)
        else:
            decisions.note(trade, lane, seq, held_by(window), out)
    return min(free, default=None)


def due(state: State, trade_id: TradeId, account_id: AccountId, now: Instant, out: Outbox) -> None:
    """What came too soon after its predecessor may go now."""
    trade = state.trades.get(trade_id)
    lane = trade.lanes.get(account_id) if trade else None
    if trade is not None and lane is not None:
        advance(state, trade, lane, now, out)


def _coalesce(trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Of modifies that wait, only the newest counts; none at all before a close."""
    modifies = sorted(seq for seq, action in lane.waiting.items() if type(action) is TradeModify)
    keep = None if SEQ_CLOSE in lane.waiting or not modifies else modifies[-1]
    applied = _newest_modify_sent(trade, lane) if modifies else 0
    for seq in modifies:
        if seq != keep or seq < applied:
            newer = "a close" if SEQ_CLOSE in lane.waiting else f"action {max(keep or 0, applied)}"
            del lane.waiting[seq]
            decisions.settle(
                trade, lane, seq, Outcome.SUPERSEDED, now, out, sentence=f"{newer} came after it"
            )


def _drop_reductions(trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Reductions that wait before a close are needless: it takes what they would have taken."""
    if SEQ_CLOSE not in lane.waiting or lane.opened not in {Outcome.PENDING, Outcome.FILLED}:
        return
    for seq in sorted(lane.waiting.keys() - {SEQ_CLOSE}):
        if action_kind(lane.waiting[seq]) is ActionKind.REDUCE and not lane.closed:
            del lane.waiting[seq]
            sentence = "the master closed before it was sent"
            decisions.settle(trade, lane, seq, Outcome.OMITTED, now, out, sentence=sentence)


def _newest_modify_sent(trade: TradeState, lane: Lane) -> int:
    """Return the number of the newest modify that has a command; reductions do not outdo it."""
    sent = (
        seq
        for seq, action in trade.actions.items()
        if type(action) is TradeModify and was_sent(trade, lane, seq)
    )
    return max(sent, default=0)


def _cancel_unsent_open(
    state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox
) -> None:
    """A close overtakes an open that has certainly not left: there will be nothing to close."""
    if SEQ_CLOSE not in lane.waiting:
        return
    if lane.open_command_id is None:
        waiting.cancel(state, trade, lane, now, out)
    else:
        command = state.commands.get(lane.open_command_id)
        if command is None or command.maybe_sent:
            return
        decisions.cancel_open(state, trade, lane, command, now, out)
    if lane.opened is Outcome.PENDING:
        return
    advance(state, trade, lane, now, out)


def _give_up_reduction(
    state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox
) -> None:
    """A close makes a reduction pointless that the broker has just refused.

    Nothing else can be refused and have a close wait behind it.
    """
    current = state.commands.get(lane.current) if lane.current else None
    refusal = current.refusal if current else None
    if current is None or refusal is None or SEQ_CLOSE not in lane.waiting:
        return
    current.status = CommandStatus.CANCELLED
    out.persist(dispatch.progress(current, now, refusal.sentence))
    dispatch.forget(state, current, out)
    lane.current = None
    decisions.settle(
        trade,
        lane,
        current.seq,
        Outcome.OMITTED,
        now,
        out,
        code=refusal.code,
        sentence=f"{refusal.sentence}; then the master closed",
    )


def _is_outdone(trade: TradeState, lane: Lane, action: MasterAction) -> bool:
    """Whether a later reduction has been sent already, which leaves no more than this one."""
    if action_kind(action) is not ActionKind.REDUCE or action.seq > lane.seq_applied:
        return False
    return any(
        seq > action.seq and action_kind(later) is ActionKind.REDUCE and was_sent(trade, lane, seq)
        for seq, later in trade.actions.items()
    )


def _is_busy(state: State, lane: Lane, seq: int) -> bool:
    """Whether a command is under way that action *seq* must wait for.

    A close does not wait for a modify: it makes it pointless.  Nor for a reduction, for one whose
    answer is lost stays in doubt for more than a minute: a terminal with a ledger finds the
    position under whatever ticket the reduction left it.
    """
    current = state.commands.get(lane.current) if lane.current else None
    if current is None:
        return False
    if seq != SEQ_CLOSE:
        return True
    if isinstance(current.command, ReduceOrder):
        return not state.account(lane.account_id).offers(Feature.LOSSLESS)
    return not isinstance(current.command, ModifyOrder)


def _nothing_left(lane: Lane, action: MasterAction) -> Outcome:
    if lane.opened is Outcome.SHADOWED:
        return Outcome.SHADOWED
    if lane.by_hand and action.seq == SEQ_CLOSE:
        return Outcome.MANUAL
    return NOTHING_LEFT[action_kind(action)]


def _gone(lane: Lane) -> str:
    if lane.by_hand:
        return f"ticket {lane.ticket} was closed at the slave before"
    if lane.closed:
        why = f": {lane.closed_why}" if lane.closed_why else ""
        return f"ticket {lane.ticket} is closed already{why}"
    return f"the open was {lane.opened.value}"


def _omit(
    trade: TradeState,
    lane: Lane,
    action: MasterAction,
    refusal: Refusal,
    now: Instant,
    out: Outbox,
) -> None:
    """Leave an action out; a position whose close is left out is a person's from now on."""
    close = action.seq == SEQ_CLOSE
    decisions.settle(
        trade,
        lane,
        action.seq,
        Outcome.MANUAL if close else Outcome.OMITTED,
        now,
        out,
        code=refusal.code,
        sentence=refusal.sentence,
    )
    if close or refusal.code is ErrorCode.UNSUPPORTED_BY_PEER:
        key = "unsupported" if refusal.code is ErrorCode.UNSUPPORTED_BY_PEER else "close_blocked"
        out.observe(
            Alarm(
                key=f"{key}:{lane.account_id}",
                code=refusal.code.name,
                sentence=refusal.sentence,
                account_id=lane.account_id,
                trade_id=trade.trade_id,
                traceparent=trade.intent.traceparent,
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
    if isinstance(command, ModifyOrder):
        lane.modified_mono_ms = now.mono_ms
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


def warn_late_close(
    state: State, trade_id: TradeId, account_id: AccountId, step: int, now: Instant, out: Outbox
) -> None:
    """A close has not been settled for `LATE_CLOSE_MS`[*step*]: tell people, and keep trying."""
    trade = state.trades.get(trade_id)
    row = trade.decisions.get((SEQ_CLOSE, account_id)) if trade else None
    if trade is None or row is None or row.outcome.is_final:
        return
    lane = trade.lanes[account_id]
    if windows.holds(state, trade, account_id, ActionKind.CLOSE, now) is not None:
        out.arm(("late_close", trade_id, account_id, str(step)), now.mono_ms + LATE_CLOSE_MS[step])
        return
    out.observe(
        Alarm(
            key=f"late_close:{trade_id}:{account_id}",
            code="CLOSE_PENDING",
            sentence=f"ticket {lane.ticket} of account {account_id} should have been closed"
            f" {LATE_CLOSE_MS[step] // 1000} s ago",
            account_id=account_id,
            trade_id=trade_id,
            traceparent=trade.intent.traceparent,
        )
    )
    if step + 1 < len(LATE_CLOSE_MS):
        key = ("late_close", trade_id, account_id, str(step + 1))
        out.arm(key, now.mono_ms + LATE_CLOSE_MS[step + 1] - LATE_CLOSE_MS[step])

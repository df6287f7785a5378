"""Entries: what each follower does about an open, written down whatever it is."""

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import SEQ_CLOSE, AccountId
from echo.domain.modes import Mode
from echo.domain.quantities import Instant
from echo.engine import decisions, dispatch, gates, shadows, telling, waiting
from echo.engine.copying import Copy
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState, Lane, State, TradeState


def decide(
    state: State, trade: TradeState, account_id: AccountId, now: Instant, out: Outbox
) -> None:
    """Make the follower's lane, and decide about its entry."""
    account = state.account(account_id)
    lane = trade.lanes[account_id] = Lane(account_id)
    if SEQ_CLOSE in trade.actions:
        # The close came between two chunks: what was not sent yet is never sent.
        refusal = Refusal(
            ErrorCode.CLOSED_BEFORE_OPEN, "the master closed before the open was sent"
        )
        decisions.omit_open(trade, lane, refusal, now, out)
        return
    copy = waiting.decided(state, trade, account, now)
    if isinstance(copy, Refusal):
        if not waiting.hold(state, trade, lane, copy, now, out):
            telling.entry_decided(trade, account, copy, now, out)
            inputs = gates.seen(state, trade, account, now)
            decisions.omit_open(trade, lane, copy, now, out, inputs=inputs)
        return
    telling.entry_decided(trade, account, copy, now, out)
    if state.book.switches.mode(trade.intent.account_id, account_id) is Mode.DRY_RUN:
        shadows.open_in_shadow(trade, lane, copy, now, out)
        return
    decisions.open_decision(
        trade, lane, trade.intent, now, out, command_id=copy.order.command_id, inputs=copy.inputs
    )
    issue(state, trade, lane, copy, now, out)


def issue(
    state: State, trade: TradeState, lane: Lane, copy: Copy, now: Instant, out: Outbox
) -> None:
    """Have the copy made: its decision is written down."""
    order, account = copy.order, state.account(lane.account_id)
    account.followed[trade.trade_id] = None
    lane.open_command_id = order.command_id
    lane.symbol = order.symbol
    ttl_ms = order.ttl_ms or 0
    command = CommandState(
        command=order,
        account_id=lane.account_id,
        trade_id=trade.trade_id,
        seq=order.seq,
        deadline_mono_ms=now.mono_ms + ttl_ms,
        age_base_ms=order.age_ms or 0,
        taken_mono_ms=now.mono_ms,
    )
    dispatch.issue(state, command, now, out)
    if not command.maybe_sent:
        out.arm(("expire", order.command_id), now.mono_ms + ttl_ms)

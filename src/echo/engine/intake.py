"""Intake of a master's actions: known ones are acknowledged, new ones journaled and fanned out."""

from decimal import Decimal

from echo.domain.answers import Outcome, Receipt
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import ActionReceived, InputRefused
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId
from echo.domain.intents import (
    ActionKind,
    MasterAction,
    TradeClose,
    TradeIntent,
    TradeModify,
    action_content,
    action_kind,
)
from echo.domain.journal import TradeStatus
from echo.domain.protection import Levels
from echo.domain.quantities import Instant
from echo.engine import contradictions, decisions, entries, lanes, receipts, rows
from echo.engine.copying import master_levels, restated
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox
from echo.engine.replica import canonical_name
from echo.engine.state import State, TradeState


def take(
    state: State,
    said: AgentSaid,
    action: MasterAction,
    now: Instant,
    out: Outbox,
    *,
    recalled: bool = False,
) -> None:
    """Take in one action; whatever happens, its sender learns what became of it.

    *recalled*: the journal has been asked about its trade; what memory lacks does not exist.
    """
    complaint = _complaint(action)
    if complaint is not None:
        refusal = Refusal(ErrorCode.UNKNOWN, complaint)
        receipts.give(said, Receipt.FAILED, out, refusal)
        out.observe(InputRefused(peer=action.client_id, reason="bad_seq", sentence=complaint))
        return
    action = _resolved(state, action)
    if action.trade_id in state.settled:
        receipts.give(said, Receipt.OK, out)
        return
    if not recalled and state.must_recall(action.trade_id):
        state.recalls.ask(said, action, out)
        return
    trade = state.trades.get(action.trade_id)
    known = trade.actions.get(action.seq) if trade else None
    out.observe(
        ActionReceived(
            trade_id=action.trade_id,
            seq=action.seq,
            kind=action_kind(action),
            account_id=action.account_id,
            symbol=action.symbol,
            duplicate=known is not None,
            traceparent=action.traceparent,
            agent_id=said.agent_id,
            timestamps=action.timestamps,
            received_at_ms=now.wall_ms,
        )
    )
    if trade is not None and trade.intent.account_id != action.account_id:
        sentence = f"trade {action.trade_id} belongs to master {trade.intent.account_id}"
        _conflict(trade, said, sentence, out)
        out.observe(InputRefused(peer=action.client_id, reason="foreign_trade", sentence=sentence))
    elif trade is not None and known is not None:
        _repeated(trade, known, said, action, out)
    elif isinstance(action, TradeIntent):
        _open(state, said, action, now, out)
    elif trade is None:
        _unknown(state, said, action, out)
    else:
        follow_up(state, trade, action, now, out, said)


def go_on(state: State, trade_id: TradeId, now: Instant, out: Outbox) -> None:
    """Decide for the next chunk of followers; after the last, acknowledge."""
    trade = state.trades.get(trade_id)
    if trade is None:
        return
    start = trade.fanned_out
    chunk = trade.followers[start : start + state.settings.fanout_chunk]
    for account_id in chunk:
        entries.decide(state, trade, account_id, now, out)
    trade.fanned_out = start + len(chunk)
    if trade.fanned_out < len(trade.followers):
        out.arm(("fanout", trade_id), now.mono_ms)
        return
    said, trade.unanswered = trade.unanswered, None
    if said is not None:
        receipts.give(said, Receipt.OK, out)
    for seq in sorted(trade.actions):
        complete(state, trade, seq, now, out)
    if trade.is_settled:
        finish(state, trade, now, out)


def finish(state: State, trade: TradeState, now: Instant, out: Outbox) -> None:
    """Write the trade's row; when nothing about it can change any more, keep only its id."""
    settled = trade.is_settled
    out.persist(rows.trade_record(trade, now, settled=settled))
    if settled:
        _forget(state, trade, now)


def _forget(state: State, trade: TradeState, now: Instant) -> None:
    for forgotten in state.settled.add(trade.trade_id, now.wall_ms):
        state.left_alone.pop(forgotten, None)
        state.unfilled.pop(forgotten, None)
    contradictions.keep(state, trade)
    del state.trades[trade.trade_id]
    master_id = trade.intent.account_id
    state.account(master_id).led.pop(trade.trade_id, None)
    for ticket in trade.tickets:
        state.master_tickets.pop((master_id, ticket), None)
    for account_id in trade.lanes:
        state.account(account_id).followed.pop(trade.trade_id, None)
        closed = trade.decisions.get((SEQ_CLOSE, account_id))
        if closed is not None and closed.outcome is Outcome.MANUAL:
            state.left_alone.setdefault(trade.trade_id, set()).add(account_id)


def _resolved(state: State, action: MasterAction) -> MasterAction:
    """Find the trade of a legacy EA's open or close by master and ticket.

    Its trade ids are minted anew whenever it looks: a close names an id that nobody knows, and an
    open that it reports twice must not be taken for two positions.
    """
    if action.trade_id in state.trades or action.trade_id in state.settled:
        return action
    trade_id = state.master_tickets.get((action.account_id, action.ticket))
    if trade_id is None or isinstance(action, TradeModify):
        return action
    opened = state.trades[trade_id].intent
    if isinstance(action, TradeIntent) and action_content(action) != action_content(opened):
        return action
    return replace(action, trade_id=trade_id)


def _complaint(action: MasterAction) -> str | None:
    """Say what makes the action's number impossible, or ``None``."""
    kind = action_kind(action)
    first, last = {
        ActionKind.OPEN: (SEQ_OPEN, SEQ_OPEN),
        ActionKind.CLOSE: (SEQ_CLOSE, SEQ_CLOSE),
    }.get(kind, (SEQ_OPEN + 1, SEQ_CLOSE - 1))
    if first <= action.seq <= last:
        return None
    return f"a {kind} cannot be action {action.seq} of a trade"


def _repeated(
    trade: TradeState, known: MasterAction, said: AgentSaid, action: MasterAction, out: Outbox
) -> None:
    # Opens and closes have one number each: whatever they say of it, it is this position's.
    is_numbered = SEQ_OPEN < action.seq < SEQ_CLOSE
    if is_numbered and action_content(known) != action_content(action):
        sentence = f"action {action.seq} of this trade is known with other content"
        _conflict(trade, said, sentence, out)
    elif action.seq == SEQ_OPEN and trade.fanned_out < len(trade.followers):
        # Not all followers are journaled yet: the acknowledgement goes out with the last chunk.
        trade.unanswered = said
    else:
        # A master whose outbox was lost opens again; the number tells it what is known since.
        last_seq = trade.last_seq if action.seq == SEQ_OPEN else None
        receipts.give(said, Receipt.OK, out, last_seq=last_seq or None)


def _conflict(trade: TradeState, said: AgentSaid, sentence: str, out: Outbox) -> None:
    refusal = Refusal(ErrorCode.SEQ_CONFLICT, sentence)
    receipts.give(said, Receipt.RETRY, out, refusal, last_seq=trade.last_seq)


def _open(state: State, said: AgentSaid, intent: TradeIntent, now: Instant, out: Outbox) -> None:
    master = state.account(intent.account_id)
    canonical = canonical_name(state, master, intent.symbol, intent.symbol)
    trade = TradeState(
        intent=intent,
        canonical=canonical,
        followers=tuple(
            each
            for each in dict.fromkeys(state.settings.slave_accounts)
            if each != intent.account_id
        ),
        taken_mono_ms=now.mono_ms,
        age_ms=_age_ms(state, said, intent, now),
        ticket=intent.ticket,
        volume_initial=intent.volume_initial or intent.lot,
        volume_remaining=intent.lot,
        stop_loss=intent.stop_loss,
        take_profit=intent.take_profit,
        opened_at_ms=now.wall_ms,
        unanswered=said,
    )
    trade.actions[intent.seq] = intent
    state.trades[trade.trade_id] = trade
    master.led[trade.trade_id] = None
    state.master_tickets[intent.account_id, intent.ticket] = trade.trade_id
    out.persist(rows.trade_record(trade, now, settled=False), rows.action_record(intent, now))
    go_on(state, trade.trade_id, now, out)


def _age_ms(state: State, said: AgentSaid, intent: TradeIntent, now: Instant) -> int | None:
    """Bound the entry's age at this moment; ``None`` = unknown, hence too old.

    A legacy EA reports at once or never, and has no field for an age: its entries begin to age
    when the Agent reads them.
    """
    age_ms = intent.age_ms
    if age_ms is None:
        if not state.account(intent.account_id).is_legacy:
            return None
        age_ms = 0
    if intent.sent_mono_ms is None:
        return age_ms
    agent = state.agents.get(said.agent_id)
    elapsed_ms = (
        agent.probe.elapsed_ms_max(sent_mono_ms=intent.sent_mono_ms, now_mono_ms=now.mono_ms)
        if agent
        else None
    )
    return None if elapsed_ms is None else age_ms + elapsed_ms


def follow_up(
    state: State,
    trade: TradeState,
    action: TradeModify | TradeClose,
    now: Instant,
    out: Outbox,
    said: AgentSaid | None = None,
    *,
    only: AccountId | None = None,
) -> None:
    """Journal an action of a trade in memory and bring it to every lane.

    *said*: the frame in which its master reported it; ``None`` = nobody did, nobody is answered.
    *only*: the one follower that needs it; ``None`` = all do.
    """
    trade.actions[action.seq] = action
    out.persist(rows.action_record(action, now))
    outrun = None
    if only is not None:
        _spare(trade, action, only, now, out)
    if isinstance(action, TradeModify):
        outrun = _modified(trade, action)
    elif action.seq == SEQ_CLOSE:
        trade.volume_remaining = Decimal(0)
        trade.status = TradeStatus.CLOSED
    else:
        _reduced(state, trade, action)
    complete(state, trade, action.seq, now, out)
    if said is not None:
        receipts.give(said, Receipt.OK, out)
    finish(state, trade, now, out)
    if outrun is not None and SEQ_CLOSE not in trade.actions:
        follow_up(state, trade, restated(trade, outrun), now, out)


def _spare(
    trade: TradeState,
    action: TradeModify | TradeClose,
    only: AccountId,
    now: Instant,
    out: Outbox,
) -> None:
    """Leave the followers alone that have what *action* tells."""
    sentence = f"its stops are as they shall be; those of account {only} were not"
    for account_id, lane in trade.lanes.items():
        if account_id != only:
            decisions.open_decision(trade, lane, action, now, out)
            outcome = Outcome.NOTHING_TO_MODIFY
            decisions.settle(trade, lane, action.seq, outcome, now, out, sentence=sentence)


def _modified(trade: TradeState, modify: TradeModify) -> Levels | None:
    """Bring the trade's levels up to date.

    Returns the levels of before, if a newer modify had outrun this one and says nothing of what it
    changes: copies that follow the newer one would never hear of it.
    """
    before = Levels(stop_loss=trade.stop_loss, take_profit=trade.take_profit)
    levels = master_levels(trade)[-1]
    trade.stop_loss, trade.take_profit = levels.stop_loss, levels.take_profit
    is_late = any(
        seq > modify.seq and isinstance(other, TradeModify) for seq, other in trade.actions.items()
    )
    return before if is_late and before != levels else None


def _reduced(state: State, trade: TradeState, action: TradeClose) -> None:
    if SEQ_CLOSE not in trade.actions:
        trade.status = TradeStatus.PARTIALLY_CLOSED
    if action.volume_remaining is not None:
        trade.volume_remaining = min(trade.volume_remaining, action.volume_remaining)
    if action.new_ticket is not None:
        # MT4 gives the remainder a new number: later actions name that one.
        state.master_tickets[action.account_id, action.new_ticket] = trade.trade_id
        if action.seq == trade.last_seq:
            trade.ticket = action.new_ticket


def complete(state: State, trade: TradeState, seq: int, now: Instant, out: Outbox) -> None:
    """Bring action *seq* to every lane that has not got it; lanes made later get it then."""
    action = trade.actions[seq]
    if isinstance(action, TradeIntent):
        return
    for account_id, lane in trade.lanes.items():
        if (seq, account_id) not in trade.decisions:
            lanes.enqueue(state, trade, lane, action, now, out)


def _unknown(state: State, said: AgentSaid, action: TradeModify | TradeClose, out: Outbox) -> None:
    """An action of a trade that nobody opened here.

    A lossless EA reports the open first and repeats both until acknowledged, so it may come
    again; a legacy EA reports closes of positions that were open before Echo was there.  One that
    has not introduced itself yet may be either: what an Agent kept for it has to come again.
    """
    refusal = Refusal(
        ErrorCode.NOT_FOUND, f"no open of ticket {action.ticket} is known on {action.account_id}"
    )
    legacy = state.account(action.account_id).is_legacy
    receipts.give(said, Receipt.OK if legacy else Receipt.RETRY, out, None if legacy else refusal)
    out.observe(
        InputRefused(peer=action.client_id, reason="unknown_trade", sentence=refusal.sentence)
    )

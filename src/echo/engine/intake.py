"""Intake of a master's actions: known ones are acknowledged, new ones journaled and fanned out."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import MessageAck, Outcome, Receipt, TradeIntentAck
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import ActionReceived, DecisionSettled, InputRefused
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, AccountId, TradeId
from echo.domain.intents import (
    MasterAction,
    TradeClose,
    TradeIntent,
    TradeModify,
    action_content,
    action_kind,
)
from echo.domain.journal import DecisionRecord, TradeStatus
from echo.domain.quantities import Instant
from echo.domain.symbols import normalize_canonical
from echo.engine import decisions, dispatch, lanes, rows
from echo.engine.copying import decide_open
from echo.engine.effects import Send
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState, Lane, PendingAck, State, TradeState


def take(state: State, said: AgentSaid, action: MasterAction, now: Instant, out: Outbox) -> None:
    """Take in one action; whatever happens, its sender learns what became of it."""
    action = _resolved(state, action)
    if action.trade_id in state.settled:
        _receipt(said, action, Receipt.OK, out)
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
        )
    )
    if trade is not None and known is not None:
        _repeated(trade, known, said, action, out)
    elif isinstance(action, TradeIntent):
        _open(state, said, action, now, out)
    elif trade is None:
        _unknown(state, said, action, out)
    else:
        _follow_up(state, trade, said, action, now, out)


def go_on(state: State, trade_id: TradeId, now: Instant, out: Outbox) -> None:
    """Decide for the next chunk of followers; after the last, acknowledge."""
    trade = state.trades.get(trade_id)
    if trade is None:
        return
    start = trade.fanned_out
    chunk = trade.followers[start : start + state.settings.fanout_chunk]
    for account_id in chunk:
        _decide(state, trade, account_id, now, out)
    trade.fanned_out = start + len(chunk)
    if trade.fanned_out < len(trade.followers):
        out.arm(("fanout", trade_id), now.mono_ms)
        return
    ack, trade.pending_ack = trade.pending_ack, None
    if ack is not None:
        said = AgentSaid(ack.agent_id, ack.session, ack.message_id, trade.intent)
        _receipt(said, trade.intent, Receipt.OK, out)
    for seq in sorted(trade.actions):
        complete(state, trade, seq, now, out)
    finish(state, trade, now, out)


def finish(state: State, trade: TradeState, now: Instant, out: Outbox) -> None:
    """Write the trade's row; when nothing about it can change any more, keep only its id."""
    settled = trade.is_settled
    out.persist(rows.trade_record(trade, now, settled=settled))
    if settled:
        state.settled.add(trade.trade_id)
        del state.trades[trade.trade_id]
        state.master_tickets.pop((trade.intent.account_id, trade.ticket), None)


def _resolved(state: State, action: MasterAction) -> MasterAction:
    """Find the trade of a legacy EA's close by master and ticket: its trade id may be fresh."""
    if not isinstance(action, TradeClose) or action.trade_id in state.trades:
        return action
    if action.trade_id in state.settled:
        return action
    trade_id = state.master_tickets.get((action.account_id, action.ticket))
    return action if trade_id is None else replace(action, trade_id=trade_id)


def _repeated(
    trade: TradeState, known: MasterAction, said: AgentSaid, action: MasterAction, out: Outbox
) -> None:
    if action_content(known) != action_content(action):
        _receipt(
            said,
            action,
            Receipt.RETRY,
            out,
            Refusal(
                ErrorCode.SEQ_CONFLICT,
                f"action {action.seq} of this trade is known with other content",
            ),
            last_seq=trade.last_seq,
        )
    elif action.seq == 0 and trade.fanned_out < len(trade.followers):
        # Not all followers are journaled yet: the acknowledgement goes out with the last chunk.
        trade.pending_ack = PendingAck(said.agent_id, said.session, said.message_id)
    else:
        _receipt(said, action, Receipt.OK, out)


def _open(state: State, said: AgentSaid, intent: TradeIntent, now: Instant, out: Outbox) -> None:
    master = state.account(intent.account_id)
    canonical = master.canonical_of.get(intent.symbol.upper()) or normalize_canonical(
        intent.symbol, state.settings.canonical_symbols
    )
    trade = TradeState(
        intent=intent,
        canonical=canonical,
        followers=tuple(
            each for each in state.settings.slave_accounts if each != intent.account_id
        ),
        taken_mono_ms=now.mono_ms,
        age_ms=_age_ms(state, said, intent, now),
        ticket=intent.ticket,
        volume_initial=intent.volume_initial or intent.lot,
        volume_remaining=intent.lot,
        stop_loss=intent.stop_loss,
        take_profit=intent.take_profit,
        opened_at_ms=now.wall_ms,
        pending_ack=PendingAck(said.agent_id, said.session, said.message_id),
    )
    trade.actions[intent.seq] = intent
    state.trades[trade.trade_id] = trade
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
        if state.account(intent.account_id).offers(Feature.LOSSLESS):
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


def _decide(
    state: State, trade: TradeState, account_id: AccountId, now: Instant, out: Outbox
) -> None:
    account = state.account(account_id)
    lane = trade.lanes[account_id] = Lane(account_id)
    copy = decide_open(state, trade, account, now)
    if isinstance(copy, Refusal):
        _omit(trade, lane, copy, now, out)
        return
    order = copy.order
    lane.open_command_id = order.command_id
    lane.symbol = order.symbol
    ttl_ms = order.ttl_ms or 0
    decisions.open_decision(
        trade, lane, trade.intent, now, out, command_id=order.command_id, inputs=copy.inputs
    )
    command = CommandState(
        command=order,
        account_id=account_id,
        trade_id=trade.trade_id,
        seq=order.seq,
        deadline_mono_ms=now.mono_ms + ttl_ms,
        age_base_ms=order.age_ms or 0,
        taken_mono_ms=now.mono_ms,
    )
    dispatch.issue(state, command, now, out)
    if not command.maybe_sent:
        out.arm(("expire", order.command_id), now.mono_ms + ttl_ms)


def _omit(trade: TradeState, lane: Lane, refusal: Refusal, now: Instant, out: Outbox) -> None:
    """Write the omission in one row: most actions of a desk concern few of its accounts."""
    lane.opened = Outcome.OMITTED
    row = DecisionRecord(
        trade_id=trade.trade_id,
        seq=0,
        account_id=lane.account_id,
        kind=action_kind(trade.intent),
        outcome=Outcome.OMITTED,
        code=refusal.code,
        sentence=refusal.sentence,
        inputs=(),
        command_id=None,
        decided_at_ms=now.wall_ms,
        settled_at_ms=now.wall_ms,
    )
    trade.decisions[0, lane.account_id] = row
    out.persist(row)
    out.observe(
        DecisionSettled(
            trade_id=trade.trade_id,
            seq=0,
            kind=row.kind,
            account_id=lane.account_id,
            symbol=trade.canonical or trade.intent.symbol,
            outcome=Outcome.OMITTED,
            code=refusal.code,
            sentence=refusal.sentence,
        )
    )


def _follow_up(
    state: State,
    trade: TradeState,
    said: AgentSaid,
    action: TradeModify | TradeClose,
    now: Instant,
    out: Outbox,
) -> None:
    trade.actions[action.seq] = action
    out.persist(rows.action_record(action, now))
    if isinstance(action, TradeModify):
        trade.stop_loss = _level(trade.stop_loss, action.stop_loss)
        trade.take_profit = _level(trade.take_profit, action.take_profit)
    elif action.seq == SEQ_CLOSE:
        trade.volume_remaining = Decimal(0)
        trade.status = TradeStatus.CLOSED
    else:
        _reduced(state, trade, action)
    complete(state, trade, action.seq, now, out)
    _receipt(said, action, Receipt.OK, out)
    finish(state, trade, now, out)


def _level(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    if after is None:
        return before
    return after or None


def _reduced(state: State, trade: TradeState, action: TradeClose) -> None:
    trade.status = TradeStatus.PARTIALLY_CLOSED
    if action.volume_remaining is not None:
        trade.volume_remaining = min(trade.volume_remaining, action.volume_remaining)
    if action.new_ticket is not None:
        # MT4 gives the remainder a new number: later actions name that one.
        state.master_tickets[action.account_id, action.new_ticket] = trade.trade_id
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
    again; a legacy EA reports closes of positions that were open before Echo was there.
    """
    refusal = Refusal(
        ErrorCode.NOT_FOUND, f"no open of ticket {action.ticket} is known on {action.account_id}"
    )
    lossless = state.account(action.account_id).offers(Feature.LOSSLESS)
    receipt = Receipt.RETRY if lossless else Receipt.OK
    _receipt(said, action, receipt, out, refusal if lossless else None)
    out.observe(
        InputRefused(peer=action.client_id, reason="unknown_trade", sentence=refusal.sentence)
    )


def _receipt(
    said: AgentSaid,
    action: MasterAction,
    receipt: Receipt,
    out: Outbox,
    refusal: Refusal | None = None,
    last_seq: int | None = None,
) -> None:
    ack = TradeIntentAck(
        trade_id=action.trade_id,
        seq=action.seq,
        result=receipt,
        account_id=action.account_id,
        error_code=refusal.code if refusal else ErrorCode.NO_ERROR,
        error_message=refusal.sentence if refusal else "",
        last_seq=last_seq,
    )
    out.send(Send(said.agent_id, said.session, ack))
    if said.message_id is not None:
        out.send(Send(said.agent_id, said.session, MessageAck(message_id=said.message_id)))

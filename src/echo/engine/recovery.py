"""Recovery: the durable part of the state, read back from the journal; starting is recovering."""

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CancelPendings, Flatten
from echo.domain.ids import NO_TRADE, SEQ_CLOSE, SEQ_OPEN, AccountId
from echo.domain.intents import TradeIntent
from echo.domain.journal import CommandState as JournaledCommand
from echo.domain.journal import CommandStatus, DecisionRecord, Recovered, TradeRecord
from echo.domain.ledger_files import LedgerFiles
from echo.domain.quantities import Instant
from echo.engine import (
    enrolling,
    intake,
    lanes,
    legacy,
    limits,
    protecting,
    rulebook,
    settings_history,
    waiting,
    window_watch,
)
from echo.engine.decisions import CLOSED_WHY
from echo.engine.outbox import Outbox
from echo.engine.settled import Recalls, SettledTrades
from echo.engine.state import CommandState, Lane, State, TradeState

_NEVER_SENT = frozenset({Outcome.OMITTED, Outcome.SHADOWED})

"""Commands of no lane do not say which trade they are about."""


def restore(state: State, recovered: Recovered, now: Instant, out: Outbox) -> None:
    """Replace everything durable by what the journal holds, and go on with what is unfinished."""
    state.trades, state.commands, state.master_tickets, state.renamed = {}, {}, {}, {}
    state.settled = SettledTrades(
        recovered.settled, since_ms=recovered.settled_since_ms, now_wall_ms=now.wall_ms
    )
    state.recalls = Recalls()
    state.ledger_marks = {mark.account_id: mark.ledger_n for mark in recovered.ledger_marks}
    state.agent_epochs = {each.agent_id: each.epoch for each in recovered.agent_epochs}
    state.left_alone, state.unfilled = {}, {}
    for trade_id, account_id in sorted(recovered.left_alone):
        state.left_alone.setdefault(trade_id, set()).add(account_id)
    for account in state.accounts.values():
        account.unresolved, account.led, account.followed = {}, {}, {}
        account.held, account.unprotected = {}, {}
        account.evidence.reset()
        account.stored_verdict = None
    _restore_accounts(state, recovered)
    rulebook.restore(state, recovered, now, out)
    settings_history.restore(state, recovered, now, out)
    limits.restore(state, recovered.limits)
    enrolling.restore(state, recovered, out)
    _restore_trades(state, recovered)
    for journaled in recovered.commands:
        _restore_command(state, journaled)
    for earlier, command_id in state.renamed.items():
        if command_id in state.commands:
            state.commands[command_id].earlier += (earlier,)
    for trade in tuple(state.trades.values()):
        _go_on(state, trade, now, out)
    window_watch.look(state, now, out)


def _restore_accounts(state: State, recovered: Recovered) -> None:
    for record in recovered.accounts:
        account = state.account(record.account_id)
        account.role = record.role
        account.metadata = record.metadata
        if not account.files.file_id and record.metadata is not None:
            account.files = LedgerFiles(file_id=record.metadata.ledger_id)
    for symbols in recovered.symbol_maps:
        account = state.account(symbols.account_id)
        account.symbols = {each.canonical_symbol: each for each in symbols.symbols}
        account.canonical_of = {
            each.broker_symbol.upper(): each.canonical_symbol for each in symbols.symbols
        }


def _restore_trades(state: State, recovered: Recovered) -> None:
    actions = {(each.trade_id, each.seq): each for each in recovered.actions}
    for record in recovered.trades:
        opened = actions.get((record.trade_id, SEQ_OPEN))
        if opened is None or not isinstance(opened.action, TradeIntent):
            continue
        state.trades[record.trade_id] = _trade(record, opened.action)
    for action in recovered.actions:
        trade = state.trades.get(action.trade_id)
        if trade is not None:
            trade.actions[action.seq] = action.action
    for trade in state.trades.values():
        state.account(trade.intent.account_id).led[trade.trade_id] = None
        for ticket in (trade.ticket, *trade.tickets):
            state.master_tickets[trade.intent.account_id, ticket] = trade.trade_id
    for row in recovered.decisions:
        trade = state.trades.get(row.trade_id)
        if trade is not None:
            _restore_decision(trade, row)
            if row.seq == SEQ_OPEN and row.outcome not in _NEVER_SENT:
                state.account(row.account_id).followed[row.trade_id] = None
    for copy in recovered.copies:
        trade = state.trades.get(copy.trade_id)
        if trade is None or copy.account_id not in trade.lanes:
            continue
        lane = trade.lanes[copy.account_id]
        lane.ticket, lane.symbol, lane.open_price = copy.ticket, copy.symbol, copy.open_price
        lane.lot_initial, lane.lot_remaining = copy.lot_initial, copy.lot_remaining
        lane.closed = copy.lot_remaining == 0
        entry = trade.decisions.get((SEQ_OPEN, copy.account_id))
        lane.closed_why = str(dict(entry.inputs).get(CLOSED_WHY, "")) if entry else ""
        closed_here = lane.closed_why or _was_closed(trade, copy.account_id)
        lane.by_hand = lane.closed and not closed_here


def _was_closed(trade: TradeState, account_id: AccountId) -> bool:
    """Whether an answer to one of Echo's commands says that the copy is closed."""
    closing = {Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE}
    return any(
        row.outcome in closing for (_, each), row in trade.decisions.items() if each == account_id
    )


def _restore_decision(trade: TradeState, row: DecisionRecord) -> None:
    trade.decisions[row.seq, row.account_id] = row
    trade.undecided += not row.outcome.is_final
    lane = trade.lanes.setdefault(row.account_id, Lane(row.account_id))
    if row.seq == SEQ_OPEN:
        lane.opened = row.outcome
        lane.open_command_id = row.command_id
    elif row.seq != SEQ_CLOSE and row.command_id is not None:
        lane.seq_applied = max(lane.seq_applied, row.seq)


def _trade(record: TradeRecord, intent: TradeIntent) -> TradeState:
    return TradeState(
        intent=intent,
        canonical=record.symbol,
        followers=record.followers,
        taken_mono_ms=None,
        # The age that an entry reached before the restart is lost; unknown is too old.
        age_ms=None,
        ticket=record.master_ticket,
        volume_initial=record.volume_initial,
        volume_remaining=record.volume_remaining,
        stop_loss=record.stop_loss,
        take_profit=record.take_profit,
        opened_at_ms=record.opened_at_ms,
        status=record.status,
    )


def _restore_command(state: State, journaled: JournaledCommand) -> None:
    command = journaled.record.command
    if isinstance(command, (CancelPendings, Flatten)):
        _restore_sweep(state, journaled, command)
        return
    trade = state.trades.get(command.trade_id)
    row = trade.decisions.get((command.seq, journaled.record.account_id)) if trade else None
    if trade is None or row is None or row.outcome.is_final:
        return
    if row.command_id != command.command_id:
        # An earlier generation: only a close may still be answered under its id.
        if command.seq != SEQ_OPEN and row.command_id is not None:
            state.renamed[command.command_id] = row.command_id
        return
    restored = CommandState(
        command=command,
        account_id=journaled.record.account_id,
        trade_id=command.trade_id,
        seq=command.seq,
        agent_id=journaled.record.agent_id,
        maybe_sent=True,
        generation=legacy.generation_of(command),
    )
    if row.outcome is Outcome.IN_DOUBT:
        restored.status = CommandStatus.IN_DOUBT
        restored.stage = AckStage.EA_CONFIRMED
    state.commands[command.command_id] = restored
    state.account(restored.account_id).unresolved[command.command_id] = None
    if command.seq != SEQ_OPEN:
        trade.lanes[restored.account_id].current = command.command_id


def _restore_sweep(
    state: State, journaled: JournaledCommand, command: CancelPendings | Flatten
) -> None:
    """A command of no lane is only loaded while it has no answer."""
    account_id = journaled.record.account_id
    state.commands[command.command_id] = CommandState(
        command=command,
        account_id=account_id,
        trade_id=NO_TRADE,
        seq=SEQ_CLOSE,
        agent_id=journaled.record.agent_id,
        maybe_sent=True,
    )
    state.account(account_id).unresolved[command.command_id] = None


def _go_on(state: State, trade: TradeState, now: Instant, out: Outbox) -> None:
    """Put back into the lanes what waited there, and finish a fan-out that was cut short."""
    for (seq, account_id), row in sorted(trade.decisions.items()):
        if seq != SEQ_OPEN and row.outcome is Outcome.PENDING and row.command_id is None:
            trade.lanes[account_id].waiting[seq] = trade.actions[seq]
    trade.fanned_out = len(trade.lanes)
    if trade.fanned_out < len(trade.followers):
        intake.go_on(state, trade.trade_id, now, out)
    else:
        for seq in sorted(trade.actions):
            intake.complete(state, trade, seq, now, out)
    protecting.watch_all(state, trade, now, out)
    for lane in trade.lanes.values():
        waiting.lost(state, trade, lane, now, out)
        lanes.advance(state, trade, lane, now, out)
        lanes.watch_close(trade, lane, now, out)
    if trade.trade_id in state.trades and trade.is_settled:
        intake.finish(state, trade, now, out)

"""What has no outcome yet, and why it has none: an operator's view of the lanes."""

from collections.abc import Collection, Container, Iterator
from itertools import chain, islice

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CancelPendings, ExecuteOrder, Flatten
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, Ticket, TradeId
from echo.domain.intents import ActionKind, action_kind
from echo.domain.journal import CommandStatus, DecisionRecord
from echo.domain.operations import PENDING_ROWS_MAX, ListPending, PendingList, PendingWork
from echo.domain.quantities import Instant
from echo.engine.decisions import CANDIDATES
from echo.engine.dispatch import owner_of
from echo.engine.state import AccountState, CommandState, Lane, State, TradeState
from echo.engine.waiting import WAITS_BECAUSE

WAITING_SHOWN_MAX = 5
"""Actions shown of one lane."""


def listed(state: State, asked: ListPending, now: Instant) -> PendingList:
    """Return what is unresolved: what is in doubt first, then in the order of issue.

    Only what is shown is looked at closely: a desk may have ten thousand commands under way.
    """
    commands = _of_account(state, asked.account_id)
    doubts = [each for each in commands if is_in_doubt(each)]
    others = (each for each in commands if not is_in_doubt(each))
    rows: list[PendingWork] = []
    seen: set[tuple[TradeId, AccountId]] = set()
    for command in islice(chain(doubts, others), PENDING_ROWS_MAX):
        rows.append(_of_command(state, command, now))
        lane = (command.trade_id, command.account_id)
        if lane not in seen:
            seen.add(lane)
            rows += _behind(state, command, now)
    held = chain.from_iterable(_held(state, each, now) for each in _accounts(state, asked))
    rows += islice(held, PENDING_ROWS_MAX)
    deferred = (_deferred(state, each, seen, now) for each in _accounts(state, asked))
    rows += islice(chain.from_iterable(deferred), PENDING_ROWS_MAX)
    return PendingList(rows=tuple(rows), total=len(commands))


def _accounts(state: State, asked: ListPending) -> Collection[AccountState]:
    if asked.account_id is None:
        return state.accounts.values()
    account = state.accounts.get(asked.account_id)
    return [account] if account else []


def _held(state: State, account: AccountState, now: Instant) -> Iterator[PendingWork]:
    """Yield the entries that wait on an account, and what each of them waits for."""
    for trade_id, held in account.held.items():
        row = state.trades[trade_id].decisions[SEQ_OPEN, account.account_id]
        yield PendingWork(
            command_id=None,
            trade_id=trade_id,
            seq=SEQ_OPEN,
            account_id=account.account_id,
            kind=ActionKind.OPEN,
            stage=AckStage.CORE_ACCEPTED,
            status=CommandStatus.PENDING,
            attempt=0,
            age_ms=now.mono_ms - held.since_mono_ms,
            ticket=None,
            candidates=(),
            why=f"waits, for {dict(row.inputs)[WAITS_BECAUSE]}",
        )


def _deferred(
    state: State, account: AccountState, shown: Container[tuple[TradeId, AccountId]], now: Instant
) -> Iterator[PendingWork]:
    """Yield what waits in an account's lanes behind no command: for the end of a window."""
    for trade_id in account.followed:
        trade = state.trades[trade_id]
        lane = trade.lanes[account.account_id]
        if (trade_id, account.account_id) not in shown:
            for seq in sorted(lane.waiting)[:WAITING_SHOWN_MAX]:
                yield _of_waiting(trade, lane, seq, now)


def _of_account(state: State, account_id: AccountId | None) -> Collection[CommandState]:
    if account_id is None:
        return state.commands.values()
    account = state.accounts.get(account_id)
    return [state.commands[each] for each in account.unresolved] if account else []


def _behind(state: State, command: CommandState, now: Instant) -> Iterator[PendingWork]:
    """Yield what waits in the command's lane."""
    trade = state.trades.get(command.trade_id)
    lane = trade.lanes.get(command.account_id) if trade else None
    if trade is not None and lane is not None:
        for seq in sorted(lane.waiting)[:WAITING_SHOWN_MAX]:
            yield _of_waiting(trade, lane, seq, now)


def is_in_doubt(command: CommandState) -> bool:
    """Whether nobody can tell if the command was executed."""
    return command.status is CommandStatus.IN_DOUBT


def decision_of(state: State, command: CommandState) -> DecisionRecord | None:
    """Return the decision that *command* carries out; ``None`` for a command of no lane."""
    trade = state.trades.get(command.trade_id)
    return trade.decisions.get((command.seq, command.account_id)) if trade else None


def age_ms(state: State, command: CommandState, now: Instant) -> int:
    """Return how long the command has had no outcome; by the wall clock after a restart."""
    if command.taken_mono_ms is not None:
        return now.mono_ms - command.taken_mono_ms
    row = decision_of(state, command)
    return 0 if row is None else max(0, now.wall_ms - row.decided_at_ms)


def candidates_of(row: DecisionRecord | None) -> tuple[Ticket, ...]:
    """Return the positions that an open in doubt may have led to, as its terminal told them."""
    told = str(dict(row.inputs).get(CANDIDATES, "")) if row is not None else ""
    return tuple(Ticket(int(each)) for each in told.split() if each.isascii() and each.isdigit())


def _of_command(state: State, command: CommandState, now: Instant) -> PendingWork:
    order = command.command
    row = decision_of(state, command)
    ticket = None
    if not isinstance(order, (ExecuteOrder, CancelPendings, Flatten)):
        ticket = order.ticket
    return PendingWork(
        command_id=order.command_id,
        trade_id=command.trade_id,
        seq=command.seq,
        account_id=command.account_id,
        kind=row.kind if row is not None else ActionKind.CLOSE,
        stage=command.stage,
        status=command.status,
        attempt=command.attempt,
        age_ms=age_ms(state, command, now),
        ticket=ticket,
        candidates=candidates_of(row) if is_in_doubt(command) else (),
        why=why(state, command),
    )


def _of_waiting(trade: TradeState, lane: Lane, seq: int, now: Instant) -> PendingWork:
    row = trade.decisions.get((seq, lane.account_id))
    return PendingWork(
        command_id=None,
        trade_id=trade.trade_id,
        seq=seq,
        account_id=lane.account_id,
        kind=action_kind(lane.waiting[seq]),
        stage=AckStage.CORE_ACCEPTED,
        status=CommandStatus.PENDING,
        attempt=0,
        age_ms=max(0, now.wall_ms - row.decided_at_ms) if row is not None else 0,
        ticket=lane.ticket,
        candidates=(),
        why=row.sentence if row is not None and row.sentence else _why_waiting(lane),
    )


def why(state: State, command: CommandState) -> str:
    """Say what the command waits for."""
    if is_in_doubt(command):
        row = decision_of(state, command)
        told = f": {row.sentence}" if row is not None and row.sentence else ""
        return f"in doubt, a person must settle it{told}"
    account = state.account(command.account_id)
    if command.resting:
        said = command.refusal.sentence if command.refusal else "its result is not known"
        return f"refused {command.refusals} times ({said}), is tried again"
    owner = owner_of(state, account)
    if owner is None:
        return f"no Agent that owns account {command.account_id} is connected"
    if not account.connected:
        return f"the EA of account {command.account_id} is not connected to {owner.agent_id}"
    if command.stage < AckStage.AGENT_BUFFERED:
        return f"sent {command.attempt} times, {owner.agent_id} has not confirmed it"
    if command.stage < AckStage.PIPE_DELIVERED:
        return f"{owner.agent_id} has it, the EA has not confirmed it"
    return "the EA has it and has not answered"


def _why_waiting(lane: Lane) -> str:
    if lane.opened is Outcome.IN_DOUBT:
        return f"waits for its open, which is in doubt: settle {lane.open_command_id}"
    if lane.opened is Outcome.PENDING:
        return f"waits for its open {lane.open_command_id}"
    return f"waits for {lane.current}"


def is_close(command: CommandState) -> bool:
    """Whether the command closes a position whole."""
    return command.seq == SEQ_CLOSE

"""Settling: a person says what became of a command, where no program can know."""

from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.commands import CancelPendings, ExecuteOrder, Flatten, ReduceOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, Ticket
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus, TradeStatus
from echo.domain.operations import (
    SETTLEMENTS,
    Carried,
    NotDone,
    OperationCode,
    Settle,
)
from echo.domain.quantities import Instant
from echo.engine import decisions, dispatch, intake, lanes, pending, protecting, rows
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState, Lane, State, TradeState

STUCK_OPEN_MS = 95_000
"""An open without an answer for so long after its time is not executed any more.

Back-off of 10 s, 65 s in which late fills appear, and 20 s to look for them.
"""

STUCK_MS = 30_000
"""Anything else without an outcome for so long may be settled by hand."""

_STATUS = {Outcome.FAILED: CommandStatus.FAILED} | dict.fromkeys(
    (Outcome.OMITTED, Outcome.MANUAL), CommandStatus.CANCELLED
)


def settle(
    state: State, command: CommandState, asked: Settle, by: str, now: Instant, out: Outbox
) -> Carried | NotDone:
    """Record the person's word, let what waited for it go on, or refuse."""
    trade = state.trades.get(command.trade_id)
    row = pending.decision_of(state, command)
    if trade is None or row is None:
        return NotDone(
            code=OperationCode.NOT_STUCK,
            sentence=f"{asked.command_id} belongs to no trade: it is repeated until answered",
        )
    refusal = _wrong(row.kind, asked) or _not_yet(state, command, now)
    if refusal is None and asked.ticket is not None:
        candidates = pending.candidates_of(row)
        refusal = _wrong_ticket(state, trade, command, candidates, asked)
    if refusal is not None:
        return refusal
    lane = trade.lanes[command.account_id]
    outcome = _apply(state, trade, lane, command, asked, now, out)
    protecting.watch(state, trade, lane, now, out)
    sentence = f"settled by {by}: {outcome}"
    if asked.ticket is not None:
        sentence += f", ticket {asked.ticket}"
    decisions.settle(
        trade,
        lane,
        command.seq,
        outcome,
        now,
        out,
        code=_code(outcome),
        sentence=sentence,
    )
    command.status = _STATUS.get(outcome, CommandStatus.ACKED)
    out.persist(dispatch.progress(command, now, sentence))
    dispatch.forget(state, command, out)
    if lane.current == asked.command_id:
        lane.current = None
    lanes.advance(state, trade, lane, now, out)
    intake.finish(state, trade, now, out)
    return Carried(command_id=asked.command_id, sentence=sentence)


def _wrong(kind: ActionKind, asked: Settle) -> NotDone | None:
    allowed = SETTLEMENTS[kind]
    if asked.outcome not in allowed:
        return NotDone(
            code=OperationCode.WRONG_OUTCOME,
            sentence=f"{asked.command_id} carries out a master's {kind}, which is settled as"
            f" {', '.join(allowed)}; not as {asked.outcome}",
        )
    if asked.outcome is Outcome.FILLED and not asked.ticket:
        return NotDone(
            code=OperationCode.TICKET_NEEDED,
            sentence="filled needs the ticket of the position: its close goes there",
        )
    return None


def _not_yet(state: State, command: CommandState, now: Instant) -> NotDone | None:
    """Refuse while the terminal may still answer: two outcomes for one command are one too many."""
    if pending.is_in_doubt(command) or command.resting:
        return None
    age_ms = pending.age_ms(state, command, now)
    patience_ms = STUCK_MS
    if isinstance(command.command, ExecuteOrder):
        patience_ms = STUCK_OPEN_MS + (command.command.ttl_ms or 0)
    if age_ms > patience_ms:
        return None
    return NotDone(
        code=OperationCode.NOT_STUCK,
        sentence=f"{command.command.command_id} is neither in doubt nor stuck: it has been on its"
        f" way for {age_ms} ms, and may be settled by hand after {patience_ms} ms",
    )


def _wrong_ticket(
    state: State,
    trade: TradeState,
    command: CommandState,
    candidates: tuple[Ticket, ...],
    asked: Settle,
) -> NotDone | None:
    ticket, account_id = asked.ticket, command.account_id
    if ticket is None or ticket <= 0:
        return NotDone(code=OperationCode.TICKET_NEEDED, sentence=f"{ticket} is no ticket")
    holder = _holder(state, trade, account_id, ticket)
    if holder is not None:
        return NotDone(
            code=OperationCode.TICKET_TAKEN,
            sentence=f"ticket {ticket} of account {account_id} is the copy of trade {holder}",
        )
    if candidates and ticket not in candidates and not asked.sure:
        return NotDone(
            code=OperationCode.NOT_A_CANDIDATE,
            sentence=f"the EA of account {account_id} says that it may be"
            f" {', '.join(map(str, candidates))}, not {ticket}; if you are sure, say so",
        )
    return None


def _holder(state: State, own: TradeState, account_id: AccountId, ticket: Ticket) -> str | None:
    for trade in state.trades.values():
        lane = trade.lanes.get(account_id)
        if trade is not own and lane is not None and lane.ticket == ticket:
            return trade.trade_id
    return None


def _apply(
    state: State,
    trade: TradeState,
    lane: Lane,
    command: CommandState,
    asked: Settle,
    now: Instant,
    out: Outbox,
) -> Outcome:
    """Bring the lane to what the person says; return the outcome, as it is written down."""
    order, outcome = command.command, asked.outcome
    assert not isinstance(order, CancelPendings | Flatten)  # noqa: S101 -- these have no lane
    if isinstance(order, ExecuteOrder):
        lane.opened = outcome
        if outcome is Outcome.FILLED:
            lane.ticket, lane.symbol = asked.ticket, order.symbol
            lane.open_price = _shown_price(state, lane) or trade.intent.price
            lane.lot_initial = lane.lot_remaining = order.lot
            if trade.status is TradeStatus.PENDING:
                trade.status = TradeStatus.FILLED
            out.persist(rows.copy_record(trade, lane, now))
        return outcome
    if outcome is Outcome.REDUCED and isinstance(order, ReduceOrder):
        lane.lot_remaining = min(lane.lot_remaining, order.remaining_lot)
        lane.ticket = asked.ticket or lane.ticket
        if lane.lot_remaining == 0:
            outcome = Outcome.CLOSED
    elif outcome in {Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE, Outcome.NOTHING_TO_MODIFY}:
        lane.lot_remaining = Decimal(0)
    elif outcome is not Outcome.MANUAL:
        return outcome
    # A position that a person looks after is none of Echo's business any more.
    lane.closed = outcome is Outcome.MANUAL or lane.lot_remaining == 0
    if outcome is not Outcome.MANUAL:
        out.persist(rows.copy_record(trade, lane, now))
    return outcome


def _shown_price(state: State, lane: Lane) -> Decimal | None:
    """Return what the copy was opened at, ``None`` = its terminal has not shown it yet."""
    shown = state.account(lane.account_id).positions
    return next((each.open_price for each in shown if each.ticket == lane.ticket), None)


def _code(outcome: Outcome) -> ErrorCode:
    if outcome is Outcome.FAILED:
        return ErrorCode.NOT_EXECUTED
    return ErrorCode.UNKNOWN if outcome is Outcome.OMITTED else ErrorCode.NO_ERROR

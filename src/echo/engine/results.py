"""Results: what a slave's terminal answered, and what follows from it."""

from decimal import Decimal

from echo.domain.answers import AckStage, ExecutionResult, MessageAck, Outcome, ResultAck
from echo.domain.commands import CancelPendings, CommandKind, ExecuteOrder, Flatten
from echo.domain.copies import replace
from echo.domain.errors import OMISSION_CODES, ErrorCode, Refusal
from echo.domain.facts import Alarm, InputRefused
from echo.domain.ids import NO_TRADE, SEQ_OPEN, CommandId
from echo.domain.intents import ActionKind
from echo.domain.journal import (
    CommandStatus,
    ExecutionRecord,
    LedgerMark,
    TradeStatus,
)
from echo.domain.quantities import Instant
from echo.engine import (
    contradictions,
    decisions,
    dispatch,
    entering,
    flattening,
    intake,
    lanes,
    legacy,
    protecting,
    retries,
    rows,
    telling,
)
from echo.engine.effects import Send
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox
from echo.engine.replica import is_owner
from echo.engine.state import CommandState, Lane, State, TradeState

"""Commands of no lane are stored without a trade."""


def take(state: State, said: AgentSaid, result: ExecutionResult, now: Instant, out: Outbox) -> None:
    """Take in one result.  One that is known, or belongs to nothing, is acknowledged all the same.

    Otherwise its terminal would repeat it for ever.
    """
    command = state.commands.get(state.renamed.get(result.command_id, result.command_id))
    trade = state.trades.get(command.trade_id) if command else None
    swept = command is not None and isinstance(command.command, (CancelPendings, Flatten))
    if command is None or (trade is None and not swept):
        contradictions.warn(state, result, out)
        _receipt(state, said, result, out)
        return
    account = state.account(command.account_id)
    if said.agent_id not in {account.agent_id, command.agent_id}:
        out.observe(
            InputRefused(
                peer=said.agent_id,
                reason="not_owner",
                sentence=f"result for account {command.account_id} came from {said.agent_id},"
                f" which does not own it",
            )
        )
        return
    if swept or trade is None:
        _swept(state, said, result, command, now, out)
        return
    # What was asked is known here; what an answer says of it can only be the same or wrong.
    answer = replace(result, kind=command.command.kind)
    if _is_repeated(command, answer):
        _receipt(state, said, result, out, command)
        return
    lane = trade.lanes[command.account_id]
    out.persist(
        ExecutionRecord(
            command_id=result.command_id,
            trade_id=trade.trade_id,
            account_id=command.account_id,
            agent_id=said.agent_id,
            result=result,
            received_at_ms=now.wall_ms,
        )
    )
    outcome = outcome_of(answer)
    telling.result_taken(state, trade, command, said.agent_id, answer, outcome, out)
    if legacy.reopened(state, trade, lane, command, answer, now, out) or entering.missed(
        state, trade, lane, command, answer, now, out
    ):
        pass
    elif outcome is Outcome.FAILED and answer.kind is not CommandKind.EXECUTE:
        _try_again(state, command, answer, now, out)
    else:
        _settle(state, trade, lane, command, answer, outcome, now, out)
    _receipt(state, said, result, out, command)
    lanes.advance(state, trade, lane, now, out)
    flattening.look_at(state, trade, lane, now, out)
    intake.finish(state, trade, now, out)


def _swept(
    state: State,
    said: AgentSaid,
    result: ExecutionResult,
    command: CommandState,
    now: Instant,
    out: Outbox,
) -> None:
    """A command that belongs to no lane was answered: that is all there is to it."""
    out.persist(
        ExecutionRecord(
            command_id=result.command_id,
            # As its command is stored: it is about tickets, not about an action of a trade.
            trade_id=NO_TRADE,
            account_id=command.account_id,
            agent_id=said.agent_id,
            result=replace(result, kind=command.command.kind),
            received_at_ms=now.wall_ms,
        )
    )
    command.stage = AckStage.EA_CONFIRMED
    command.status = CommandStatus.ACKED if result.success else CommandStatus.FAILED
    out.persist(dispatch.progress(command, now, result.error_message))
    dispatch.forget(state, command, out)
    if isinstance(command.command, Flatten):
        flattening.answered(state, command.command, result, now, out)
    _receipt(state, said, result, out, command)


def _is_repeated(command: CommandState, answer: ExecutionResult) -> bool:
    """Whether the answer has been taken in: doubt about what is in doubt, a no to what was before.

    Nor does "not this time" settle a doubt: it says nothing about the time before.
    """
    outcome = outcome_of(answer)
    if command.resting or answer.command_id in command.earlier:
        return outcome is Outcome.FAILED
    return command.status is CommandStatus.IN_DOUBT and outcome in {
        Outcome.IN_DOUBT,
        Outcome.OMITTED,
    }


def outcome_of(result: ExecutionResult) -> Outcome:
    """Read a result as the outcome of its action.

    Only an open can be in doubt or fail for good.  FAILED for anything else means that the
    position may still be as it was: such a command is tried again, for ever.
    """
    if result.kind is CommandKind.EXECUTE:
        return _outcome_of_open(result)
    if result.doubt:
        return Outcome.FAILED
    gone = result.error_code is ErrorCode.NOT_FOUND
    match result.kind:
        case CommandKind.MODIFY:
            if gone:
                return Outcome.NOTHING_TO_MODIFY
            return Outcome.MODIFIED if result.success else Outcome.OMITTED
        case CommandKind.REDUCE:
            if gone:
                return Outcome.NOTHING_TO_CLOSE
            if not result.success:
                unsupported = result.error_code is ErrorCode.UNSUPPORTED_BY_PEER
                return Outcome.OMITTED if unsupported else Outcome.FAILED
            return Outcome.UNCHANGED if result.executed_lot == 0 else Outcome.REDUCED
        case _:
            if gone:
                return Outcome.NOTHING_TO_CLOSE
            return Outcome.CLOSED if result.success else Outcome.FAILED


def _outcome_of_open(result: ExecutionResult) -> Outcome:
    if result.doubt:
        return Outcome.IN_DOUBT
    if result.success:
        # A fill that names no ticket cannot be closed: somebody has to find it first.
        return Outcome.FILLED if result.ticket and result.ticket > 0 else Outcome.IN_DOUBT
    return Outcome.OMITTED if result.error_code in OMISSION_CODES else Outcome.FAILED


def _settle(
    state: State,
    trade: TradeState,
    lane: Lane,
    command: CommandState,
    result: ExecutionResult,
    outcome: Outcome,
    now: Instant,
    out: Outbox,
) -> None:
    kind = trade.decisions[command.seq, lane.account_id].kind
    if kind is ActionKind.OPEN:
        _opened(trade, lane, command, result, outcome, now, out)
    elif outcome in {Outcome.REDUCED, Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE}:
        outcome = _shrunk(lane, result, outcome)
        out.persist(rows.copy_record(trade, lane, now))
    if outcome in {Outcome.FILLED, Outcome.MODIFIED}:
        protecting.watch(state, trade, lane, now, out)
    if outcome is Outcome.IN_DOUBT and result.candidates:
        decisions.note_candidates(trade, lane, command.seq, result.candidates)
    decisions.settle(
        trade,
        lane,
        command.seq,
        outcome,
        now,
        out,
        code=ErrorCode.NO_ERROR if result.success else result.error_code,
        sentence=_sentence(result, outcome),
        timestamps=result.timestamps,
        taken_mono_ms=command.taken_mono_ms,
    )
    command.stage = AckStage.EA_CONFIRMED
    if outcome is Outcome.IN_DOUBT:
        command.status = CommandStatus.IN_DOUBT
        out.persist(dispatch.progress(command, now, result.error_message))
        out.disarm(dispatch.resend_key(command.command.command_id))
        _warn_in_doubt(command, result, out)
        return
    command.status = CommandStatus.ACKED
    out.persist(dispatch.progress(command, now, result.error_message))
    dispatch.forget(state, command, out)
    if lane.current == command.command.command_id:
        lane.current = None


def _sentence(result: ExecutionResult, outcome: Outcome) -> str:
    """Return the terminal's own words; without any, at least its code."""
    if result.error_message or outcome not in {Outcome.OMITTED, Outcome.FAILED, Outcome.IN_DOUBT}:
        return result.error_message
    return f"the terminal gave no reason beyond {result.error_code.name}, ticket {result.ticket}"


def _opened(
    trade: TradeState,
    lane: Lane,
    command: CommandState,
    result: ExecutionResult,
    outcome: Outcome,
    now: Instant,
    out: Outbox,
) -> None:
    lane.opened = outcome
    if outcome is not Outcome.FILLED:
        return
    order = command.command
    assert isinstance(order, ExecuteOrder)  # noqa: S101 -- the open of a lane is always an order
    lane.ticket, lane.symbol = result.ticket, order.symbol
    lane.open_price = result.executed_price or trade.intent.price
    lane.lot_initial = lane.lot_remaining = result.executed_lot or order.lot
    if trade.status is TradeStatus.PENDING:
        trade.status = TradeStatus.FILLED
    out.persist(rows.copy_record(trade, lane, now))


def _shrunk(lane: Lane, result: ExecutionResult, outcome: Outcome) -> Outcome:
    if outcome is Outcome.REDUCED:
        if lane.closed:
            return outcome  # The close that overtook it was answered first.
        lane.lot_remaining = max(Decimal(0), lane.lot_remaining - (result.executed_lot or 0))
        lane.ticket = result.new_ticket or lane.ticket
        if lane.lot_remaining > 0:
            return outcome
        outcome = Outcome.CLOSED
    lane.closed = True
    lane.lot_remaining = Decimal(0)
    return outcome


def _try_again(
    state: State, command: CommandState, result: ExecutionResult, now: Instant, out: Outbox
) -> None:
    """A broker refused, or nobody can tell: the command names a state, so it is tried again."""
    sentence = f"{result.error_code.name}: {result.error_message}"
    refusal = None if result.doubt else Refusal(result.error_code, sentence)
    retries.note(command, AckStage.EA_CONFIRMED, sentence, now, out)
    wait_ms = dispatch.rest(state, command, refusal, now, out)
    out.persist(dispatch.progress(command, now, sentence))
    out.observe(
        Alarm(
            key=f"{result.kind}_refused:{command.trade_id}:{command.seq}:{command.account_id}",
            code=result.error_code.name,
            sentence=f"account {command.account_id} could not {result.kind}: {sentence};"
            f" next try in {wait_ms} ms",
            account_id=command.account_id,
            trade_id=command.trade_id,
            traceparent=result.traceparent,
        )
    )


def expire_unsent(state: State, command_id: CommandId, now: Instant, out: Outbox) -> None:
    """An open's time is used up and no frame of it ever left: it is certainly not executed."""
    command = state.commands.get(command_id)
    trade = state.trades.get(command.trade_id) if command else None
    if command is None or trade is None or command.maybe_sent or command.seq != SEQ_OPEN:
        return
    lane = trade.lanes[command.account_id]
    decisions.cancel_open(
        state,
        trade,
        lane,
        command,
        now,
        out,
        code=ErrorCode.DELAY_EXCEEDED,
        sentence=f"account {command.account_id} had no Agent while the entry was young enough",
    )
    lanes.advance(state, trade, lane, now, out)
    intake.finish(state, trade, now, out)


def _warn_in_doubt(command: CommandState, result: ExecutionResult, out: Outbox) -> None:
    tickets = ", ".join(map(str, result.candidates)) or "none"
    out.observe(
        Alarm(
            key=f"in_doubt:{command.command.command_id}",
            code="IN_DOUBT",
            sentence=f"nobody can tell whether account {command.account_id} executed"
            f" {command.command.command_id} (candidates: {tickets}); a person must settle it",
            account_id=command.account_id,
            trade_id=command.trade_id,
            traceparent=result.traceparent,
        )
    )


def _receipt(
    state: State,
    said: AgentSaid,
    result: ExecutionResult,
    out: Outbox,
    command: CommandState | None = None,
) -> None:
    account_id = command.account_id if command else result.account_id
    ledger_n = result.ledger_n or 0
    # A mark that is too high would make the account's terminal believe that it lost its memory.
    owned = command is not None or is_owner(state, account_id, said.agent_id)
    if owned and ledger_n > state.ledger_marks.get(account_id, 0):
        state.ledger_marks[account_id] = ledger_n
        out.persist(LedgerMark(account_id=account_id, ledger_n=ledger_n))
    out.send(
        Send(
            said.agent_id,
            said.session,
            ResultAck(command_id=result.command_id, account_id=account_id, ledger_n=ledger_n),
        )
    )
    if said.message_id is not None:
        out.send(Send(said.agent_id, said.session, MessageAck(message_id=said.message_id)))

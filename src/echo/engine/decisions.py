"""The decision ledger: one row for every action on every follower, from pending to its outcome."""

from echo.domain.answers import AckStage, Outcome
from echo.domain.copies import replace
from echo.domain.errors import MISSED_CODES, ErrorCode, Refusal
from echo.domain.facts import Alarm, DecisionSettled
from echo.domain.ids import SEQ_OPEN, CommandId, Ticket
from echo.domain.intents import ActionKind, MasterAction, action_kind
from echo.domain.journal import CommandStatus, DecisionRecord
from echo.domain.quantities import Instant, Timestamps
from echo.domain.sizing import Inputs
from echo.engine import dispatch
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState, Lane, State, TradeState

CLOSED_WHY = "closed_before_the_master"
"""Among the numbers behind an entry: why Echo closed the copy before its master did."""

CANDIDATES = "candidates"
"""Among the numbers behind a decision: positions that an open in doubt may have led to."""


def open_decision(
    trade: TradeState,
    lane: Lane,
    action: MasterAction,
    now: Instant,
    out: Outbox,
    *,
    command_id: CommandId | None = None,
    inputs: Inputs = (),
) -> None:
    """Write down that *action* concerns this follower and has no outcome yet."""
    row = DecisionRecord(
        trade_id=trade.trade_id,
        seq=action.seq,
        account_id=lane.account_id,
        kind=action_kind(action),
        outcome=Outcome.PENDING,
        code=ErrorCode.NO_ERROR,
        sentence="",
        inputs=inputs,
        command_id=command_id,
        decided_at_ms=now.wall_ms,
        settled_at_ms=None,
    )
    trade.decisions[action.seq, lane.account_id] = row
    trade.undecided += 1
    out.persist(row)


def omit_open(
    trade: TradeState,
    lane: Lane,
    refusal: Refusal,
    now: Instant,
    out: Outbox,
    *,
    inputs: Inputs = (),
) -> None:
    """Write an entry's omission in one row: most actions of a desk concern few of its accounts."""
    lane.opened = Outcome.OMITTED
    row = DecisionRecord(
        trade_id=trade.trade_id,
        seq=SEQ_OPEN,
        account_id=lane.account_id,
        kind=ActionKind.OPEN,
        outcome=Outcome.OMITTED,
        code=refusal.code,
        sentence=refusal.sentence,
        inputs=inputs,
        command_id=None,
        decided_at_ms=now.wall_ms,
        settled_at_ms=now.wall_ms,
    )
    write_final(trade, row, out)


def write_final(trade: TradeState, row: DecisionRecord, out: Outbox) -> None:
    """Write a decision that has its outcome at once, or when its entry has waited."""
    known = trade.decisions.get((row.seq, row.account_id))
    trade.undecided -= known is not None and not known.outcome.is_final
    trade.decisions[row.seq, row.account_id] = row
    out.persist(row)
    _tell(trade, row, out)


def attach_command(
    trade: TradeState, lane: Lane, seq: int, command_id: CommandId, out: Outbox
) -> None:
    """Write down which command carries the action out."""
    row = replace(trade.decisions[seq, lane.account_id], command_id=command_id)
    trade.decisions[seq, lane.account_id] = row
    out.persist(row)


def attach_entry(
    trade: TradeState, lane: Lane, command_id: CommandId, inputs: Inputs, out: Outbox
) -> None:
    """Write down which command makes the entry that has waited, and the numbers behind it."""
    row = trade.decisions[SEQ_OPEN, lane.account_id]
    row = replace(row, command_id=command_id, inputs=(*row.inputs, *inputs))
    trade.decisions[SEQ_OPEN, lane.account_id] = row
    out.persist(row)


def settle(
    trade: TradeState,
    lane: Lane,
    seq: int,
    outcome: Outcome,
    now: Instant,
    out: Outbox,
    *,
    code: ErrorCode = ErrorCode.NO_ERROR,
    sentence: str = "",
    timestamps: Timestamps | None = None,
    taken_mono_ms: int | None = None,
) -> None:
    """Write down an action's outcome.  A final outcome is never changed."""
    before = trade.decisions[seq, lane.account_id]
    if before.outcome.is_final:
        return
    row = replace(before, outcome=outcome, code=code, sentence=sentence, settled_at_ms=now.wall_ms)
    trade.decisions[seq, lane.account_id] = row
    if outcome.is_final:
        trade.undecided -= 1
    out.persist(row)
    latency_ms = now.mono_ms - taken_mono_ms if taken_mono_ms is not None else None
    _tell(trade, row, out, latency_ms=latency_ms, timestamps=timestamps)


def note(trade: TradeState, lane: Lane, seq: int, sentence: str, out: Outbox) -> None:
    """Write down why an action has no outcome yet."""
    row = trade.decisions[seq, lane.account_id]
    if row.sentence != sentence and not row.outcome.is_final:
        trade.decisions[seq, lane.account_id] = row = replace(row, sentence=sentence)
        out.persist(row)


def note_early_close(trade: TradeState, lane: Lane, why: str, out: Outbox) -> None:
    """Write down beside the entry why its copy is closed before its master is.

    Its outcome stays; what a restarted Core and whoever asks later must know is with it.
    """
    row = trade.decisions[SEQ_OPEN, lane.account_id]
    inputs = (*(each for each in row.inputs if each[0] != CLOSED_WHY), (CLOSED_WHY, why))
    trade.decisions[SEQ_OPEN, lane.account_id] = row = replace(row, inputs=inputs)
    lane.closed_why = why
    out.persist(row)


def note_candidates(
    trade: TradeState, lane: Lane, seq: int, candidates: tuple[Ticket, ...]
) -> None:
    """Add to the numbers behind an open in doubt which positions may be its fill.

    They are written with its outcome: whoever settles it needs them, also after a restart.
    """
    row = trade.decisions[seq, lane.account_id]
    told = (CANDIDATES, " ".join(map(str, candidates)))
    inputs = (*(each for each in row.inputs if each[0] != CANDIDATES), told)
    trade.decisions[seq, lane.account_id] = replace(row, inputs=inputs)


def cancel_open(
    state: State,
    trade: TradeState,
    lane: Lane,
    command: CommandState,
    now: Instant,
    out: Outbox,
    *,
    code: ErrorCode = ErrorCode.CLOSED_BEFORE_OPEN,
    sentence: str = "the master closed before the open could be sent",
) -> None:
    """Take back an open that has certainly not left the Core."""
    command.status = CommandStatus.CANCELLED
    command.stage = AckStage.CORE_ACCEPTED
    out.persist(dispatch.progress(command, now, sentence))
    dispatch.forget(state, command, out)
    lane.opened = Outcome.OMITTED
    settle(trade, lane, SEQ_OPEN, Outcome.OMITTED, now, out, code=code, sentence=sentence)


def _alert(row: DecisionRecord, symbol: str, traceparent: str, out: Outbox) -> None:
    """Tell people of an entry that should have been made, and was not."""
    missed = row.outcome in {Outcome.OMITTED, Outcome.FAILED} and row.code in MISSED_CODES
    if row.kind is ActionKind.OPEN and missed:
        out.observe(
            Alarm(
                key=f"missed:{row.trade_id}:{row.account_id}",
                code="MISSED_TRADE",
                sentence=f"account {row.account_id} has no copy of trade {row.trade_id}"
                f" ({symbol}): {row.sentence}",
                account_id=row.account_id,
                trade_id=row.trade_id,
                traceparent=traceparent,
            )
        )


def _tell(
    trade: TradeState,
    row: DecisionRecord,
    out: Outbox,
    *,
    latency_ms: int | None = None,
    timestamps: Timestamps | None = None,
) -> None:
    symbol = trade.canonical or trade.intent.symbol
    _alert(row, symbol, trade.intent.traceparent, out)
    out.observe(
        DecisionSettled(
            trade_id=row.trade_id,
            seq=row.seq,
            kind=row.kind,
            account_id=row.account_id,
            symbol=symbol,
            outcome=row.outcome,
            code=row.code,
            sentence=row.sentence,
            latency_ms=latency_ms,
            timestamps=timestamps,
            traceparent=trade.intent.traceparent,
        )
    )

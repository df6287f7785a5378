"""Entries that wait: for a better price, or for an account that is away.

Both are time-boxed and end in one decision, as every entry does.  What waits is in the decision
ledger without a command; a Core that is restarted cannot tell how much of its time is left, so
nothing that waited is entered after that.
"""

from typing import Final

from echo.domain.answers import Outcome
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.filters import adverse_points, slippage_left
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId
from echo.domain.modes import Mode
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Instant
from echo.engine import decisions, gates
from echo.engine.copying import Copy, decide_open
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Held, Lane, State, TradeState

PRICE: Final = frozenset(
    {ErrorCode.SLIPPAGE_EXCEEDED, ErrorCode.SPREAD_EXCEEDED, ErrorCode.QUOTE_STALE}
)
"""What an entry that waits for a better price goes on waiting at."""

AWAY: Final = frozenset(
    {ErrorCode.HANDSHAKE_NOT_READY, ErrorCode.QUOTE_STALE, ErrorCode.SPEC_MISSING}
)
"""What stands in the way while an account is away, or has just come back."""

MISSED: Final = AWAY | {ErrorCode.STALE, ErrorCode.SESSION_CLOSED}
"""The same, and what is answered for a terminal that went away with the entry on its way to it."""

WAITS_BECAUSE: Final = "waits_because"
"""Among the numbers behind a decision: what stood in the way of the entry at first."""


def held_key(trade_id: TradeId, account_id: AccountId) -> tuple[str, ...]:
    """Name the timer at which an entry has waited for long enough."""
    return ("held", trade_id, account_id)


def decided(state: State, trade: TradeState, account: AccountState, now: Instant) -> Copy | Refusal:
    """Decide about an entry; one that is made later than its time keeps within its own limits."""
    copy = decide_open(state, trade, account, now)
    if isinstance(copy, Refusal):
        return copy
    options = state.book.options(account.account_id, trade.canonical)
    age_ms = gates.age_ms(trade, now)
    if age_ms is None or age_ms < options.max_delay_ms:
        return copy
    return _made_up_for(trade, account, options, copy)


def _made_up_for(
    trade: TradeState, account: AccountState, options: CopyOptions, copy: Copy
) -> Copy | Refusal:
    intent, canonical = trade.intent, trade.canonical or ""
    worse_points = adverse_points(
        intent.side,
        master_price=intent.price,
        slave_price=account.quotes[canonical][0].entry_price(intent.side),
        spec=account.symbols[canonical],
    )
    if worse_points > options.reenter_slippage_points:
        return Refusal(
            ErrorCode.SLIPPAGE_EXCEEDED,
            f"missed, and by now the price is {worse_points:.1f} pt worse than the master's"
            f" > max {options.reenter_slippage_points} pt",
        )
    limit_points = options.slippage_points_max
    if limit_points is None or limit_points > options.reenter_slippage_points:
        limit_points = options.reenter_slippage_points
    left_points = slippage_left(limit_points, worse_points)
    # No frame of it has ever left: as a command it is new, and no former life can have seen it.
    order = replace(copy.order, max_slippage_points=left_points, age_ms=0)
    return replace(copy, order=order)


def hold(
    state: State, trade: TradeState, lane: Lane, refusal: Refusal, now: Instant, out: Outbox
) -> bool:
    """Let an entry that is refused now wait, if it may; returns whether it does.

    Its decision is written down, without an outcome.
    """
    wait = _wait(state, trade, lane.account_id, refusal, now)
    if wait is None:
        return False
    inputs = (("waits_ms", wait[0]), (WAITS_BECAUSE, refusal.sentence))
    decisions.open_decision(trade, lane, trade.intent, now, out, inputs=inputs)
    _keep(state, trade, lane, wait, now, out)
    return True


def hold_again(
    state: State,
    trade: TradeState,
    lane: Lane,
    refusal: Refusal,
    generation: int,
    now: Instant,
    out: Outbox,
) -> bool:
    """Let an entry wait whose order its terminal certainly did not try; returns whether it does.

    Args:
        generation: Of the command that will make it, should it be made.
    """
    wait = _wait(state, trade, lane.account_id, refusal, now)
    if wait is None or SEQ_CLOSE in trade.actions:
        return False
    lane.open_command_id = None
    _keep(state, trade, lane, wait, now, out, generation)
    return True


def _keep(
    state: State,
    trade: TradeState,
    lane: Lane,
    wait: tuple[int, frozenset[ErrorCode]],
    now: Instant,
    out: Outbox,
    generation: int = 0,
) -> None:
    wait_ms, passing = wait
    state.account(lane.account_id).held[trade.trade_id] = Held(
        trade_id=trade.trade_id,
        canonical=trade.canonical,
        since_mono_ms=now.mono_ms,
        passing=passing,
        generation=generation,
    )
    out.arm(held_key(trade.trade_id, lane.account_id), now.mono_ms + wait_ms)


def _wait(
    state: State, trade: TradeState, account_id: AccountId, refusal: Refusal, now: Instant
) -> tuple[int, frozenset[ErrorCode]] | None:
    """Say how long it may wait, in ms, and at which codes; never past the end of its own time."""
    options = state.book.options(account_id, trade.canonical)
    age_ms = gates.age_ms(trade, now)
    for limit_ms, until_ms, first, passing in (
        (options.wait_improvement_ms, options.max_delay_ms, {ErrorCode.SLIPPAGE_EXCEEDED}, PRICE),
        (options.reenter_within_ms, options.reenter_within_ms, MISSED, AWAY),
    ):
        if not limit_ms or refusal.code not in first or age_ms is None or age_ms >= until_ms:
            continue
        if state.book.switches.mode(trade.intent.account_id, account_id) is Mode.DRY_RUN:
            return None
        return min(limit_ms, until_ms - age_ms), passing
    return None


def give_up(
    state: State,
    trade: TradeState,
    lane: Lane,
    refusal: Refusal,
    now: Instant,
    out: Outbox,
) -> None:
    """End the wait of an entry without entering it."""
    held = release(state, trade.trade_id, lane.account_id, out)
    waited = f", after {now.mono_ms - held.since_mono_ms} ms of waiting" if held else ""
    lane.opened = Outcome.OMITTED
    decisions.settle(
        trade,
        lane,
        SEQ_OPEN,
        Outcome.OMITTED,
        now,
        out,
        code=refusal.code,
        sentence=refusal.sentence + waited,
    )


def release(state: State, trade_id: TradeId, account_id: AccountId, out: Outbox) -> Held | None:
    """Take the entry out of those that wait; ``None`` = it was not among them."""
    held = state.account(account_id).held.pop(trade_id, None)
    if held is not None:
        out.disarm(held_key(trade_id, account_id))
    return held


def is_waiting(trade: TradeState, lane: Lane) -> bool:
    """Whether the lane's entry has neither a command nor an outcome."""
    if lane.opened is not Outcome.PENDING or lane.open_command_id is not None:
        return False
    return (SEQ_OPEN, lane.account_id) in trade.decisions


def lost(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Give up an entry that waited when the Core, or its memory, ended."""
    if is_waiting(trade, lane):
        refusal = Refusal(
            ErrorCode.DELAY_EXCEEDED,
            "the Core was restarted while the entry waited: its age is not known any more",
        )
        give_up(state, trade, lane, refusal, now, out)


def cancel(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """The master has closed: what waits is not entered any more."""
    if is_waiting(trade, lane):
        refusal = Refusal(
            ErrorCode.CLOSED_BEFORE_OPEN, "the master closed before the entry was made"
        )
        give_up(state, trade, lane, refusal, now, out)

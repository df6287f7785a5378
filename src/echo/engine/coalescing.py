"""Coalescing: of a master's changes of levels that follow each other faster than a follower's
terminal can make them, only the last is sent.

The first goes at once.  What comes too soon after it waits in its lane, where a newer one takes its
place; it is in the decision ledger, so a restart loses nothing and sends it then.
"""

from echo.domain.ids import AccountId, TradeId
from echo.domain.intents import TradeModify
from echo.domain.quantities import Instant
from echo.engine.outbox import Outbox
from echo.engine.state import Lane, State, TradeState


def coalesce_key(trade_id: TradeId, account_id: AccountId) -> tuple[str, ...]:
    """Name the timer at which a lane may change its levels again."""
    return ("coalesce", trade_id, account_id)


def must_wait(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> bool:
    """Whether what the lane would send next is a change of levels that comes too soon.

    Anything that waits behind it lets it go at once: a reduction is never held up.
    """
    if lane.modified_mono_ms is None or len(lane.waiting) != 1:
        return False
    [action] = lane.waiting.values()
    if not isinstance(action, TradeModify):
        return False
    options = state.book.options(lane.account_id, trade.canonical)
    due_mono_ms = lane.modified_mono_ms + options.modify_coalesce_ms
    if now.mono_ms >= due_mono_ms:
        return False
    out.arm(coalesce_key(trade.trade_id, lane.account_id), due_mono_ms)
    return True

"""Windows on the way of an action: is it let through, left out, or held until they are over?"""

from echo.domain.errors import Refusal
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.quantities import Instant
from echo.domain.windows import Window, WindowAction, refuse_window
from echo.engine.state import State, TradeState


def refuse(
    state: State, account_id: AccountId, canonical: str, kind: ActionKind, now: Instant
) -> Refusal | None:
    """Refuse an action that a window blocks on this account."""
    found = in_the_way(state, account_id, canonical, kind, now)
    if found is None or found[1] is not WindowAction.BLOCK:
        return None
    return refuse_window(found[0], canonical, kind)


def in_the_way(
    state: State, account_id: AccountId, canonical: str, kind: ActionKind, now: Instant
) -> tuple[Window, WindowAction] | None:
    """Return the window that does not let the action pass, and what it does; ``None`` = none."""
    if not len(state.book.windows):
        return None
    action = state.book.options(account_id, canonical).windows.action(kind)
    if action is WindowAction.ALLOW:
        return None
    window = state.book.windows.in_force(account_id, canonical, now.wall_ms)
    return None if window is None else (window, action)


def holds(
    state: State, trade: TradeState, account_id: AccountId, kind: ActionKind, now: Instant
) -> Window | None:
    """Return the window until whose end an action waits in its lane; ``None`` = it need not."""
    found = in_the_way(state, account_id, trade.canonical or "", kind, now)
    return found[0] if found is not None and found[1] is WindowAction.DEFER else None

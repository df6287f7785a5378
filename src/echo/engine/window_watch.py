"""The watch over windows: when one begins, comes near or is over, what waits for that is done."""

from collections.abc import Iterator
from typing import Final

from echo.domain.commands import CancelPendings
from echo.domain.handshake import Feature
from echo.domain.ids import NO_TRADE, SEQ_CLOSE, AccountId, derive_sweep_id
from echo.domain.quantities import Instant
from echo.domain.windows import Window
from echo.engine import dispatch, flattening, intake, lanes
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, CommandState, State

KEY: Final = ("rules",)
LOOK_MS_MAX: Final = 5_000
"""Windows are told by the wall clock, which may be set; so it is looked at so often."""

_MAGIC: Final = "magic_"


def look(state: State, now: Instant, out: Outbox) -> None:
    """Do what windows and switches want done by now, and look again at the next change."""
    _begin(state, now, out)
    flattening.sweep(state, now, out)
    for trade in tuple(state.trades.values()):
        for lane in tuple(trade.lanes.values()):
            if lane.waiting:
                lanes.advance(state, trade, lane, now, out)
        if trade.is_settled:
            intake.finish(state, trade, now, out)
    _arm(state, now, out)


def _arm(state: State, now: Instant, out: Outbox) -> None:
    wait_ms = min((each - now.wall_ms for each in _moments(state, now)), default=None)
    if wait_ms is not None:
        out.arm(KEY, now.mono_ms + min(wait_ms, LOOK_MS_MAX))


def _moments(state: State, now: Instant) -> Iterator[int]:
    """Yield the moments to come at which something changes."""
    options = state.book.all_options
    leads_s = {each.windows.flatten_before_s or 0 for each in options}
    for window in state.book.windows:
        moments = (window.until_ms, *(window.from_ms - lead_s * 1_000 for lead_s in leads_s))
        yield from (moment for moment in (window.from_ms, *moments) if moment > now.wall_ms)


def _begin(state: State, now: Instant, out: Outbox) -> None:
    """Have inherited pending orders deleted on accounts for which a window has begun."""
    holding = set()
    for account_id in state.settings.slave_accounts if len(state.book.windows) else ():
        account = state.account(account_id)
        for window in state.book.windows.concerning(account_id, now.wall_ms):
            key = (window.window_id, account_id)
            if key in state.desk.begun or _cancelled(state, account, window, now, out):
                holding.add(key)
    state.desk.begun = holding


def _cancelled(
    state: State, account: AccountState, window: Window, now: Instant, out: Outbox
) -> bool:
    """Have pending orders of followed strategies deleted; False = what there are is not known."""
    if not state.book.options(account.account_id).windows.cancel_pendings:
        return True
    if account.pendings is None or not account.offers(Feature.LOSSLESS):
        return False
    magics = _magics(state, account.account_id)
    ranges = state.book.options(account.account_id).magic_ranges
    wanted = {
        (each.symbol, each.magic_number)
        for each in account.pendings
        if window.concerns(account.account_id, account.canonical_of.get(each.symbol.upper(), ""))
        and (each.magic_number in magics or _is_within(each.magic_number, ranges))
    }
    for symbol, magic_number in sorted(wanted):
        what = f"{window.window_id}|{symbol}|{magic_number}"
        command = CancelPendings(
            command_id=derive_sweep_id(account.account_id, what, window.from_ms),
            account_id=account.account_id,
            magic_number=magic_number,
            symbol=symbol,
        )
        if command.command_id not in state.commands:
            _issue(state, command, now, out)
    return True


def _is_within(magic_number: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= magic_number <= high for low, high in ranges)


def _issue(state: State, command: CancelPendings, now: Instant, out: Outbox) -> None:
    order = CommandState(
        command=command,
        account_id=command.account_id,
        trade_id=NO_TRADE,
        seq=SEQ_CLOSE,
        taken_mono_ms=now.mono_ms,
    )
    dispatch.issue(state, order, now, out)


def _magics(state: State, account_id: AccountId) -> set[int]:
    """Return the magic numbers of the strategies that the account follows, as far as known.

    They are those of trades in memory, and of policies that name a strategy by its number.
    """
    found = {
        state.trades[trade_id].intent.magic_number
        for trade_id in state.account(account_id).followed
        if trade_id in state.trades
    }
    for policy in state.book.policies:
        number = policy.strategy_id.removeprefix(_MAGIC)
        if policy.account_id == account_id and number != policy.strategy_id and number.isdecimal():
            found.add(int(number))
    return found

"""Protection: a copy that shall have a stop is watched until its account shows it with one.

A broker may refuse a level, drop it from an order, or forget it.  Whoever is without a stop for
longer than the account tolerates is told to people and, where the account says so, closed;
else its EA is told the levels once more, for the file in which it had noted them may be lost.
"""

from decimal import Decimal
from typing import Final

from echo.domain.accounts import StateSnapshot
from echo.domain.answers import Outcome
from echo.domain.evidence import is_conclusive
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, AccountId, Ticket, TradeId
from echo.domain.policy import CopyOptions, OnUnprotected
from echo.domain.protection import Levels
from echo.domain.quantities import Instant
from echo.engine import flattening, intake
from echo.engine.copying import restated, slave_levels
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Bare, Lane, State, TradeState

WITNESSES: Final = 2
"""So many snapshots in a row must show a copy without its stop before anything is done."""


def protect_key(trade_id: TradeId, account_id: AccountId) -> tuple[str, ...]:
    """Name the timer at which a copy has been without a stop for too long."""
    return ("protect", trade_id, account_id)


def watch(
    state: State,
    trade: TradeState,
    lane: Lane,
    now: Instant,
    out: Outbox,
    *,
    after_restart: bool = False,
) -> None:
    """A copy was filled, or shall have another stop: watch that it gets one."""
    account = state.account(lane.account_id)
    options = state.book.options(lane.account_id, trade.canonical)
    if account.is_legacy or trade.trade_id in account.unprotected or not _is_held(lane):
        return  # A legacy terminal neither sets stops afterwards nor shows its positions.
    copied = options.copy_sl_tp and trade.stop_loss is not None
    if copied or options.catastrophic_sl_points is not None:
        account.unprotected[trade.trade_id] = Bare(
            since_mono_ms=now.mono_ms, after_restart=after_restart
        )
        _arm(trade.trade_id, lane.account_id, options, now, out)


def watch_all(state: State, trade: TradeState, now: Instant, out: Outbox) -> None:
    """After a restart: nobody knows which of the trade's copies have their stops."""
    for lane in trade.lanes.values():
        watch(state, trade, lane, now, out, after_restart=True)


def _arm(
    trade_id: TradeId, account_id: AccountId, options: CopyOptions, now: Instant, out: Outbox
) -> None:
    out.arm(protect_key(trade_id, account_id), now.mono_ms + options.protect_within_ms)


def wanted_stop(state: State, trade: TradeState, lane: Lane) -> Decimal | None:
    """Return the stop that the copy shall have, ``None`` = none, or it cannot be told."""
    spec = state.account(lane.account_id).symbols.get(trade.canonical or "")
    if spec is None:
        return None
    options = state.book.options(lane.account_id, trade.canonical)
    return slave_levels(trade, spec, lane.open_price, options).stop_loss


def shown(state: State, snapshot: StateSnapshot, now: Instant, out: Outbox) -> None:
    """An account shows its positions: those with a stop need not be watched any more."""
    account = state.account(snapshot.account_id)
    if not account.unprotected:
        return
    stops: dict[Ticket | None, Decimal | None] = {
        each.ticket: each.stop_loss for each in snapshot.positions
    }
    for trade_id, bare in tuple(account.unprotected.items()):
        lane = _lane(state, trade_id, account.account_id)
        if lane is None or stops.get(lane.ticket):
            _forget(account, trade_id, out)
        elif lane.ticket in stops and is_conclusive(snapshot):
            bare.seen += 1
            if bare.told and bare.seen >= WITNESSES:
                _act(state, trade_id, lane, bare, now, out)


def due(state: State, trade_id: TradeId, account_id: AccountId, now: Instant, out: Outbox) -> None:
    """A copy has been watched for as long as its account tolerates it without a stop.

    It is closed, where the account wants that, when it is shown without one again: what was seen
    before is not news enough to close anything.
    """
    account = state.account(account_id)
    bare, lane = account.unprotected.get(trade_id), _lane(state, trade_id, account_id)
    if bare is None:
        return
    wanted = None if lane is None else wanted_stop(state, state.trades[trade_id], lane)
    if lane is None or wanted is None:
        _forget(account, trade_id, out)
        return
    if bare.after_restart and not bare.seen and not account.connected:
        # Its terminal has not come back yet, and says by itself what is unprotected there.
        options = state.book.options(account_id, state.trades[trade_id].canonical)
        _arm(trade_id, account_id, options, now, out)
        return
    bare.told = True
    for_ms = now.mono_ms - bare.since_mono_ms
    what = "has no stop" if bare.seen else "has not been shown with a stop"
    out.observe(
        Alarm(
            key=f"unprotected:{trade_id}:{account_id}",
            code="UNPROTECTED",
            sentence=f"ticket {lane.ticket} of account {account_id} {what} {for_ms} ms after it was"
            f" to have one at {wanted}",
            account_id=account_id,
            trade_id=trade_id,
            traceparent=state.trades[trade_id].intent.traceparent,
        )
    )


def _act(
    state: State, trade_id: TradeId, lane: Lane, bare: Bare, now: Instant, out: Outbox
) -> None:
    trade, account = state.trades[trade_id], state.account(lane.account_id)
    options = state.book.options(lane.account_id, trade.canonical)
    if options.on_unprotected is OnUnprotected.CLOSE:
        _forget(account, trade_id, out)
        reason = f"it had no stop for {now.mono_ms - bare.since_mono_ms} ms"
        flattening.close_copy(state, trade, lane, reason, now, out)
    elif _may_be_told_again(trade, lane, bare, account):
        bare.again = True
        out.observe(
            Alarm(
                key=f"unprotected:{trade_id}:{lane.account_id}",  # said already: for the log
                code="UNPROTECTED",
                sentence=f"ticket {lane.ticket} of account {lane.account_id} was never seen with"
                " its stop; its EA is told the levels once more",
                account_id=lane.account_id,
                trade_id=trade_id,
                traceparent=trade.intent.traceparent,
            )
        )
        action = restated(trade, Levels(stop_loss=None, take_profit=None))
        intake.follow_up(state, trade, action, now, out, only=lane.account_id)


def _may_be_told_again(trade: TradeState, lane: Lane, bare: Bare, account: AccountState) -> bool:
    """Whether nobody but Echo can have left it bare, and nothing is under way that may mend it.

    After a restart a copy that was seen with its stop is watched, too: a person may have taken it.
    """
    if bare.again or bare.after_restart or trade.stop_loss is None:
        return False
    idle = lane.current is None and not lane.waiting and SEQ_CLOSE not in trade.actions
    return idle and account.offers(Feature.MODIFY)


def _lane(state: State, trade_id: TradeId, account_id: AccountId) -> Lane | None:
    """Return the lane of a copy that is open; ``None`` = it is not, or not any more."""
    trade = state.trades.get(trade_id)
    lane = trade.lanes.get(account_id) if trade else None
    return lane if lane is not None and _is_held(lane) else None


def _is_held(lane: Lane) -> bool:
    return lane.opened is Outcome.FILLED and not lane.closed


def _forget(account: AccountState, trade_id: TradeId, out: Outbox) -> None:
    del account.unprotected[trade_id]
    out.disarm(protect_key(trade_id, account.account_id))

"""Copies that were closed at the slave: by hand, by their stop, by margin.

They are not opened again.  The close that their master makes one day finds them gone: ``manual``.
"""

from decimal import Decimal
from typing import Final

from echo.domain.accounts import StateSnapshot
from echo.domain.answers import Outcome
from echo.domain.evidence import EMPTY_MS, GONE_MS, Held, Presence, Shown
from echo.domain.facts import Alarm
from echo.domain.ids import TradeId
from echo.domain.quantities import Instant
from echo.engine import lanes, rows
from echo.engine.missing import Findings
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Lane, State, TradeState

GONE: Final = "gone"


def find(
    state: State, account: AccountState, snapshot: StateSnapshot, positions: Shown
) -> Findings:
    """Return the copies that the journal holds open and the account does not have.

    One that a command is working on is left out: its answer will tell.
    """
    found: Findings = {}
    copies = dict(_copies(state, account))
    tickets = frozenset(lane.ticket for lane in copies.values() if lane.ticket is not None)
    if not positions.lacks(tickets):
        return found
    needed_ms = GONE_MS if snapshot.positions else EMPTY_MS
    for trade_id, lane in copies.items():
        if lane.current is not None or lane.waiting or lane.ticket is None:
            continue
        held = Held(
            trade_id=trade_id,
            tickets=frozenset({lane.ticket}),
            lot=lane.lot_remaining,
            symbol=lane.symbol,
            open_price=lane.open_price,
        )
        if positions.presence(held, tickets - held.tickets) is Presence.GONE:
            found[GONE, trade_id] = ((lane.ticket, lane.lot_remaining), needed_ms)
    return found


def record(state: State, account: AccountState, name: str, now: Instant, out: Outbox) -> None:
    """Write down that a copy is closed, and tell people."""
    trade = state.trades[TradeId(name)]
    lane = trade.lanes[account.account_id]
    lot, lane.lot_remaining = lane.lot_remaining, lane.lot_remaining * 0
    lane.closed = lane.by_hand = True
    out.persist(rows.copy_record(trade, lane, now))
    out.observe(_alarm(trade, lane, lot))
    lanes.advance(state, trade, lane, now, out)


def _copies(state: State, account: AccountState) -> list[tuple[TradeId, Lane]]:
    lanes_of = (
        (trade_id, state.trades[trade_id].lanes[account.account_id])
        for trade_id in account.followed
    )
    return [
        (trade_id, lane)
        for trade_id, lane in lanes_of
        if lane.opened is Outcome.FILLED and not lane.closed
    ]


def _alarm(trade: TradeState, lane: Lane, lot: Decimal) -> Alarm:
    account_id = lane.account_id
    return Alarm(
        key=f"early_close:{trade.trade_id}:{account_id}",
        code="EARLY_CLOSE",
        sentence=f"account {account_id} does not hold ticket {lane.ticket} ({lot} lots) any more,"
        f" its master still does; it is not opened again",
        account_id=account_id,
        trade_id=trade.trade_id,
        traceparent=trade.intent.traceparent,
    )

"""What a master did and nobody reported: found in what its own terminal says, and made up for.

It happens when the file in which the master's EA keeps its reports is lost.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple

from echo.domain.accounts import OpenTrades
from echo.domain.evidence import CHANGED_MS, EMPTY_MS, GONE_MS, Held, Listing, Shown
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_CLOSE, Ticket, TradeId
from echo.domain.intents import TradeClose, TradeModify
from echo.domain.protection import Levels
from echo.domain.quantities import Instant
from echo.engine import intake
from echo.engine.copying import moved
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, State, TradeState

Finding = tuple[str, str]
"""What is wrong, and with which trade or ticket."""
Findings = dict[Finding, tuple[object, int]]
"""What was found, and for how long reports must agree on it, in ms."""

CLOSE: Final = "close"
REDUCE: Final = "reduce"
MODIFY: Final = "modify"
KINDS: Final = frozenset({CLOSE, REDUCE, MODIFY})


class _Less(NamedTuple):
    """The position is smaller than was reported."""

    last_seq: int
    ticket: Ticket
    lot: Decimal


class _Moved(NamedTuple):
    """The position has other levels than were reported; ``None`` = none set."""

    last_seq: int
    stop_loss: Decimal | None
    take_profit: Decimal | None


def find_gone(
    state: State, account: AccountState, message: OpenTrades, listing: Listing
) -> Findings:
    """Return the trades that their master's list does not hold any more, or holds smaller.

    The last number of the trade is part of every finding: an action that arrives meanwhile makes
    it a new one.
    """
    found: Findings = {}
    gone_ms = GONE_MS if message.trades else EMPTY_MS
    for trade in _open_trades(state, account):
        held = Held(trade_id=trade.trade_id, tickets=trade.tickets, lot=trade.volume_remaining)
        entry = listing.find(held)
        if entry is None:
            found[CLOSE, trade.trade_id] = (trade.last_seq, gone_ms)
        elif 0 < entry.lot < trade.volume_remaining:
            less = _Less(trade.last_seq, entry.ticket, entry.lot)
            found[REDUCE, trade.trade_id] = (less, CHANGED_MS)
    return found


def find_moved(state: State, account: AccountState, positions: Shown) -> Findings:
    """Return the trades whose positions have other levels at their master than were reported."""
    found: Findings = {}
    for trade in _open_trades(state, account):
        position = positions.at(trade.ticket)
        if position is None:
            continue
        levels = (position.stop_loss or None, position.take_profit or None)
        if levels != (trade.stop_loss, trade.take_profit):
            found[MODIFY, trade.trade_id] = (_Moved(trade.last_seq, *levels), CHANGED_MS)
    return found


def make_up(state: State, finding: Finding, proof: object, now: Instant, out: Outbox) -> None:
    """Do what the master's EA would have reported."""
    what, name = finding
    trade = state.trades[TradeId(name)]
    action = _action(trade, proof)
    out.observe(
        Alarm(
            key=f"missing_{what}:{trade.trade_id}",
            code=f"MISSING_{what.upper()}",
            sentence=f"ticket {trade.ticket} of master {trade.intent.account_id}"
            f" {_what_happened(action)}, which nobody reported; its copies follow now",
            account_id=trade.intent.account_id,
            trade_id=trade.trade_id,
            traceparent=trade.intent.traceparent,
        )
    )
    intake.follow_up(state, trade, action, now, out)


def _open_trades(state: State, account: AccountState) -> list[TradeState]:
    """Return the account's own trades that can be compared: open, and brought to all followers."""
    trades = (state.trades[trade_id] for trade_id in account.led)
    return [
        trade
        for trade in trades
        if SEQ_CLOSE not in trade.actions and trade.fanned_out == len(trade.followers)
    ]


def _action(trade: TradeState, proof: object) -> TradeClose | TradeModify:
    intent = trade.intent
    close = TradeClose(
        trade_id=trade.trade_id,
        account_id=intent.account_id,
        client_id=intent.client_id,
        ticket=trade.ticket,
        symbol=intent.symbol,
        magic_number=intent.magic_number,
        reason="missing",
    )
    if isinstance(proof, _Less):
        return replace(
            close,
            seq=proof.last_seq + 1,
            lot=trade.volume_remaining - proof.lot,
            volume_remaining=proof.lot,
            new_ticket=proof.ticket if proof.ticket != trade.ticket else None,
        )
    if not isinstance(proof, _Moved):
        return close
    return moved(
        trade,
        proof.last_seq + 1,
        before=Levels(stop_loss=trade.stop_loss, take_profit=trade.take_profit),
        now=Levels(stop_loss=proof.stop_loss, take_profit=proof.take_profit),
    )


def _what_happened(action: TradeClose | TradeModify) -> str:
    if isinstance(action, TradeModify):
        return "has other stops than it had"
    if action.seq == SEQ_CLOSE:
        return "is gone"
    return f"holds {action.volume_remaining} lots only"

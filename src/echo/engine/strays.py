"""Positions of Echo's that a slave has and the journal does not hold open.

One whose trade is over is closed.  Of one that nobody knows people are told, once: it may be
another program's, and what Echo did not open it never touches.
"""

from typing import Final

from echo.domain.accounts import OpenTrade, OpenTrades
from echo.domain.answers import Outcome
from echo.domain.commands import Flatten
from echo.domain.evidence import GONE_MS
from echo.domain.facts import Alarm
from echo.domain.ids import (
    NO_TRADE,
    SEQ_CLOSE,
    Ticket,
    TradeId,
    comment_names_tag,
    derive_command_id,
    order_tag,
)
from echo.domain.quantities import Instant
from echo.engine import dispatch
from echo.engine.missing import Finding, Findings
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, CommandState, State, TradeState

ORPHAN: Final = "orphan"
STRAY: Final = "stray"
UNKNOWN: Final = "unknown"

_UNRESOLVED: Final = frozenset({Outcome.PENDING, Outcome.IN_DOUBT})


def find(state: State, account: AccountState, message: OpenTrades) -> Findings:
    """Return what the account lists and should not have, by ticket."""
    evidence = account.evidence
    evidence.told &= {each.ticket for each in message.trades}
    found: Findings = {}
    for entry in message.trades:
        if entry.ticket in evidence.told:
            continue
        trade_id = TradeId(entry.trade_id) or _by_tag(account, entry)
        what = _judge(state, account, trade_id)
        if what is not None:
            found[what, str(entry.ticket)] = (trade_id, GONE_MS)
    return found


def act(
    state: State, account: AccountState, finding: Finding, trade: object, now: Instant, out: Outbox
) -> None:
    """Close an orphan; tell people of anything else, once."""
    what, number = finding
    ticket, trade_id = Ticket(int(number)), TradeId(str(trade or ""))
    account.evidence.told.add(ticket)
    account_id = account.account_id
    sentence = {
        ORPHAN: f"account {account_id} holds ticket {ticket} of trade {trade_id}, which is over:"
        " it is closed now",
        STRAY: f"account {account_id} holds ticket {ticket} of trade {trade_id}, of which it"
        " should hold nothing: a person must look",
        UNKNOWN: f"account {account_id} holds ticket {ticket} with a tag of Echo's that this"
        " journal does not know: it is not touched",
    }[what]
    out.observe(
        Alarm(
            key=f"{what}:{account_id}:{ticket}",
            code=f"{what.upper()}_POSITION",
            sentence=sentence,
            account_id=account_id,
            trade_id=trade_id,
        )
    )
    if what == ORPHAN:
        _close(state, account, trade_id, ticket, now, out)


def _by_tag(account: AccountState, entry: OpenTrade) -> TradeId | None:
    """Return the one trade in memory that the position's comment names."""
    if not entry.tag:
        return None
    named = [each for each in account.followed if comment_names_tag(entry.tag, order_tag(each))]
    return named[0] if len(named) == 1 else None


def _judge(state: State, account: AccountState, trade_id: TradeId | None) -> str | None:
    """Say what is wrong with a position of that trade on the account; ``None`` = nothing is."""
    if trade_id is None:
        return UNKNOWN
    if trade_id in state.settled:
        left_alone = account.account_id in state.left_alone.get(trade_id, ())
        return STRAY if left_alone else ORPHAN
    trade = state.trades.get(trade_id)
    return UNKNOWN if trade is None else _judge_known(trade, account)


def _judge_known(trade: TradeState, account: AccountState) -> str | None:
    lane = trade.lanes.get(account.account_id)
    if lane is None:
        return STRAY if trade.fanned_out == len(trade.followers) else None
    held = lane.opened is Outcome.FILLED and not lane.closed
    if held or lane.opened in _UNRESOLVED:
        return None
    row = trade.decisions.get((SEQ_CLOSE, account.account_id))
    if row is None or row.outcome is Outcome.MANUAL:
        return STRAY
    return ORPHAN if row.outcome.is_final else None


def _close(
    state: State,
    account: AccountState,
    trade_id: TradeId,
    ticket: Ticket,
    now: Instant,
    out: Outbox,
) -> None:
    """Have a ticket closed whose lane is over; the same ticket always gives the same command."""
    command_id = derive_command_id(trade_id, SEQ_CLOSE, account.account_id, generation=ticket)
    if command_id in state.commands:
        return
    command = CommandState(
        command=Flatten(
            command_id=command_id,
            account_id=account.account_id,
            tickets=(ticket,),
            reason=f"trade {trade_id} is over",
        ),
        account_id=account.account_id,
        trade_id=NO_TRADE,
        seq=SEQ_CLOSE,
        taken_mono_ms=now.mono_ms,
    )
    dispatch.issue(state, command, now, out)

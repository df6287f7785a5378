"""Levels that went astray: a copy shows stops that were wanted once, and are not any more.

A broker may carry out a change long after it was given up and made again; an EA that lost its
file may obey an old command once more.  What a person sets at the slave is another level, and
stays; so does a copy without any, of which `protecting` tells.
"""

from typing import Final, NamedTuple

from echo.domain.answers import Outcome
from echo.domain.evidence import CHANGED_MS, Shown
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, TradeId
from echo.domain.intents import TradeModify
from echo.domain.protection import Levels
from echo.domain.quantities import Instant
from echo.engine import intake
from echo.engine.copying import master_levels, restated, slave_levels
from echo.engine.missing import Findings
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Lane, State, TradeState

ASTRAY: Final = "astray"
TIMES_MAX: Final = 3
"""A copy whose stops go astray more often is left to people, who know of it by then."""


class _Astray(NamedTuple):
    """The copy has what its master had before; the number makes it a new finding after a change."""

    last_seq: int
    former: Levels


def find(state: State, account: AccountState, positions: Shown) -> Findings:
    """Return the copies that show what an earlier action wanted, and that nobody works on."""
    found: Findings = {}
    if account.is_legacy or not account.offers(Feature.MODIFY):
        return found
    for trade_id in account.followed:
        trade = state.trades[trade_id]
        lane = trade.lanes.get(account.account_id)
        if lane is None or not _is_settled(trade, lane):
            continue
        position = positions.at(lane.ticket) if lane.ticket is not None else None
        if position is None:
            continue
        shown = Levels(
            stop_loss=position.stop_loss or None, take_profit=position.take_profit or None
        )
        former = _former(state, trade, lane).get(shown)
        if former is not None:
            found[ASTRAY, trade_id] = (_Astray(trade.last_seq, former), CHANGED_MS)
    return found


def set_right(
    state: State, account: AccountState, name: str, proof: object, now: Instant, out: Outbox
) -> None:
    """Bring this copy once more what the master has now and the copy shows otherwise."""
    assert isinstance(proof, _Astray)  # noqa: S101 -- of `find`
    trade = state.trades[TradeId(name)]
    lane = trade.lanes[account.account_id]
    lane.astray += 1
    out.observe(
        Alarm(
            key=f"astray:{trade.trade_id}:{account.account_id}",
            code="LEVELS_ASTRAY",
            sentence=f"ticket {lane.ticket} of account {account.account_id} shows stops that its"
            f" master had before; those of now are set once more",
            account_id=account.account_id,
            trade_id=trade.trade_id,
            traceparent=trade.intent.traceparent,
        )
    )
    action = restated(trade, proof.former)
    intake.follow_up(state, trade, action, now, out, only=account.account_id)


def _is_settled(trade: TradeState, lane: Lane) -> bool:
    """Whether the copy's newest change of stops has been made, and nothing is under way.

    One that was set as near as the broker allows, and has a sentence about it, is not made yet.
    """
    if lane.opened is not Outcome.FILLED or lane.closed or lane.current is not None:
        return False
    if lane.waiting or lane.astray >= TIMES_MAX or SEQ_CLOSE in trade.actions:
        return False
    rows = [
        row
        for seq, action in trade.actions.items()
        if isinstance(action, TradeModify)
        and (row := trade.decisions.get((seq, lane.account_id))) is not None
        and row.outcome is not Outcome.NOTHING_TO_MODIFY
    ]
    newest = max(rows, key=lambda row: row.seq, default=None)
    return newest is not None and newest.outcome is Outcome.MODIFIED and not newest.sentence


def _former(state: State, trade: TradeState, lane: Lane) -> dict[Levels, Levels]:
    """Return what the copy was to have before and shall not have now, with what its master had."""
    spec = state.account(lane.account_id).symbols.get(trade.canonical or "")
    options = state.book.options(lane.account_id, trade.canonical)
    if spec is None or not options.copy_sl_tp:
        return {}
    course = master_levels(trade)
    copied = [slave_levels(trade, spec, lane.open_price, options, each) for each in course]
    unlike = (copied[-1], Levels(stop_loss=None, take_profit=None))
    return {
        levels: master
        for levels, master in zip(copied, course, strict=True)
        if levels not in unlike
    }

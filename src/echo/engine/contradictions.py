"""Fills of opens that were recorded as not executed: the record stands, a person must act.

Of a trade that is settled only the opens that may be contradicted are kept, for as long as its id
is, and not across a restart: what its terminal then holds is found as a stray, from what it shows.
"""

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import CommandKind
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_OPEN, AccountId
from echo.engine.outbox import Outbox
from echo.engine.state import State, TradeState


def keep(state: State, trade: TradeState) -> None:
    """Remember of a trade that is about to be forgotten which opens were not executed."""
    unfilled: dict[AccountId, Outcome] = {}
    for account_id, lane in trade.lanes.items():
        row = trade.decisions.get((SEQ_OPEN, account_id))
        if row is None or row.command_id is None or row.command_id in lane.contradicted:
            continue
        if row.outcome is not Outcome.FILLED:
            unfilled[account_id] = row.outcome
    if unfilled:
        state.unfilled[trade.trade_id] = unfilled


def warn(state: State, result: ExecutionResult, out: Outbox) -> None:
    """Raise one alarm if *result*, of a command without a wait, is a fill against the record."""
    if result.kind is not CommandKind.EXECUTE or not result.success or result.doubt:
        return
    trade = state.trades.get(result.trade_id)
    recorded = _of_settled(state, result) if trade is None else _of_live(trade, result)
    if recorded is None:
        return
    out.observe(
        Alarm(
            key=f"contradicted:{result.command_id}",
            code="FILLED_AFTER_ALL",
            sentence=f"account {result.account_id} holds ticket {result.ticket} of trade"
            f" {result.trade_id} by {result.command_id}, which was recorded as {recorded}",
            account_id=result.account_id,
            trade_id=result.trade_id,
            traceparent=result.traceparent,
        )
    )


def _of_live(trade: TradeState, result: ExecutionResult) -> Outcome | None:
    row = trade.decisions.get((SEQ_OPEN, result.account_id))
    if row is None or row.command_id is None:
        return None
    # A fill of an earlier generation is one that its EA said it had not even tried.
    if row.outcome is Outcome.FILLED and row.command_id == result.command_id:
        return None
    lane = trade.lanes[result.account_id]
    if result.command_id in lane.contradicted:
        return None
    lane.contradicted = (*lane.contradicted, result.command_id)
    return row.outcome


def _of_settled(state: State, result: ExecutionResult) -> Outcome | None:
    unfilled = state.unfilled.get(result.trade_id)
    if unfilled is None:
        return None
    recorded = unfilled.pop(result.account_id, None)
    if not unfilled:
        del state.unfilled[result.trade_id]
    return recorded

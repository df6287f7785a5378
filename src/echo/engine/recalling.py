"""Recalling: the journal's word about trades that are not in memory any more."""

from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Instant
from echo.engine import intake
from echo.engine.events import Recalled
from echo.engine.outbox import Outbox
from echo.engine.state import State


def recalled(state: State, event: Recalled, now: Instant, out: Outbox) -> None:
    """The journal has said whether a trade is over: go on with what waited for its word."""
    if event.settled:
        state.settled.add(event.trade_id, now.wall_ms)
    for said in state.recalls.answered(event.trade_id):
        action = said.message
        assert isinstance(action, (TradeIntent, TradeModify, TradeClose))  # noqa: S101 -- nothing else waits
        intake.take(state, said, action, now, out, recalled=True)

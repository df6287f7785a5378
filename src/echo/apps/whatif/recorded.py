"""What really became of commands: looked up by a day that is played under another policy."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from echo.domain.answers import ExecutionResult
from echo.domain.ids import CommandId, TradeId
from echo.domain.intents import TradeClose, TradeIntent
from echo.domain.raw_events import Direction, RawEvent
from echo.engine.events import AgentSaid, Recalled
from echo.services.core.raw_events import event_of


@dataclass(slots=True)
class Recorded:
    """A day's answers and prices.

    Command ids follow from trade, account and action: the same copy has the same id under any
    policy, and so finds the fill that it really had.
    """

    results: dict[CommandId, ExecutionResult] = field(default_factory=dict)
    master_prices: dict[TradeId, Decimal] = field(default_factory=dict)
    close_prices: dict[TradeId, Decimal] = field(default_factory=dict)
    settled: dict[TradeId, bool] = field(default_factory=dict)

    def take(self, events: Iterable[RawEvent]) -> None:
        """Remember what *events* tell.  Raises ``ValueError`` for one that cannot be read."""
        for raw in events:
            if raw.direction is not Direction.IN:
                continue
            match event_of(raw):
                case AgentSaid(message=ExecutionResult() as result):
                    self._result(result)
                case AgentSaid(message=TradeIntent() as intent):
                    self.master_prices[intent.trade_id] = intent.price
                case AgentSaid(message=TradeClose() as close):
                    if close.close_price is not None:
                        self.close_prices[close.trade_id] = close.close_price
                case Recalled() as recalled:
                    self.settled[recalled.trade_id] = recalled.settled
                case _:
                    pass

    def _result(self, result: ExecutionResult) -> None:
        """Keep the first answer that is sure."""
        known = self.results.get(result.command_id)
        if known is None or known.doubt:
            self.results[result.command_id] = result

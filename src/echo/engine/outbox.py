"""The effects of one event, collected in order."""

from echo.domain.facts import Fact
from echo.domain.ids import TradeId
from echo.domain.journal import Record
from echo.domain.operations import Answer
from echo.engine.effects import (
    Arm,
    Disarm,
    Effect,
    EndSession,
    Observe,
    Persist,
    Recall,
    Reply,
    Send,
    SendNow,
)
from echo.engine.events import TimerKey


class Outbox:
    """Collects what an event leads to; the order of calls is the order of effects."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []

    def persist(self, *records: Record) -> None:
        """Write *records* before anything that follows leaves."""
        self.effects.extend(map(Persist, records))

    def persist_lazily(self, record: Record) -> None:
        """Write *record* some time soon; nothing waits for it."""
        self.effects.append(Persist(record, lazy=True))

    def send(self, effect: Send | SendNow | EndSession) -> None:
        """Hand something to an Agent."""
        self.effects.append(effect)

    def arm(self, key: TimerKey, due_mono_ms: int) -> None:
        """Set the timer *key*."""
        self.effects.append(Arm(key, due_mono_ms))

    def disarm(self, key: TimerKey) -> None:
        """Forget the timer *key*."""
        self.effects.append(Disarm(key))

    def recall(self, trade_id: TradeId) -> None:
        """Ask the journal about a trade that is not in memory."""
        self.effects.append(Recall(trade_id))

    def observe(self, fact: Fact) -> None:
        """Tell telemetry."""
        self.effects.append(Observe(fact))

    def reply(self, request_id: int, answer: Answer) -> None:
        """Answer an operator."""
        self.effects.append(Reply(request_id, answer))

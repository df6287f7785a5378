"""What nobody can bring back: what went with a file that was its only witness."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from echo.domain.commands import ExecuteOrder
from echo.domain.ids import SEQ_OPEN, AccountId, TradeId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.ledger import LedgerContents, LedgerKind
from echo.sim.flights import Flights
from echo.sim.schedule import Schedule
from echo.stores.memory import MemoryLedger

ActionKey = tuple[TradeId, int]


class Excuses(Flights):
    """Remembers what was reported and who promised it, and of which trades nothing is expected."""

    def __init__(
        self, schedule: Schedule, seen: Counter[str], legacy_masters: frozenset[AccountId]
    ) -> None:
        super().__init__(schedule)
        self.acked: set[ActionKey] = set()
        """Actions whose master was told that they are safe."""
        self.reported: dict[ActionKey, Mapping[str, Any]] = {}
        """What masters put into their outboxes."""
        self.journaled_ms: dict[ActionKey, int] = {}
        self.legacy_masters = legacy_masters
        self.excused: set[TradeId] = set()
        """Trades of which an action went with the only file that had it."""
        self._seen = seen
        self._unopened: dict[TradeId, AccountId] = {}
        """Of these only the open went with an Agent: their masters' next word brings it back."""
        self._unsaid: set[TradeId] = set()
        """Opens that went with their masters' files before anybody else had them."""

    def noted(self, action: Mapping[str, Any]) -> None:
        """A master's EA has an action in its file."""
        trade_id, seq = action["trade_id"], action["seq"]
        self.reported[trade_id, seq] = action
        if seq == SEQ_OPEN and trade_id in self._unsaid:
            self._seen["open_lost_with_its_outbox"] += 1
            self._unsaid.discard(trade_id)
            self.excused.discard(trade_id)
        if seq != SEQ_OPEN and trade_id in self._unopened:
            self._seen["open_lost_with_its_ledger"] += 1
            self.excused.discard(trade_id)

    def ledger_lost(self, lost: MemoryLedger, left: LedgerContents | None) -> None:
        """Somebody deleted an Agent's ledger, or put an older one in its place.

        What only that ledger knew is excused: an action promised in its own name, and an open that
        was written for an EA which keeps nothing.  An open is excused only for as long as its
        master says nothing more of the trade.
        """
        gone: dict[TradeId, list[object]] = {}
        kept = {entry.key for entry in left.entries} if left is not None else set()
        for key, entry in lost.entries.items():
            message = entry.message
            alone = entry.kind is LedgerKind.WRITTEN and isinstance(message, ExecuteOrder)
            promised = isinstance(message, TradeIntent | TradeModify | TradeClose)
            if key not in kept and (alone or promised):
                self._seen["promise_lost_with_its_ledger"] += 1
                gone.setdefault(TradeId(getattr(message, "trade_id", "")), []).append(message)
        for trade_id, messages in gone.items():
            self._unopened.pop(trade_id, None)
            match messages:
                case [TradeIntent(account_id=master)] if (
                    trade_id not in self.excused and master not in self.legacy_masters
                ):
                    self._unopened[trade_id] = master
                case _:
                    # Its open may yet be said again; what else went with this file will not.
                    self._unsaid.discard(trade_id)
            self.excused.add(trade_id)

    def outbox_lost(self, account_id: AccountId) -> None:
        """Somebody spoilt a master's file: what it alone could have brought back is excused.

        An open that nobody else had is said again, if its position is still there to be seen.
        """
        for_good = self.excused - self._unopened.keys()
        lost = [trade_id for trade_id, master in self._unopened.items() if master == account_id]
        for trade_id in lost:
            del self._unopened[trade_id]
            self.excused.add(trade_id)
        heard = self.acked | self.journaled_ms.keys()
        for (trade_id, seq), action in self.reported.items():
            was_said = (trade_id, seq) in heard or action.get("account_id") != account_id
            if seq == SEQ_OPEN and not was_said and trade_id not in for_good:
                self._unsaid.add(trade_id)
                self.excused.add(trade_id)

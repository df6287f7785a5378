"""A master EA's memory of what it reported, as its file holds it.

An action is on disk before it is said, and stays until it is acknowledged.  From the actions of
open trades, acknowledged or not, a restarted EA knows what it has reported of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from echo.domain.copies import replace
from echo.domain.ids import Ticket, TradeId
from echo.domain.intents import (
    ActionKind,
    MasterAction,
    TradeClose,
    TradeIntent,
    TradeModify,
    action_kind,
)
from echo.terminal.detection import Tracked, after
from echo.terminal.events import FileRecord
from echo.wire.records import RecordKind

ActionKey = tuple[TradeId, int]
"""Names an action: its trade and its number."""

_TYPES: Final[dict[ActionKind, type[MasterAction]]] = {
    ActionKind.OPEN: TradeIntent,
    ActionKind.MODIFY: TradeModify,
    ActionKind.REDUCE: TradeClose,
    ActionKind.CLOSE: TradeClose,
}


class Outbox:
    """The image of the file in memory, and the source of its next records."""

    def __init__(self) -> None:
        self.n = 0
        self.waiting: dict[ActionKey, MasterAction] = {}
        """Not acknowledged, in the order in which they happened."""
        self.trades: dict[TradeId, Tracked] = {}
        """What has been reported of every open trade."""
        self.records: list[FileRecord] = []
        """What the file holds, in order."""

    @classmethod
    def read(cls, records: Iterable[FileRecord], *, highest_n: int) -> "Outbox":
        """Rebuild the memory from a file.

        Raises:
            ValueError: a record of a known kind does not say what its kind must.
        """
        outbox = cls()
        try:
            for record in records:
                outbox._apply(record)
        except (KeyError, TypeError) as error:
            raise ValueError(f"a record lacks what its kind needs: {error}") from error
        outbox.n = max(outbox.n, highest_n)
        return outbox

    @property
    def tracked(self) -> dict[Ticket, Tracked]:
        """Open trades by their present ticket."""
        return {trade.position.ticket: trade for trade in self.trades.values()}

    def intends(self, action: MasterAction, *, at_ms: int) -> FileRecord:
        """Note an action before it is said."""
        body = {"kind": action_kind(action).value, "action": msgspec.to_builtins(action)}
        record = self._record(RecordKind.INTENT, at_ms, body)
        self._intend(action)
        return record

    def acknowledged(self, key: ActionKey, *, at_ms: int) -> FileRecord:
        """Note that an action need not be said again."""
        trade_id, seq = key
        self.waiting.pop(key, None)
        return self._record(RecordKind.ACKED, at_ms, {"trade": trade_id, "seq": seq})

    def reopened(self, intent: TradeIntent) -> None:
        """Have an open wait again, before all else; the file has it, and knows what followed."""
        self.waiting = {(intent.trade_id, intent.seq): intent, **self.waiting}

    def again(self, record: FileRecord) -> FileRecord:
        """Return a record that could not be written, under a new number."""
        self.n += 1
        renewed = {**record, "n": self.n}
        self.records.append(renewed)
        return renewed

    def unwritten(self, numbers: Iterable[int]) -> tuple[FileRecord, ...]:
        """Take back the records of these numbers; what they say stays in memory."""
        lost = set(numbers)
        found = tuple(record for record in self.records if record["n"] in lost)
        self.records = [record for record in self.records if record["n"] not in lost]
        return found

    def renumbered(self, trade_id: TradeId, seq: int) -> None:
        """Count a trade's actions on from *seq*: others have used the numbers up to it."""
        trade = self.trades.get(trade_id)
        if trade is not None:
            self.trades[trade_id] = replace(trade, seq=seq)

    def compacted(self, *, settled_before_ms: int) -> "Outbox":
        """Return a smaller memory, whose records are to replace the file's.

        What is unacknowledged or of an open trade stays, and everything else that is not older
        than *settled_before_ms*.
        """
        kept = {trade_id for trade_id, _ in self.waiting} | self.trades.keys()
        stays = [
            record
            for record in self.records
            if record["at"] >= settled_before_ms or _trade_of(record) in kept
        ]
        smaller = Outbox.read(stays, highest_n=self.n)
        # What waits for the disk, or waits again, is in memory only.
        smaller.waiting, smaller.trades = dict(self.waiting), dict(self.trades)
        return smaller

    def _record(self, kind: str, at_ms: int, body: Mapping[str, Any]) -> FileRecord:
        self.n += 1
        record = {"t": str(kind), "n": self.n, "at": at_ms, **body}
        self.records.append(record)
        return record

    def _apply(self, record: FileRecord) -> None:
        self.n = max(self.n, record["n"])
        self.records.append(record)
        match record["t"]:
            case RecordKind.INTENT:
                action = msgspec.convert(record["action"], _TYPES[ActionKind(record["kind"])])
                self._intend(action)
            case RecordKind.ACKED:
                self.waiting.pop((TradeId(record["trade"]), record["seq"]), None)
            case _:
                pass

    def _intend(self, action: MasterAction) -> None:
        self.waiting[action.trade_id, action.seq] = action
        trade = after(self.trades.get(action.trade_id), action)
        if trade is None:
            self.trades.pop(action.trade_id, None)
        else:
            self.trades[action.trade_id] = trade


def _trade_of(record: FileRecord) -> TradeId:
    if record["t"] == RecordKind.INTENT:
        return TradeId(record["action"]["trade_id"])
    return TradeId(record.get("trade", ""))

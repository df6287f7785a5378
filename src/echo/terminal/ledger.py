"""A slave EA's memory of what it did, as its file holds it.

Every change is a record; reading the records back gives the same memory.  Beside the kinds of
`RecordKind` there is ``W``: from here on the file is to be trusted (``warm``), or no longer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.copies import replace
from echo.domain.ids import CommandId, Ticket, TradeId, order_tag
from echo.domain.quantities import Side
from echo.domain.sealing import sealed
from echo.terminal.events import FileRecord
from echo.wire.records import RecordKind

WARMTH: Final = "W"
RESUMED_MAX: Final = 16
"""How many commands a handshake names."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """What an ``X`` record says: this is about to be asked of the broker.

    ``open_tickets``: what was open before an open; ``ticket``, ``lot`` and ``remaining``: what a
    reduction starts from and shall leave.  ``server_ms`` is the broker's clock.  ``levels``: stop
    loss and take profit to be set after the fill.
    """

    command: CommandId
    trade: TradeId
    kind: CommandKind
    symbol: str
    side: Side
    lot: Decimal
    magic: int
    server_ms: int
    tag: str = ""
    open_tickets: tuple[Ticket, ...] = ()
    levels: tuple[Decimal | None, Decimal | None] | None = None
    ticket: Ticket | None = None
    remaining: Decimal | None = None
    open_time_ms: int = 0
    open_price: Decimal = Decimal(0)

    @property
    def flight_key(self) -> tuple[str, Side, Decimal, int]:
        """Two opens that agree in this could not be told apart at the broker."""
        return (self.symbol, self.side, self.lot, self.magic)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLevels:
    """The levels that a position shall have, by the action *seq* of its master."""

    seq: int
    stop_loss: Decimal | None
    take_profit: Decimal | None


class Ledger:
    """The image of the file in memory, and the source of its next records."""

    def __init__(self) -> None:
        self.n = 0
        self.warm = False
        self.results: dict[CommandId, ExecutionResult] = {}
        self.acked: set[CommandId] = set()
        self.unresolved: dict[CommandId, Intention] = {}
        """Said to the broker, or about to be, and nothing noted of the outcome."""
        self.tombstones: set[TradeId] = set()
        self.tags: dict[TradeId, str] = {}
        self.tickets: dict[TradeId, Ticket] = {}
        self.owners: dict[Ticket, TradeId] = {}
        """Tickets that are the fill of a trade's open, and those that followed from them."""
        self.excluded: set[Ticket] = set()
        """Candidates of an open that stayed in doubt: a person decides about them."""
        self.modified_seq: dict[TradeId, int] = {}
        self.wanted: dict[TradeId, WantedLevels] = {}
        self.records: list[FileRecord] = []
        """What the file holds, in order."""

    @classmethod
    def read(cls, records: Iterable[FileRecord], *, highest_n: int) -> "Ledger":
        """Rebuild the memory from a file.

        Raises:
            ValueError: a record of a known kind does not say what its kind must.
        """
        ledger = cls()
        try:
            for record in records:
                ledger._apply(record)
        except (KeyError, TypeError) as error:
            raise ValueError(f"a record lacks what its kind needs: {error}") from error
        ledger.n = max(ledger.n, highest_n)
        return ledger

    def last_commands(self) -> tuple[CommandId, ...]:
        """Return the commands that came last: those that were answered, and those under way."""
        return (*self.results, *self.unresolved)[-RESUMED_MAX:]

    def skip_to(self, n: int) -> None:
        """Use no number up to *n*: somebody has seen it in use."""
        self.n = max(self.n, n)

    def intends(self, intention: Intention, *, at_ms: int) -> FileRecord:
        """Note what is about to be asked of the broker."""
        record = self._record(RecordKind.EXEC, at_ms, {"exec": msgspec.to_builtins(intention)})
        self._intend(intention)
        return record

    def did(
        self,
        result: ExecutionResult,
        *,
        at_ms: int,
        seq: int = 0,
        levels: WantedLevels | None = None,
    ) -> FileRecord:
        """Note what came of a command; *levels*: what its trade's position shall have from now."""
        body: dict[str, Any] = {"result": msgspec.to_builtins(result), "seq": seq}
        if levels is not None:
            body["levels"] = msgspec.to_builtins(levels)
        record = self._record(RecordKind.DONE, at_ms, body)
        self._settle(result, self.n, seq)
        if levels is not None:
            self.wanted[result.trade_id] = levels
        return record

    def heard_ack(self, command_id: CommandId, *, at_ms: int) -> FileRecord:
        """Note that the result of a command is journaled."""
        return self._note(RecordKind.ACKED, at_ms, {"command": command_id})

    def buries(self, trade_id: TradeId, *, at_ms: int) -> FileRecord:
        """Note that a trade is closed: nothing of it may be opened any more."""
        return self._note(RecordKind.TOMBSTONE, at_ms, {"trade": trade_id})

    def follows(self, trade_id: TradeId, old: Ticket, new: Ticket, *, at_ms: int) -> FileRecord:
        """Note that a trade's position goes on under a new ticket."""
        return self._note(RecordKind.LINEAGE, at_ms, {"trade": trade_id, "old": old, "new": new})

    def warms(self, *, warm: bool, at_ms: int) -> FileRecord:
        """Note that the file is to be trusted from here on, or no longer."""
        return self._note(WARMTH, at_ms, {"warm": warm})

    def again(self, record: FileRecord) -> FileRecord:
        """Return a record that could not be written, under a new number."""
        body = {name: value for name, value in record.items() if name not in ("t", "n", "at")}
        return self._note(record["t"], record["at"], body)

    def unwritten(self, numbers: Iterable[int]) -> tuple[FileRecord, ...]:
        """Take back the records of these numbers; what they say stays in memory."""
        lost = set(numbers)
        found = tuple(record for record in self.records if record["n"] in lost)
        self.records = [record for record in self.records if record["n"] not in lost]
        return found

    def not_asked(self, command_id: CommandId) -> None:
        """Drop an intention that was never written: the broker was not asked."""
        self.unresolved.pop(command_id, None)

    def compacted(self, *, settled_before_ms: int, open_tickets: Iterable[Ticket]) -> "Ledger":
        """Return a smaller memory, whose records are to replace the file's.

        What is unresolved, unacknowledged or still open stays, and everything else that is not
        older than *settled_before_ms*.
        """
        still_open = set(open_tickets)
        kept = {trade for ticket, trade in self.owners.items() if ticket in still_open}
        kept |= {intention.trade for intention in self.unresolved.values()}
        kept |= {
            result.trade_id
            for command_id, result in self.results.items()
            if command_id not in self.acked
        }
        stays = [
            record
            for record in self.records
            if record["at"] >= settled_before_ms or self._trade_of(record) in kept
        ]
        if not any(record["t"] == WARMTH for record in stays):
            stays[:0] = [record for record in self.records if record["t"] == WARMTH][-1:]
        return Ledger.read(stays, highest_n=self.n)

    def _trade_of(self, record: FileRecord) -> TradeId | None:
        match record["t"]:
            case RecordKind.EXEC:
                return TradeId(record["exec"]["trade"])
            case RecordKind.DONE:
                return TradeId(record["result"]["trade_id"])
            case RecordKind.ACKED:
                result = self.results.get(CommandId(record["command"]))
                return None if result is None else result.trade_id
            case _:
                return record.get("trade")

    def _note(self, kind: str, at_ms: int, body: Mapping[str, Any]) -> FileRecord:
        record = self._record(kind, at_ms, body)
        self._take_in(record)
        return record

    def _record(self, kind: str, at_ms: int, body: Mapping[str, Any]) -> FileRecord:
        self.n += 1
        record = {"t": str(kind), "n": self.n, "at": at_ms, **body}
        self.records.append(record)
        return record

    def _apply(self, record: FileRecord) -> None:
        self.n = max(self.n, record["n"])
        self.records.append(record)
        self._take_in(record)

    def _take_in(self, record: FileRecord) -> None:
        match record["t"]:
            case RecordKind.EXEC:
                self._intend(msgspec.convert(record["exec"], Intention))
            case RecordKind.DONE:
                result = msgspec.convert(record["result"], ExecutionResult)
                seq = record["seq"] if result.kind is CommandKind.MODIFY else 0
                self._settle(result, record["n"], seq)
                if "levels" in record:
                    levels = msgspec.convert(record["levels"], WantedLevels)
                    self.wanted[result.trade_id] = levels
            case RecordKind.ACKED:
                self.acked.add(CommandId(record["command"]))
            case RecordKind.TOMBSTONE:
                self.tombstones.add(TradeId(record["trade"]))
            case RecordKind.LINEAGE:
                self._own(TradeId(record["trade"]), Ticket(record["new"]))
            case "W":
                self.warm = record["warm"]
            case _:
                pass

    def _intend(self, intention: Intention) -> None:
        self.unresolved[intention.command] = intention
        if intention.kind is CommandKind.EXECUTE:
            self.tags[intention.trade] = intention.tag
            if intention.levels is not None:
                stop_loss, take_profit = intention.levels
                self.wanted[intention.trade] = WantedLevels(
                    seq=0, stop_loss=stop_loss, take_profit=take_profit
                )

    def _settle(self, result: ExecutionResult, n: int, seq: int) -> None:
        result = replace(result, ledger_n=n)
        self.results[result.command_id] = result
        self.unresolved.pop(result.command_id, None)
        if result.kind is CommandKind.EXECUTE:
            self.tags.setdefault(result.trade_id, order_tag(result.trade_id))
            self.excluded.update(result.candidates)
        if result.kind is CommandKind.EXECUTE and result.success and result.ticket is not None:
            self._own(result.trade_id, result.ticket)
        if result.kind is CommandKind.MODIFY and result.success:
            newest = max(self.modified_seq.get(result.trade_id, 0), seq)
            self.modified_seq[result.trade_id] = newest

    def _own(self, trade_id: TradeId, ticket: Ticket) -> None:
        self.owners[ticket] = trade_id
        self.tickets[trade_id] = ticket

"""The watch: what must hold at every step, checked where it happens."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from echo.domain.answers import AckStage, ExecutionResult, Outcome, Receipt, ResultAck
from echo.domain.answers import TradeIntentAck as IntentAck
from echo.domain.commands import (
    CloseOrder,
    ExecuteOrder,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.facts import Alarm, DeliveryRetried, InputRefused
from echo.domain.ids import SEQ_OPEN, AccountId, CommandId, TradeId
from echo.domain.journal import ActionRecord, DecisionRecord, ExecutionRecord, Record
from echo.domain.quantities import Side
from echo.sim.schedule import Schedule
from echo.stores.memory import MemoryJournal, MemoryLedger
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.effects import ActionDetected, Append, Effect, Order, OrderLeaving, Say
from echo.terminal.opening import Reading, reading_of
from echo.terminal.orders import BrokerEvent, Filled, OrderRequest, Refused, SendOrder
from echo.wire.records import RecordKind

CLOCKS_APART = Decimal("1.1")
"""Two clocks may each be off by five percent."""
SECONDS_MS = 1_000
"""MT4 tells open times in whole seconds."""


def is_over(journal: MemoryJournal, trade_id: TradeId) -> bool:
    """Whether a trade is closed and settled: whatever else comes of it has nothing to act on."""
    row = journal.trades.get(trade_id)
    return row is not None and row.settled


ActionKey = tuple[TradeId, int]
DecisionKey = tuple[TradeId, int, AccountId]
FlightKey = tuple[str, str, Side, Decimal, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was broken: the invariant's number, when, and what happened."""

    invariant: int
    at_ms: int
    sentence: str


class Watch:
    """Looks at every write, every promise and every order, and remembers what the end needs."""

    def __init__(self, schedule: Schedule, seen: Counter[str], *, ttl_ms_max: int) -> None:
        self.violations: list[Violation] = []
        self.acked: set[ActionKey] = set()
        """Actions whose master was told that they are safe."""
        self.reported: dict[ActionKey, Mapping[str, Any]] = {}
        """What masters put into their outboxes."""
        self.detected_ms: dict[ActionKey, int] = {}
        self.journaled_ms: dict[ActionKey, int] = {}
        self.settled_ms: dict[DecisionKey, int] = {}
        """When a decision became final."""
        self.pending: set[DecisionKey] = set()
        """Decisions without a final outcome."""
        self.doubtful: set[DecisionKey] = set()
        """Decisions in doubt."""
        self.alarmed: set[str] = set()
        """Keys of alarms."""
        self.fills: Counter[tuple[AccountId, str]] = Counter()
        self._schedule = schedule
        self._seen = seen
        self._ttl_ms_max = ttl_ms_max
        self._final: dict[DecisionKey, tuple[Outcome, int]] = {}
        self._executed: set[CommandId] = set()
        self._epochs: dict[str, int] = {}
        self._in_flight: dict[FlightKey, dict[str, str]] = defaultdict(dict)
        """Opens that were ordered and have no result: by key, command and terminal."""

    def violated(self, invariant: int, sentence: str) -> None:
        """Note that an invariant does not hold."""
        self.violations.append(
            Violation(invariant=invariant, at_ms=self._schedule.now_ms, sentence=sentence)
        )

    # ------------------------------------------------------------------------ the journal

    def after_commit(self, journal: MemoryJournal, records: Sequence[Record]) -> None:
        """Look at what has just become durable."""
        decided: dict[DecisionKey, DecisionRecord] = {}
        for record in records:
            if isinstance(record, DecisionRecord):
                decided[record.trade_id, record.seq, record.account_id] = record
            elif isinstance(record, ExecutionRecord):
                self._executed.add(record.command_id)
                self._answered(record.result)
        # Nobody but the last row of a transaction was ever there to be read.
        for row in decided.values():
            self._decided(row)
        for record in records:
            if isinstance(record, ActionRecord):
                self.journaled_ms.setdefault((record.trade_id, record.seq), self._schedule.now_ms)
                self._conserved(journal, record)

    def _decided(self, row: DecisionRecord) -> None:
        key = (row.trade_id, row.seq, row.account_id)
        before = self._final.get(key)
        if before is not None:
            if before != (row.outcome, row.code):
                self.violated(
                    9,
                    f"action {row.seq} of {row.trade_id} on {row.account_id} was"
                    f" {before[0].value} and is now {row.outcome.value}",
                )
            return
        if row.outcome is Outcome.IN_DOUBT:
            self._seen["in_doubt"] += 1
            self.doubtful.add(key)
            self.pending.discard(key)
        elif not row.outcome.is_final:
            self.pending.add(key)
        else:
            self.pending.discard(key)
            self.doubtful.discard(key)
            self._final[key] = (row.outcome, row.code)
            self.settled_ms[key] = self._schedule.now_ms
            self._seen[f"{row.kind.value}_{row.outcome.value}"] += 1
            if row.code:
                self._seen[f"code_{row.code.name.lower()}"] += 1

    def _answered(self, result: ExecutionResult) -> None:
        for name in ("doubt", "stored", "late"):
            if getattr(result, name):
                self._seen[f"result_{name}"] += 1

    def _conserved(self, journal: MemoryJournal, record: ActionRecord) -> None:
        for account_id in journal.trades[record.trade_id].followers:
            if (record.trade_id, record.seq, account_id) not in journal.decisions:
                self.violated(
                    17,
                    f"action {record.seq} of {record.trade_id} is journaled without a decision"
                    f" for its follower {account_id}",
                )

    # ------------------------------------------------------------------------ promises

    def core_sends(self, message: object, journal: MemoryJournal) -> None:
        """Look at what the Core lets go: nothing that it promises may be volatile."""
        match message:
            case IntentAck(result=Receipt.OK):
                known = (message.trade_id, message.seq) in journal.actions
                if not known and not is_over(journal, message.trade_id):
                    self.violated(
                        6,
                        f"the Core acknowledges action {message.seq} of {message.trade_id},"
                        " which is not in its journal",
                    )
            case ExecuteOrder() | ModifyOrder() | ReduceOrder() | CloseOrder():
                if message.command_id not in journal.commands:
                    self.violated(
                        6, f"command {message.command_id} leaves before it is in the journal"
                    )
            case ResultAck():
                known = message.command_id in journal.commands
                if known and message.command_id not in self._executed:
                    self.violated(
                        6, f"the result of {message.command_id} is acknowledged, not journaled"
                    )
            case _:
                pass

    def agent_sends(self, message: object, ledger: MemoryLedger) -> None:
        """Look at what an Agent promises by itself, while the Core is away."""
        if not isinstance(message, IntentAck) or message.stage is not AckStage.AGENT_BUFFERED:
            return
        if message.result is not Receipt.OK:
            return
        self._seen["acknowledged_by_agent"] += 1
        key = f"uplink:action:{message.account_id}:{message.trade_id}:{message.seq}"
        if key not in ledger.entries:
            self.violated(
                6,
                f"an Agent acknowledges action {message.seq} of {message.trade_id},"
                " which is not in its ledger",
            )

    def unmoved(self, who: str, effects: Sequence[object]) -> None:
        """Look at what a frame of an old session did: nothing, or the epoch was not checked."""
        if effects:
            self.violated(14, f"{who} acted on a frame of an old session: {effects[0]!r}")

    # ------------------------------------------------------------------------ terminals

    def attached(self, who: str, *, usable: bool) -> None:
        """An EA begins a life, with or without its memory."""
        self._epochs.pop(who, None)
        if not usable:
            self._seen["cold_start"] += 1
            for flights in self._in_flight.values():
                for command_id in [each for each, terminal in flights.items() if terminal == who]:
                    del flights[command_id]

    def appended(self, who: str, record: Mapping[str, Any]) -> None:
        """An EA's record is on disk."""
        match record["t"]:
            case RecordKind.DONE:
                self._landed(record["result"]["command_id"])
            case RecordKind.INTENT:
                action = record["action"]
                self.reported[action["trade_id"], action["seq"]] = action
            case _:
                pass

    def _landed(self, command_id: str) -> None:
        for flights in self._in_flight.values():
            flights.pop(command_id, None)

    def ordered(self, who: str, account_id: AccountId, request: OrderRequest) -> None:
        """An EA asks its broker: two opens that look the same may not be unresolved at once."""
        if not isinstance(request, SendOrder):
            return
        command_id = request.ref.split(":")[1]
        key = (account_id, request.symbol, request.side, request.lot, request.magic_number)
        flights = self._in_flight[key]
        rivals = [each for each in flights if each != command_id]
        if rivals:
            self.violated(2, f"{who} orders {command_id} while {rivals[0]} is unresolved")
        flights[command_id] = who

    def replied(self, event: BrokerEvent, terminal: str) -> None:
        """A broker answered an EA: a fill or a definite no resolves its order."""
        if isinstance(event, Refused):
            definite = reading_of(event.code, terminal) is not Reading.DOUBT
        else:
            definite = isinstance(event, Filled)
        if definite and event.ref:
            self._landed(event.ref.split(":")[1])

    def ea_heard(self, who: str, message: object, todo: Sequence[Effect]) -> None:
        """An EA heard something: acknowledgements count, and old epochs must not move it."""
        match message:
            case IntentAck(result=Receipt.OK):
                self.acked.add((message.trade_id, message.seq))
            case IntentAck():
                self._seen[f"ack_{message.result.value}_{message.error_code.name}".lower()] += 1
            case ExecuteOrder() | ModifyOrder() | ReduceOrder() | CloseOrder():
                if message.session_epoch != self._epochs.get(who):
                    self._refused(who, message.session_epoch, todo)
            case _:
                epoch = getattr(message, "session_epoch", None)
                if epoch is not None:
                    self._epochs[who] = epoch

    def _refused(self, who: str, epoch: int, todo: Sequence[Effect]) -> None:
        if any(isinstance(each, Append | Order | Say) for each in todo):
            known = self._epochs.get(who)
            self.violated(14, f"{who} acts on a command of epoch {epoch}, its own is {known}")

    def ea_fact(self, who: str, fact: object) -> None:
        """An EA tells a fact; two of them are moments that bound an open's age."""
        match fact:
            case ActionDetected():
                self.detected_ms.setdefault((fact.trade_id, fact.seq), self._schedule.now_ms)
            case OrderLeaving():
                self._in_time(who, fact)
            case _:
                self.fact(who, fact)

    def _in_time(self, who: str, fact: OrderLeaving) -> None:
        detected_ms = self.detected_ms.get((fact.trade_id, SEQ_OPEN))
        if detected_ms is None:
            self.violated(16, f"{who} orders an open of {fact.trade_id}, which nobody reported")
            return
        age_ms = self._schedule.now_ms - detected_ms
        if age_ms > self._ttl_ms_max * CLOCKS_APART + SECONDS_MS:
            self.violated(
                5, f"{who} orders {fact.command_id} {age_ms} ms after its master's open was seen"
            )

    def fact(self, who: str, fact: object) -> None:
        """Count what telemetry would show."""
        match fact:
            case Alarm():
                self.alarmed.add(fact.key)
                self._seen[f"alarm_{fact.code.lower()}"] += 1
            case InputRefused():
                self._seen[f"refused_{fact.reason}"] += 1
            case DeliveryRetried():
                self._seen["delivery_retried"] += 1
            case _:
                pass

    # ------------------------------------------------------------------------ brokers

    def booked(self, account_id: AccountId, entry: BookEntry) -> None:
        """A broker executed something: one fill per trade and follower."""
        if entry.kind is not BookKind.OPENED or not entry.asked:
            return
        key = (account_id, entry.asked)
        self.fills[key] += 1
        if self.fills[key] > 1:
            self.violated(
                2, f"{account_id} holds {self.fills[key]} fills of the trade tagged {entry.asked}"
            )

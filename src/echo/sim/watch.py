"""The watch: what must hold at every step, checked where it happens."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from echo.domain.answers import AckStage, ExecutionResult, Outcome, Receipt, ResultAck
from echo.domain.answers import TradeIntentAck as IntentAck
from echo.domain.commands import (
    CloseOrder,
    CommandKind,
    ExecuteOrder,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.facts import Alarm, DecisionSettled, DeliveryRetried, InputRefused
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, CommandId, TradeId
from echo.domain.journal import ActionRecord, DecisionRecord, ExecutionRecord, Record
from echo.sim.excuses import ActionKey, Excuses
from echo.sim.flights import Violation
from echo.sim.schedule import Schedule
from echo.stores.memory import MemoryJournal, MemoryLedger
from echo.terminal.effects import (
    ActionDetected,
    Append,
    Effect,
    Observe,
    Order,
    OrderLeaving,
    Say,
)
from echo.wire.records import RecordKind

CLOCKS_APART = Decimal("1.1")
"""Two clocks may each be off by five percent."""

__all__ = ["Violation", "Watch", "is_over"]


def is_over(journal: MemoryJournal, trade_id: TradeId) -> bool:
    """Whether a trade is closed and settled: whatever else comes of it has nothing to act on."""
    row = journal.trades.get(trade_id)
    return row is not None and row.settled


DecisionKey = tuple[TradeId, int, AccountId]


class Watch(Excuses):
    """Looks at every write, every promise and every order, and remembers what the end needs."""

    def __init__(
        self,
        schedule: Schedule,
        seen: Counter[str],
        *,
        ttl_ms_max: int,
        fanout_chunk: int = 128,
        legacy_masters: frozenset[AccountId] = frozenset(),
    ) -> None:
        super().__init__(schedule, seen, legacy_masters)
        self.detected_ms: dict[ActionKey, int] = {}
        self.settled_ms: dict[DecisionKey, int] = {}
        """When a decision became final."""
        self.answered_ms: dict[tuple[TradeId, AccountId], int] = {}
        """When an EA wrote down last what became of an open: one that lost its file does so again,
        and a close waits for it."""
        self.pending: set[DecisionKey] = set()
        """Decisions without a final outcome."""
        self.doubtful: set[DecisionKey] = set()
        """Decisions in doubt."""
        self.alarmed: set[str] = set()
        """Keys of alarms."""
        self.doubted: set[DecisionKey] = set()
        """Decisions that were in doubt once."""
        self.settled_facts: Counter[DecisionKey] = Counter()
        """How often people were told of an outcome."""
        self.core_lives = 0
        """How often a Core read its journal."""
        self._ttl_ms_max = ttl_ms_max
        self._fanout_chunk = fanout_chunk
        self._final: dict[DecisionKey, tuple[Outcome, int]] = {}
        self._executed: set[CommandId] = set()
        self._modified: dict[tuple[TradeId, AccountId], int] = {}
        self._epochs: dict[str, int] = {}
        self.legacy_trades: set[TradeId] = set()
        """What masters of older protocols did: its age is anybody's guess."""

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
                if record.action.account_id in self.legacy_masters:
                    self.legacy_trades.add(record.trade_id)
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
            self.doubted.add(key)
            self.pending.discard(key)
        elif not row.outcome.is_final:
            self.pending.add(key)
        else:
            self.pending.discard(key)
            self.doubtful.discard(key)
            self._final[key] = (row.outcome, row.code)
            if row.outcome is Outcome.MODIFIED:
                self._in_order(row)
            self.settled_ms[key] = self._schedule.now_ms
            self._seen[f"{row.kind.value}_{row.outcome.value}"] += 1
            if row.code:
                self._seen[f"code_{row.code.name.lower()}"] += 1

    def _in_order(self, row: DecisionRecord) -> None:
        """No older change is made after a newer one."""
        lane = (row.trade_id, row.account_id)
        if row.seq < self._modified.get(lane, 0):
            self.violated(
                10,
                f"modify {row.seq} of {row.trade_id} on {row.account_id} was made after"
                f" modify {self._modified[lane]}",
            )
        self._modified[lane] = row.seq

    def _answered(self, result: ExecutionResult) -> None:
        for name in ("doubt", "stored", "late"):
            if getattr(result, name):
                self._seen[f"result_{name}"] += 1

    def _conserved(self, journal: MemoryJournal, record: ActionRecord) -> None:
        followers = journal.trades[record.trade_id].followers
        missing = [
            account_id
            for account_id in followers
            if (record.trade_id, record.seq, account_id) not in journal.decisions
        ]
        # A large fan-out is decided about piece by piece.
        if len(followers) - len(missing) < min(self._fanout_chunk, len(followers)):
            self.violated(
                17,
                f"action {record.seq} of {record.trade_id} is journaled without a decision"
                f" for its follower {missing[0]}",
            )
        if missing:
            self._seen["fan_out_in_pieces"] += 1

    # ------------------------------------------------------------------------ promises

    def core_sends(self, message: object, journal: MemoryJournal) -> None:
        """Look at what the Core lets go: nothing that it promises may be volatile."""
        match message:
            case IntentAck(result=Receipt.OK) if message.account_id not in self.legacy_masters:
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
                if not self._is_answered(message.command_id, journal):
                    self.violated(
                        6, f"the result of {message.command_id} is acknowledged, not journaled"
                    )
            case _:
                pass

    def _is_answered(self, command_id: CommandId, journal: MemoryJournal) -> bool:
        """Whether nobody needs the result of a command any more.

        An old EA is asked again under another id: what one of them settles, the others need not.
        """
        row = journal.commands.get(command_id)
        if row is None or command_id in self._executed:
            return True
        command = row.command
        is_old = any(each.endswith(f"-{row.account_id}") for each in self.legacy)
        if not is_old or not isinstance(command, CloseOrder | ExecuteOrder):
            return False
        seq = SEQ_OPEN if isinstance(command, ExecuteOrder) else SEQ_CLOSE
        decision = journal.decisions.get((command.trade_id, seq, command.account_id))
        return decision is not None and decision.outcome.is_final

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
            self.forgot(who)

    def appended(self, who: str, record: Mapping[str, Any]) -> None:
        """An EA's record is on disk."""
        match record["t"]:
            case RecordKind.DONE:
                result = record["result"]
                self.landed(result["command_id"])
                if result["kind"] == CommandKind.EXECUTE:
                    opened = (TradeId(result["trade_id"]), AccountId(result["account_id"]))
                    self.answered_ms[opened] = self._schedule.now_ms
            case RecordKind.INTENT:
                self.noted(record["action"])
            case _:
                pass

    def unwritten(self, who: str, todo: Sequence[Effect]) -> None:
        """An EA's file could not be written: people must be told, and nobody else anything."""
        told = any(isinstance(each, Observe) and isinstance(each.fact, Alarm) for each in todo)
        if not told:
            self.violated(12, f"{who} cannot write its file, and tells nobody")

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
        if fact.trade_id in self.legacy_trades:
            return
        detected_ms = self.detected_ms.get((fact.trade_id, SEQ_OPEN))
        if detected_ms is None:
            self.violated(16, f"{who} orders an open of {fact.trade_id}, which nobody reported")
            return
        age_ms = self._schedule.now_ms - detected_ms
        if age_ms > self._ttl_ms_max * CLOCKS_APART:
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
            case DecisionSettled():
                key = (fact.trade_id, fact.seq, fact.account_id)
                self.settled_facts[key] += 1
                if fact.outcome is Outcome.IN_DOUBT:
                    self.doubted.add(key)
            case DeliveryRetried():
                self._seen["delivery_retried"] += 1
            case _:
                pass

    # ------------------------------------------------------------------------ brokers

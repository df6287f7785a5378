"""The lookout: sees what passes at every door of every process, and shows it to the watch."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from echo.domain.answers import (
    CommandAck,
    ExecutionResult,
    MessageAck,
    PipeDeliveryAck,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.facts import Fact
from echo.domain.ids import SEQ_OPEN, AccountId, CommandId, MessageId, TradeId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.journal import (
    ActionRecord,
    CommandProgress,
    CommandRecord,
    CopyRecord,
    DecisionRecord,
    ExecutionRecord,
    Record,
    TradeRecord,
)
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentToCore, CoreToAgent
from echo.services.terminal.station import Ea
from echo.sim.desk.streams import Onlooker
from echo.sim.desk.virtual_loop import VirtualLoop, this_process
from echo.sim.schedule import Schedule
from echo.sim.trace import Trace
from echo.sim.watch import Watch
from echo.stores.memory import MemoryJournal, MemoryLedger
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.effects import ActionDetected, Effect, OrderLeaving, Say
from echo.terminal.events import Attached, BrokerSaid, Event, Heard
from echo.terminal.orders import OrderRequest
from echo.wire.pipe import read_agent_line
from echo.wire.refusals import WireError

ACKNOWLEDGED: Final = (
    *(TradeIntent, TradeModify, TradeClose, ExecutionResult),
    *(ExecuteOrder, ModifyOrder, ReduceOrder, CloseOrder),
    *(TradeIntentAck, ResultAck, MessageAck, CommandAck, PipeDeliveryAck),
)
"""What somebody repeats until it is acknowledged, and the acknowledgements themselves."""

WORK: Final = (
    *(TradeRecord, ActionRecord, DecisionRecord, CommandRecord),
    *(CommandProgress, ExecutionRecord, CopyRecord),
)
"""Records of trades; the others are about accounts and markets."""

_OF_AN_EA: Final = ":"
"""What the names of an EA's requests have in them, and those of a person's have not."""

_RECORD_AT: Final = 9
"""Where the JSON of a file's record begins, behind its checksum."""


class Lookout(Onlooker):
    """Sees everything, and remembers when something last happened that is not mere chatter."""

    def __init__(
        self,
        loop: VirtualLoop,
        trace: Trace,
        journal: MemoryJournal,
        ledger: MemoryLedger,
        *,
        ttl_ms_max: int,
    ) -> None:
        self.trace = trace
        self.seen = Counter[str]()
        self._time = Schedule()
        self.watch = Watch(self._time, self.seen, ttl_ms_max=ttl_ms_max)
        self.busy_ms = 0
        self._loop, self._journal, self._ledger = loop, journal, ledger

    def say(self, who: str, sentence: str) -> None:
        """Note what the world does."""
        self.trace.say(self._now(), who, sentence)

    def violated(self, invariant: int, sentence: str) -> None:
        """Note that an invariant does not hold."""
        self._now()
        self.watch.violated(invariant, sentence)

    # ------------------------------------------------------------------------ Core and Agent

    def committed(self, records: Sequence[Record]) -> None:
        """A transaction of the Core is durable."""
        now_ms = self._now()
        self.watch.after_commit(self._journal, records)
        for record in records:
            if isinstance(record, WORK):
                self.busy_ms = now_ms
                self.trace.note(now_ms, "journal", record)

    def core_sends(self, messages: Sequence[CoreToAgent]) -> None:
        """The Core hands messages to a stream."""
        now_ms = self._now()
        for message in messages:
            self.watch.core_sends(message, self._journal)
            self._passed(now_ms, "core", message)

    def core_hears(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        """Messages arrived at the Core."""
        now_ms = self._now()
        for _, message in messages:
            self._passed(now_ms, "agent", message)

    def agent_writes(self, account_id: AccountId, line: bytes) -> None:
        """The Agent writes a line to an EA's pipe."""
        if b"trade_intent_ack" not in line:
            return
        self._now()
        try:
            self.watch.agent_sends(read_agent_line(line.rstrip(b"\n")), self._ledger)
        except WireError as error:
            self.watch.violated(21, f"what is written to {account_id} cannot be read: {error}")

    # ------------------------------------------------------------------------ terminals

    def appended(self, who: str, data: bytes) -> None:
        """An EA's record is in its file."""
        self.busy_ms = self._now()
        record = msgspec.json.decode(data[_RECORD_AT:], type=dict)
        if "t" in record:
            self.watch.appended(who, record)

    def asked(self, who: str, account_id: AccountId, request: OrderRequest) -> None:
        """An EA's request arrived at its broker."""
        now_ms = self._now()
        self.trace.note(now_ms, who, request)
        self.watch.ordered(who, account_id, request, account_id)

    def booked(self, who: str, account_id: AccountId, entry: BookEntry) -> None:
        """A broker executed something, or a terminal noted a moment."""
        self.busy_ms = now_ms = self._now()
        self.trace.note(now_ms, f"broker of {who}", entry)
        if entry.kind is not BookKind.STAMP:
            self.watch.booked(account_id, entry)
            return
        trade_id, _, seq = entry.subject.rpartition("/")
        if entry.note == "detected":
            self.watch.ea_fact(who, ActionDetected(trade_id=TradeId(trade_id), seq=int(seq)))
        elif entry.note == "sent":
            command_id = CommandId(f"the open {SEQ_OPEN} of {trade_id}")
            leaving = OrderLeaving(command_id=command_id, trade_id=TradeId(trade_id))
            self.watch.ea_fact(who, leaving)

    def handled(self, who: str, terminal: str, event: Event, todo: Sequence[Effect]) -> None:
        """An EA took in an event."""
        now_ms = self._now()
        match event:
            case Heard(message=message):
                self.watch.ea_heard(who, message, todo)
                self._passed(now_ms, who, message)
            case BrokerSaid(event=answer) if _OF_AN_EA in answer.ref:
                self.watch.replied(answer, terminal)
            case Attached():
                self.watch.attached(who, usable=event.file_usable)
            case _:
                pass
        for effect in todo:
            if isinstance(effect, Say):
                self._passed(now_ms, who, effect.message)

    def fact(self, who: str, fact: Fact) -> None:
        """Somebody tells telemetry a fact."""
        self._now()
        self.watch.fact(who, fact)

    def _passed(self, now_ms: int, who: str, message: object) -> None:
        self.trace.note(now_ms, who, message)
        if isinstance(message, ACKNOWLEDGED):
            self.busy_ms = now_ms

    def _now(self) -> int:
        self._time.now_ms = now_ms = self._loop.now_ms
        return now_ms


class ShownEa:
    """An EA whose doings are shown to the lookout, as long as its process lives."""

    def __init__(self, ea: Ea, who: str, terminal: str, lookout: Lookout) -> None:
        self._ea, self._who, self._terminal, self._lookout = ea, who, terminal, lookout

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Let the EA take in *event*."""
        todo = self._ea.handle(event, now)
        if not this_process().dead:
            self._lookout.handled(self._who, self._terminal, event, todo)
        return todo


class Facts:
    """Fulfils `FactSink` for one process."""

    def __init__(self, who: str, lookout: Lookout) -> None:
        self._who, self._lookout = who, lookout

    def observe(self, fact: Fact) -> None:
        """Record one fact, unless nobody is left to tell it."""
        if not this_process().dead:
            self._lookout.fact(self._who, fact)

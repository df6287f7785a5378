"""One paper terminal: the EA, its broker, its files and its pipe, and nothing that decides."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from echo.domain.facts import InputRefused
from echo.domain.quantities import Instant
from echo.ports.clock import Clock
from echo.ports.errors import LedgerUnwritable
from echo.ports.files import AppendFile
from echo.ports.ids import Ids
from echo.ports.links import EaLink
from echo.ports.telemetry import FactSink
from echo.services.terminal.books import write_entries
from echo.services.terminal.ea_file import EaFile
from echo.services.terminal.feed import Feed, MarketClock
from echo.services.terminal.script import Hand
from echo.services.timers import TimerKey, Timers
from echo.terminal import effects, events
from echo.terminal.book import stamp
from echo.terminal.broker import PaperBroker
from echo.terminal.effects import ActionDetected, Effect, OrderBlocked, OrderLeaving, TerminalFact
from echo.terminal.events import Event
from echo.terminal.settings import EaSettings
from echo.wire.framing import LINE_BYTES_MAX, Line, LineReader
from echo.wire.pipe import read_agent_line, write_from_ea
from echo.wire.refusals import WireError

SEEN_EVERY_MS = 1_000


class Ea(Protocol):
    """An EA's brain, of either role."""

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Take in *event* and return what must be done about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a station is made of."""

    settings: EaSettings
    ea: Ea
    broker: PaperBroker
    feed: Feed
    market: MarketClock
    hand: Hand | None
    """Who trades by hand on this account; ``None`` on slaves."""
    ea_file: EaFile
    book: AppendFile
    link: EaLink


class Station:
    """Carries effects out in their order, one event after the other."""

    def __init__(self, parts: Parts, clock: Clock, ids: Ids, facts: FactSink) -> None:
        self.parts = parts
        self._clock, self._ids, self._facts = clock, ids, facts
        self._reader = LineReader(LINE_BYTES_MAX)
        self._events: deque[Event] = deque()
        self._busy = False
        self._connected = False
        self._revision = -1
        self._seen_mono_ms = 0
        self._timers = Timers(clock, self._due, lambda: None)

    def attach(self) -> None:
        """Begin a life: read the file, show the account, let the EA start."""
        found = self.parts.ea_file.open(self._ids.instance_id())
        broker, now = self.parts.broker, self._clock.now()
        for prices in self.parts.feed.moves(self._market_ms(now), every=frozenset()):
            broker.advance(now, prices)
        self._write_book()
        self._revision = broker.revision
        self._seen_mono_ms = now.mono_ms
        self._feed(
            events.Attached(
                instance=self._ids.instance_id(),
                records=found.records,
                highest_n=found.highest_n,
                file_usable=found.usable,
                file_id=found.file_id,
                view=broker.view(now),
            )
        )
        if broker.prices:
            self._feed(events.Ticked(dict(broker.prices)))

    async def serve(self) -> None:
        """Keep the pipe to the Agent, until cancelled."""
        await self.parts.link.run(self)

    def turn(self) -> None:
        """Let the market, the broker and the hand move on; called every few milliseconds."""
        now = self._clock.now()
        hand = self.parts.hand
        if hand is not None:
            for request in hand.due(self.parts.market.elapsed_ms(now.wall_ms)):
                self.parts.broker.request(request, now)
        self._turn_market()
        if now.mono_ms - self._seen_mono_ms >= SEEN_EVERY_MS:
            self._show()

    def detach(self) -> None:
        """Release the files."""
        self._write_book()
        self._timers.clear()
        self.parts.ea_file.close()
        self.parts.book.close()

    def pipe_up(self) -> None:
        """The pipe is connected."""
        self._connected = True
        self._reader.reset()
        self._feed(events.PipeUp())

    def agent_said(self, data: bytes) -> None:
        """Bytes came from the Agent."""
        for line in self._reader.feed(data):
            if not isinstance(line, Line):
                self._refuse("line_too_long", f"a line of {line.bytes_dropped} bytes was dropped")
                continue
            try:
                message = read_agent_line(line.content)
            except WireError as error:
                self._refuse(error.reason, error.sentence)
                continue
            self._feed(events.Heard(message))

    def pipe_down(self, reason: str) -> None:
        """The pipe is gone."""
        if self._connected:
            self._connected = False
            self._feed(events.PipeDown(reason))

    def _turn_market(self) -> None:
        """Walk the ticks up to now; where positions are open, every one of them."""
        broker, now = self.parts.broker, self._clock.now()
        before = dict(broker.prices)
        answers = broker.advance(now, {})
        self._show_if_changed()
        for prices in self.parts.feed.moves(self._market_ms(now), every=self._exposed()):
            answers += broker.advance(now, prices)
            # At once: a position that the next tick closes would never have been seen.
            self._show_if_changed()
        for answer in answers:
            if self.parts.hand is not None:
                for request in self.parts.hand.heard(answer):
                    broker.request(request, now)
            self._feed(events.BrokerSaid(answer))
        moved = {name: price for name, price in broker.prices.items() if before.get(name) != price}
        if moved:
            self._feed(events.Ticked(moved))

    def _market_ms(self, now: Instant) -> int:
        return self.parts.market.market_ms(now.wall_ms)

    def _exposed(self) -> frozenset[str]:
        """The markets in which this account holds something."""
        broker = self.parts.broker
        held = {each.symbol for each in broker.positions.values()}
        return frozenset(rules.market for rules in broker.rules.symbols if rules.name in held)

    def _show_if_changed(self) -> None:
        if self.parts.broker.revision != self._revision:
            self._show()

    def _show(self) -> None:
        """Show the account to the EA, after writing down what changed it."""
        self._write_book()
        now = self._clock.now()
        self._revision = self.parts.broker.revision
        self._seen_mono_ms = now.mono_ms
        self._feed(events.Seen(self.parts.broker.view(now)))

    def _due(self, key: TimerKey) -> None:
        self._feed(events.Due(key))

    def _feed(self, event: Event) -> None:
        """Handle *event* after those that wait; effects of one are done before the next begins."""
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                now = self._clock.now()
                self._carry_out(self.parts.ea.handle(self._events.popleft(), now))
        finally:
            self._busy = False

    def _carry_out(self, todo: Sequence[Effect]) -> None:
        for position, effect in enumerate(todo):
            match effect:
                case effects.Append() | effects.Rewrite():
                    if not self._write(effect, todo[position:]):
                        self._carry_out([each for each in todo[position:] if _harmless(each)])
                        return
                case effects.Say():
                    self._say(effect)
                case effects.Order():
                    self.parts.broker.request(effect.request, self._clock.now())
                case effects.Arm():
                    self._timers.arm(effect.key, effect.due_mono_ms)
                case effects.Disarm():
                    self._timers.disarm(effect.key)
                case effects.Observe():
                    self._observe(effect.fact)
                case effects.EndPipe():
                    self.parts.link.end(effect.reason)
                case effects.Panel():
                    pass

    def _write(self, effect: effects.Append | effects.Rewrite, rest: Sequence[Effect]) -> bool:
        try:
            if isinstance(effect, effects.Append):
                self.parts.ea_file.append(effect.record)
            else:
                self.parts.ea_file.rewrite(effect.records, effect.highest_n)
        except LedgerUnwritable as error:
            lost = tuple(each.record["n"] for each in rest if isinstance(each, effects.Append))
            self._events.append(events.AppendFailed(lost, str(error)))
            return False
        return True

    def _say(self, effect: effects.Say) -> None:
        now = self._clock.now()
        version = self.parts.settings.protocol_version
        try:
            line = write_from_ea(effect.message, version, now.wall_ms, now.mono_ms)
        except WireError as error:
            self._refuse(error.reason, error.sentence)
            return
        self.parts.link.write(line)

    def _observe(self, fact: TerminalFact) -> None:
        match fact:
            case ActionDetected():
                self._stamp("detected", f"{fact.trade_id}/{fact.seq}")
            case OrderLeaving():
                self._stamp("sent", f"{fact.trade_id}/0")
            case OrderBlocked():
                self._stamp("blocked", f"{fact.trade_id}/0")
            case _:
                self._facts.observe(fact)

    def _stamp(self, note: str, subject: str) -> None:
        entry = stamp(note, subject, at_us=self._clock.wall_us())
        self.parts.book.append(write_entries((entry,)))

    def _write_book(self) -> None:
        entries = self.parts.broker.take_entries()
        if entries:
            self.parts.book.append(write_entries(entries))

    def _refuse(self, reason: str, sentence: str) -> None:
        peer = f"agent of {self.parts.settings.client_id}"
        self._facts.observe(InputRefused(peer=peer, reason=reason, sentence=sentence))


def _harmless(effect: Effect) -> bool:
    """Whether an effect may still be carried out when something before it was not written."""
    return not isinstance(effect, effects.Append | effects.Rewrite | effects.Say | effects.Order)

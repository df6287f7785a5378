"""One paper terminal with a compiled expert on its chart, instead of the brain in Python.

The expert is a program of its own: it reaches the Agent and its files by itself.  Here is its
broker, with the market, the book and, on masters, the hand that trades.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from echo.domain.facts import Alarm
from echo.domain.ids import NO_TRADE, AccountId, TradeId
from echo.domain.quantities import Instant
from echo.ports.clock import Clock
from echo.ports.files import AppendFile
from echo.ports.telemetry import FactSink
from echo.services.terminal.books import write_entries
from echo.services.terminal.expert_lines import ViewTeller, line, read_order, reply
from echo.services.terminal.feed import Feed, MarketClock
from echo.services.terminal.script import Hand
from echo.terminal.book import stamp
from echo.terminal.broker import PaperBroker
from echo.terminal.orders import BrokerEvent

SEEN_EVERY_MS: Final = 1_000
STAMPS: Final = {"detected": "detected", "sending": "sent"}
"""Lines of an expert's journal that measure its way, and the moments that they are."""


class ExpertLink(Protocol):
    """The expert's program: started, and started again when it ends."""

    async def run(self, handler: "ExpertStation") -> None:
        """Keep the program running, until cancelled."""

    def send(self, lines: str) -> None:
        """Send lines; lost when the program is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertParts:
    """What such a station is made of."""

    account_id: AccountId
    inputs: Mapping[str, object]
    broker: PaperBroker
    feed: Feed
    market: MarketClock
    hand: Hand | None
    """Who trades by hand on this account; ``None`` on slaves."""
    book: AppendFile
    link: ExpertLink


class ExpertStation:
    """The broker and the screen of one expert."""

    def __init__(self, parts: ExpertParts, clock: Clock, facts: FactSink) -> None:
        self.parts = parts
        self._clock, self._facts = clock, facts
        self._teller = ViewTeller()
        self._up = False
        self._orders = 0
        self._waits_for = ""
        self._revision = -1
        self._seen_mono_ms = 0

    def attach(self) -> None:
        """Open the market, before anybody looks at it."""
        broker, now = self.parts.broker, self._clock.now()
        for prices in self.parts.feed.moves(self._market_ms(now), every=frozenset()):
            broker.advance(now, prices)
        self._write_book()

    async def serve(self) -> None:
        """Keep the expert running, until cancelled."""
        await self.parts.link.run(self)

    def turn(self) -> None:
        """Let the market, the broker and the hand move on; called every few milliseconds."""
        now = self._clock.now()
        if self.parts.hand is not None:
            for request in self.parts.hand.due(self.parts.market.elapsed_ms(now.wall_ms)):
                self.parts.broker.request(request, now)
        self._turn_market()
        if now.mono_ms - self._seen_mono_ms >= SEEN_EVERY_MS:
            self._show()

    def detach(self) -> None:
        """Release the files."""
        self._write_book()
        self.parts.book.close()

    def expert_up(self) -> None:
        """The program runs: put it on its chart."""
        self._up = True
        self._waits_for = ""
        self._teller = ViewTeller()
        inputs = "".join(line("I", name, value) for name, value in self.parts.inputs.items())
        self.parts.link.send(inputs)
        self._show()
        self.parts.link.send(line("E", "init"))

    def expert_down(self, reason: str) -> None:
        """The program is gone."""
        self._up = False
        self._alarm("EXPERT_ENDED", reason)

    def expert_said(self, fields: list[str]) -> None:
        """Take one line of the expert."""
        match fields:
            case ["o", *_]:
                self._order(fields)
            case ["l", at_us, text]:
                self._journal(int(at_us), text)
            case ["!", sentence]:
                self._alarm("EXPERT_FAILED", sentence)
            case ["i", code] if code != "0":
                self._alarm("EXPERT_REFUSED", f"OnInit returned {code}")
            case _:
                pass  # panel, alerts and other things for a screen

    def _order(self, fields: list[str]) -> None:
        broker, now = self.parts.broker, self._clock.now()
        self._orders += 1
        self._waits_for = f"expert:{now.wall_ms}:{self._orders}"
        positions = broker.positions.values()
        broker.request(read_order(fields, ref=self._waits_for, positions=positions), now)
        self._turn_market()

    def _turn_market(self) -> None:
        """Walk the ticks up to now; where positions are open, every one of them."""
        broker, now = self.parts.broker, self._clock.now()
        answers = broker.advance(now, {})
        self._show_if_changed()
        for prices in self.parts.feed.moves(self._market_ms(now), every=self._exposed()):
            answers += broker.advance(now, prices)
            # At once: a position that the next tick closes would never have been seen.
            self._show_if_changed()
        for answer in answers:
            self._answer(answer, now)
        self._send(self._teller.tell_prices(broker.prices))

    def _answer(self, answer: BrokerEvent, now: Instant) -> None:
        if self.parts.hand is not None:
            for request in self.parts.hand.heard(answer):
                self.parts.broker.request(request, now)
        if answer.ref == self._waits_for and self._waits_for:
            self._waits_for = ""
            self._send(reply(answer, self.parts.broker.rules.terminal))

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
        """Show the account to the expert, after writing down what changed it."""
        self._write_book()
        now, broker = self._clock.now(), self.parts.broker
        self._revision = broker.revision
        self._seen_mono_ms = now.mono_ms
        self._send(self._teller.tell(broker.view(now)))

    def _send(self, lines: str) -> None:
        if self._up and lines:
            self.parts.link.send(lines)

    def _write_book(self) -> None:
        entries = self.parts.broker.take_entries()
        if entries:
            self.parts.book.append(write_entries(entries))

    def _journal(self, at_us: int, text: str) -> None:
        entry = json.loads(text)
        note = STAMPS.get(entry["event"])
        if note is not None:
            moment = stamp(note, f"{entry['trade_id']}/{entry['seq']}", at_us=at_us)
            self.parts.book.append(write_entries((moment,)))
        if entry["level"] == "error":
            self._alarm(entry["event"], entry["message"], entry.get("trade_id") or NO_TRADE)

    def _alarm(self, code: str, sentence: str, trade_id: TradeId = NO_TRADE) -> None:
        account_id = self.parts.account_id
        self._facts.observe(
            Alarm(
                key=f"{account_id}:{code}",
                code=code,
                sentence=sentence,
                account_id=account_id,
                trade_id=trade_id,
            )
        )

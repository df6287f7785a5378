"""The paper broker: one account whose requests are executed after a while, as a real one's are.

Its open positions, deals and money are the sum of its book; requests that are on their way are
not in the book, and die with the process.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from heapq import heappop, heappush
from types import MappingProxyType

from echo.domain.accounts import AccountInfo, Deal, Position
from echo.domain.ids import Ticket
from echo.domain.quantities import Instant
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.checks import Door, Objection, code_for, object_to
from echo.terminal.fates import PROMPT, Fate, Fates, Reply
from echo.terminal.holdings import Holdings
from echo.terminal.market import BrokerRules, ShownSymbols, touched
from echo.terminal.orders import (
    BrokerEvent,
    CloseLot,
    Deleted,
    DeletePending,
    Filled,
    LevelsSet,
    LotClosed,
    OrderRequest,
    Placed,
    PlacePending,
    Refused,
    SendOrder,
    SetLevels,
)
from echo.terminal.settling import (
    close_entry,
    comment_of,
    filled_lot,
    open_entry,
    refused_entry,
    triggered_entry,
)
from echo.terminal.valuation import Valuer
from echo.terminal.view import Background, Price, TerminalView

NO_CONNECTION = 6
TIMEOUT = 128


@dataclass(slots=True)
class _Sent:
    """A request on its way."""

    order: OrderRequest
    fate: Fate
    answer: BrokerEvent | None = None


class PaperBroker:
    """One account at a simulated broker; its codes are those of its terminal, MT4 or MT5."""

    def __init__(self, rules: BrokerRules, fates: Fates = PROMPT) -> None:
        self.rules = rules
        self.door = Door()
        """What is open: connection, trading, markets.  The world may turn it at any time."""
        self._fates = fates
        self._holdings = Holdings(
            rules.balance,
            first_ticket=rules.first_ticket,
            history_deals_max=rules.history_deals_max,
        )
        self._valuer = Valuer(rules, self._holdings)
        self._symbols = ShownSymbols(rules)
        self._backgrounds = tuple(
            Background(symbol=each.name, sessions=each.sessions, bars=each.bars)
            for each in rules.symbols
            if each.sessions or each.bars
        )
        self._shown_history: tuple[Deal, ...] = ()
        self._shown_as_of = (0, 0)
        self._prices: dict[str, Price] = {}
        self._steps: list[tuple[int, int, bool, _Sent]] = []
        self._requests = 0
        self._entries: list[BookEntry] = []
        self._events: list[BrokerEvent] = []

    @classmethod
    def restore(
        cls, rules: BrokerRules, entries: Iterable[BookEntry], fates: Fates = PROMPT
    ) -> "PaperBroker":
        """Rebuild the account from its book."""
        broker = cls(rules, fates)
        for entry in entries:
            broker._holdings.apply(entry)
        return broker

    @property
    def revision(self) -> int:
        """Rises with every change of what the account holds."""
        return self._holdings.revision

    @property
    def prices(self) -> Mapping[str, Price]:
        """The broker's prices, mark-up included, by its own symbol names."""
        return MappingProxyType(self._prices)

    @property
    def positions(self) -> Mapping[Ticket, Position]:
        """The open positions, without their floating profit."""
        return MappingProxyType(self._holdings.positions)

    @property
    def next_due_mono_ms(self) -> int | None:
        """When `advance` has something to do without a tick; ``None`` = nothing is on its way."""
        return self._steps[0][0] if self._steps else None

    def take_entries(self) -> tuple[BookEntry, ...]:
        """Hand over the entries made since the last call, for the file."""
        entries = tuple(self._entries)
        self._entries.clear()
        return entries

    def request(self, order: OrderRequest, now: Instant) -> int:
        """Take a request and number it; execution and answer come out of calls of `advance`."""
        self._requests += 1
        number = self._requests
        fate = self._fates.fate(order)
        sent = _Sent(order=order, fate=fate)
        if not self.door.connected:
            sent.answer = self._unreachable(order)
            self._plan(now.mono_ms, True, sent)
            return number
        if fate.executes:
            self._plan(now.mono_ms + fate.execute_after_ms, False, sent)
        if fate.reply is Reply.TIMEOUT:
            code = code_for(TIMEOUT, self.rules.terminal)
            late = _Sent(order=order, fate=fate, answer=Refused(ref=order.ref, code=code))
            self._plan(now.mono_ms + fate.timeout_after_ms, True, late)
        return number

    def advance(self, now: Instant, quotes: Mapping[str, Price]) -> list[BrokerEvent]:
        """Let time pass until *now*, with the market's raw prices, by the feeds' names.

        Only feeds that moved need to be given.  Returns what the terminal hears, in order.
        """
        self._requote(quotes)
        while self._steps and self._steps[0][0] <= now.mono_ms:
            _, _, is_reply, sent = heappop(self._steps)
            if is_reply and sent.answer is not None:
                # What was executed while the line was down is heard of as "no connection".
                lost = not self.door.connected
                self._events.append(self._unreachable(sent.order) if lost else sent.answer)
            elif not is_reply:
                self._execute(sent, now)
        if quotes:
            self._follow_market(now)
        events = self._events
        self._events = []
        return events

    def view(self, now: Instant) -> TerminalView:
        """Return what the terminal shows at this moment."""
        rules, door = self.rules, self.door
        return TerminalView(
            account_id=rules.account_id,
            server=rules.server,
            server_time_ms=rules.server_time_ms(now.wall_ms),
            info=self._info(now),
            positions=self._valuer.positions(self._prices),
            pendings=tuple(order for order, _ in self._holdings.pendings.values()),
            history=self._history(),
            history_from_ms=door.history_from_ms,
            symbols=self._symbols.shown(self._prices, door.stop_levels),
            connected=door.connected and door.trading,
            synchronised=door.connected and door.synchronised,
            broker=rules.broker,
            terminal=rules.terminal,
            terminal_build=rules.terminal_build,
            account_mode=rules.account_mode,
            leverage=rules.leverage,
            chart_s=rules.chart_s,
            backgrounds=self._backgrounds,
        )

    def _history(self) -> tuple[Deal, ...]:
        """Return the deals that the terminal shows: the same object while they are the same."""
        from_ms = self.door.history_from_ms
        if self._shown_as_of != (self._holdings.deals, from_ms):
            self._shown_as_of = (self._holdings.deals, from_ms)
            self._shown_history = tuple(
                deal for deal in self._holdings.history if deal.close_time_ms >= from_ms
            )
        return self._shown_history

    def _plan(self, due_mono_ms: int, is_reply: bool, sent: _Sent) -> None:
        self._requests += 1
        heappush(self._steps, (due_mono_ms, self._requests, is_reply, sent))

    def _unreachable(self, order: OrderRequest) -> Refused:
        code = code_for(NO_CONNECTION, self.rules.terminal)
        return Refused(ref=order.ref, code=code, sentence="no connection")

    def _requote(self, quotes: Mapping[str, Price]) -> None:
        for rules in self.rules.symbols:
            raw = quotes.get(rules.market)
            if raw is not None:
                self._prices[rules.name] = rules.priced(raw)

    def _execute(self, sent: _Sent, now: Instant) -> None:
        order, fate = sent.order, sent.fate
        objection = object_to(
            order,
            rules=self.rules,
            door=self.door,
            prices=self._prices,
            holdings=self._holdings,
            margin_free=lambda: self._info(now).margin_free,
        )
        if fate.refuse_code is not None:
            objection = Objection(fate.refuse_code, "the broker would not")
        answer = self._refuse(order, objection, now) if objection else self._carry_out(sent, now)
        if fate.reply is Reply.TRUTH:
            sent.answer = answer
            self._plan(now.mono_ms + fate.reply_after_ms, True, sent)

    def _refuse(self, order: OrderRequest, objection: Objection, now: Instant) -> BrokerEvent:
        code = code_for(objection.code, self.rules.terminal)
        self._enter(refused_entry(order, at_ms=self._clock(now), code=code))
        return Refused(ref=order.ref, code=code, sentence=objection.sentence)

    def _carry_out(self, sent: _Sent, now: Instant) -> BrokerEvent:
        order, at_ms = sent.order, self._clock(now)
        match order:
            case SendOrder() | PlacePending():
                entry = open_entry(
                    order,
                    ticket=self._holdings.ticket(),
                    at_ms=at_ms,
                    price=self._prices[order.symbol],
                    lot=filled_lot(order, sent.fate, self.rules),
                    comment=comment_of(order.comment, sent.fate, self.rules),
                )
                self._enter(entry)
                if entry.kind is BookKind.PENDED:
                    return Placed(ref=order.ref, ticket=entry.ticket)
                return Filled(ref=order.ref, ticket=entry.ticket, lot=entry.lot, price=entry.price)
            case SetLevels():
                self._enter(
                    BookEntry(
                        kind=BookKind.LEVELS,
                        at_ms=at_ms,
                        ticket=order.ticket,
                        stop_loss=order.stop_loss,
                        take_profit=order.take_profit,
                        ref=order.ref,
                    )
                )
                return LevelsSet(ref=order.ref, ticket=order.ticket)
            case CloseLot():
                return self._close(order.ticket, order.lot, now, ref=order.ref, fate=sent.fate)
            case DeletePending():
                self._enter(BookEntry(kind=BookKind.UNPENDED, at_ms=at_ms, ticket=order.ticket))
                return Deleted(ref=order.ref, ticket=order.ticket)

    def _close(
        self,
        ticket: Ticket,
        lot: Decimal | None,
        now: Instant,
        *,
        ref: str = "",
        reason: str = "",
        fate: Fate | None = None,
    ) -> LotClosed:
        position = self._holdings.positions[ticket]
        entry = close_entry(
            position,
            lot,
            price=self._prices[position.symbol].exit(position.side),
            at_ms=self._clock(now),
            rules=self.rules,
            next_ticket=self._holdings.ticket(),
            reason=reason,
            ref=ref,
            fate=fate or Fate(),
        )
        self._enter(entry)
        return LotClosed(
            ref=ref,
            ticket=ticket,
            lot=entry.lot,
            price=entry.price,
            remaining=position.lot - entry.lot,
            new_ticket=entry.new_ticket,
            reason=reason,
        )

    def _follow_market(self, now: Instant) -> None:
        """Let levels, pending orders and the margin call have their way."""
        for position in tuple(self._holdings.positions.values()):
            price = self._tradable(position.symbol)
            reason = None if price is None else touched(position, price)
            if reason is not None:
                self._events.append(self._close(position.ticket, None, now, reason=reason))
        for order, stop in tuple(self._holdings.pendings.values()):
            self._trigger(order, stop, now)
        self._call_margin(now)

    def _trigger(self, order: Position, stop: bool, now: Instant) -> None:
        price = self._tradable(order.symbol)
        if price is None:
            return
        ahead = (price.entry(order.side) - order.open_price) * order.side.sign
        if (ahead >= 0) if stop else (ahead <= 0):
            self._enter(triggered_entry(order, price=price, at_ms=self._clock(now)))
            self._events.append(
                Filled(ref="", ticket=order.ticket, lot=order.lot, price=price.entry(order.side))
            )

    def _call_margin(self, now: Instant) -> None:
        while self._holdings.positions:
            level = self._valuer.margin_level(self._prices)
            if level is None or level > self.rules.stop_out_percent:
                return
            worst = min(self._valuer.positions(self._prices), key=lambda each: each.profit)
            if self._tradable(worst.symbol) is None:
                return
            self._events.append(self._close(worst.ticket, None, now, reason="so"))

    def _tradable(self, symbol: str) -> Price | None:
        return None if symbol in self.door.closed_markets else self._prices.get(symbol)

    def _enter(self, entry: BookEntry) -> None:
        self._holdings.apply(entry)
        self._entries.append(entry)

    def _clock(self, now: Instant) -> int:
        return self.rules.server_time_ms(now.wall_ms)

    def _info(self, now: Instant) -> AccountInfo:
        return self._valuer.info(self._prices, wall_ms=now.wall_ms)

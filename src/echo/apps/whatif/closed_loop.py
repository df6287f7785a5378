"""A recorded day under a policy: the engine decides, and gets the fills that it really had.

Commands are answered at once.  One that was also given on the recorded day is answered as it was
then; another is filled at the account's last quote.  Timers are the engine's own.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Final

from echo.apps.whatif.account_book import AccountBook, Holding
from echo.apps.whatif.recorded import Recorded
from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import CommandAck, ExecutionResult
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, AgentId, Ticket, TradeId
from echo.domain.journal import DecisionRecord
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant, Side
from echo.domain.specs import Quote
from echo.engine.effects import Arm, Disarm, Effect, Persist, Recall, Send
from echo.engine.engine import Engine
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    Recalled,
    SettingsChanged,
    Started,
    TimerKey,
)
from echo.engine.settings import EngineSettings
from echo.engine.state import Lane, State, TradeState

FIRST_TICKET: Final = 1 << 40
"""No broker counts so far: a made-up ticket is never a real one's twin."""

_COMMANDS: Final = (ExecuteOrder, CloseOrder, ReduceOrder, ModifyOrder, Flatten, CancelPendings)
_NOTHING: Final = Decimal(0)


class ClosedLoop:
    """One play of a day.

    Args:
        settings: What the engine is made of.
        book: The policy to play under.
        recorded: What really became of commands.
    """

    def __init__(self, settings: EngineSettings, book: PolicyBook, recorded: Recorded) -> None:
        self.engine = Engine(settings, book)
        self.slaves = frozenset(settings.slave_accounts)
        self.books: dict[AccountId, AccountBook] = {}
        self.decisions: dict[tuple[TradeId, int, AccountId], DecisionRecord] = {}
        self.lots: dict[tuple[TradeId, AccountId], Decimal] = {}
        self.failed = 0
        self._recorded = recorded
        self._tickets = count(FIRST_TICKET)
        self._timers: dict[TimerKey, int] = {}
        self._due: list[tuple[int, TimerKey]] = []
        self._armed: set[TimerKey] = set()
        self._sessions: dict[AgentId, int] = {}
        self._started = self._inherits = False
        self._now = Instant(0, 0)

    @classmethod
    def resumed(cls, state: State, recorded: Recorded, now: Instant) -> "ClosedLoop":
        """Return a play that begins with *state*, and with the copies that were open then."""
        loop = cls(state.settings, state.book, recorded)
        loop.engine, loop._now = Engine.resumed(state), now
        loop._started = loop._inherits = True
        loop._sessions = {each.agent_id: each.session for each in state.agents.values()}
        for trade in state.trades.values():
            for lane in trade.lanes.values():
                loop._inherit(trade, lane)
        return loop

    def _inherit(self, trade: TradeState, lane: Lane) -> None:
        """Take in a copy.  Its stops are its master's, for its own are nowhere told."""
        if lane.ticket is None or lane.closed:
            return
        symbol, side = lane.symbol.upper(), trade.intent.side
        holding = Holding(
            trade_id=trade.trade_id,
            symbol=symbol,
            side=side,
            lot=lane.lot_remaining,
            open_price=lane.open_price,
            stop_loss=trade.stop_loss,
            take_profit=trade.take_profit,
            value=self._value(lane.account_id, lane.symbol),
        )
        leaves_at = self._price(lane.account_id, symbol, side, exits=True)
        self.book(lane.account_id).inherit(lane.ticket, holding, leaves_at)

    def book(self, account_id: AccountId) -> AccountBook:
        """Return the account's book."""
        return self.books.setdefault(account_id, AccountBook())

    def take(self, event: Event, now: Instant) -> None:
        """Play the next recorded event; what is the engine's own doing is left out."""
        self._run_timers(now)
        self._now = now
        match event:
            case Due(key=key) if self._inherits and key not in self._armed:
                self._feed(event)  # It was set before the play began.
            case Due() | Recalled():
                return
            case Started():
                self._begin(event)
            case AgentSaid(message=ExecutionResult() | CommandAck()):
                return
            case AgentSaid(message=OpenTrades(account_id=account)) if account in self.slaves:
                return
            case AgentSaid(message=StateSnapshot() as shown) if shown.account_id in self.slaves:
                # What the account really held is not what it would have held.
                bare = replace(shown, complete=False, positions=(), pendings=(), history=())
                self._feed(replace(event, message=bare))
            case AgentSaid(message=Quote() as quote):
                symbol = quote.broker_symbol.upper()
                self.book(quote.account_id).quote(symbol, quote.bid, quote.ask, now.wall_ms)
                self._feed(event)
            case SettingsChanged(settings=settings):
                self.slaves = frozenset(settings.slave_accounts)
                self._feed(event)
            case AgentJoined(agent_id=agent_id, session=session):
                self._sessions[agent_id] = session
                self._feed(event)
            case _:
                self._feed(event)

    def _begin(self, event: Started) -> None:
        """Begin with what was stored then; a later start of the Core only loses its streams."""
        if not self._started:
            self._started = True
            self._feed(event)
            return
        self._inherits = False
        for agent_id, session in self._sessions.items():
            self._feed(AgentLeft(agent_id, session, "the Core was started again"))
        self._sessions.clear()

    # ------------------------------------------------------------------------ what it wants

    def _feed(self, first: Event) -> None:
        """Let the engine handle *first* and every answer that follows from it."""
        events: deque[Event] = deque([first])
        while events:
            try:
                effects = self.engine.handle(events.popleft(), self._now)
            except Exception:
                # A state that no recording could lead to: counted, and the day goes on.
                self.failed += 1
                continue
            events.extend(self._carried_out(effects))

    def _carried_out(self, effects: Sequence[Effect]) -> list[Event]:
        answers: list[Event] = []
        for effect in effects:
            match effect:
                case Persist(record=DecisionRecord() as row):
                    self.decisions[row.trade_id, row.seq, row.account_id] = row
                case Arm(key=key, due_mono_ms=due):
                    self._timers[key] = due
                    self._armed.add(key)
                    heapq.heappush(self._due, (due, key))
                case Disarm(key=key):
                    self._timers.pop(key, None)
                case Recall(trade_id=trade_id):
                    known = self._recorded.settled.get(trade_id, False)
                    answers.append(Recalled(trade_id, known))
                case Send(message=message) if isinstance(message, _COMMANDS):
                    result = self._answer(message)
                    answers.append(AgentSaid(effect.agent_id, effect.session, None, result))
                case _:
                    pass
        return answers

    def _run_timers(self, now: Instant) -> None:
        while self._due and self._due[0][0] <= now.mono_ms:
            due, key = heapq.heappop(self._due)
            if self._timers.get(key) != due:
                continue
            del self._timers[key]
            self._now = Instant(now.wall_ms - (now.mono_ms - due), due)
            self._feed(Due(key))

    # ------------------------------------------------------------------------ what it gets

    def _answer(self, command: Command) -> ExecutionResult:
        match command:
            case ExecuteOrder():
                return self._opened(command)
            case CloseOrder(ticket=ticket) | ReduceOrder(ticket=ticket):
                return self._closed(command, ticket)
            case ModifyOrder():
                return self._modified(command)
            case Flatten():
                book = self.book(command.account_id)
                for ticket in [each for each in command.tickets if each in book.holdings]:
                    holding = book.holdings[ticket]
                    price = self._price(
                        command.account_id, holding.symbol, holding.side, exits=True
                    )
                    book.close(ticket, holding.lot, price or holding.open_price, self._now.wall_ms)
                return _done(command, TradeId(""))
            case CancelPendings():
                return _done(command, TradeId(""))

    def _opened(self, order: ExecuteOrder) -> ExecutionResult:
        then = self._recorded.results.get(order.command_id)
        if then is not None and not then.success:
            return replace(then, doubt=False)
        price = then.executed_price if then is not None else None
        price = price or self._price(order.account_id, order.symbol.upper(), order.side)
        price = price or self._recorded.master_prices.get(order.trade_id)
        if price is None:
            return _refused(order, ErrorCode.OFF_QUOTES)
        ticket = Ticket(next(self._tickets))
        self.lots[order.trade_id, order.account_id] = order.lot
        protect = order.protect
        holding = Holding(
            trade_id=order.trade_id,
            symbol=order.symbol.upper(),
            side=order.side,
            lot=order.lot,
            open_price=price,
            stop_loss=order.stop_loss or (protect.stop_loss if protect else None),
            take_profit=order.take_profit or (protect.take_profit if protect else None),
            value=self._value(order.account_id, order.symbol),
        )
        leaves_at = self._price(order.account_id, holding.symbol, order.side, exits=True)
        self.book(order.account_id).open(ticket, holding, self._now.wall_ms, leaves_at)
        done = _done(order, order.trade_id)
        return replace(done, ticket=ticket, executed_price=price, executed_lot=order.lot)

    def _closed(self, order: CloseOrder | ReduceOrder, ticket: Ticket | None) -> ExecutionResult:
        book = self.book(order.account_id)
        done = _done(order, order.trade_id)
        holding = book.holdings.get(ticket) if ticket is not None else None
        if holding is None or ticket is None:
            return replace(done, error_code=ErrorCode.NOT_FOUND)
        then = self._recorded.results.get(order.command_id)
        price = then.executed_price if then is not None and then.success else None
        price = price or self._price(order.account_id, holding.symbol, holding.side, exits=True)
        price = price or self._recorded.close_prices.get(order.trade_id) or holding.open_price
        left = order.remaining_lot if isinstance(order, ReduceOrder) else _NOTHING
        lot = max(_NOTHING, holding.lot - left)
        book.close(ticket, lot, price, self._now.wall_ms)
        gone = isinstance(order, CloseOrder) or ticket not in book.holdings
        return replace(
            done,
            ticket=ticket,
            executed_price=price,
            executed_lot=lot,
            new_ticket=None if gone else ticket,
        )

    def _modified(self, order: ModifyOrder) -> ExecutionResult:
        holding = self.book(order.account_id).holdings.get(order.ticket)
        done = _done(order, order.trade_id)
        if holding is None:
            return replace(done, error_code=ErrorCode.NOT_FOUND)
        if order.stop_loss is not None:
            holding.stop_loss = order.stop_loss or None
        if order.take_profit is not None:
            holding.take_profit = order.take_profit or None
        return replace(done, ticket=order.ticket)

    def _price(
        self, account_id: AccountId, symbol: str, side: Side, *, exits: bool = False
    ) -> Decimal | None:
        account = self.engine.state.accounts.get(account_id)
        for quote, _ in account.quotes.values() if account is not None else ():
            if quote.broker_symbol.upper() == symbol:
                return quote.exit_price(side) if exits else quote.entry_price(side)
        return None

    def _value(self, account_id: AccountId, symbol: str) -> Decimal | None:
        """Return what one lot gains per unit of price, from what the account has reported."""
        account = self.engine.state.accounts.get(account_id)
        for each in account.symbols.values() if account is not None else ():
            if each.broker_symbol == symbol and account is not None:
                told = account.tick_values.get(each.canonical_symbol)
                tick_value = told[0] if told else each.tick_value
                if tick_value and each.tick_size > 0:
                    return tick_value / each.tick_size
        return None


def _done(command: Command, trade_id: TradeId) -> ExecutionResult:
    return ExecutionResult(
        command_id=command.command_id,
        trade_id=trade_id,
        kind=command.kind,
        success=True,
        account_id=command.account_id,
    )


def _refused(command: ExecuteOrder, code: ErrorCode) -> ExecutionResult:
    return replace(_done(command, command.trade_id), success=False, error_code=code)

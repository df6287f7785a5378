"""A master's hand: carries out a replay script as orders to its broker, at the right moments."""

from collections import Counter, deque
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from echo.domain.ids import Ticket
from echo.domain.quantities import floor_to_step, round_to_step
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.broker import PaperBroker
from echo.terminal.market import SymbolRules
from echo.terminal.orders import BrokerEvent, CloseLot, Filled, LotClosed, SendOrder, SetLevels
from echo.terminal.orders import OrderRequest as Request
from echo.terminal.replay_script import (
    Action,
    Close,
    Modify,
    Open,
    Reduce,
    stop_price,
    target_price,
)

_Change = Modify | Reduce | Close

LATE_OPEN_MS: Final = 2_000
"""After a restart, opens that were missed by more than this are left out; closes never are."""


class Hand:
    """Trades one script.  Its orders name the script's keys, so that a book tells what is done.

    What it does to one position it does one after the other, each when the broker has answered
    the one before: a partial close may give the rest another ticket.
    """

    def __init__(
        self, actions: tuple[Action, ...], symbol_of: Mapping[str, str], broker: PaperBroker
    ) -> None:
        self._waiting = deque(actions)
        self._symbol_of = symbol_of
        self._broker = broker
        self._tickets: dict[str, Ticket] = {}
        self._opened: set[str] = set()
        self._reduced: Counter[str] = Counter()
        """Reductions that a former life carried out."""
        self._busy: set[str] = set()
        """Positions about which the broker still owes an answer."""
        self._next: dict[str, deque[_Change]] = {}
        """What is due on them, in order."""

    def restore(self, entries: tuple[BookEntry, ...]) -> None:
        """Find in the book which positions are this script's, and what was done to them."""
        keys: dict[Ticket, str] = {}
        for entry in entries:
            if entry.kind is BookKind.OPENED and entry.ref:
                self._opened.add(entry.ref)
                keys[entry.ticket] = entry.ref
                self._tickets[entry.ref] = entry.ticket
            elif entry.kind is BookKind.REDUCED and entry.ticket in keys:
                key = keys[entry.ticket]
                self._reduced[key] += 1
                if entry.new_ticket is not None:
                    keys[entry.new_ticket] = key
                    self._tickets[key] = entry.new_ticket

    def due(self, elapsed_ms: int) -> list[Request]:
        """Return the orders for everything that is due *elapsed_ms* after the replay's start."""
        requests: list[Request] = []
        while self._waiting and self._waiting[0].at_ms <= elapsed_ms:
            action = self._waiting.popleft()
            late_ms = elapsed_ms - action.at_ms
            if isinstance(action, Open):
                if action.key not in self._opened and late_ms <= LATE_OPEN_MS:
                    requests += self._open(action)
            elif isinstance(action, Reduce) and self._reduced[action.key]:
                self._reduced[action.key] -= 1
            elif action.key in self._opened:
                self._next.setdefault(action.key, deque()).append(action)
                requests += self._go_on(action.key)
        return requests

    def heard(self, event: BrokerEvent) -> list[Request]:
        """Note the broker's answer, and return orders that waited for it."""
        if event.ref not in self._busy:
            return []
        key = event.ref
        self._busy.discard(key)
        if isinstance(event, Filled):
            self._tickets[key] = event.ticket
        elif isinstance(event, LotClosed) and event.new_ticket is not None:
            self._tickets[key] = event.new_ticket
        return self._go_on(key)

    def _go_on(self, key: str) -> list[Request]:
        """Return the order for the next thing to do to a position, unless it must wait."""
        waiting = self._next.get(key)
        while waiting and key not in self._busy:
            requests = self._change(waiting.popleft())
            if requests:
                self._busy.add(key)
                return requests
        return []

    def _open(self, action: Open) -> list[Request]:
        name = self._symbol_of.get(action.symbol, "")
        rules, price = self._broker.rules.symbol(name), self._broker.prices.get(name)
        if rules is None or price is None:
            return []
        self._opened.add(action.key)
        self._busy.add(action.key)
        entry = price.entry(action.side)
        stop = target = None
        if action.sl_share is not None:
            stop = _level(stop_price(entry, action.side, action.sl_share), rules)
        if action.tp_share is not None:
            target = _level(target_price(entry, action.side, action.tp_share), rules)
        lot = max(rules.min_lot, floor_to_step(action.lots, rules.lot_step))
        return [
            SendOrder(
                ref=action.key,
                symbol=name,
                side=action.side,
                lot=lot,
                magic_number=action.magic,
                stop_loss=stop,
                take_profit=target,
            )
        ]

    def _change(self, action: _Change) -> list[Request]:
        ticket = self._tickets.get(action.key)
        position = None if ticket is None else self._broker.positions.get(ticket)
        if ticket is None or position is None:
            return []  # refused, or closed by the broker
        rules = self._broker.rules.symbol(position.symbol)
        if rules is None:
            return []
        match action:
            case Close():
                return [CloseLot(ref=action.key, ticket=ticket)]
            case Reduce():
                lot = floor_to_step(action.lots, rules.lot_step)
                if not rules.min_lot <= lot <= position.lot - rules.min_lot:
                    return []
                return [CloseLot(ref=action.key, ticket=ticket, lot=lot)]
            case Modify():
                side, entry = position.side, position.open_price
                stop = target = None
                if action.sl_share is not None:
                    stop = _level(stop_price(entry, side, action.sl_share), rules)
                if action.tp_share is not None:
                    target = _level(target_price(entry, side, action.tp_share), rules)
                return [
                    SetLevels(ref=action.key, ticket=ticket, stop_loss=stop, take_profit=target)
                ]


def _level(price: Decimal, rules: SymbolRules) -> Decimal:
    return round_to_step(price, rules.tick_size).quantize(Decimal(1).scaleb(-rules.digits))

"""A master's hand: carries out a replay script as orders to its broker, at the right moments."""

from collections import deque
from collections.abc import Mapping
from decimal import Decimal

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

LATE_OPEN_MS = 2_000
"""After a restart, opens that were missed by more than this are left out; closes never are."""


class Hand:
    """Trades one script.  Its orders name the script's keys, so that a book tells what is done."""

    def __init__(
        self, actions: tuple[Action, ...], symbol_of: Mapping[str, str], broker: PaperBroker
    ) -> None:
        self._waiting = deque(actions)
        self._symbol_of = symbol_of
        self._broker = broker
        self._tickets: dict[str, Ticket] = {}
        self._opened: set[str] = set()
        self._early: dict[str, list[Modify | Reduce | Close]] = {}
        """Actions on positions whose open has not been answered yet."""

    def restore(self, entries: tuple[BookEntry, ...]) -> None:
        """Find in the book which positions are this script's."""
        keys: dict[Ticket, str] = {}
        for entry in entries:
            if entry.kind is BookKind.OPENED and entry.ref:
                self._opened.add(entry.ref)
                keys[entry.ticket] = entry.ref
                self._tickets[entry.ref] = entry.ticket
            elif entry.ticket in keys and entry.new_ticket is not None:
                key = keys[entry.new_ticket] = keys[entry.ticket]
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
            elif action.key in self._tickets:
                requests += self._change(action)
            elif action.key in self._opened:
                self._early.setdefault(action.key, []).append(action)
        return requests

    def heard(self, event: BrokerEvent) -> list[Request]:
        """Note the broker's answer, and return orders that waited for it."""
        requests: list[Request] = []
        if isinstance(event, Filled) and event.ref in self._opened:
            self._tickets[event.ref] = event.ticket
            for action in self._early.pop(event.ref, []):
                requests += self._change(action)
        elif isinstance(event, LotClosed) and event.new_ticket is not None:
            for key, ticket in self._tickets.items():
                if ticket == event.ticket:
                    self._tickets[key] = event.new_ticket
        return requests

    def _open(self, action: Open) -> list[Request]:
        name = self._symbol_of.get(action.symbol, "")
        rules, price = self._broker.rules.symbol(name), self._broker.prices.get(name)
        if rules is None or price is None:
            return []
        self._opened.add(action.key)
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

    def _change(self, action: Modify | Reduce | Close) -> list[Request]:
        ticket = self._tickets[action.key]
        position = self._broker.positions.get(ticket)
        if position is None:
            return []
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

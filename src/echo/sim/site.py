"""A broker's account in the world: outside every crash, and the truth about what was executed."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Protocol

from echo.domain.quantities import Instant
from echo.services.terminal.script import Hand
from echo.sim.faults import Moods
from echo.sim.node import Scene
from echo.sim.schedule import HostClock
from echo.terminal.book import BookEntry
from echo.terminal.broker import PaperBroker
from echo.terminal.market import BrokerRules
from echo.terminal.orders import BrokerEvent, OrderRequest
from echo.terminal.replay_script import Action
from echo.terminal.view import Price, TerminalView

NEVER_ENOUGH = Decimal(10**12)
"""No account has so much margin, in percent."""


class Onlooker(Protocol):
    """A terminal that is logged in to the account."""

    def shows(self, view: TerminalView) -> None:
        """The account has changed."""

    def answers(self, event: BrokerEvent) -> None:
        """The broker answered, or did something by itself."""

    def ticks(self, prices: Mapping[str, Price]) -> None:
        """Prices moved."""


class Site:
    """One account: its broker with its moods and its book, and who looks at it.

    Args:
        kind: Whether the broker does at once whatever is asked.
        patient: Whether it does at once whatever is closed.
    """

    def __init__(
        self,
        scene: Scene,
        name: str,
        rules: BrokerRules,
        clock: HostClock,
        *,
        kind: bool = False,
        patient: bool = False,
    ) -> None:
        self.scene = scene
        self.name = name
        self.broker = PaperBroker(
            rules, Moods(scene.faults, scene.chance, kind=kind, patient=patient)
        )
        self.book: list[BookEntry] = []
        self._stop_out_percent = rules.stop_out_percent
        self.terminals: list[Onlooker] = []
        self._clock = clock
        self._hand: Hand | None = None
        self._asked: dict[str, Onlooker] = {}
        self._revision = -1
        self._pump_ms: int | None = None

    def trade_by_hand(self, actions: tuple[Action, ...], symbol_of: Mapping[str, str]) -> None:
        """Have a person trade *actions* on the account."""
        self._hand = Hand(actions, symbol_of, self.broker)
        for at_ms in sorted({action.at_ms for action in actions}):
            self.scene.schedule.at(at_ms, self._hand_turn)

    def now(self) -> Instant:
        """Return what the broker's clocks show."""
        return self._clock.at(self.scene.schedule.now_ms)

    def view(self) -> TerminalView:
        """Return what a terminal shows; an empty account while it is not synchronised.

        A terminal that has only lost its broker goes on showing what it knew.
        """
        view = self.broker.view(self.now())
        if self.broker.door.synchronised:
            return view
        return replace(view, positions=(), pendings=(), history=())

    def request(self, order: OrderRequest, terminal: Onlooker) -> None:
        """Take a terminal's request; the answer goes to it alone."""
        self._asked[order.ref] = terminal
        self.broker.request(order, self.now())
        self._plan()

    def forget(self, terminal: Onlooker) -> None:
        """A terminal died: nobody waits for its answers any more."""
        self._asked = {ref: each for ref, each in self._asked.items() if each is not terminal}

    def tick(self, quotes: Mapping[str, Price]) -> None:
        """Let the market move."""
        before = dict(self.broker.prices)
        self._advance(quotes)
        prices = self.broker.prices
        moved = {name: price for name, price in prices.items() if before.get(name) != price}
        if moved:
            for terminal in tuple(self.terminals):
                terminal.ticks(moved)

    def call_margin(self, *, now: bool) -> None:
        """Have the broker close whatever it finds, from the next tick on; or be itself again."""
        rules = self.broker.rules
        percent = NEVER_ENOUGH if now else self._stop_out_percent
        self.broker.rules = replace(rules, stop_out_percent=percent)

    def show(self) -> None:
        """Show the account as it is to every terminal."""
        view = self.view()
        self._revision = self.broker.revision
        for terminal in tuple(self.terminals):
            terminal.shows(view)

    def _hand_turn(self) -> None:
        if self._hand is not None:
            for request in self._hand.due(self.scene.schedule.now_ms):
                self.broker.request(request, self.now())
            self._plan()

    def _plan(self) -> None:
        due_mono_ms = self.broker.next_due_mono_ms
        if due_mono_ms is None:
            return
        due_ms = self._clock.true_ms(due_mono_ms)
        if self._pump_ms is None or due_ms < self._pump_ms:
            self._pump_ms = due_ms
            self.scene.schedule.at(due_ms, partial(self._pump, due_ms))

    def _pump(self, due_ms: int) -> None:
        if self._pump_ms == due_ms:
            self._pump_ms = None
            self._advance({})

    def _advance(self, quotes: Mapping[str, Price]) -> None:
        scene = self.scene
        events = self.broker.advance(self.now(), quotes)
        entries = self.broker.take_entries()
        self.book.extend(entries)
        if entries:
            scene.busy_ms = scene.schedule.now_ms
        for entry in entries:
            scene.trace.note(scene.schedule.now_ms, self.name, entry)
            scene.watch.booked(self.broker.rules.account_id, entry)
        if self.broker.revision != self._revision:
            self.show()
        for event in events:
            self._hear(event)
        self._plan()

    def _hear(self, event: BrokerEvent) -> None:
        if not event.ref:
            for terminal in tuple(self.terminals):
                terminal.answers(event)
            return
        asker = self._asked.pop(event.ref, None)
        if asker is not None:
            asker.answers(event)
        elif self._hand is not None:
            for request in self._hand.heard(event):
                self.broker.request(request, self.now())

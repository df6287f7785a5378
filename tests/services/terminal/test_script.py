"""A master's hand: trades at the right moment, once, and whatever happened to its process."""

from decimal import Decimal

import pytest

from echo.domain.ids import Ticket
from echo.domain.quantities import Instant, Side
from echo.services.terminal.script import LATE_OPEN_MS, Hand
from echo.terminal.book import BookEntry
from echo.terminal.broker import PaperBroker
from echo.terminal.fates import Fate, ScriptedFates
from echo.terminal.orders import CloseLot, OrderRequest, SendOrder, SetLevels
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from tests.terminal.rig import MONO_MS, QUOTE, WALL_MS, rules

D = Decimal


def opening(key: str = "a", at_ms: int = 0, **changes: object) -> Open:
    fields: dict[str, object] = {
        "key": key,
        "at_ms": at_ms,
        "symbol": "EURUSD",
        "side": Side.BUY,
        "lots": D("0.10"),
        "magic": 7,
        "sl_share": None,
        "tp_share": None,
    }
    return Open(**(fields | changes))  # type: ignore[arg-type]  # tests name real fields


class Floor:
    """A hand and its broker; orders are answered when time goes on."""

    def __init__(self, *actions: Action, fates: ScriptedFates | None = None) -> None:
        self.actions = actions
        self.book: list[BookEntry] = []
        self.now_ms = 0
        self.broker = PaperBroker(rules(), fates or ScriptedFates(()))
        self.broker.advance(self.now, {"EURUSD": QUOTE})
        self.hand = Hand(actions, {"EURUSD": "EURUSD.m"}, self.broker)

    @property
    def now(self) -> Instant:
        return Instant(WALL_MS + self.now_ms, MONO_MS + self.now_ms)

    def at(self, elapsed_ms: int) -> list[OrderRequest]:
        """Go on to a moment; return the orders that the hand sent meanwhile."""
        self.now_ms = elapsed_ms
        orders = list(self.hand.due(elapsed_ms))
        waiting = list(orders)
        while waiting:
            self.broker.request(waiting.pop(0), self.now)
            waiting += self._answers(orders)
        waiting = self._answers(orders)
        for order in waiting:
            self.broker.request(order, self.now)
        self.book += self.broker.take_entries()
        return orders

    def restart(self) -> None:
        """Lose the process; the book is all that is left."""
        self.broker = PaperBroker.restore(rules(), self.book)
        self.broker.advance(self.now, {"EURUSD": QUOTE})
        self.hand = Hand(self.actions, {"EURUSD": "EURUSD.m"}, self.broker)
        self.hand.restore(tuple(self.book))

    def _answers(self, orders: list[OrderRequest]) -> list[OrderRequest]:
        more: list[OrderRequest] = []
        for event in self.broker.advance(self.now, {}):
            more += self.hand.heard(event)
        orders += more
        return more


def test_actions_wait_for_their_moment() -> None:
    floor = Floor(opening(at_ms=100), Close(key="a", at_ms=200))

    assert floor.at(99) == []
    [order] = floor.at(100)
    assert isinstance(order, SendOrder)
    assert (order.symbol, order.side, order.lot, order.magic_number, order.ref) == (
        "EURUSD.m",
        Side.BUY,
        D("0.10"),
        7,
        "a",
    )
    assert floor.at(199) == []
    assert floor.at(200) == [CloseLot(ref="a", ticket=Ticket(1_000_001))]
    assert not floor.broker.positions


@pytest.mark.parametrize(
    ("side", "stop", "target"),
    [(Side.BUY, D("1.37620"), D("1.41790")), (Side.SELL, D("1.40390"), D("1.36220"))],
)
def test_levels_are_shares_of_the_price_that_it_really_gets(
    side: Side, stop: Decimal, target: Decimal
) -> None:
    [order] = Floor(opening(side=side, sl_share=D("0.01"), tp_share=D("0.02"))).at(0)

    assert isinstance(order, SendOrder)
    assert (order.stop_loss, order.take_profit) == (stop, target)


@pytest.mark.parametrize(("lots", "lot"), [("0.109", "0.10"), ("0.001", "0.01")])
def test_a_lot_is_rounded_down_but_never_below_the_smallest(lots: str, lot: str) -> None:
    [order] = Floor(opening(lots=D(lots))).at(0)

    assert isinstance(order, SendOrder)
    assert order.lot == D(lot)


def test_a_symbol_that_the_broker_does_not_have_is_left_out() -> None:
    assert Floor(opening(symbol="XAUUSD"), Close(key="a", at_ms=1)).at(1) == []


def test_levels_are_set_anew_from_the_entry() -> None:
    floor = Floor(opening(), Modify(key="a", at_ms=10, sl_share=D("0.01"), tp_share=None))
    floor.at(0)

    assert floor.at(10) == [
        SetLevels(ref="a", ticket=Ticket(1_000_001), stop_loss=D("1.37620"), take_profit=None)
    ]


def test_the_rest_of_a_partly_closed_position_is_closed_under_its_new_ticket() -> None:
    floor = Floor(opening(), Reduce(key="a", at_ms=10, lots=D("0.04")), Close(key="a", at_ms=20))
    floor.at(0)
    [reduce] = floor.at(10)
    [close] = floor.at(20)

    assert reduce == CloseLot(ref="a", ticket=Ticket(1_000_001), lot=D("0.04"))
    assert isinstance(close, CloseLot)
    assert close.ticket != Ticket(1_000_001)
    assert not floor.broker.positions


@pytest.mark.parametrize("lots", ["0.10", "0.20", "0.001"])
def test_a_part_that_is_all_or_nothing_is_not_closed(lots: str) -> None:
    floor = Floor(opening(), Reduce(key="a", at_ms=10, lots=D(lots)))
    floor.at(0)

    assert floor.at(10) == []
    assert [each.lot for each in floor.broker.positions.values()] == [D("0.10")]


def test_what_comes_before_the_fill_waits_for_it() -> None:
    slow = ScriptedFates([Fate(execute_after_ms=500)])
    floor = Floor(opening(), Close(key="a", at_ms=100), fates=slow)
    floor.at(0)

    assert floor.at(100) == []
    assert floor.at(500) == [CloseLot(ref="a", ticket=Ticket(1_000_001))]
    floor.at(501)
    assert not floor.broker.positions


def test_after_a_restart_nothing_is_opened_twice_and_the_close_still_comes() -> None:
    floor = Floor(
        opening(), Reduce(key="a", at_ms=10, lots=D("0.04")), Close(key="a", at_ms=60_000)
    )
    floor.at(0)
    floor.at(10)
    [rest] = floor.broker.positions
    floor.now_ms = 60_000
    floor.restart()
    orders = floor.at(60_000)

    assert not [each for each in orders if isinstance(each, SendOrder)]
    assert CloseLot(ref="a", ticket=rest) in orders
    assert not floor.broker.positions


@pytest.mark.parametrize(("late_ms", "opens"), [(LATE_OPEN_MS, 1), (LATE_OPEN_MS + 1, 0)])
def test_an_open_missed_by_too_much_is_left_out_with_all_that_follows(
    late_ms: int, opens: int
) -> None:
    floor = Floor(opening(at_ms=1_000), Close(key="a", at_ms=90_000))
    first = floor.at(1_000 + late_ms)
    last = floor.at(90_000)

    assert len(first) == opens
    assert len(last) == opens


def test_a_close_is_never_too_late() -> None:
    floor = Floor(opening(), Close(key="a", at_ms=100))
    floor.at(0)
    floor.now_ms = 3_600_000
    floor.restart()

    assert floor.at(3_600_000) == [CloseLot(ref="a", ticket=Ticket(1_000_001))]


def test_a_position_that_a_level_closed_is_left_alone() -> None:
    floor = Floor(opening(), Close(key="a", at_ms=10))
    floor.at(0)
    floor.broker.request(CloseLot(ref="", ticket=Ticket(1_000_001)), floor.now)
    floor.broker.advance(floor.now, {})

    assert floor.at(10) == []


def test_a_close_waits_for_the_ticket_that_a_part_leaves() -> None:
    slow = ScriptedFates([Fate(), Fate(execute_after_ms=500)])
    floor = Floor(
        opening(),
        Reduce(key="a", at_ms=10, lots=D("0.04")),
        Close(key="a", at_ms=20),
        fates=slow,
    )
    floor.at(0)
    floor.at(10)
    meanwhile = floor.at(20)
    [close] = floor.at(510)
    floor.at(511)

    assert meanwhile == []
    assert isinstance(close, CloseLot)
    assert close.ticket != Ticket(1_000_001)
    assert not floor.broker.positions


def test_what_follows_an_open_that_was_refused_is_left_out() -> None:
    no_money = ScriptedFates([Fate(refuse_code=134)])
    floor = Floor(opening(), Close(key="a", at_ms=10), fates=no_money)
    floor.at(0)

    assert floor.at(10) == []


def test_a_part_is_not_closed_again_after_a_restart() -> None:
    part = Reduce(key="a", at_ms=10, lots=D("0.04"))
    floor = Floor(opening(), part, Reduce(key="a", at_ms=30, lots=D("0.01")))
    floor.at(0)
    floor.at(10)
    floor.now_ms = 20
    floor.restart()
    again = floor.at(20)
    [second] = floor.at(30)

    assert again == []
    assert isinstance(second, CloseLot)
    assert second.lot == D("0.01")
    assert [each.lot for each in floor.broker.positions.values()] == [D("0.05")]

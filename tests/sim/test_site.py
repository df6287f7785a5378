from collections.abc import Mapping
from decimal import Decimal

from echo.domain.quantities import Side
from echo.sim.market import rules_of
from echo.sim.schedule import HostClock
from echo.sim.site import Site
from echo.terminal.market import BrokerRules
from echo.terminal.orders import BrokerEvent, Filled, LotClosed, SendOrder
from echo.terminal.view import Price, TerminalView
from tests.sim.stage import SLAVE, closed, opened, scene

QUOTES = {"EURUSD": Price(bid=Decimal("1.10000"), ask=Decimal("1.10002"))}
LOWER = {"EURUSD": Price(bid=Decimal("1.00000"), ask=Decimal("1.00002"))}


class Looker:
    """A terminal that remembers what its account showed."""

    def __init__(self) -> None:
        self.views: list[TerminalView] = []
        self.events: list[BrokerEvent] = []
        self.prices: list[Mapping[str, Price]] = []

    def shows(self, view: TerminalView) -> None:
        self.views.append(view)

    def answers(self, event: BrokerEvent) -> None:
        self.events.append(event)

    def ticks(self, prices: Mapping[str, Price]) -> None:
        self.prices.append(prices)


def site_with(*lookers: Looker) -> Site:
    rules = BrokerRules(
        account_id=SLAVE, server="Sim-Server", symbols=(rules_of("EURUSD", "EURUSD"),)
    )
    site = Site(scene(), "broker-2001", rules, HostClock())
    site.terminals.extend(lookers)
    site.tick(QUOTES)
    return site


def order(ref: str = "r1", stop_loss: str | None = None) -> SendOrder:
    return SendOrder(
        ref=ref,
        symbol="EURUSD",
        side=Side.BUY,
        lot=Decimal("0.10"),
        stop_loss=None if stop_loss is None else Decimal(stop_loss),
    )


def test_the_answer_goes_to_who_asked_and_everybody_sees_the_account() -> None:
    one, two = Looker(), Looker()
    site = site_with(one, two)
    site.request(order(), one)
    site.scene.schedule.run(5_000)
    assert [type(each) for each in one.events] == [Filled]
    assert two.events == []
    assert len(one.views[-1].positions) == len(two.views[-1].positions) == 1
    assert [each.ref for each in site.book] == ["r1"]


def test_a_dead_terminal_gets_no_answer_and_the_order_is_executed_all_the_same() -> None:
    one, two = Looker(), Looker()
    site = site_with(one, two)
    site.request(order(), one)
    site.forget(one)
    site.forget(two)
    site.scene.schedule.run(5_000)
    assert (one.events, two.events) == ([], [])
    assert len(site.broker.positions) == 1


def test_what_the_broker_does_by_itself_is_told_to_everybody() -> None:
    one, two = Looker(), Looker()
    site = site_with(one, two)
    site.request(order(stop_loss="1.09000"), one)
    site.scene.schedule.run(5_000)
    site.tick(LOWER)
    site.scene.schedule.run(6_000)
    assert [type(each) for each in one.events] == [Filled, LotClosed]
    assert [type(each) for each in two.events] == [LotClosed]
    assert site.broker.positions == {}


def test_only_prices_that_moved_are_told() -> None:
    looker = Looker()
    site = site_with(looker)
    site.tick(QUOTES)
    assert looker.prices == [QUOTES]
    site.tick(LOWER)
    assert looker.prices == [QUOTES, LOWER]


def test_an_account_that_is_not_synchronised_looks_empty() -> None:
    looker = Looker()
    site = site_with(looker)
    site.request(order(), looker)
    site.scene.schedule.run(5_000)
    site.broker.door.synchronised = False
    site.show()
    assert looker.views[-1].positions == ()
    assert len(site.broker.positions) == 1


def test_a_person_trades_by_hand_whatever_terminals_do() -> None:
    site = site_with()
    site.trade_by_hand((opened(at_ms=100), closed(at_ms=10_000)), {"EURUSD": "EURUSD"})
    site.scene.schedule.run(5_000)
    assert [each.lot for each in site.broker.positions.values()] == [Decimal("0.50")]
    site.scene.schedule.run(20_000)
    assert site.broker.positions == {}
    assert site.scene.busy_ms > 10_000


def test_an_answer_nobody_waits_for_and_no_hand_is_dropped() -> None:
    looker = Looker()
    site = site_with()
    site.request(order("r1"), looker)
    site.request(order("r2"), looker)
    site.forget(looker)
    site.scene.schedule.run(10_000)
    assert looker.events == []
    assert len(site.book) == 2

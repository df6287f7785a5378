"""Who may order what; the rest of it is looked at with the watch."""

from decimal import Decimal

from echo.domain.ids import AccountId, Ticket, TradeId, order_tag
from echo.domain.quantities import Side
from echo.domain.reconciliation import Discrepancy
from echo.sim.flights import Flights
from echo.sim.schedule import Schedule
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.orders import CloseLot, SendOrder
from tests.sim.stage import SLAVE

WHO = "slave-2001"


def broken(flights: Flights) -> list[int]:
    return [each.invariant for each in flights.violations]


def test_a_terminal_on_another_account_may_order_nothing() -> None:
    flights = Flights(Schedule())
    close = CloseLot(ref=f"{WHO}.1:c1:1", ticket=Ticket(1))
    flights.ordered(WHO, SLAVE, close, SLAVE)
    flights.ordered(WHO, SLAVE, close)
    assert broken(flights) == []
    flights.ordered(WHO, SLAVE, close, AccountId("9001"))
    assert broken(flights) == [16]


def test_what_somebody_opened_by_hand_is_not_touched_under_any_ticket() -> None:
    flights = Flights(Schedule())
    flights.booked(SLAVE, BookEntry(kind=BookKind.OPENED, at_ms=1, ticket=Ticket(7)))
    reduced = BookEntry(kind=BookKind.REDUCED, at_ms=2, ticket=Ticket(7), new_ticket=Ticket(8))
    flights.booked(SLAVE, reduced)
    flights.ordered(WHO, SLAVE, CloseLot(ref=f"{WHO}.1:c1:1", ticket=Ticket(9)))
    assert broken(flights) == []
    for ticket in (7, 8):
        flights.ordered(WHO, SLAVE, CloseLot(ref=f"{WHO}.1:c1:1", ticket=Ticket(ticket)))
    assert broken(flights) == [16, 16]


TRADE = TradeId("0197748e-c8a0-7db4-8ba9-79a7373ec37d")
TAG = order_tag(TRADE)


def ordered_by_both(flights: Flights) -> None:
    """Let both EAs of an account order one open, and the broker carry out both."""
    for who in (WHO, "rival-2001"):
        order = SendOrder(
            ref=f"{who}.1:c1:1", symbol="EURUSD", side=Side.BUY, lot=Decimal(1), comment=TAG
        )
        flights.ordered(who, SLAVE, order)
    for number in (7, 8):
        fill = BookEntry(kind=BookKind.OPENED, at_ms=1, ticket=Ticket(number), asked=TAG)
        flights.booked(SLAVE, fill)


def test_two_fills_of_one_trade_are_excused_between_copies_of_one_file_only() -> None:
    found = Discrepancy(kind="duplicated", trade_id=TRADE, account_id=SLAVE, sentence="2 fills")
    apart, copies = Flights(Schedule()), Flights(Schedule())
    copies.copied(SLAVE)
    ordered_by_both(apart)
    ordered_by_both(copies)
    assert (broken(apart), apart.must_not_be(found)) == ([2], True)
    assert (broken(copies), copies.must_not_be(found)) == ([], False)


def test_an_ea_that_orders_twice_itself_is_not_excused_by_a_copy_of_its_file() -> None:
    flights = Flights(Schedule())
    flights.copied(SLAVE)
    for number in (1, 2):
        order = SendOrder(
            ref=f"{WHO}.{number}:c1:1", symbol="EURUSD", side=Side.BUY, lot=Decimal(1), comment=TAG
        )
        flights.ordered(WHO, SLAVE, order)
        fill = BookEntry(kind=BookKind.OPENED, at_ms=1, ticket=Ticket(number), asked=TAG)
        flights.booked(SLAVE, fill)
    assert broken(flights) == [2]


def test_an_agent_serves_one_ea_on_each_pipe() -> None:
    flights = Flights(Schedule())
    flights.session_given("agent-1", "slave", SLAVE, 1)
    flights.session_given("agent-1", "slave", SLAVE, 1)
    flights.session_over("agent-1", "slave", SLAVE, 1)
    flights.session_given("agent-1", "slave", SLAVE, 2)
    flights.agent_died("agent-1")
    flights.session_given("agent-1", "slave", SLAVE, 1)
    assert broken(flights) == []
    flights.session_given("agent-1", "slave", SLAVE, 2)
    assert broken(flights) == [15]


def test_an_old_ea_names_no_command_and_is_not_asked_for_one() -> None:
    flights = Flights(Schedule())
    flights.legacy.add(WHO)
    for number in range(2):
        order = SendOrder(ref=f"{WHO}.1:{number}", symbol="EURUSD", side=Side.BUY, lot=Decimal(1))
        flights.ordered(WHO, SLAVE, order)
    assert broken(flights) == []

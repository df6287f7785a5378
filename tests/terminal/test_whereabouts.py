"""A copy's position is found by whatever still names it."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.ids import Ticket, order_tag
from echo.terminal.desk import Desk
from echo.terminal.whereabouts import GONE, UNSEEN, whereabouts
from tests.terminal.rig import Rig, slave_settings, trade_id
from tests.terminal.test_detection import deal, position

D = Decimal
TAG = order_tag(trade_id())


def desk(*positions, history=(), **view: object) -> Desk:
    place = Desk(slave_settings())
    rig = Rig()
    shown = replace(rig.broker.view(rig.now), positions=positions, history=history)
    place.see(replace(shown, **view))  # type: ignore[arg-type]  # fields of a view
    return place


def ticket_of(found: object) -> int:
    return found.ticket  # type: ignore[attr-defined, no-any-return]  # tests expect a position


def test_the_ticket_that_the_core_names_comes_first() -> None:
    place = desk(position(1), position(2, comment=TAG))
    place.ledger.tickets[trade_id()] = Ticket(2)

    assert ticket_of(whereabouts(place, trade_id(), Ticket(1))) == 1


def test_then_the_one_that_the_ledger_knows() -> None:
    place = desk(position(1, comment=TAG), position(2))
    place.ledger.tickets[trade_id()] = Ticket(2)

    assert ticket_of(whereabouts(place, trade_id(), Ticket(9))) == 2
    assert ticket_of(whereabouts(place, trade_id(), None)) == 2


def test_both_are_followed_through_partial_closes() -> None:
    place = desk(position(3, comment="from #2"), history=(deal(1, comment="to #2"),))

    assert ticket_of(whereabouts(place, trade_id(), Ticket(1))) == 3


def test_at_last_the_tag_decides_if_only_one_carries_it() -> None:
    assert ticket_of(whereabouts(desk(position(5, comment=TAG)), trade_id(), None)) == 5
    both = desk(position(5, comment=TAG), position(6, comment=TAG))
    assert whereabouts(both, trade_id(), None) is GONE


def test_what_is_nowhere_is_gone_unless_the_terminal_is_blind() -> None:
    assert whereabouts(desk(), trade_id(), Ticket(1)) is GONE
    assert whereabouts(desk(synchronised=False), trade_id(), Ticket(1)) is UNSEEN
    assert whereabouts(desk(position(1), connected=False), trade_id(), Ticket(1)) is UNSEEN

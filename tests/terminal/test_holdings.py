"""What an account holds is the sum of its entries."""

from decimal import Decimal

import pytest

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.holdings import Holdings

D = Decimal


def entry(kind: BookKind, ticket: int, **fields: object) -> BookEntry:
    return BookEntry(kind=kind, at_ms=5, ticket=Ticket(ticket), **fields)  # type: ignore[arg-type]  # tests name real fields


def held(*entries: BookEntry) -> Holdings:
    holdings = Holdings(D(1_000), first_ticket=10, history_deals_max=2)
    for each in entries:
        holdings.apply(each)
    return holdings


OPEN = entry(BookKind.OPENED, 10, symbol="S", side=Side.SELL, lot=D("0.3"), comment="c")


def test_levels_and_closes_change_the_position_and_the_balance() -> None:
    holdings = held(
        OPEN,
        entry(BookKind.LEVELS, 10, stop_loss=D(5)),
        entry(BookKind.CLOSED, 10, lot=D("0.3"), price=D(4), profit=D("-12.5"), reason="sl"),
    )

    assert holdings.positions == {}
    assert holdings.balance == D("987.5")
    [deal] = holdings.history
    assert (deal.reason, deal.lot, deal.comment, deal.side) == ("sl", D("0.3"), "c", Side.SELL)


def test_a_reduction_leaves_the_rest_under_the_ticket_that_the_entry_names() -> None:
    renamed = held(
        OPEN, entry(BookKind.REDUCED, 10, lot=D("0.1"), new_ticket=11, comment="from #10")
    )
    kept = held(OPEN, entry(BookKind.REDUCED, 10, lot=D("0.1"), deal=11))

    assert [(t, p.lot, p.comment) for t, p in renamed.positions.items()] == [
        (11, D("0.2"), "from #10")
    ]
    assert renamed.history[0].comment == "to #11"
    assert [(t, p.lot, p.comment) for t, p in kept.positions.items()] == [(10, D("0.2"), "c")]
    assert (kept.history[0].ticket, kept.history[0].position_id) == (11, 10)


def test_pending_orders_come_and_go_and_become_positions() -> None:
    pended = entry(BookKind.PENDED, 10, symbol="S", lot=D(1), stop=True)

    assert [stop for _, stop in held(pended).pendings.values()] == [True]
    assert held(pended, entry(BookKind.UNPENDED, 10)).pendings == {}
    triggered = held(pended, OPEN)
    assert (triggered.pendings, list(triggered.positions)) == ({}, [10])


def test_numbers_are_never_used_twice_and_every_change_counts() -> None:
    holdings = held(OPEN, entry(BookKind.REFUSED, 0), entry(BookKind.STAMP, 0))

    assert holdings.ticket() == 11
    assert holdings.revision == 3


def test_the_history_keeps_the_newest_deals() -> None:
    entries = []
    for ticket in range(10, 14):
        entries.append(entry(BookKind.OPENED, ticket, lot=D(1)))
        entries.append(entry(BookKind.CLOSED, ticket, lot=D(1)))

    assert [deal.ticket for deal in held(*entries).history] == [12, 13]


def test_a_book_of_another_account_is_noticed() -> None:
    with pytest.raises(KeyError):
        held(entry(BookKind.CLOSED, 99))

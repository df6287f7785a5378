"""A book says what was held, for whom, and nothing is lost on the way to disk."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import Ticket, TradeId
from echo.domain.quantities import Side
from echo.domain.reconciliation import BookPosition
from echo.terminal.book import (
    BookEntry,
    BookKind,
    book_positions,
    entry_from_record,
    entry_to_record,
    of_master,
    of_slave,
    stamp,
)
from tests.terminal.rig import ACCOUNT, SERVER, WALL_MS, trade_id

D = Decimal
prices = st.decimals(0, 10**6, places=5)

entries = st.builds(
    BookEntry,
    kind=st.sampled_from(BookKind),
    at_ms=st.integers(0, 2**47),
    ticket=st.integers(0, 2**62).map(Ticket),
    symbol=st.text(max_size=5),
    side=st.sampled_from(Side),
    lot=prices,
    price=prices,
    stop_loss=st.none() | prices,
    comment=st.text(max_size=31),
    profit=prices,
    new_ticket=st.none() | st.integers(1, 2**62).map(Ticket),
    stop=st.booleans(),
    at_us=st.integers(0, 2**60),
)


@given(entries)
def test_an_entry_survives_its_way_through_json(entry: BookEntry) -> None:
    assert entry_from_record(json.loads(json.dumps(entry_to_record(entry)))) == entry


def test_what_is_empty_is_not_written() -> None:
    entry = BookEntry(kind=BookKind.UNPENDED, at_ms=0, ticket=Ticket(5))

    assert entry_to_record(entry) == {"kind": "unpended", "at_ms": 0, "ticket": 5}


def test_what_is_no_entry_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        entry_from_record({"at_ms": 1})


def test_a_terminal_can_note_moments_of_its_own() -> None:
    noted = stamp("sent", "trade/0", at_us=WALL_MS * 1_000 + 7)

    assert (noted.kind, noted.note, noted.subject) == (BookKind.STAMP, "sent", "trade/0")
    assert (noted.at_ms, noted.at_us) == (WALL_MS, WALL_MS * 1_000 + 7)


def opened(ticket: int, lot: str, asked: str = "") -> BookEntry:
    return BookEntry(
        kind=BookKind.OPENED, at_ms=WALL_MS, ticket=Ticket(ticket), lot=D(lot), asked=asked
    )


BOOK = (
    opened(1, "0.10", "tag one"),
    opened(2, "0.30"),
    BookEntry(kind=BookKind.LEVELS, at_ms=0, ticket=Ticket(1)),
    BookEntry(
        kind=BookKind.REDUCED, at_ms=0, ticket=Ticket(1), lot=D("0.04"), new_ticket=Ticket(3)
    ),
    BookEntry(
        kind=BookKind.REDUCED, at_ms=0, ticket=Ticket(3), lot=D("0.01"), new_ticket=Ticket(4)
    ),
    BookEntry(kind=BookKind.CLOSED, at_ms=0, ticket=Ticket(2), lot=D("0.30")),
    stamp("sent", "x", at_us=1),
)


def test_a_position_keeps_its_first_ticket_through_partial_closes() -> None:
    held = book_positions(BOOK, account_id=ACCOUNT, trade_of=of_slave({"tag one": trade_id()}))

    assert held == (
        BookPosition(
            account_id=ACCOUNT,
            ticket=Ticket(1),
            trade_id=trade_id(),
            lot_initial=D("0.10"),
            lot_remaining=D("0.05"),
        ),
        BookPosition(
            account_id=ACCOUNT,
            ticket=Ticket(2),
            trade_id=None,
            lot_initial=D("0.30"),
            lot_remaining=D("0.00"),
        ),
    )


def test_a_masters_positions_are_named_as_its_ea_names_them() -> None:
    held = book_positions(BOOK[:1], account_id=ACCOUNT, trade_of=of_master(SERVER, ACCOUNT))

    [position] = held
    assert position.trade_id is not None
    assert int(position.trade_id.replace("-", "")[:12], 16) == WALL_MS
    assert position.trade_id != TradeId("")

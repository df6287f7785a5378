"""Executed requests leave entries that say what happened."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.accounts import Position
from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.fates import Fate
from echo.terminal.orders import PlacePending, SendOrder
from echo.terminal.settling import (
    close_entry,
    comment_of,
    filled_lot,
    open_entry,
    refused_entry,
    triggered_entry,
)
from echo.terminal.view import MT4, MT5
from tests.terminal.rig import QUOTE, rules

D = Decimal
BUY = SendOrder(ref="r", symbol="EURUSD.m", side=Side.BUY, lot=D("0.11"), comment="asked")
PENDING = PlacePending(
    ref="p", symbol="EURUSD.m", side=Side.SELL, lot=D("0.2"), price=D("1.5"), stop=True
)
HELD = Position(
    ticket=Ticket(7),
    symbol="EURUSD.m",
    side=Side.BUY,
    lot=D("0.10"),
    open_price=D("1.39"),
    comment="E" * 31,
)


@pytest.mark.parametrize(
    ("fate", "stored"),
    [(Fate(), "x" * 31), (Fate(comment_chars=2), "xx"), (Fate(comment="new"), "new")],
)
def test_a_comment_is_what_the_server_makes_of_it(fate: Fate, stored: str) -> None:
    assert comment_of("x" * 40, fate, rules()) == stored


def test_a_part_is_rounded_down_but_never_to_nothing() -> None:
    half = Fate(lot_share=D("0.5"))

    assert filled_lot(BUY, half, rules()) == D("0.05")
    assert filled_lot(replace(BUY, lot=D("0.01")), half, rules()) == D("0.01")
    assert filled_lot(BUY, Fate(), rules()) == D("0.11")


def test_an_open_is_at_the_market_and_a_pending_order_at_its_own_price() -> None:
    common = {"ticket": Ticket(1), "at_ms": 9, "price": QUOTE, "comment": "stored"}

    opened = open_entry(BUY, lot=BUY.lot, **common)  # type: ignore[arg-type]  # the fields above
    pended = open_entry(PENDING, lot=PENDING.lot, **common)  # type: ignore[arg-type]  # as above

    assert (opened.kind, opened.price, opened.comment, opened.asked) == (
        BookKind.OPENED,
        QUOTE.ask,
        "stored",
        "asked",
    )
    assert (pended.kind, pended.price, pended.stop) == (BookKind.PENDED, D("1.5"), True)


def closing(lot: str | None, terminal: str, reason: str = "") -> BookEntry:
    return close_entry(
        HELD,
        None if lot is None else D(lot),
        price=D("1.40"),
        at_ms=9,
        rules=rules(terminal=terminal),
        next_ticket=Ticket(50),
        reason=reason,
        ref="x",
        fate=Fate(),
    )


@pytest.mark.parametrize(
    ("lot", "terminal", "reason", "expected"),
    [
        ("0.04", MT4, "", (BookKind.REDUCED, "from #7", 50, 0, "manual", D("40.00"))),
        ("0.04", MT5, "", (BookKind.REDUCED, "E" * 31, None, 50, "manual", D("40.00"))),
        ("0.10", MT4, "", (BookKind.CLOSED, "E" * 31, None, 0, "manual", D("100.00"))),
        (None, MT5, "tp", (BookKind.CLOSED, "E" * 31, None, 50, "tp", D("100.00"))),
    ],
)
def test_a_close_is_whole_or_in_part(lot, terminal, reason, expected) -> None:
    entry = closing(lot, terminal, reason)

    assert (
        entry.kind,
        entry.comment,
        entry.new_ticket,
        entry.deal,
        entry.reason,
        entry.profit,
    ) == expected


def test_a_triggered_order_keeps_its_ticket_and_pays_the_market() -> None:
    entry = triggered_entry(HELD, price=QUOTE, at_ms=9)

    assert (entry.kind, entry.ticket, entry.price) == (BookKind.OPENED, 7, QUOTE.ask)


def test_a_refusal_is_written_down_too() -> None:
    assert refused_entry(BUY, at_ms=9, code=134).code == 134

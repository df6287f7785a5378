"""A broker's book: every change of the account as one entry, enough to rebuild it from nothing.

The book is the truth that no message can change: what an account holds is what its entries say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import msgspec

from echo.domain.ids import AccountId, Ticket, TradeId, derive_trade_id
from echo.domain.quantities import Side
from echo.domain.reconciliation import BookPosition
from echo.domain.sealing import sealed

NO_TICKET: Final = Ticket(0)


class BookKind(StrEnum):
    """What happened."""

    OPENED = "opened"
    LEVELS = "levels"
    REDUCED = "reduced"
    CLOSED = "closed"
    PENDED = "pended"
    UNPENDED = "unpended"
    REFUSED = "refused"
    STAMP = "stamp"
    """Not the broker's: a moment that the terminal noted, for measuring latencies."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """One change.

    ``at_ms`` is the broker's clock.  ``ticket`` is the position or pending order concerned;
    ``deal`` numbers the closed part where that is not the ticket itself (MT5).  ``lot`` is what
    was opened or closed now, ``price`` at what price.  ``comment`` is what the server stores,
    ``asked`` what the order said.  STAMP: ``note`` names the moment, ``subject`` whom it is of,
    ``at_us`` is Unix time in microseconds.
    """

    kind: BookKind
    at_ms: int
    ticket: Ticket = NO_TICKET
    symbol: str = ""
    side: Side = Side.BUY
    lot: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    magic_number: int = 0
    comment: str = ""
    asked: str = ""
    ref: str = ""
    profit: Decimal = Decimal(0)
    reason: str = ""
    new_ticket: Ticket | None = None
    deal: Ticket = NO_TICKET
    stop: bool = False
    code: int = 0
    note: str = ""
    subject: str = ""
    at_us: int = 0


_DEFAULTS = {each.name: each.default for each in fields(BookEntry)}


def stamp(note: str, subject: str, *, at_us: int) -> BookEntry:
    """Note a moment of the terminal's own beside the broker's entries."""
    return BookEntry(
        kind=BookKind.STAMP, at_ms=at_us // 1_000, note=note, subject=subject, at_us=at_us
    )


def entry_to_record(entry: BookEntry) -> dict[str, Any]:
    """Return *entry* as plain JSON values, without what is empty."""
    record: dict[str, Any] = msgspec.to_builtins(entry)
    return {
        name: value
        for name, value in record.items()
        if name in ("kind", "at_ms") or getattr(entry, name) != _DEFAULTS[name]
    }


def entry_from_record(record: Mapping[str, Any]) -> BookEntry:
    """Read what `entry_to_record` wrote.

    Raises:
        ValueError: it is no such record.
    """
    return msgspec.convert(dict(record), BookEntry)


TradeOf = Callable[[BookEntry], TradeId | None]
"""Tells which trade an OPENED entry belongs to; ``None`` = not Echo's."""


def of_master(server: str, account_id: AccountId) -> TradeOf:
    """Every position of a master is a trade, named by its first ticket and open time."""

    def trade_of(entry: BookEntry) -> TradeId | None:
        return derive_trade_id(
            server=server,
            account_id=account_id,
            root_ticket=entry.ticket,
            opened_at_ms=entry.at_ms,
        )

    return trade_of


def of_slave(trades_by_comment: Mapping[str, TradeId]) -> TradeOf:
    """A slave's position belongs to the trade whose tag its order carried when it was sent."""

    def trade_of(entry: BookEntry) -> TradeId | None:
        return trades_by_comment.get(entry.asked)

    return trade_of


def book_positions(
    entries: Iterable[BookEntry], *, account_id: AccountId, trade_of: TradeOf
) -> tuple[BookPosition, ...]:
    """Return every position that a book ever held, under its first ticket.

    What partial closes leave behind under new tickets is still the same position.
    """
    opened: dict[Ticket, BookEntry] = {}
    remaining: dict[Ticket, Decimal] = {}
    root_of: dict[Ticket, Ticket] = {}
    for entry in entries:
        if entry.kind is BookKind.OPENED:
            opened[entry.ticket] = entry
            remaining[entry.ticket] = entry.lot
            root_of[entry.ticket] = entry.ticket
        elif entry.kind in {BookKind.REDUCED, BookKind.CLOSED}:
            root = root_of[entry.ticket]
            remaining[root] -= entry.lot
            if entry.new_ticket is not None:
                root_of[entry.new_ticket] = root
    return tuple(
        BookPosition(
            account_id=account_id,
            ticket=ticket,
            trade_id=trade_of(entry),
            lot_initial=entry.lot,
            lot_remaining=remaining[ticket],
        )
        for ticket, entry in opened.items()
    )

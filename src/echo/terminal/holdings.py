"""What an account holds: the sum of its book's entries, and nothing besides."""

from collections import deque
from decimal import Decimal

from echo.domain.accounts import Deal, Position
from echo.domain.copies import replace
from echo.domain.ids import Ticket
from echo.terminal.book import BookEntry, BookKind


class Holdings:
    """Positions, pending orders, closed deals and balance of one account."""

    def __init__(self, balance: Decimal, *, first_ticket: int, history_deals_max: int) -> None:
        self.balance = balance
        self.positions: dict[Ticket, Position] = {}
        self.pendings: dict[Ticket, tuple[Position, bool]] = {}
        """By ticket: the order as a position to be, and whether it is a stop order."""
        self.history: deque[Deal] = deque(maxlen=history_deals_max)
        self.deals = 0
        """Closed so far, also those that the history has dropped."""
        self.next_ticket = first_ticket
        self.revision = 0
        """Rises with every change."""

    def ticket(self) -> Ticket:
        """Return the number that the next position, order or deal will have."""
        return Ticket(self.next_ticket)

    def apply(self, entry: BookEntry) -> None:
        """Make the change that *entry* records, live or on restoring a book.

        Raises:
            KeyError: it concerns a ticket that is not there: the book is not this account's.
        """
        self.revision += 1
        numbers = (entry.ticket, entry.deal, entry.new_ticket or 0)
        self.next_ticket = max(self.next_ticket, *(number + 1 for number in numbers))
        match entry.kind:
            case BookKind.OPENED:
                self.pendings.pop(entry.ticket, None)
                self.positions[entry.ticket] = _position(entry)
            case BookKind.LEVELS:
                self.positions[entry.ticket] = replace(
                    self.positions[entry.ticket],
                    stop_loss=entry.stop_loss,
                    take_profit=entry.take_profit,
                )
            case BookKind.REDUCED:
                self._reduce(entry)
            case BookKind.CLOSED:
                position = self.positions.pop(entry.ticket)
                self._book(position, entry, comment=entry.comment or position.comment)
            case BookKind.PENDED:
                self.pendings[entry.ticket] = (_position(entry), entry.stop)
            case BookKind.UNPENDED:
                self.pendings.pop(entry.ticket, None)
            case BookKind.REFUSED | BookKind.STAMP:
                pass

    def _reduce(self, entry: BookEntry) -> None:
        position = self.positions[entry.ticket]
        rest = replace(position, lot=position.lot - entry.lot)
        if entry.new_ticket is None:
            self.positions[entry.ticket] = rest
            self._book(position, entry, comment=position.comment)
            return
        del self.positions[entry.ticket]
        self.positions[entry.new_ticket] = replace(
            rest, ticket=entry.new_ticket, comment=entry.comment
        )
        self._book(position, entry, comment=f"to #{entry.new_ticket}")

    def _book(self, position: Position, entry: BookEntry, *, comment: str) -> None:
        self.balance += entry.profit
        self.deals += 1
        self.history.append(
            Deal(
                ticket=entry.deal or position.ticket,
                symbol=position.symbol,
                side=position.side,
                lot=entry.lot,
                open_price=position.open_price,
                close_price=entry.price,
                open_time_ms=position.open_time_ms,
                close_time_ms=entry.at_ms,
                profit=entry.profit,
                magic_number=position.magic_number,
                comment=comment,
                reason=entry.reason,
                position_id=position.ticket,
            )
        )


def _position(entry: BookEntry) -> Position:
    return Position(
        ticket=entry.ticket,
        symbol=entry.symbol,
        side=entry.side,
        lot=entry.lot,
        open_price=entry.price,
        stop_loss=entry.stop_loss,
        take_profit=entry.take_profit,
        magic_number=entry.magic_number,
        comment=entry.comment,
        open_time_ms=entry.at_ms,
    )

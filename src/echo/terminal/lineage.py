"""Follows a position through partial closes, which give it new tickets on MT4.

The rest of a partly closed position carries ``from #<old>`` in its comment and the closed part
``to #<new>``; servers may cut or drop either, so the two, and the shape of the position, are
looked at.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from echo.domain.accounts import Position
from echo.domain.ids import Ticket
from echo.terminal.view import TerminalView

_FROM: Final = re.compile(r"from #(\d{1,19})")
_TO: Final = re.compile(r"to #(\d{1,19})")


def came_from(comment: str) -> Ticket | None:
    """Return the ticket that a rest says it was split off."""
    found = _FROM.match(comment)
    return Ticket(int(found[1])) if found else None


def went_to(comment: str) -> Ticket | None:
    """Return the ticket under which a closed part says the rest lives on."""
    found = _TO.match(comment)
    return Ticket(int(found[1])) if found else None


def root_ticket(position: Position, view: TerminalView) -> Ticket:
    """Return the first ticket that *position* ever had, as far as the history shows it."""
    closed = {deal.ticket: deal.comment for deal in view.history if "#" in deal.comment}
    split_off = {went_to(comment): ticket for ticket, comment in closed.items()}
    seen = {position.ticket}
    ticket, comment = position.ticket, position.comment
    while True:
        before = came_from(comment) or split_off.get(ticket)
        if before is None or before in seen:
            return ticket
        seen.add(before)
        ticket, comment = before, closed.get(before, "")


def same_origin(
    one: Position,
    *,
    symbol: str,
    magic_number: int,
    open_time_ms: int,
    open_price: Decimal,
) -> bool:
    """Whether a position could be a rest: what a partial close leaves unchanged is equal."""
    return (
        one.symbol == symbol
        and one.magic_number == magic_number
        and one.open_time_ms == open_time_ms
        and one.open_price == open_price
    )


def successor(ticket: Ticket, view: TerminalView) -> Ticket | None:
    """Return the ticket under which what is left of *ticket* lives, by either side's comment."""
    for position in view.positions:
        if came_from(position.comment) == ticket:
            return position.ticket
    for deal in view.history:
        if deal.ticket == ticket:
            named = went_to(deal.comment)
            if named is not None:
                return named
        elif came_from(deal.comment) == ticket:
            return deal.ticket
    return None


def current_position(ticket: Ticket, view: TerminalView) -> Position | None:
    """Return the open position that *ticket* has become; ``None`` = nothing of it is open."""
    seen: set[Ticket] = set()
    following: Ticket | None = ticket
    while following is not None and following not in seen:
        position = view.position(following)
        if position is not None:
            return position
        seen.add(following)
        following = successor(following, view)
    return None


def rest_by_shape(old: Position, view: TerminalView, taken: Iterable[Ticket]) -> Position | None:
    """Return what is left of *old*, which closed, when no comment tells.

    The one position that belongs to nobody, of the same side, open time and price, symbol and
    magic number, with less volume.  ``None`` when there is not exactly one, or when the history
    shows that all of *old* was closed.
    """
    if any(deal.ticket == old.ticket and deal.lot >= old.lot for deal in view.history):
        return None
    excluded = set(taken)
    alike = [
        each
        for each in view.positions
        if each.ticket not in excluded
        and came_from(each.comment) is None
        and each.side is old.side
        and each.lot < old.lot
        and same_origin(
            each,
            symbol=old.symbol,
            magic_number=old.magic_number,
            open_time_ms=old.open_time_ms,
            open_price=old.open_price,
        )
    ]
    return alike[0] if len(alike) == 1 else None

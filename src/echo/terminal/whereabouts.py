"""Finds the position of a copy, whatever tickets it has had."""

from enum import Enum
from typing import Final, Literal

from echo.domain.accounts import Position
from echo.domain.ids import Ticket, TradeId, comment_names_tag, order_tag
from echo.terminal.desk import Desk
from echo.terminal.lineage import current_position


class Absence(Enum):
    """Why there is no position to work on."""

    GONE = "gone"
    """It is not open any more, or never was."""
    UNSEEN = "unseen"
    """The terminal does not show enough to tell."""


GONE: Final = Absence.GONE
UNSEEN: Final = Absence.UNSEEN


def whereabouts(
    desk: Desk, trade_id: TradeId, ticket: Ticket | None
) -> Position | Literal[Absence.GONE, Absence.UNSEEN]:
    """Return the open position of a trade.

    By the ticket that the Core names, then by the one that the ledger knows, each followed through
    partial closes; at last by the one position that carries the trade's tag.
    """
    view = desk.view
    if not desk.conclusive:
        return UNSEEN
    for named in (ticket, desk.ledger.tickets.get(trade_id)):
        if named:
            found = current_position(named, view)
            if found is not None:
                return found
    tag = order_tag(trade_id)
    carrying = [each for each in view.positions if comment_names_tag(each.comment, tag)]
    return carrying[0] if len(carrying) == 1 else GONE

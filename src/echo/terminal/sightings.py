"""Looks for the fill of an open among everything that the terminal shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from echo.domain.accounts import Deal, Position
from echo.domain.ids import (
    TAG_DIGITS,
    TAG_DIGITS_MIN,
    Ticket,
    TradeId,
    comment_names_tag,
    order_tag,
    tag_prefix,
)
from echo.domain.quantities import Side
from echo.terminal.ledger import Ledger
from echo.terminal.lineage import came_from
from echo.terminal.view import TerminalView

CLOCK_SLACK_MS: Final = 2_000
"""MT4 servers count in whole seconds, and their clock is known from the last quote only."""

LATE_FILL_MS: Final = 75_000
"""Fills were seen up to a minute after the order was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an open would have left at the broker.

    ``server_from_ms`` to ``server_to_ms``: when it can have been filled, by the broker's clock.
    ``open_before``: tickets that are older than it.
    """

    trade_id: TradeId
    symbol: str
    side: Side
    lot: Decimal
    magic_number: int
    server_from_ms: int
    server_to_ms: int
    open_before: frozenset[Ticket] = frozenset()

    @property
    def tag(self) -> str:
        """The comment that it carries, if the server kept it."""
        return order_tag(self.trade_id)


class Sighting(NamedTuple):
    """A position, open or closed, as far as it matters for recognising it."""

    ticket: Ticket
    symbol: str
    side: Side
    lot: Decimal
    price: Decimal
    magic_number: int
    comment: str
    open_time_ms: int


def everything(view: TerminalView) -> Iterator[Sighting]:
    """Yield all positions of the terminal, the open ones first; rests of partial closes do not
    count, for what they are the rest of is there too.
    """
    for one in _shown(view):
        if came_from(one.comment) is None:
            yield _sighting(one)


def _shown(view: TerminalView) -> tuple[Position | Deal, ...]:
    return (*view.positions, *view.history)


def _sighting(one: Position | Deal) -> Sighting:
    ticket = one.ticket
    if isinstance(one, Deal) and one.position_id:
        ticket = Ticket(one.position_id)
    return Sighting(
        ticket=ticket,
        symbol=one.symbol,
        side=one.side,
        lot=one.lot,
        price=one.open_price,
        magic_number=one.magic_number,
        comment=one.comment,
        open_time_ms=one.open_time_ms,
    )


def tagged(
    sought: Sought, shown: Iterable[Position | Deal], ledger: Ledger
) -> tuple[Sighting, ...]:
    """Return what of *shown* carries the tag of the trade: whole if anything does, else by prefix.

    Nothing that belongs to another order counts.  A shortened tag that could as well be another
    trade's says nothing about this one.
    """
    digits = sought.tag[1:]
    near = [
        _sighting(one)
        for one in shown
        if len(prefix := tag_prefix(one.comment)) >= TAG_DIGITS_MIN and digits.startswith(prefix)
    ]
    free = [each for each in near if _free(each.ticket, ledger)]
    exact = [each for each in free if len(tag_prefix(each.comment)) == TAG_DIGITS]
    return _distinct(
        exact or [each for each in free if not _could_name_another(each.comment, sought, ledger)]
    )


class TagIndex:
    """Finds deals by the part of their tag that always has to be there.

    Every open asks whether its trade was there before, and a history is long.
    """

    def __init__(self) -> None:
        self._history: tuple[Deal, ...] = ()
        self._deals: dict[str, list[Deal]] = {}

    def take(self, history: tuple[Deal, ...]) -> None:
        """Index a history, unless it is the one that is indexed."""
        if history is self._history:
            return
        self._history = history
        self._deals = {}
        for deal in history:
            prefix = tag_prefix(deal.comment)
            if len(prefix) >= TAG_DIGITS_MIN:
                self._deals.setdefault(prefix[:TAG_DIGITS_MIN], []).append(deal)

    def deals(self, tag: str) -> list[Deal]:
        """Return the deals that may carry *tag*."""
        return self._deals.get(tag[1 : 1 + TAG_DIGITS_MIN], [])


def _could_name_another(comment: str, sought: Sought, ledger: Ledger) -> bool:
    return any(
        trade_id != sought.trade_id and comment_names_tag(comment, tag)
        for trade_id, tag in ledger.tags.items()
    )


def alike(
    sought: Sought,
    view: TerminalView,
    ledger: Ledger,
    *,
    partly: bool = False,
    claimed: bool = False,
) -> tuple[Sighting, ...]:
    """Return what looks like the fill without saying so: the same order, at the right time.

    What carries another trade's tag is that trade's, whether this ledger knows it or not.
    *partly*: what has less volume than asked, as if only a part had been filled.  *claimed*: what
    may be the fill of another open, too, which is in doubt because of it.
    """
    return _distinct(
        each
        for each in everything(view)
        if each.symbol == sought.symbol
        and each.side is sought.side
        and (each.lot < sought.lot if partly else each.lot == sought.lot)
        and each.magic_number == sought.magic_number
        and sought.server_from_ms <= each.open_time_ms <= sought.server_to_ms
        and each.ticket not in sought.open_before
        and (each.ticket not in ledger.owners if claimed else _free(each.ticket, ledger))
        and not _names_another(each.comment, sought)
    )


def _names_another(comment: str, sought: Sought) -> bool:
    prefix = tag_prefix(comment)
    return len(prefix) >= TAG_DIGITS_MIN and not sought.tag[1:].startswith(prefix)


def _free(ticket: Ticket, ledger: Ledger) -> bool:
    return ticket not in ledger.owners and ticket not in ledger.excluded


def _distinct(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """One sighting per ticket: a position partly closed is seen open and in the history."""
    return tuple({each.ticket: each for each in reversed(list(sightings))}.values())[::-1]

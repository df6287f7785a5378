"""Deals of an MT5 report: what was done, one fill at a time, put together to closed trades.

A deal does not name the position that it closes.  Where the report has no positions, closes are
matched to opens of the same symbol and the other side, the same volume first, else the oldest.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Final

from echo.domain.quantities import Side
from echo.terminal.histories.cells import Remark
from echo.terminal.histories.trades import HistoricTrade, Skip, trade_of

Levels = tuple[Decimal | None, Decimal | None]
"""Stop and target price of an order."""

NO_LEVELS: Final[Levels] = (None, None)
SCANNED_MAX: Final = 4096
"""How many candidates are looked at for one close; reports of accounts stay far below."""


class Entry(StrEnum):
    """What a deal does to the position; the words are those of the report."""

    IN = "in"
    OUT = "out"
    IN_OUT = "in/out"
    OUT_BY = "out by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One fill."""

    ticket: int
    order: int | None
    at_ms: int
    symbol: str
    side: Side
    """Of the deal: a sell closes a buy."""
    entry: Entry
    lots: Decimal
    price: Decimal
    remark: Remark


@dataclass(slots=True, eq=False)
class _OpenLot:
    """A position while it is being closed."""

    deal: Deal
    lots_left: Decimal
    parts: int = field(default=0)


def pair_deals(
    deals: Sequence[Deal], levels: Mapping[int, Levels]
) -> tuple[list[HistoricTrade], Counter[Skip]]:
    """Make closed trades of *deals*, in order of their closes.

    Args:
        deals: In any order.
        levels: Stop and target by order, as far as the report lists orders.

    Returns:
        The trades, parts of one position linked by `from_ticket`; and how many closes had no open
        in the report, how many positions were never closed in it.
    """
    books: dict[tuple[str, Side], list[_OpenLot]] = {}
    trades: list[HistoricTrade] = []
    skipped: Counter[Skip] = Counter()
    for deal in sorted(deals, key=lambda deal: (deal.at_ms, deal.ticket)):
        lots_left = deal.lots
        if deal.entry is not Entry.IN:
            book = books.setdefault((deal.symbol, _other(deal.side)), [])
            lots_left = _close(book, deal, levels, trades)
        if lots_left > 0 and deal.entry in {Entry.IN, Entry.IN_OUT}:
            books.setdefault((deal.symbol, deal.side), []).append(_OpenLot(deal, lots_left))
        elif lots_left > 0:
            skipped[Skip.OPENED_BEFORE] += 1
    if still_open := sum(len(book) for book in books.values()):
        skipped[Skip.OPEN] = still_open
    return trades, skipped


def _close(
    book: list[_OpenLot], deal: Deal, levels: Mapping[int, Levels], trades: list[HistoricTrade]
) -> Decimal:
    """Close what *deal* closes and return the volume for which nothing was open."""
    lots_left = deal.lots
    while lots_left > 0 and book:
        candidates = islice(book, SCANNED_MAX)
        lot = next((lot for lot in candidates if lot.lots_left == lots_left), book[0])
        taken = min(lot.lots_left, lots_left)
        trade = _closed_part(lot, deal, taken, levels)
        if trade is not None:
            trades.append(trade)
            lot.parts += 1
        lot.lots_left -= taken
        lots_left -= taken
        if lot.lots_left == 0:
            book.remove(lot)
    return lots_left


def _closed_part(
    lot: _OpenLot, deal: Deal, lots: Decimal, levels: Mapping[int, Levels]
) -> HistoricTrade | None:
    opened = lot.deal
    position = opened.order or opened.ticket
    sl, tp = levels.get(position, NO_LEVELS)
    return trade_of(
        ticket=deal.ticket if lot.parts else position,
        symbol=opened.symbol,
        side=opened.side,
        lots=lots,
        opened_at_ms=opened.at_ms,
        open_price=opened.price,
        sl_final=sl,
        tp_final=tp,
        closed_at_ms=deal.at_ms,
        close_price=deal.price,
        remark=replace(
            deal.remark, magic=None, from_ticket=position if lot.parts else None, to_ticket=None
        ),
    )


def refine_positions(
    positions: Sequence[HistoricTrade], deals: Sequence[Deal]
) -> list[HistoricTrade]:
    """Tell from *deals* how each position ended, and in which parts.

    A report shows a position that was closed in parts as one row with the time of the last part
    and the mean price.  It is split where the deals add up to exactly that; else it stays whole.
    """
    closes = _Closes(deals)
    # Closes of a full position first: what they claim cannot be part of another one.
    whole = [closes.claim_whole(position) for position in positions]
    refined: list[HistoricTrade] = []
    for position, deal in zip(positions, whole, strict=True):
        if deal is not None:
            refined.append(_ended_by(position, deal))
        else:
            refined += _split(position, closes.claim_parts(position))
    return refined


class _Closes:
    """The closing deals of a report, each of which belongs to one position at most."""

    def __init__(self, deals: Sequence[Deal]) -> None:
        closing = (deal for deal in deals if deal.entry is not Entry.IN)
        self._deals = sorted(closing, key=lambda deal: (deal.at_ms, deal.ticket))
        self._times = [deal.at_ms for deal in self._deals]
        self._claimed: set[int] = set()

    def claim_whole(self, position: HistoricTrade) -> Deal | None:
        """Take the deal that closed all of *position* at the time and volume of its row."""
        start = bisect_left(self._times, position.closed_at_ms)
        for index, deal in enumerate(self._deals[start : start + SCANNED_MAX], start):
            if deal.at_ms != position.closed_at_ms:
                break
            if deal.lots == position.lots and self._could_close(index, position):
                self._claimed.add(index)
                return deal
        return None

    def claim_parts(self, position: HistoricTrade) -> list[Deal]:
        """Take the deals that closed *position* in parts; empty if they do not add up."""
        parts: list[int] = []
        lots_left = position.lots
        start = bisect_left(self._times, position.opened_at_ms)
        for index, deal in enumerate(self._deals[start : start + SCANNED_MAX], start):
            if deal.at_ms > position.closed_at_ms:
                break
            if deal.lots <= lots_left and self._could_close(index, position):
                parts.append(index)
                lots_left -= deal.lots
        chosen = [self._deals[index] for index in parts]
        if lots_left or not _add_up(position, chosen):
            return []
        self._claimed.update(parts)
        return chosen

    def _could_close(self, index: int, position: HistoricTrade) -> bool:
        deal = self._deals[index]
        return (
            index not in self._claimed
            and deal.symbol == position.symbol
            and deal.side is not position.side
        )


def _add_up(position: HistoricTrade, parts: Sequence[Deal]) -> bool:
    if len(parts) < 2 or parts[-1].at_ms != position.closed_at_ms:
        return False
    worth = sum((deal.price * deal.lots for deal in parts), Decimal(0))
    # The report rounds the mean to the digits that it shows.
    digit = Decimal(1).scaleb(int(position.close_price.as_tuple().exponent))
    return abs(worth / position.lots - position.close_price) <= digit


def _ended_by(position: HistoricTrade, deal: Deal) -> HistoricTrade:
    return position if deal.remark.kind is None else replace(position, close_kind=deal.remark.kind)


def _split(position: HistoricTrade, parts: Sequence[Deal]) -> list[HistoricTrade]:
    if not parts:
        return [position]
    return [
        replace(
            _ended_by(position, deal),
            ticket=deal.ticket if number else position.ticket,
            lots=deal.lots,
            closed_at_ms=deal.at_ms,
            close_price=deal.price,
            from_ticket=position.ticket if number else None,
        )
        for number, deal in enumerate(parts)
    ]


def _other(side: Side) -> Side:
    return Side.SELL if side is Side.BUY else Side.BUY

"""Closed trades of an account as facts, and the positions that they were parts of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from echo.domain.quantities import Side
from echo.terminal.histories.cells import NO_REMARK, CloseKind, Remark

EXPECTED: Final = (
    "an account statement of MT4 (HTML), a history report of MT5 (HTML or xlsx, with its "
    "Positions or Deals), or a CSV with the columns ticket, open_time, side, lots, symbol, "
    "open_price, close_time, close_price (and, where known, magic, sl, tp, comment)"
)


class HistoryUnreadable(ValueError):
    """A file holds no closed trades that can be read; the message says what it does hold."""

    def __init__(self, found: str) -> None:
        super().__init__(f"found {found}; expected {EXPECTED}")
        self.found: Final = found


class Skip(StrEnum):
    """Why a row that looked like a trade was left out."""

    BALANCE = "balance"
    """Money booked on the account: deposits, withdrawals, credits."""
    PENDING = "pending"
    """An order that was never filled."""
    OPEN = "open"
    """A position that was still open when the file was written."""
    OPENED_BEFORE = "opened_before"
    """A close whose open lies before the period of the file."""
    MALFORMED = "malformed"
    """A trade without a readable time, price, volume or ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricTrade:
    """One closed trade, or one closed part of a position, as its account's file states it.

    Times are the broker's wall clock, its zone unknown, in ms since 1970-01-01 00:00 of that wall
    clock: differences count, the absolute value does not.  Levels are those at the close, which
    after trailing may lie on the other side of the open price.
    """

    ticket: int
    """1 to 2^63 - 1."""
    magic: int | None
    """``None``: traded by hand, or the file does not tell."""
    symbol: str
    """As the file spells it, suffixes included."""
    side: Side
    lots: Decimal
    opened_at_ms: int
    open_price: Decimal
    sl_final: Decimal | None
    tp_final: Decimal | None
    closed_at_ms: int
    close_price: Decimal
    close_kind: CloseKind
    from_ticket: int | None = None
    """The ticket that the position had before its previous partial close."""
    to_ticket: int | None = None
    """The ticket that the remainder got when this part was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a file held: its closed trades in the file's order, and what was left out."""

    source: str
    """The kind of file, for people."""
    trades: tuple[HistoricTrade, ...]
    skipped: Mapping[Skip, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One position from its open to its last close, in parts if it was closed in parts."""

    parts: tuple[HistoricTrade, ...]
    """At least one, in order of their closes."""

    @property
    def first(self) -> HistoricTrade:
        """The part that was closed first."""
        return self.parts[0]

    @property
    def last(self) -> HistoricTrade:
        """The part whose close ended the position; its levels were the final ones."""
        return self.parts[-1]

    @property
    def magic(self) -> int | None:
        """The magic number; the comments of some parts may have lost it."""
        return next((part.magic for part in self.parts if part.magic is not None), None)

    @property
    def lots(self) -> Decimal:
        """Volume at the open, as far as the file shows its closes."""
        return sum((part.lots for part in self.parts), Decimal(0))


def trade_of(
    *,
    ticket: int | None,
    symbol: str,
    side: Side,
    lots: Decimal | None,
    opened_at_ms: int | None,
    open_price: Decimal | None,
    sl_final: Decimal | None,
    tp_final: Decimal | None,
    closed_at_ms: int | None,
    close_price: Decimal | None,
    remark: Remark = NO_REMARK,
) -> HistoricTrade | None:
    """Make a trade of what a row gave; ``None`` if the row lacks what makes a trade."""
    if ticket is None or lots is None or open_price is None or close_price is None:
        return None
    if not symbol or opened_at_ms is None or closed_at_ms is None or closed_at_ms < opened_at_ms:
        return None
    if remark.kind is CloseKind.SL and remark.level is not None:
        sl_final = remark.level
    if remark.kind is CloseKind.TP and remark.level is not None:
        tp_final = remark.level
    kind = remark.kind or _kind_by_price(side, close_price, sl=sl_final, tp=tp_final)
    return HistoricTrade(
        ticket=ticket,
        magic=remark.magic,
        symbol=symbol[:64],
        side=side,
        lots=lots,
        opened_at_ms=opened_at_ms,
        open_price=open_price,
        sl_final=sl_final,
        tp_final=tp_final,
        closed_at_ms=closed_at_ms,
        close_price=close_price,
        close_kind=kind,
        from_ticket=remark.from_ticket,
        to_ticket=remark.to_ticket,
    )


def _kind_by_price(
    side: Side, close_price: Decimal, *, sl: Decimal | None, tp: Decimal | None
) -> CloseKind:
    """Tell the kind where nobody wrote it: no position outlives a price at or beyond its level."""
    if sl is not None and side.sign * (close_price - sl) <= 0:
        return CloseKind.SL
    if tp is not None and side.sign * (close_price - tp) >= 0:
        return CloseKind.TP
    return CloseKind.MANUAL


def group_chains(trades: Sequence[HistoricTrade]) -> tuple[Chain, ...]:
    """Put the parts of each position together, by the tickets that they name.

    A ticket that is not in the file, or belongs to a trade of another symbol, side or open price,
    links nothing: comments are free text, and what they claim is checked.

    Returns:
        Chains in order of their opens (of the file, where opens coincide); every trade is in
        exactly one.
    """
    by_ticket: dict[int, int] = {}
    for index, trade in enumerate(trades):
        by_ticket.setdefault(trade.ticket, index)
    root = list(range(len(trades)))
    for index, trade in enumerate(trades):
        for named in (trade.from_ticket, trade.to_ticket):
            other = by_ticket.get(named) if named is not None else None
            if other is not None and _same_position(trade, trades[other]):
                _unite(root, index, other)
    members: dict[int, list[HistoricTrade]] = {}
    for index, trade in enumerate(trades):
        members.setdefault(_root_of(root, index), []).append(trade)
    chains = [Chain(parts=_in_order_of_closes(parts)) for parts in members.values()]
    return tuple(sorted(chains, key=lambda chain: chain.first.opened_at_ms))


def _same_position(one: HistoricTrade, other: HistoricTrade) -> bool:
    return (one.symbol.casefold(), one.side, one.open_price, one.opened_at_ms) == (
        other.symbol.casefold(),
        other.side,
        other.open_price,
        other.opened_at_ms,
    )


def _in_order_of_closes(parts: Iterable[HistoricTrade]) -> tuple[HistoricTrade, ...]:
    return tuple(sorted(parts, key=lambda part: part.closed_at_ms))


def _root_of(root: list[int], index: int) -> int:
    while root[index] != index:
        root[index] = root[root[index]]
        index = root[index]
    return index


def _unite(root: list[int], one: int, other: int) -> None:
    # The earlier row stays the root, so that chains keep the file's order.
    low, high = sorted((_root_of(root, one), _root_of(root, other)))
    root[high] = low

"""MT4 account statements: every trade is a row that reads ticket, open time, type, size, ...

Rows are told by their shape, not by headings: the order of the cells is the same in every build
and language, while headings, trailing columns (commission, taxes, swap) and comments are not.
The comment stands in the ``title`` of the ticket, in the last column, or in a row of its own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from echo.terminal.histories.cells import (
    NO_REMARK,
    Remark,
    broker_time_of,
    decimal_of,
    is_off_book,
    is_pending,
    level_of,
    positive_of,
    remark_of,
    side_of,
    ticket_of,
)
from echo.terminal.histories.grid import Row
from echo.terminal.histories.trades import HistoricTrade, History, Skip, trade_of

SOURCE: Final = "MT4 statement"

# Old builds number their rows in a column of its own, before the ticket.
_TYPE_AT: Final = (2, 3)
_NO_CLOSE_TIME: Final = frozenset({"", "-"})


def read_statement(rows: Sequence[Row]) -> History:
    """Read the closed trades among *rows*, in their order; none is an answer too."""
    trades: list[HistoricTrade] = []
    skipped: Counter[Skip] = Counter()
    may_remark = False
    for row in rows:
        if may_remark and (remark := _lone_remark(row)):
            trades[-1] = _remarked(trades[-1], remark)
        if (type_at := _type_at(row.texts)) is None:
            continue
        read = _read_row(row, type_at)
        if isinstance(read, Skip):
            skipped[read] += 1
            may_remark = False
        else:
            trades.append(read)
            may_remark = not row.title
    return History(source=SOURCE, trades=tuple(trades), skipped=dict(skipped))


def _type_at(texts: tuple[str, ...]) -> int | None:
    """Where the type stands: after a ticket and a time; ``None`` if the row is no booking."""
    for at in _TYPE_AT:
        if (
            len(texts) > at
            and broker_time_of(texts[at - 1]) is not None
            and ticket_of(texts[at - 2]) is not None
        ):
            return at
    return None


def _read_row(row: Row, type_at: int) -> HistoricTrade | Skip:
    texts = row.texts
    if is_pending(texts[type_at]):
        return Skip.PENDING
    side = side_of(texts[type_at])
    if side is None:
        # Fees and roll-ups of some brokers have types of their own: all of them move money only.
        known = is_off_book(texts[type_at]) or decimal_of(texts[type_at]) is None
        return Skip.BALANCE if known else Skip.MALFORMED
    closed_at = _close_time_at(texts, type_at)
    if closed_at is None:
        close_time = texts[type_at + 6] if len(texts) > type_at + 6 else "-"
        still_open = close_time in _NO_CLOSE_TIME or decimal_of(close_time) is not None
        return Skip.OPEN if still_open else Skip.MALFORMED
    size, item = texts[type_at + 1 : type_at + 3]
    if positive_of(size) is None and positive_of(item) is not None:
        size, item = item, size
    levels = texts[type_at + 4 : closed_at]
    trade = trade_of(
        ticket=ticket_of(texts[type_at - 2]),
        symbol=item,
        side=side,
        lots=positive_of(size),
        opened_at_ms=broker_time_of(texts[type_at - 1]),
        open_price=positive_of(texts[type_at + 3]),
        sl_final=level_of(levels[0]) if len(levels) == 2 else None,
        tp_final=level_of(levels[1]) if len(levels) == 2 else None,
        closed_at_ms=broker_time_of(texts[closed_at]),
        close_price=positive_of(texts[closed_at + 1]) if len(texts) > closed_at + 1 else None,
        remark=_remark_on(row, closed_at + 2),
    )
    return trade or Skip.MALFORMED


def _close_time_at(texts: tuple[str, ...], type_at: int) -> int | None:
    """After price, S/L and T/P; some exports leave out the two levels."""
    for at in (type_at + 6, type_at + 4):
        if len(texts) > at and broker_time_of(texts[at]) is not None:
            return at
    return None


def _remark_on(row: Row, trailing_at: int) -> Remark:
    titled = remark_of(row.title)
    if not titled.is_silent:
        return titled
    for text in reversed(row.texts[trailing_at:]):
        if decimal_of(text) is None and not (remark := remark_of(text)).is_silent:
            return remark
    return NO_REMARK


def _lone_remark(row: Row) -> Remark | None:
    """Builds of 2009 print the comment as a row below the trade."""
    written = [text for text in row.texts if text]
    if len(written) != 1:
        return None
    remark = remark_of(written[0])
    return None if remark.is_silent else remark


def _remarked(trade: HistoricTrade, remark: Remark) -> HistoricTrade:
    return replace(
        trade,
        magic=remark.magic if trade.magic is None else trade.magic,
        close_kind=remark.kind or trade.close_kind,
        from_ticket=trade.from_ticket or remark.from_ticket,
        to_ticket=trade.to_ticket or remark.to_ticket,
    )

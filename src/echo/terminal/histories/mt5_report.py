"""MT5 history reports: the sections Positions, Orders and Deals, whatever they are called.

Headings are translated, the words ``buy``, ``sell``, ``in`` and ``out`` are not, and the three
kinds of rows differ in shape; so the shape decides.  Positions are preferred, deals refine them
or, where a report has none (netting accounts, old builds), take their place.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from echo.domain.quantities import Side
from echo.terminal.histories.cells import (
    NO_REMARK,
    Remark,
    broker_time_of,
    decimal_of,
    is_pending,
    level_of,
    positive_of,
    remark_of,
    side_of,
    ticket_of,
)
from echo.terminal.histories.grid import Row
from echo.terminal.histories.mt5_deals import Deal, Entry, Levels, pair_deals, refine_positions
from echo.terminal.histories.trades import HistoricTrade, History, Skip, trade_of

SOURCE: Final = "MT5 report"

_TYPE_AT: Final = 3
_ENTRIES: Final = {
    **{entry.value: entry for entry in Entry},
    **dict.fromkeys(("entrada", "вход", "eingang", "entrée"), Entry.IN),
    **dict.fromkeys(("salida", "saída", "выход", "ausgang", "sortie"), Entry.OUT),
    "inout": Entry.IN_OUT,
    "in / out": Entry.IN_OUT,
    "outby": Entry.OUT_BY,
}
_NEVER_FILLED: Final = frozenset({"canceled", "cancelled", "expired", "placed"})


class _Sections:
    """What was read of a report so far."""

    def __init__(self) -> None:
        self.positions: list[HistoricTrade] = []
        self.deals: list[Deal] = []
        self.levels: dict[int, Levels] = {}
        self.skipped: Counter[Skip] = Counter()


def read_report(rows: Sequence[Row]) -> History:
    """Read the closed trades among *rows*; none is an answer too."""
    found = _Sections()
    for row in rows:
        _read_row(row.texts, found)
    if found.positions:
        trades = refine_positions(found.positions, found.deals)
    else:
        trades, unpaired = pair_deals(found.deals, found.levels)
        # An open position that has a row of its own was counted there.
        unpaired[Skip.OPEN] = max(0, unpaired[Skip.OPEN] - found.skipped[Skip.OPEN])
        found.skipped += unpaired
    return History(source=SOURCE, trades=tuple(trades), skipped=dict(found.skipped))


def _read_row(texts: tuple[str, ...], found: _Sections) -> None:
    if len(texts) <= _TYPE_AT + 2 or broker_time_of(texts[0]) is None:
        return
    ticket = ticket_of(texts[1])
    if ticket is None:
        return
    kind = texts[_TYPE_AT]
    entry = _entry_of(texts[_TYPE_AT + 1])
    side = side_of(kind)
    if _is_order(texts):
        _read_order(texts, ticket, found)
    elif side is not None and entry is not None:
        _read_deal(texts, ticket, side, entry, found)
    elif side is not None:
        _read_position(texts, ticket, side, found)
    elif is_pending(kind):
        found.skipped[Skip.PENDING] += 1
    elif not texts[2] and kind:
        found.skipped[Skip.BALANCE] += 1


def _entry_of(text: str) -> Entry | None:
    return _ENTRIES.get(text.strip().lower())


def _is_order(texts: tuple[str, ...]) -> bool:
    """Orders state the volume as wanted and left, e.g. ``0.10 / 0.10``."""
    wanted, slash, left = texts[_TYPE_AT + 1].partition("/")
    return bool(slash) and decimal_of(wanted) is not None and decimal_of(left) is not None


def _read_order(texts: tuple[str, ...], ticket: int, found: _Sections) -> None:
    # Filled ones show as positions and deals: only those that came to nothing are left out.
    if is_pending(texts[_TYPE_AT]) and _NEVER_FILLED & {text.lower() for text in texts}:
        found.skipped[Skip.PENDING] += 1
    if len(texts) > _TYPE_AT + 4:
        found.levels[ticket] = (level_of(texts[_TYPE_AT + 3]), level_of(texts[_TYPE_AT + 4]))


def _read_deal(
    texts: tuple[str, ...], ticket: int, side: Side, entry: Entry, found: _Sections
) -> None:
    at_ms = broker_time_of(texts[0])
    lots, price = positive_of(texts[_TYPE_AT + 2]), _at(texts, _TYPE_AT + 3)
    if at_ms is None or lots is None or price is None or not texts[2]:
        found.skipped[Skip.MALFORMED] += 1
        return
    order = ticket_of(texts[_TYPE_AT + 4]) if len(texts) > _TYPE_AT + 4 else None
    deal = Deal(
        ticket=ticket,
        order=order,
        at_ms=at_ms,
        symbol=texts[2],
        side=side,
        entry=entry,
        lots=lots,
        price=price,
        remark=_last_remark(texts[_TYPE_AT + 5 :]),
    )
    found.deals.append(deal)


def _at(texts: tuple[str, ...], index: int) -> Decimal | None:
    return positive_of(texts[index]) if len(texts) > index else None


def _last_remark(texts: tuple[str, ...]) -> Remark:
    for text in reversed(texts):
        if decimal_of(text) is None and not (remark := remark_of(text)).is_silent:
            return remark
    return NO_REMARK


def _read_position(texts: tuple[str, ...], ticket: int, side: Side, found: _Sections) -> None:
    # Volume, price, S/L and T/P stand before the close time.  Pages that lost their styles show
    # the hidden comment as one more cell after the type, so it is the time that is looked for.
    closed_at = next(
        (
            at
            for at in (_TYPE_AT + 5, _TYPE_AT + 6)
            if len(texts) > at and broker_time_of(texts[at]) is not None
        ),
        None,
    )
    if closed_at is None:
        has_volume = any(positive_of(text) is not None for text in texts[4:6])
        found.skipped[Skip.OPEN if has_volume else Skip.MALFORMED] += 1
        return
    trade = trade_of(
        ticket=ticket,
        symbol=texts[2],
        side=side,
        lots=positive_of(texts[closed_at - 4]),
        opened_at_ms=broker_time_of(texts[0]),
        open_price=positive_of(texts[closed_at - 3]),
        sl_final=level_of(texts[closed_at - 2]),
        tp_final=level_of(texts[closed_at - 1]),
        closed_at_ms=broker_time_of(texts[closed_at]),
        close_price=_at(texts, closed_at + 1),
    )
    if trade is None:
        found.skipped[Skip.MALFORMED] += 1
    else:
        found.positions.append(trade)

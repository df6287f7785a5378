"""Histories as tables with named columns: CSV files, and worksheets that people made.

Columns are found by their names in any order; names are compared without case, spaces and signs.
Of two columns that are called just ``time`` or ``price`` the first belongs to the open.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from echo.terminal.histories.cells import (
    CloseKind,
    Remark,
    broker_time_of,
    epoch_of,
    is_off_book,
    is_pending,
    leads_with_day,
    level_of,
    magic_of,
    positive_of,
    remark_of,
    side_code_of,
    ticket_of,
    year_last_time_of,
)
from echo.terminal.histories.grid import Row
from echo.terminal.histories.trades import HistoricTrade, History, Skip, trade_of

SOURCE: Final = "table of trades"
HEADING_WITHIN_ROWS: Final = 200
"""Exports may begin with lines about the account; headings are looked for this far."""
SAMPLED_ROWS: Final = 50

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "ticket": (
        *("ticket", "order", "orderid", "orderticket", "position", "positionid", "positionticket"),
        *("tradeid", "id", "deal", "dealid", "number", "no", "n"),
    ),
    "magic": ("magic", "magicnumber", "expert", "expertid", "eaid"),
    "opened": (
        *("opentime", "timeopen", "opened", "openedat", "opendate", "dateopen", "opendatetime"),
        *("entrytime", "timeentry", "entrydate", "opentimestamp", "opentimems", "openedatms"),
        *("openingtime", "openingtimeutc", "opentimeutc", "time", "date", "datetime"),
    ),
    "side": (
        *("side", "buysell", "type", "direction", "openingdirection", "tradeside", "action"),
        *("ordertype", "tradetype", "cmd", "operation"),
    ),
    "lots": (
        *("lots", "lot", "volume", "size", "quantity", "qty", "volumelots", "lotsize"),
        *("unitslots", "closingquantity", "closingvolume"),
    ),
    "symbol": ("symbol", "item", "instrument", "pair", "market", "asset", "ticker"),
    "open_price": (
        *("openprice", "priceopen", "entryprice", "priceentry", "openingprice", "openrate"),
        "price",
    ),
    "sl": ("slfinal", "sl", "stoploss", "stop", "stoplossprice", "slprice"),
    "tp": ("tpfinal", "tp", "takeprofit", "target", "limit", "takeprofitprice", "tpprice"),
    "closed": (
        *("closetime", "timeclose", "closingtime", "closed", "closedat", "closedate", "dateclose"),
        *("closedatetime", "exittime", "timeexit", "exitdate", "closetimestamp", "closetimems"),
        *("closedatms", "closetimeutc", "closingtimeutc", "time", "date", "datetime"),
    ),
    "close_price": (
        *("closeprice", "priceclose", "exitprice", "priceexit", "closingprice", "closerate"),
        "price",
    ),
    "kind": ("closekind", "closereason", "reason", "exitreason", "closedby", "closetype"),
    "related": ("relatedticket", "related"),
    "comment": ("comment", "comments", "remark"),
}
_REQUIRED: Final = ("opened", "side", "lots", "symbol", "open_price", "closed", "close_price")

_KIND_WORDS: Final = {
    **{kind.value: kind for kind in CloseKind},
    **dict.fromkeys(("stoploss", "sltriggered"), CloseKind.SL),
    **dict.fromkeys(("takeprofit", "tptriggered"), CloseKind.TP),
    **dict.fromkeys(("stopout", "margincall"), CloseKind.SO),
    **dict.fromkeys(("client", "expert", "market", "user", "mobile", "web"), CloseKind.MANUAL),
}

Columns = Mapping[str, int]
"""Where each known column stands."""

_IN_BRACKETS: Final = re.compile(r"\([^)]*\)")
_UNIT: Final = re.compile(r"\s*lots?\s*$", re.IGNORECASE)


def read_table(rows: Sequence[Row]) -> History | None:
    """Read the closed trades below the first row of headings; ``None``: there is no such row."""
    for number, row in enumerate(rows[:HEADING_WITHIN_ROWS]):
        below = rows[number + 1 :]
        if (columns := columns_of(row.texts, below[:SAMPLED_ROWS])) is not None:
            return _read_rows(below, columns)
    return None


def columns_of(headings: Sequence[str], sample: Sequence[Row] = ()) -> Columns | None:
    """Find the columns that *headings* name; ``None`` unless all that make a trade are there.

    Of several columns that may hold the side, the one that does so in *sample* is taken: some
    tables have a type that is always the same beside a direction, or the other way round.
    """
    bare = [_bare(heading) for heading in headings]
    columns: dict[str, int] = {}
    for name, spellings in _NAMES.items():
        # The order of the spellings decides, so that "open time" beats a mere "time".
        places = [
            at
            for spelling in spellings
            for at, word in enumerate(bare)
            if word == spelling and at not in columns.values()
        ]
        if name == "side" and places:
            columns[name] = max(places, key=lambda at: _sides_in(sample, at))
        elif places:
            columns[name] = places[0]
    return columns if all(name in columns for name in _REQUIRED) else None


def _sides_in(sample: Sequence[Row], at: int) -> int:
    return sum(
        1 for row in sample if len(row.texts) > at and side_code_of(row.texts[at]) is not None
    )


def _bare(heading: str) -> str:
    named = _IN_BRACKETS.sub("", heading.lower())
    return "".join(letter for letter in named if letter.isalnum())


def _read_rows(rows: Sequence[Row], columns: Columns) -> History:
    trades: list[HistoricTrade] = []
    skipped: Counter[Skip] = Counter()
    day_first = leads_with_day(
        row.texts[columns[name]]
        for row in rows
        for name in ("opened", "closed")
        if len(row.texts) > columns[name]
    )
    for number, row in enumerate(rows, start=1):
        if sum(1 for text in row.texts if text) < len(_REQUIRED) - 2:
            continue
        read = _read_row(row.texts, columns, number, day_first=day_first)
        if isinstance(read, Skip):
            skipped[read] += 1
        else:
            trades.append(read)
    return History(source=SOURCE, trades=tuple(trades), skipped=dict(skipped))


def _read_row(
    texts: tuple[str, ...], columns: Columns, number: int, *, day_first: bool
) -> HistoricTrade | Skip:
    def cell(name: str) -> str:
        at = columns.get(name)
        return texts[at] if at is not None and at < len(texts) else ""

    if is_pending(cell("side")):
        return Skip.PENDING
    if is_off_book(cell("side")):
        return Skip.BALANCE
    side = side_code_of(cell("side"))
    if side is None:
        return Skip.MALFORMED
    opened_at_ms = _time_of(cell("opened"), day_first=day_first)
    if opened_at_ms is not None and not cell("closed"):
        return Skip.OPEN
    trade = trade_of(
        # Without tickets, or with names instead of numbers, rows are numbered.
        ticket=ticket_of(cell("ticket")) or number,
        symbol=cell("symbol"),
        side=side,
        lots=positive_of(_UNIT.sub("", cell("lots"))),
        opened_at_ms=opened_at_ms,
        open_price=positive_of(cell("open_price")),
        sl_final=level_of(cell("sl")),
        tp_final=level_of(cell("tp")),
        closed_at_ms=_time_of(cell("closed"), day_first=day_first),
        close_price=positive_of(cell("close_price")),
        remark=_remark_of(cell("kind"), cell("related"), cell("comment"), cell("magic")),
    )
    return trade or Skip.MALFORMED


def _time_of(text: str, *, day_first: bool) -> int | None:
    for moment in (broker_time_of(text), year_last_time_of(text, day_first=day_first)):
        if moment is not None:
            return moment
    return epoch_of(text)


def _remark_of(kind: str, related: str, comment: str, magic: str) -> Remark:
    """Join what four columns say; the dedicated ones outweigh the comment."""
    remark = remark_of(comment)
    word = _bare(kind)
    ticket = ticket_of(related)
    return replace(
        remark,
        kind=_KIND_WORDS.get(word) or remark_of(kind).kind or remark.kind,
        magic=magic_of(magic) or remark.magic,
        from_ticket=ticket if word == "from" else remark.from_ticket,
        to_ticket=ticket if word == "to" else remark.to_ticket,
    )

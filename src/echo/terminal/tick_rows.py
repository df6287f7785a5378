"""Lines of tick files, as a time in milliseconds and two prices that are still text.

Two forms are read.  The tick files of QuantConnect/Lean: ``ms_since_midnight,bid,ask`` without a
heading, milliseconds possibly fractional.  And tables with a time, a bid and an ask: ISO times,
terminals' times or Unix time, with or without headings, among them MT5's ``<DATE> <TIME> <BID>
<ASK>``, where an empty price means an unchanged one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from echo.terminal.histories.cells import epoch_of, utc_time_of

# A price is split at its decimal point by the pattern: much faster than making a number of each.
_NUMERIC: Final = re.compile(
    r"^(\d{1,14})(?:\.(\d{0,9}))?[,;\t](\d{1,9})(?:\.(\d{0,20}))?[,;\t](\d{1,9})(?:\.(\d{0,20}))?"
    r"[ \t]*\r?$",
    re.MULTILINE | re.ASCII,
)
_PRICE: Final = re.compile(r"(\d{1,9})(?:\.(\d{0,20}))?", re.ASCII)

_TIMES: Final = (
    *("time", "datetime", "timestamp", "gmttime", "utctime", "timeutc", "utc", "localtime"),
    *("timemsc", "timems", "ms", "date"),
)
_DAYS: Final = frozenset({"date", "day"})
_DELIMITERS: Final = "\t;,"


class Quote(NamedTuple):
    """One tick as text: prices are split into whole part and decimals."""

    at_ms: int
    bid: str
    bid_decimals: str
    ask: str
    ask_decimals: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where a table keeps what."""

    delimiter: str
    headed: bool
    day: int | None
    """``None``: the time column holds the date as well."""
    time: int
    bid: int
    ask: int


def numeric_quotes(text: str, *, day_start_ms: int) -> list[Quote]:
    """Read lines of three numbers; the size of the first time tells what the times count.

    Below 10^9: ms since *day_start_ms*.  Then Unix seconds, and from 10^11 on Unix ms.  Fractions
    of a millisecond are cut off: no order between ticks depends on them.
    """
    rows = _NUMERIC.findall(text)
    first = int(rows[0][0]) if rows else 0
    if 10**9 <= first < 10**11:
        return [
            Quote(int(whole) * 1000 + int(fraction[:3].ljust(3, "0")), *prices)
            for whole, fraction, *prices in rows
        ]
    origin_ms = day_start_ms if first < 10**9 else 0
    return [Quote(origin_ms + int(whole), *prices) for whole, _, *prices in rows]


def columns_of(lines: Sequence[str]) -> Columns | None:
    """Find out what a table's columns are, by its headings or else by its first line."""
    if not lines:
        return None
    for delimiter in _DELIMITERS:
        cells = _split(lines[0], delimiter)
        if (found := _by_headings(cells, delimiter) or _by_content(cells, delimiter)) is not None:
            return found
    return None


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _by_headings(cells: Sequence[str], delimiter: str) -> Columns | None:
    names = ["".join(letter for letter in cell.lower() if letter.isalpha()) for cell in cells]
    bid = next((at for at, name in enumerate(names) if name in {"bid", "bidprice"}), None)
    ask = next((at for at, name in enumerate(names) if name in {"ask", "askprice"}), None)
    time = next((names.index(name) for name in _TIMES if name in names), None)
    if bid is None or ask is None or time is None:
        return None
    days = [at for at, name in enumerate(names) if name in _DAYS and at != time]
    return Columns(
        delimiter=delimiter,
        headed=True,
        day=days[0] if days else None,
        time=time,
        bid=bid,
        ask=ask,
    )


def _by_content(cells: Sequence[str], delimiter: str) -> Columns | None:
    for day, time in ((None, 0), (0, 1)):
        if len(cells) < time + 3:
            continue
        columns = Columns(
            delimiter=delimiter, headed=False, day=day, time=time, bid=time + 1, ask=time + 2
        )
        prices = (
            _price_of(cells[columns.bid], delimiter),
            _price_of(cells[columns.ask], delimiter),
        )
        if _time_of(cells, columns) is not None and None not in prices:
            return columns
    return None


def table_quotes(lines: Sequence[str], columns: Columns) -> Iterator[Quote]:
    """Read the lines of a table; those that cannot be read are left out."""
    bid = ask = None
    for line in lines[1:] if columns.headed else lines:
        cells = _split(line, columns.delimiter)
        if len(cells) <= max(columns.time, columns.bid, columns.ask):
            continue
        at_ms = _time_of(cells, columns)
        bid = _price_of(cells[columns.bid], columns.delimiter) if cells[columns.bid] else bid
        ask = _price_of(cells[columns.ask], columns.delimiter) if cells[columns.ask] else ask
        if at_ms is not None and bid is not None and ask is not None:
            yield Quote(at_ms, *bid, *ask)


def _time_of(cells: Sequence[str], columns: Columns) -> int | None:
    text = cells[columns.time]
    if columns.day is not None:
        return utc_time_of(f"{cells[columns.day]} {text}")
    moment = utc_time_of(text)
    return epoch_of(text) if moment is None else moment


def _price_of(text: str, delimiter: str) -> tuple[str, str] | None:
    bare = text if delimiter == "," else text.replace(",", ".")
    found = _PRICE.fullmatch(bare)
    return (found[1], found[2] or "") if found else None

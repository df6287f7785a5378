"""Worksheets of an xlsx file as rows of cells: Office Open XML, read without a parser of XML.

Only what a table needs is looked at: shared and inline strings, numbers, and which numbers are
dates.  No entity is ever defined or followed, and every size is bounded.
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Final

from echo.terminal.histories.grid import (
    CELL_CHARS_MAX,
    COLUMNS_MAX,
    ROWS_MAX,
    Row,
    Tag,
    tags,
)
from echo.terminal.histories.trades import HistoryUnreadable
from echo.terminal.packed import Archive, PackedUnreadable

STRINGS_MAX: Final = 4_000_000
CELLS_MAX: Final = 20_000_000
SHEETS_MAX: Final = 16

_SHEET: Final = re.compile(r"xl/worksheets/sheet(\d{1,4})\.xml", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})\d{1,7}")
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(45, 48)})
_DATE_LETTERS: Final = re.compile(r"[yYdDhH]")
_LITERALS: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_UNIX_EPOCH_SERIAL: Final = 25_569
_LAST_SERIAL: Final = 109_937  # the last day of 2200
_SECOND_OF_DAY: Final = 86_400


def is_workbook(archive: Archive) -> bool:
    """Whether a zip archive is an xlsx file."""
    return any(_SHEET.fullmatch(name) for name in archive.names)


def workbook_grid(archive: Archive) -> list[Row]:
    """Read the rows of all worksheets, one sheet after the other.

    Raises:
        HistoryUnreadable: the file is damaged or too big.
    """
    try:
        parts = {name.lower(): name for name in archive.names}
        strings = _shared_strings(_part(archive, parts.get("xl/sharedstrings.xml")))
        dates = _date_styles(_part(archive, parts.get("xl/styles.xml")))
        sheets = sorted(
            (int(found[1]), name) for name in archive.names if (found := _SHEET.fullmatch(name))
        )
        rows: list[Row] = []
        for _, name in sheets[:SHEETS_MAX]:
            rows += _sheet_rows(_part(archive, name), strings, dates)
    except PackedUnreadable as error:
        raise HistoryUnreadable(f"an xlsx file that cannot be opened: {error}") from error
    return rows


def _part(archive: Archive, name: str | None) -> str:
    if name is None:
        return ""
    data = archive.read(name)
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data.decode(encoding, "replace")


def _shared_strings(text: str) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    text_at = -1
    for tag in tags(text):
        if tag.name == "t":
            if tag.closing and text_at >= 0:
                pieces.append(text[text_at : min(tag.start, text_at + CELL_CHARS_MAX)])
            opens = not tag.closing and not tag.attributes.endswith("/")
            text_at = tag.end if opens else -1
        elif tag.name == "si":
            if tag.closing or tag.attributes.endswith("/"):
                strings.append(_one_line("".join(pieces[:64])))
            pieces = []
            if len(strings) > STRINGS_MAX:
                raise HistoryUnreadable(f"an xlsx file of more than {STRINGS_MAX} texts")
    return strings


def _date_styles(text: str) -> frozenset[int]:
    """Which cell styles show their numbers as dates."""
    formats = set(_DATE_FORMATS)
    styles: set[int] = set()
    in_cell_styles, style = False, 0
    for tag in tags(text):
        if tag.name == "numfmt":
            code = _LITERALS.sub("", tag.attribute("formatcode"))
            if _DATE_LETTERS.search(code):
                formats.add(_small_int(tag.attribute("numfmtid")))
        elif tag.name == "cellxfs":
            in_cell_styles = not tag.closing
        elif tag.name == "xf" and in_cell_styles and not tag.closing:
            if _small_int(tag.attribute("numfmtid")) in formats:
                styles.add(style)
            style += 1
    return frozenset(styles)


def _sheet_rows(text: str, strings: list[str], dates: frozenset[int]) -> list[Row]:
    rows: list[Row] = []
    cells: list[str] = []
    held = 0
    for column, content in _cells(text, strings, dates):
        if column is None:
            if any(cells):
                rows.append(Row(tuple(cells)))
            cells = []
        elif column < COLUMNS_MAX:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = content
            held += 1
        if len(rows) > ROWS_MAX or held > CELLS_MAX:
            raise HistoryUnreadable(f"a worksheet of more than {ROWS_MAX} rows")
    if any(cells):
        rows.append(Row(tuple(cells)))
    return rows


def _cells(
    text: str, strings: list[str], dates: frozenset[int]
) -> Iterator[tuple[int | None, str]]:
    """Column and content of each cell; column ``None`` where a row ends."""
    column = -1
    cell: Tag | None = None
    content_at, content = -1, ""
    for tag in tags(text):
        if tag.name == "row":
            column, cell = -1, None
            yield None, ""
        elif tag.name == "c" and not tag.closing:
            found = _REFERENCE.fullmatch(tag.attribute("r"))
            column = _column_of(found[1]) if found else column + 1
            cell, content = tag, ""
        elif tag.name == "c" and cell is not None:
            yield column, _content(cell, content, strings, dates)
            cell = None
        elif tag.name in {"v", "t"} and cell is not None:
            if not tag.closing:
                content_at = -1 if tag.attributes.endswith("/") else tag.end
            elif content_at >= 0:
                content += text[content_at : min(tag.start, content_at + CELL_CHARS_MAX)]
                content_at = -1


def _content(cell: Tag, raw: str, strings: list[str], dates: frozenset[int]) -> str:
    kind = cell.attribute("t")
    if kind == "s":
        index = _small_int(raw)
        return strings[index] if 0 <= index < len(strings) else ""
    if kind in {"inlineStr", "str", "b", "e", "d"}:
        return _one_line(raw).replace("T", " ") if kind == "d" else _one_line(raw)
    return _number_text(raw, is_date=_small_int(cell.attribute("s")) in dates)


def _number_text(raw: str, *, is_date: bool) -> str:
    try:
        number = Decimal(raw[:40].strip())
    except InvalidOperation:
        return _one_line(raw)
    if not number.is_finite() or abs(number.adjusted()) > 18:
        return ""
    if is_date and _UNIX_EPOCH_SERIAL <= number < _LAST_SERIAL:
        return _serial_text(number)
    # Sheets hold binary fractions: 1.0862500000000002 was written for 1.08625.
    text = f"{number:f}" if number == int(number) else f"{round(number, 8):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _serial_text(serial: Decimal) -> str:
    """Write a date that a sheet counts in days since 1899-12-30 as terminals write it."""
    seconds = round((serial - _UNIX_EPOCH_SERIAL) * _SECOND_OF_DAY)
    days, second = divmod(seconds, _SECOND_OF_DAY)
    year, month, day = _civil_of(days)
    return (
        f"{year:04}.{month:02}.{day:02} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    )


def _civil_of(days: int) -> tuple[int, int, int]:
    """Year, month and day of a count of days since 1970-01-01, in the proleptic calendar."""
    # Years that begin in March put the leap day last: 146,097 days make 400 of them.
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return year, month, day_of_year - (153 * shifted + 2) // 5 + 1


def _column_of(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _small_int(text: str) -> int:
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= 9 else -1


def _one_line(raw: str) -> str:
    return " ".join(unescape(raw[: 2 * CELL_CHARS_MAX]).split())[:CELL_CHARS_MAX]

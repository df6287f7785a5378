"""Files as rows of cells: the common form of an HTML page, a separated text and a worksheet."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from itertools import chain
from typing import Final, NamedTuple

from echo.terminal.histories.trades import HistoryUnreadable

ROWS_MAX: Final = 400_000
COLUMNS_MAX: Final = 128
CELL_CHARS_MAX: Final = 512
ATTRIBUTE_CHARS_MAX: Final = 8192

_TAG_NAME: Final = re.compile(r"<(/?)(?:[A-Za-z_][\w.-]{0,30}:)?([A-Za-z][A-Za-z0-9]{0,30})")
_TO_QUOTE_OR_END: Final = re.compile(r"[^>\"']*")
_ANY_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]*>?")
_ATTRIBUTE: Final = re.compile(
    r"""([A-Za-z_:][\w:.-]{0,60})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_CHARSETS: Final = frozenset(
    {
        *(f"windows-125{page}" for page in range(9)),
        *("iso-8859-1", "koi8-r", "gb2312", "gbk", "big5", "shift_jis", "euc-kr"),
    }
)
# In this order: a comma may also mark decimals, the others mean nothing else.
_DELIMITERS: Final = "\t;|,"
_DELIMITERS_PER_LINE_MIN: Final = 3


class Row(NamedTuple):
    """One row: the texts of its visible cells, and what is written on them as ``title``."""

    texts: tuple[str, ...]
    title: str = ""


class Tag(NamedTuple):
    """One tag of a markup text: where it begins and ends, and what it says."""

    start: int
    end: int
    name: str
    closing: bool
    attributes: str = ""

    def attribute(self, name: str) -> str:
        """The value of an attribute, empty if the tag has none of that name."""
        for found in _ATTRIBUTE.finditer(self.attributes):
            if found[1].lower() == name:
                return unescape((found[2] or found[3] or found[4] or "")[:CELL_CHARS_MAX])
        return ""


def decode_text(data: bytes) -> str:
    """Turn bytes of a text file into text: by its mark, its zero bytes, its shape, its own word."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    sample = data[:4096]
    if sample and sample.count(0) * 4 >= len(sample):
        # Text in UTF-16 without its mark: ASCII leaves every other byte zero.
        little = sample[1::2].count(0) >= sample[::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = _CHARSET.search(data[:4096])
        charset = named[1].decode("ascii").lower() if named else ""
        return data.decode(charset if charset in _CHARSETS else "cp1251", "replace")


def tags(text: str) -> Iterator[Tag]:
    """Find the tags of HTML or XML; never fails, and takes time linear in the text."""
    at = 0
    while (start := text.find("<", at)) >= 0:
        if text.startswith("<!--", start):
            at = text.find("-->", start + 4) + 3
            if at < 3:
                return
            continue
        name = _TAG_NAME.match(text, start)
        if name is None:
            at = start + 1
            continue
        at = _tag_end(text, name.end())
        if at < 0:
            return
        attributes = text[name.end() : at - 1]
        yield Tag(start, at, name[2].lower(), bool(name[1]), attributes)


def _tag_end(text: str, at: int) -> int:
    """Where the tag ends; a ``>`` between quotes does not end it, a quote left open is no quote."""
    while True:
        found = _TO_QUOTE_OR_END.match(text, at)
        at = found.end() if found else at
        if at >= len(text):
            return -1
        if text[at] == ">":
            return at + 1
        closing = text.find(text[at], at + 1, at + ATTRIBUTE_CHARS_MAX)
        at = closing + 1 if closing >= 0 else at + 1


def plain_text(markup: str) -> str:
    """What a reader sees of a piece of markup, in one line."""
    bare = _ANY_TAG.sub(" ", markup) if "<" in markup else markup
    return " ".join(unescape(bare[: 4 * CELL_CHARS_MAX]).split())[:CELL_CHARS_MAX]


def html_grid(text: str) -> list[Row]:
    """Read the rows of all tables; cells that a browser would hide are left out.

    Raises:
        HistoryUnreadable: more than `ROWS_MAX` rows.
    """
    rows: list[Row] = []
    cells: list[str] = []
    title, cell_at = "", -1
    # The end of the text closes what was left open.
    for tag in chain(tags(text), [Tag(len(text), len(text), "table", closing=True)]):
        if tag.name not in {"td", "th", "tr", "table"}:
            continue
        if cell_at >= 0 and len(cells) < COLUMNS_MAX:
            cells.append(plain_text(text[cell_at : min(tag.start, cell_at + 16_384)]))
        cell_at = -1
        if tag.name in {"tr", "table"}:
            if cells:
                rows.append(Row(tuple(cells), title))
            cells, title = [], ""
            if len(rows) > ROWS_MAX:
                raise HistoryUnreadable(f"an HTML page of more than {ROWS_MAX} table rows")
        elif not tag.closing and not _hidden(tag):
            cell_at = tag.end
            title = title or (tag.attribute("title") if "title" in tag.attributes.lower() else "")
    return rows


def _hidden(tag: Tag) -> bool:
    attributes = tag.attributes.lower()
    if "hidden" in attributes and "hidden" in tag.attribute("class").lower().split():
        return True
    return "display" in attributes and "none" in tag.attribute("style").lower()


def delimited_grid(text: str) -> list[Row]:
    """Read separated values; the separator is the first of tab ; | , that most lines have.

    Raises:
        HistoryUnreadable: more than `ROWS_MAX` lines, or a quoted cell that never ends.
    """
    lines = [line for line in text.replace("\0", "").splitlines() if line.strip()]
    if len(lines) > ROWS_MAX:
        raise HistoryUnreadable(f"a text of more than {ROWS_MAX} lines")
    delimiter = next(
        (mark for mark in _DELIMITERS if _usual(lines[:200], mark) >= _DELIMITERS_PER_LINE_MIN), ","
    )
    try:
        return [
            Row(tuple(" ".join(cell[:CELL_CHARS_MAX].split()) for cell in cells[:COLUMNS_MAX]))
            for cells in csv.reader(lines, delimiter=delimiter)
        ]
    except csv.Error as error:
        raise HistoryUnreadable(f"a separated text that breaks off ({error})") from error


def _usual(lines: list[str], delimiter: str) -> int:
    """How many separators the typical line has: a few long comments must not decide."""
    counts = sorted(line.count(delimiter) for line in lines)
    return counts[len(counts) // 2] if counts else 0

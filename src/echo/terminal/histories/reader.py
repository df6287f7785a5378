"""The one door for histories: bytes of any supported file in, closed trades out."""

from collections.abc import Sequence
from typing import Final

from echo.terminal.histories.csv_history import read_table
from echo.terminal.histories.grid import Row, decode_text, delimited_grid, html_grid
from echo.terminal.histories.mt4_statement import read_statement
from echo.terminal.histories.mt5_report import read_report
from echo.terminal.histories.trades import History, HistoryUnreadable, Skip
from echo.terminal.histories.workbook import is_workbook, workbook_grid
from echo.terminal.packed import (
    GZIP_MAGIC,
    ZIP_MAGIC,
    Archive,
    PackedUnreadable,
    unpack_single,
)

__all__ = ["FILE_BYTES_MAX", "History", "HistoryUnreadable", "read_history"]

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""The largest file that is read, packed or unpacked; years of busy trading are a tenth of it."""

_FOREIGN: Final = {
    b"%PDF": "a PDF document (save the report as HTML or xlsx instead)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, .xls (save it as .xlsx or .csv instead)",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"7z\xbc\xaf": "a 7z archive (unpack it first)",
    b"Rar!": "a rar archive (unpack it first)",
    b"SQLite format 3": "a SQLite database",
}


def read_history(name: str, data: bytes) -> History:
    """Read the closed trades of an account from a file.

    What the file is, is told by its content; *name* only appears in messages.

    Returns:
        At least one trade.

    Raises:
        HistoryUnreadable: whatever else the bytes are; nothing else is raised for any bytes.
    """
    try:
        return _read(data)
    except HistoryUnreadable as error:
        raise HistoryUnreadable(f"in {name[:200]!r} {error.found}") from error


def _read(data: bytes) -> History:
    if len(data) > FILE_BYTES_MAX:
        raise HistoryUnreadable(f"{len(data)} bytes, more than {FILE_BYTES_MAX}")
    try:
        if data.startswith(ZIP_MAGIC) and is_workbook(
            workbook := Archive(data, bytes_max=FILE_BYTES_MAX)
        ):
            return _read_grid("an xlsx workbook", workbook_grid(workbook))
        if data.startswith((ZIP_MAGIC, GZIP_MAGIC)):
            data = unpack_single(data, bytes_max=FILE_BYTES_MAX)
    except PackedUnreadable as error:
        raise HistoryUnreadable(f"a packed file that cannot be opened: {error}") from error
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise HistoryUnreadable(what)
    text = decode_text(data)
    if not text.strip("\0 \t\r\n\ufeff"):
        raise HistoryUnreadable("an empty file")
    lowered = text.lower()
    if "<tr" in lowered or "<td" in lowered or "<html" in lowered:
        tester = "strategy tester" in lowered[:16_384]
        what = "an HTML page of the strategy tester" if tester else "an HTML page"
        return _read_grid(what, html_grid(text))
    return _read_grid("a separated text", delimited_grid(text), headed=True)


def _read_grid(what: str, rows: Sequence[Row], *, headed: bool = False) -> History:
    """Let each reader try: the most trades win, then the fewest rows not understood.

    Where they agree, headings beat the mere shape in a text (*headed*), and shape beats headings
    in what terminals write.
    """
    shaped = [read_report(rows), read_statement(rows)]
    tabled = [table] if (table := read_table(rows)) is not None else []
    tries = [*tabled, *shaped] if headed else [*shaped, *tabled]
    best = max(tries, key=lambda h: (len(h.trades), -h.skipped.get(Skip.MALFORMED, 0)))
    if not best.trades:
        raise HistoryUnreadable(_described(what, rows, tries))
    return best


def _described(what: str, rows: Sequence[Row], tries: Sequence[History]) -> str:
    """Say what a file without trades does hold."""
    # The attempt that understood most of the rows knows best what they are.
    told = min(tries, key=lambda h: (not h.skipped, h.skipped.get(Skip.MALFORMED, 0)))
    first = next((row.texts for row in rows if any(row.texts)), ())
    begins = ", ".join(repr(text[:40]) for text in first[:8] if text)
    left_out = ", ".join(
        f"{count} {reason.value}" for reason, count in sorted(told.skipped.items())
    )
    return (
        f"{what} of {len(rows)} rows without closed trades"
        + (f" (left out: {left_out})" if left_out else "")
        + (f", beginning with: {begins}" if begins else "")
    )

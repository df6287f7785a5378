"""The broker's book as a file: one JSON line an entry."""

from collections.abc import Iterable

import msgspec

from echo.ports.files import AppendFile
from echo.terminal.book import BookEntry, entry_from_record, entry_to_record


def write_entries(entries: Iterable[BookEntry]) -> bytes:
    """Return *entries* as lines."""
    return b"".join(msgspec.json.encode(entry_to_record(entry)) + b"\n" for entry in entries)


def read_entries(data: bytes) -> tuple[BookEntry, ...]:
    """Read what `write_entries` wrote; a last line that a kill cut off is left out.

    Raises:
        ValueError: a whole line is no entry.
    """
    lines = data.split(b"\n")[:-1]
    return tuple(entry_from_record(msgspec.json.decode(line, type=dict)) for line in lines)


def restore_book(file: AppendFile) -> tuple[BookEntry, ...]:
    """Read a book that will be continued; a last line that a kill cut off is cut off for good.

    Raises:
        ValueError: a whole line is no entry.
        LedgerUnwritable: the cut cannot be made.
    """
    data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    entries = read_entries(whole)
    if whole != data:
        file.replace(whole)
    return entries

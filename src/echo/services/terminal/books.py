"""The broker's book as a file: one JSON line an entry."""

from collections.abc import Iterable

import msgspec

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

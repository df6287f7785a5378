"""A commit as it travels: for each statement its rows, as JSON that the server takes apart."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from echo.domain.journal import Record
from echo.ports.errors import JournalRefused
from echo.stores.postgres.columns import (
    COLUMNS,
    JSON,
    JSON_OF,
    KEYS,
    LAST_IS_KEY,
    WRITTEN_ONCE,
)
from echo.stores.sqlite.cells import Cell, Row
from echo.stores.sqlite.rows import batches

Parts = tuple[list[str], list[str]]
"""Names of statements, and for each the rows as one JSON text."""

_ENCODER: Final = msgspec.json.Encoder()
_NUL_ESCAPED: Final = b"\\u0000"
_NUL_SHOWN: Final = "\N{REPLACEMENT CHARACTER}"
_ONE: Final = frozenset[str]()


def parts(records: Sequence[Record]) -> Parts:
    """Return what writes *records*.

    Raises:
        JournalRefused: two of them say different things of what is written once.
    """
    names: list[str] = []
    texts: list[str] = []
    for name, rows in batches(records):
        names.append(name)
        texts.append(_text(name, _merged(name, rows)))
    return names, texts


def _merged(name: str, rows: list[Row]) -> Iterable[Row]:
    """Return the rows, of those with one key the last."""
    if len(rows) == 1:
        return rows
    if name in LAST_IS_KEY:
        return {row[-1]: row for row in rows}.values()
    width = KEYS.get(name)
    if width is None:
        return rows
    last = {row[:width]: row for row in rows}
    if len(last) < len(rows) and name in WRITTEN_ONCE:
        _refuse_contradictions(name, rows, width)
    return last.values()


def _refuse_contradictions(name: str, rows: Sequence[Row], width: int) -> None:
    place = COLUMNS[name].index(WRITTEN_ONCE[name])
    first: dict[Row, Cell] = {}
    for row in rows:
        if first.setdefault(row[:width], row[place]) != row[place]:
            raise JournalRefused(f"one commit says two things of {' '.join(map(str, row[:width]))}")


def _text(name: str, rows: Iterable[Row]) -> str:
    columns = COLUMNS[name]
    json = JSON | JSON_OF.get(name, _ONE)
    objects = [as_object(columns, json, row) for row in rows]
    text = _ENCODER.encode(objects)
    if _NUL_ESCAPED in text:
        # A text of PostgreSQL cannot hold the character; nothing else may be lost over it.
        text = _ENCODER.encode([_without_nul(each) for each in objects])
    return text.decode()


def as_object(columns: Sequence[str], json: frozenset[str], row: Row) -> dict[str, Any]:
    """Return a row as the server takes it; the cells of columns in *json* are JSON already."""
    found: dict[str, Any] = dict(zip(columns, row, strict=True))
    for column, cell in found.items():
        if isinstance(cell, bytes):
            found[column] = "\\x" + cell.hex()
        elif column in json and isinstance(cell, str):
            found[column] = msgspec.Raw(cell.encode())
    return found


def _without_nul(found: dict[str, Any]) -> dict[str, Any]:
    return {
        column: cell.replace("\0", _NUL_SHOWN) if isinstance(cell, str) else cell
        for column, cell in found.items()
    }

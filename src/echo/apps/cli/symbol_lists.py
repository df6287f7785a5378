"""Market watches in files, as people export them."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from echo.domain.market_watch import Listed, TradeMode
from echo.domain.symbols import read_symbol

BYTES_MAX: Final = 16 << 20
_NAME: Final = ("broker_symbol", "symbol", "name", "instrument")
_SERVER: Final = ("server", "broker", "account", "market")
_MODE: Final = ("trade_mode", "trademode", "mode")
_MEANT: Final = ("canonical", "expected")
_MT4_MODES: Final = {"0": TradeMode.NONE, "1": TradeMode.CLOSE_ONLY, "2": TradeMode.FULL}
_MT5_MODES: Final = {
    "0": TradeMode.NONE,
    "1": TradeMode.FULL,
    "2": TradeMode.FULL,
    "3": TradeMode.CLOSE_ONLY,
    "4": TradeMode.FULL,
}
"""``ENUM_SYMBOL_TRADE_MODE``; 1 and 2 allow one side only, but they do allow entries."""
_MODES: Final = {
    "none": TradeMode.NONE,
    "disabled": TradeMode.NONE,
    "close only": TradeMode.CLOSE_ONLY,
    "close_only": TradeMode.CLOSE_ONLY,
    "full": TradeMode.FULL,
}


class ListUnreadable(ValueError):
    """The input is no list of symbols; the message says why."""


@dataclass(frozen=True, slots=True)
class SymbolList:
    """One market watch.  ``meant``: what a name is known to mean, empty = nothing of ours."""

    server: str
    listed: tuple[Listed, ...]
    meant: dict[str, str] = field(default_factory=dict)

    def counted(self) -> dict[str, int]:
        """Count what is read as it is meant, not at all, or wrongly.

        A name that means nothing in the catalogue is right when it is refused.
        """
        counts = {"names": len(self.meant), "right": 0, "refused": 0, "wrong": 0}
        for name, meant in self.meant.items():
            canonical = read_symbol(name).canonical
            if canonical == (meant or None):
                counts["right"] += 1
            else:
                counts["refused" if canonical is None else "wrong"] += 1
        return counts


def read_lists(path: Path) -> list[SymbolList]:
    """Read a CSV file, with or without a header, one list for each server that it names.

    Raises:
        ListUnreadable: there is no such file, or nothing in it.
    """
    rows = _rows(path)
    heading = [cell.strip().lower() for cell in rows[0]]
    name_at = _column(heading, _NAME)
    if name_at is None:
        heading, name_at = [], 0
    else:
        rows = rows[1:]
    server_at, mode_at, meant_at = (_column(heading, each) for each in (_SERVER, _MODE, _MEANT))
    told = {_cell(row, mode_at) for row in rows}
    modes = _MODES | (_MT5_MODES if told & {"3", "4"} else _MT4_MODES)
    listed: dict[str, list[Listed]] = {}
    meant: dict[str, dict[str, str]] = {}
    for row in rows:
        name = _cell(row, name_at)
        if not name:
            continue
        server = _cell(row, server_at)
        listed.setdefault(server, []).append(Listed(name, modes.get(_cell(row, mode_at).lower())))
        if meant_at is not None:
            meant.setdefault(server, {})[name] = _cell(row, meant_at)
    if not listed:
        raise ListUnreadable(f"{path} holds no names")
    return [SymbolList(each, tuple(listed[each]), meant.get(each, {})) for each in listed]


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise ListUnreadable(f"{path}: {error.strerror}") from error
    if len(data) > BYTES_MAX:
        raise ListUnreadable(f"{path} has more than {BYTES_MAX >> 20} MiB")
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise ListUnreadable(f"{path}: {error}") from error
    if not rows:
        raise ListUnreadable(f"{path} is empty")
    return rows


def _decoded(data: bytes) -> str:
    """Terminals export UTF-16 with a mark, spreadsheets UTF-8 with one, scripts none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").replace("\0", "")
    return data.decode("utf-8-sig", errors="replace").replace("\0", "")


def _column(heading: list[str], names: tuple[str, ...]) -> int | None:
    return next((heading.index(name) for name in names if name in heading), None)


def _cell(row: list[str], position: int | None) -> str:
    return row[position].strip() if position is not None and position < len(row) else ""

"""Cuts the demo's bundled data from the full recordings; what is kept, is kept unaltered.

    python -m tools.cut_demo_data --source DIR [--to DIR]

DIR/ticks holds the day's tick archives of QuantConnect/Lean, DIR/histories the trades of two
accounts, under the names listed here.  Of the ticks the rows of 12:00 to 16:00 UTC stay, of the
trades those on symbols that have ticks and a few others, so that skipping can be seen.
"""

import argparse
import csv
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.apps.demo_data.feeds import (
    DAY_START_MS,
    FXCM_EURUSD,
    HISTORIES,
    OANDA_EURUSD,
    OANDA_XAUUSD,
    WINDOW_END_MS,
    WINDOW_START_MS,
    DemoFeed,
)
from echo.terminal.packed import unpack_single

DEMO_DATA: Final = Path(__file__).resolve().parents[1] / "src" / "echo" / "apps" / "demo_data"

OTHER_TRADES: Final = 24
"""How many trades on symbols without ticks are kept, the first of each file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickSource:
    """A recording, the bundled feed that is cut from it, and what suits its text best."""

    archive: str
    feed: DemoFeed
    strategy: int = zlib.Z_DEFAULT_STRATEGY


TICK_SOURCES: Final = (
    TickSource(archive="lean-oanda-eurusd-tick-20140508.zip", feed=OANDA_EURUSD),
    TickSource(archive="lean-fxcm-eurusd-tick-20140508.zip", feed=FXCM_EURUSD),
    TickSource(
        archive="lean-oanda-xauusd-tick-20140508.zip",
        feed=OANDA_XAUUSD,
        strategy=zlib.Z_FILTERED,
    ),
)
SYMBOLS: Final = frozenset(source.feed.symbol for source in TICK_SOURCES)


def cut_ticks(text: bytes, *, shift_ms: int) -> bytes:
    """Keep the lines whose time, put into UTC, lies in the window, line ends included."""
    start_ms = WINDOW_START_MS - DAY_START_MS - shift_ms
    end_ms = WINDOW_END_MS - DAY_START_MS - shift_ms
    return b"".join(
        line
        for line in text.splitlines(keepends=True)
        if start_ms <= int(line.partition(b",")[0].partition(b".")[0]) < end_ms
    )


def cut_trades(text: str) -> str:
    """Keep the trades on symbols that have ticks, the parts of positions, and the first others."""
    heading, *lines = text.splitlines(keepends=True)
    kept = [heading]
    others = 0
    for line, row in zip(lines, csv.DictReader([heading, *lines]), strict=True):
        letters = "".join(letter for letter in row["symbol"].upper() if letter.isalnum())
        replayed = any(letters.startswith(symbol) for symbol in SYMBOLS)
        others += not replayed
        if replayed or row["related_ticket"] or others <= OTHER_TRADES:
            kept.append(line)
    return "".join(kept)


def packed(data: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """Compress as a gzip file without a name or a date, so that equal data gives equal files."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16, 9, strategy)
    return packer.compress(data) + packer.flush()


def cut(source: Path, target: Path) -> Iterable[tuple[str, int]]:
    """Make all bundled files and yield each one's name and size in bytes."""
    for ticks in TICK_SOURCES:
        text = unpack_single((source / "ticks" / ticks.archive).read_bytes())
        kept = cut_ticks(text, shift_ms=ticks.feed.shift_ms)
        yield ticks.feed.file, (target / ticks.feed.file).write_bytes(packed(kept, ticks.strategy))
    for file in HISTORIES:
        trades = (source / "histories" / file.removesuffix(".gz")).read_bytes().decode()
        yield file, (target / file).write_bytes(packed(cut_trades(trades).encode()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Cut, and say what was written."""
    parser = argparse.ArgumentParser(prog="cut_demo_data", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="where the recordings are")
    parser.add_argument("--to", type=Path, default=DEMO_DATA, help="where the files are put")
    options = parser.parse_args(arguments)
    total = 0
    for name, size in cut(options.source, options.to):
        total += size
        print(f"{size:>9,} {name}")
    print(f"{total:>9,} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())

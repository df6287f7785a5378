"""The bundled files: which market each of them shows, and how its clock reads."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

HOUR_MS: Final = 3_600_000

DAY_START_MS: Final = 1_399_507_200_000
"""2014-05-08 00:00 UTC; times in the tick files count from a midnight of this date."""

WINDOW_START_MS: Final = DAY_START_MS + 12 * HOUR_MS
WINDOW_END_MS: Final = DAY_START_MS + 16 * HOUR_MS
"""What was kept of the day: 12:00 to 16:00 UTC, both session hours of Europe and America."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFeed:
    """One broker's ticks of one symbol."""

    file: str
    broker: str
    symbol: str
    """Canonical."""
    shift_ms: int
    """What turns the file's clock into UTC."""

    def load(self) -> bytes:
        """Read the file, still packed."""
        return load(self.file)


OANDA_EURUSD: Final = DemoFeed(
    file="eurusd-oanda-20140508.csv.gz", broker="OANDA", symbol="EURUSD", shift_ms=0
)
FXCM_EURUSD: Final = DemoFeed(
    # FXCM's clock is UTC-5: its rows of the window say 07:00 to 11:00.
    file="eurusd-fxcm-20140508.csv.gz",
    broker="FXCM",
    symbol="EURUSD",
    shift_ms=5 * HOUR_MS,
)
OANDA_XAUUSD: Final = DemoFeed(
    file="xauusd-oanda-20140508.csv.gz", broker="OANDA", symbol="XAUUSD", shift_ms=0
)

FEEDS: Final = (OANDA_EURUSD, FXCM_EURUSD, OANDA_XAUUSD)
HISTORIES: Final = ("history-a.csv.gz", "history-b.csv.gz")
"""Closed trades of two real accounts; one file per master."""


def load(file: str) -> bytes:
    """Read one of the bundled files, still packed.

    Raises:
        FileNotFoundError: no such file is bundled.
    """
    return files("echo.apps.demo_data").joinpath(file).read_bytes()

"""The bundled data is whole, small, and what its README says."""

import pytest

from echo.apps.demo_data.feeds import (
    DAY_START_MS,
    FEEDS,
    FXCM_EURUSD,
    HISTORIES,
    HOUR_MS,
    OANDA_EURUSD,
    WINDOW_END_MS,
    WINDOW_START_MS,
    DemoFeed,
    load,
)
from echo.terminal.packed import unpack_single
from echo.terminal.ticks import Ticks, read_ticks
from tests.house.sources import PACKAGE

FOLDER = PACKAGE / "apps" / "demo_data"
BYTES_MAX = 1_500_000


def ticks(feed: DemoFeed) -> Ticks:
    return read_ticks(feed.load(), day_start_ms=DAY_START_MS, shift_ms=feed.shift_ms)


@pytest.mark.parametrize(
    ("file", "good", "crossed"),
    [
        ("eurusd-oanda-20140508.csv.gz", 51_671, 0),
        ("eurusd-fxcm-20140508.csv.gz", 72_622, 20_554),
        ("xauusd-oanda-20140508.csv.gz", 82_410, 0),
    ],
)
def test_each_feed_holds_the_window_and_nothing_else(file: str, good: int, crossed: int) -> None:
    [feed] = [feed for feed in FEEDS if feed.file == file]

    market = ticks(feed)

    assert (len(market), market.crossed, market.malformed) == (good, crossed, 0)
    assert WINDOW_START_MS <= market.first_ms < WINDOW_START_MS + 5_000
    assert WINDOW_END_MS - 5_000 < market.last_ms < WINDOW_END_MS


def test_two_brokers_show_the_same_market_on_one_clock() -> None:
    oanda, fxcm = ticks(OANDA_EURUSD), ticks(FXCM_EURUSD)

    for quarter in range(1, 16):
        moment_ms = WINDOW_START_MS + quarter * HOUR_MS // 4
        one, other = oanda.at(moment_ms), fxcm.at(moment_ms)
        assert one is not None
        assert other is not None
        # A clock an hour off would show tens of points.
        assert abs(one[0] - other[0]) < 15 * oanda.point


def test_everything_together_is_small() -> None:
    files = [path for path in FOLDER.iterdir() if path.is_file()]

    assert sum(path.stat().st_size for path in files) < BYTES_MAX
    assert {path.name for path in files if path.suffix == ".gz"} == {
        *(feed.file for feed in FEEDS),
        *HISTORIES,
    }


def test_the_readme_names_every_file() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert [name for name in (*HISTORIES, *(f.file for f in FEEDS)) if name not in readme] == []


def test_histories_are_plain_tables_inside() -> None:
    for name in HISTORIES:
        assert unpack_single(load(name)).startswith(b"ticket,magic,open_time,side,lots,symbol,")


def test_a_file_that_is_not_bundled_is_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        load("no-such-file.csv")

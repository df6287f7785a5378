"""The market of a replay: its pace, and which ticks an account sees."""

from array import array
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.services.terminal.feed import Feed, MarketClock
from echo.terminal.ticks import Ticks
from echo.terminal.view import Price
from tests.terminal.market import START_MS, rising

NOBODY: frozenset[str] = frozenset()
CLOCK = MarketClock(started_wall_ms=10_000, market_start_ms=500_000, speed=Decimal(60))


@pytest.mark.parametrize(
    ("wall_ms", "elapsed_ms", "market_ms"),
    [(10_000, 0, 500_000), (10_250, 250, 515_000), (4_000, -6_000, 500_000)],
)
def test_the_market_runs_at_its_own_speed_once_it_has_begun(
    wall_ms: int, elapsed_ms: int, market_ms: int
) -> None:
    assert CLOCK.elapsed_ms(wall_ms) == elapsed_ms
    assert CLOCK.market_ms(wall_ms) == market_ms


def price(second: int) -> Price:
    """The price that `rising` shows."""
    bid = (100_000 + 10 * second // 60) * Decimal("0.00001")
    return Price(bid=bid, ask=bid + Decimal("0.00002"))


def feed() -> Feed:
    return Feed({"EURUSD": rising(), "GBPUSD": rising()})


def test_before_its_first_tick_a_market_has_no_price() -> None:
    assert list(feed().moves(START_MS - 1, every=NOBODY)) == []


def test_where_nothing_is_held_only_the_newest_tick_counts() -> None:
    market = feed()
    first = list(market.moves(START_MS, every=NOBODY))
    later = list(market.moves(START_MS + 30_999, every=NOBODY))

    assert first == [{"EURUSD": price(0), "GBPUSD": price(0)}]
    assert later == [{"EURUSD": price(30), "GBPUSD": price(30)}]


def test_where_something_is_held_every_tick_counts() -> None:
    market = feed()
    list(market.moves(START_MS, every=NOBODY))
    moves = list(market.moves(START_MS + 3_000, every=frozenset({"EURUSD"})))

    assert [each["EURUSD"] for each in moves] == [price(1), price(2), price(3)]
    assert [each["GBPUSD"] for each in moves if "GBPUSD" in each] == [price(3)]


def test_what_was_before_the_first_look_is_over() -> None:
    market = feed()

    assert list(market.moves(START_MS + 9_000, every=frozenset({"EURUSD"}))) == [
        {"EURUSD": price(9), "GBPUSD": price(9)}
    ]


def test_a_market_that_stands_still_says_nothing() -> None:
    market = feed()
    list(market.moves(START_MS, every=NOBODY))

    assert list(market.moves(START_MS + 999, every=frozenset({"EURUSD"}))) == []
    assert list(market.moves(START_MS - 5_000, every=frozenset({"EURUSD"}))) == []


@given(looks=st.lists(st.integers(0, 50), min_size=1, max_size=12).map(sorted))
def test_however_often_one_looks_no_tick_is_missed_or_seen_twice(looks: list[int]) -> None:
    ticks = Ticks(
        times_ms=array("q", range(51)),
        bids=array("q", range(1, 52)),
        asks=array("q", range(2, 53)),
        digits=0,
    )
    market = Feed({"X": ticks})
    list(market.moves(0, every=NOBODY))
    bids = [
        int(each["X"].bid) for at_ms in looks for each in market.moves(at_ms, every=frozenset("X"))
    ]

    assert bids == list(range(2, looks[-1] + 2))

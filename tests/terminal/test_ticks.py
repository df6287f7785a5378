"""Recorded ticks: read fast, kept compact, asked by moment."""

import gzip
from bisect import bisect_right
from decimal import Decimal
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.terminal.ticks import Ticks, TicksUnreadable, read_ticks

DAY_MS = 1_399_507_200_000  # 2014-05-08 00:00 UTC


def ticks_of(*rows: str) -> Ticks:
    return read_ticks("\r\n".join(rows).encode(), day_start_ms=DAY_MS)


@pytest.fixture
def gold() -> Ticks:
    return ticks_of("100,1290.3,1290.66", "200,1290.304,1290.653", "200,1291,1291.5", "900,1,2")


def test_prices_have_the_decimals_of_the_finest_one(gold: Ticks) -> None:
    assert gold.digits == 3
    assert gold.point == Decimal("0.001")
    assert list(gold.bids) == [1_290_300, 1_290_304, 1_291_000, 1_000]
    assert gold.prices(0) == (Decimal("1290.300"), Decimal("1290.660"))


def test_the_last_tick_at_or_before_a_moment_is_in_force(gold: Ticks) -> None:
    assert gold.at(DAY_MS + 99) is None
    assert gold.at(DAY_MS + 100) == gold.prices(0)
    assert gold.at(DAY_MS + 199) == gold.prices(0)
    assert gold.at(DAY_MS + 200) == gold.prices(2)
    assert gold.at(DAY_MS + 10**9) == gold.prices(3)
    assert (gold.first_ms, gold.last_ms, len(gold)) == (DAY_MS + 100, DAY_MS + 900, 4)


def test_between_takes_its_start_and_leaves_its_end(gold: Ticks) -> None:
    assert gold.between(DAY_MS + 100, DAY_MS + 200) == range(0, 1)
    assert gold.between(DAY_MS + 101, DAY_MS + 901) == range(1, 4)


def test_the_shift_moves_a_brokers_clock_to_utc() -> None:
    rows = b"25200943,1.39475,1.39476\r\n"

    shifted = read_ticks(rows, day_start_ms=DAY_MS, shift_ms=5 * 3_600_000)

    assert shifted.first_ms == DAY_MS + 12 * 3_600_000 + 943


def test_an_ask_that_is_not_above_its_bid_is_left_out_and_counted() -> None:
    ticks = ticks_of("1,1.1,1.1", "2,1.2,1.1", "3,1.1,1.2", "4,0,1.2", "what,is,this")

    assert list(ticks.times_ms) == [DAY_MS + 3]
    assert (ticks.crossed, ticks.malformed) == (3, 1)


def test_a_mark_up_raises_every_ask_by_the_same_points(gold: Ticks) -> None:
    dearer = gold.marked_up(20)

    assert dearer.prices(0) == (Decimal("1290.300"), Decimal("1290.680"))
    assert dearer.bids is gold.bids
    assert [a - b for a, b in zip(dearer.asks, gold.asks, strict=True)] == [20] * 4
    with pytest.raises(ValueError, match="not negative"):
        gold.marked_up(-1)


def test_a_table_is_ordered_by_time_and_stays_in_order_within_a_moment() -> None:
    ticks = ticks_of(
        "time,bid,ask",
        "2014-05-08T12:00:02Z,1.3,1.4",
        "2014-05-08T12:00:01Z,1.1,1.2",
        "2014-05-08T12:00:01Z,1.2,1.3",
    )

    assert list(ticks.bids) == [11, 12, 13]
    assert ticks.malformed == 0


def test_binary_fractions_are_undone() -> None:
    ticks = ticks_of("1,1.3914700000000001,1.39148")

    assert ticks.digits == 5
    assert ticks.at(DAY_MS + 1) == (Decimal("1.39147"), Decimal("1.39148"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "beginning with nothing"),
        (b"hello\nworld", "2 lines, beginning with 'hello'"),
        (b"1,2,2\n2,3,3\n", "2 with an ask not above the bid"),
        (b"time,bid,ask\n", "no usable tick"),
        (b"PK\x03\x04 but no zip", "cannot be opened"),
    ],
)
def test_a_file_without_ticks_is_refused_with_what_it_holds(data: bytes, says: str) -> None:
    with pytest.raises(TicksUnreadable, match=says):
        read_ticks(data, day_start_ms=DAY_MS)


@given(st.binary() | st.text("0123456789.,;\t\n: -TZ<>adeimtbsk").map(str.encode))
def test_any_bytes_are_ticks_or_the_one_error(data: bytes) -> None:
    try:
        ticks = read_ticks(data, day_start_ms=DAY_MS)
    except TicksUnreadable:
        return
    assert list(ticks.times_ms) == sorted(ticks.times_ms)
    assert all(ask > bid > 0 for bid, ask in zip(ticks.bids, ticks.asks, strict=True))


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 99)), min_size=1), st.integers())
def test_at_agrees_with_a_search_in_the_plain_rows(rows: list[tuple[int, int]], at: int) -> None:
    rows.sort(key=lambda row: row[0])
    ticks = ticks_of(*(f"{time},{bid},{bid + 1}" for time, bid in rows))

    index = bisect_right([DAY_MS + time for time, _ in rows], at)

    expected = (
        None if index == 0 else (Decimal(rows[index - 1][1]), Decimal(rows[index - 1][1] + 1))
    )
    assert ticks.at(at) == expected


def test_sixty_thousand_ticks_are_read_in_well_under_a_second() -> None:
    text = "".join(f"{at}.5,1.3{at % 9999:04},1.3{at % 9999 + 1:04}\r\n" for at in range(60_000))
    packed = gzip.compress(text.encode())

    start = thread_time()
    ticks = read_ticks(packed, day_start_ms=DAY_MS)

    # Ten times what it takes on a slow machine, so that only a change of kind is noticed.
    assert thread_time() - start < 3
    assert len(ticks) == 60_000

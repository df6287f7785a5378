from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.bridge.opens import (
    QUOTE_FRESH_MS,
    OpenClock,
    price_of,
    read_clock,
    refuse_slippage,
    refuse_spread,
    restored_clock,
    stale,
)
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.quantities import ClockProbe, Side
from echo.domain.specs import Quote
from tests.bridge.stage import SLAVE, command_id, quote, trade_id

NOW_MS = 10_000
AHEAD_MS = 700
"""What the sender's clock shows beyond ours."""


def opened(
    *, ttl_ms: int | None = 5_000, age_ms: int | None = 0, sent_mono_ms: int | None = None
) -> ExecuteOrder:
    return ExecuteOrder(
        command_id=command_id(),
        trade_id=trade_id(),
        account_id=SLAVE,
        symbol="GOLD",
        side=Side.BUY,
        lot=Decimal("0.10"),
        magic_number=7,
        ttl_ms=ttl_ms,
        age_ms=age_ms,
        sent_mono_ms=sent_mono_ms,
    )


def probe(at_ms: int = NOW_MS) -> ClockProbe:
    return ClockProbe(probed_at_mono_ms=at_ms, peer_mono_ms=at_ms + AHEAD_MS)


def read(order: ExecuteOrder, clock: ClockProbe) -> OpenClock | None:
    return read_clock(order, clock, now_mono_ms=NOW_MS)


def test_time_under_way_is_subtracted() -> None:
    clock = read(opened(age_ms=30, sent_mono_ms=NOW_MS + AHEAD_MS - 200), probe())

    assert clock == OpenClock(NOW_MS + 4_800, NOW_MS - 230)


@given(
    under_way_ms=st.integers(0, 10_000),
    probe_age_ms=st.integers(0, 10_000),
    answer_ms=st.integers(0, 3_000),
    ahead_ms=st.integers(-(10**6), 10**6),
)
def test_the_time_left_is_never_too_long(
    under_way_ms: int, probe_age_ms: int, answer_ms: int, ahead_ms: int
) -> None:
    probed_at = NOW_MS - probe_age_ms
    sender = ClockProbe(probed_at, probed_at + min(answer_ms, probe_age_ms) + ahead_ms)
    order = opened(sent_mono_ms=NOW_MS - under_way_ms + ahead_ms)

    clock = read(order, sender)

    assert clock is not None
    left_ms = clock.left_ms(NOW_MS)
    assert left_ms is not None
    assert 0 <= left_ms <= max(0, 5_000 - under_way_ms)


def test_without_a_probe_nothing_is_known_yet() -> None:
    assert read(opened(sent_mono_ms=1), ClockProbe()) is None


def test_what_was_not_stamped_counts_as_used_up() -> None:
    clock = read(opened(), probe())

    assert clock == OpenClock(NOW_MS, None)


def test_an_open_without_a_limit_has_none() -> None:
    clock = read(opened(ttl_ms=None, sent_mono_ms=1), ClockProbe())

    assert clock == OpenClock(None, None)
    assert clock.left_ms(NOW_MS) is None
    assert clock.age_ms(NOW_MS) is None


@pytest.mark.parametrize(
    ("age_ms", "before"),
    [(50, False), (100, False), (101, True), (None, True)],
    ids=["younger", "as old", "older", "of unknown age"],
)
def test_only_a_young_open_certainly_did_not_exist_before(age_ms: int | None, before: bool) -> None:
    clock = read(opened(age_ms=age_ms, sent_mono_ms=NOW_MS + AHEAD_MS), probe())

    assert clock is not None
    assert clock.began_before(NOW_MS - 100) is before


def test_time_goes_on_while_it_is_held() -> None:
    clock = OpenClock(NOW_MS + 100, NOW_MS - 50)

    assert [clock.left_ms(NOW_MS + wait_ms) for wait_ms in (0, 60, 100, 900)] == [100, 40, 0, 0]
    assert clock.age_ms(NOW_MS + 60) == 110


@pytest.mark.parametrize(
    ("order", "since_ms", "expected"),
    [
        pytest.param(opened(age_ms=9), 400, (NOW_MS + 4_600, NOW_MS - 409), id="same boot"),
        pytest.param(opened(age_ms=None), 9_000, (NOW_MS, None), id="long ago"),
        pytest.param(opened(age_ms=9), None, (NOW_MS, None), id="another boot"),
        pytest.param(opened(ttl_ms=None), None, (None, None), id="no limit, another boot"),
        pytest.param(opened(ttl_ms=None), 7, (None, NOW_MS - 7), id="no limit"),
    ],
)
def test_an_open_out_of_the_ledger_has_grown_older(
    order: ExecuteOrder, since_ms: int | None, expected: tuple[int | None, int | None]
) -> None:
    assert restored_clock(order, since_ms, NOW_MS) == OpenClock(*expected)


def test_stale_opens_are_refused_with_the_numbers() -> None:
    used_up = stale(0, needed_ms=0, why="its EA is away")
    too_short = stale(1_900, needed_ms=2_000, why="it is slow")

    assert used_up.code is too_short.code is ErrorCode.STALE
    assert used_up.sentence == "the entry's time is used up; its EA is away"
    assert too_short.sentence.startswith("1900 ms of the entry's time are left, 2000 ms")


@pytest.mark.parametrize(
    ("spread", "age_ms", "limit", "sentence"),
    [
        pytest.param("34", 0, "25", "spread 34 pt > max 25 pt", id="too wide"),
        pytest.param("25", 0, "25", None, id="just so"),
        pytest.param("34", QUOTE_FRESH_MS + 1, "25", None, id="an old quote tells nothing"),
        pytest.param("34", 0, None, None, id="no limit"),
    ],
)
def test_the_newest_spread_can_stop_an_open(
    spread: str, age_ms: int, limit: str | None, sentence: str | None
) -> None:
    points = None if limit is None else Decimal(limit)

    refusal = refuse_spread((quote(spread=spread), age_ms), points)

    assert (refusal.sentence if refusal else None) == sentence


def test_without_a_quote_the_spread_stops_nothing() -> None:
    assert refuse_spread(None, Decimal(1)) is None


def moved(points: int, side: Side, age_ms: int = 0) -> tuple[Quote, int]:
    """A quote that is so much worse for *side* than the first one."""
    first, by = quote(), points * side.sign * Decimal("0.01")
    return replace(first, bid=first.bid + by, ask=first.ask + by), age_ms


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    ("points", "age_ms", "limit", "sentence"),
    [
        (15, 0, "15", None),
        (16, 0, "15", "price 16.0 pt worse than when it came > max 15 pt"),
        (1, 0, "0", "price 1.0 pt worse than when it came > max 0 pt"),
        (-400, 0, "0", None),
        (400, 0, None, None),
        (400, QUOTE_FRESH_MS + 1, "15", None),
    ],
)
def test_a_price_that_ran_away_here_stops_an_open_in_its_direction(
    side: Side, points: int, age_ms: int, limit: str | None, sentence: str | None
) -> None:
    limit_points = None if limit is None else Decimal(limit)
    order = replace(opened(), side=side, max_slippage_points=limit_points)
    first_price = price_of((quote(), 0), order)

    refusal = refuse_slippage(moved(points, side, age_ms), first_price, order)

    assert (refusal.sentence if refusal else None) == sentence


def test_without_a_first_price_or_a_spread_nobody_can_tell() -> None:
    order = replace(opened(), max_slippage_points=Decimal(1))
    flat = replace(quote(), spread_points=Decimal(0))

    assert refuse_slippage(moved(50, Side.BUY), None, order) is None
    assert refuse_slippage((flat, 0), Decimal(1), order) is None
    assert refuse_slippage(None, Decimal(1), order) is None

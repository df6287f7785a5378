"""The day of an account begins when its firm says so, in both nights in which clocks are set."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.reset_time import ResetTime

PRAGUE = ResetTime(time(0), "Europe/Prague")
NEW_YORK = ResetTime(time(18), "America/New_York")
PLATFORM = ResetTime(time(0), "Etc/GMT-3")
"""UTC+3 all year; the sign of these zones is turned round."""


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.mark.parametrize(
    ("reset", "now", "began", "next_one"),
    [
        pytest.param(
            PRAGUE, "2026-01-15T12:00", "2026-01-14T23:00", "2026-01-15T23:00", id="winter"
        ),
        pytest.param(
            PRAGUE, "2026-07-15T12:00", "2026-07-14T22:00", "2026-07-15T22:00", id="summer"
        ),
        pytest.param(
            PRAGUE, "2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00", id="a day of 23 h"
        ),
        pytest.param(
            PRAGUE, "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00", id="a day of 25 h"
        ),
        pytest.param(
            NEW_YORK, "2026-03-08T12:00", "2026-03-07T23:00", "2026-03-08T22:00", id="spring, 18:00"
        ),
        pytest.param(
            NEW_YORK, "2026-11-01T12:00", "2026-10-31T22:00", "2026-11-01T23:00", id="autumn, 18:00"
        ),
        pytest.param(
            PLATFORM, "2026-03-29T22:00", "2026-03-29T21:00", "2026-03-30T21:00", id="no summer"
        ),
        pytest.param(
            PRAGUE, "2026-01-14T23:00", "2026-01-14T23:00", "2026-01-15T23:00", id="on the dot"
        ),
    ],
)
def test_when_the_day_began(reset: ResetTime, now: str, began: str, next_one: str) -> None:
    assert reset.last_ms(ms(now)) == ms(began)
    assert reset.next_ms(ms(now)) == ms(next_one)


def test_a_time_that_the_clock_leaves_out_comes_when_it_jumps() -> None:
    """In Prague there is no 02:30 on that night: at 02:00 it is 03:00."""
    assert ResetTime(time(2, 30), "Europe/Prague").last_ms(ms("2026-03-29T06:00")) == ms(
        "2026-03-29T01:00"
    )


def test_a_time_that_comes_twice_counts_at_the_first() -> None:
    reset = ResetTime(time(2, 30), "Europe/Prague")

    assert reset.last_ms(ms("2026-10-25T06:00")) == ms("2026-10-25T00:30")
    assert reset.next_ms(ms("2026-10-25T01:00")) == ms("2026-10-26T01:30")


def test_a_zone_that_does_not_exist_is_named() -> None:
    assert "Mars/Base" in ResetTime(time(0), "Mars/Base").complaint
    assert "../etc" in ResetTime(time(0), "../etc").complaint
    assert "whole minutes" in ResetTime(time(0, 0, 1), "UTC").complaint
    assert PRAGUE.complaint == ""


@given(
    st.integers(0, 4_000_000_000_000),
    st.sampled_from(["Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.times(timezones=st.none()).map(lambda each: each.replace(second=0, microsecond=0, fold=0)),
)
def test_every_moment_lies_in_one_day(at_ms: int, zone: str, at: time) -> None:
    reset = ResetTime(at, zone)
    began, ends = reset.last_ms(at_ms), reset.next_ms(at_ms)

    assert began <= at_ms < ends
    assert 22 * 3_600_000 <= ends - began <= 26 * 3_600_000
    assert reset.last_ms(began) == began
    assert reset.next_ms(ends - 1_000) == ends

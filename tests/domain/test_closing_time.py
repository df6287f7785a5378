"""Closing times, by the clocks of the place that they are told in."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from echo.domain.closing_time import ClosingTime
from echo.domain.limit_rules import Stage
from echo.domain.reset_time import ResetTime

NEW_YORK = "America/New_York"
FUTURES = ClosingTime(
    rule_id="close",
    closes=ResetTime(time(16, 10), NEW_YORK),
    reopens=ResetTime(time(18), NEW_YORK),
)


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000  # type: ignore[arg-type, misc]  # year to second


@pytest.mark.parametrize(
    ("when", "stage"),
    [
        # Winter: New York is UTC-5, 16:10 there is 21:10 UTC.
        ((2026, 1, 14, 20, 59, 59), Stage.CLEAR),
        ((2026, 1, 14, 21, 0, 0), Stage.STOP_ENTRIES),
        ((2026, 1, 14, 21, 7, 59), Stage.STOP_ENTRIES),
        ((2026, 1, 14, 21, 8, 0), Stage.FLATTEN),
        ((2026, 1, 14, 22, 59, 59), Stage.FLATTEN),
        ((2026, 1, 14, 23, 0, 0), Stage.CLEAR),
        # The day after the clocks went forward: an hour earlier by UTC.
        ((2026, 3, 9, 19, 59, 59), Stage.CLEAR),
        ((2026, 3, 9, 20, 8, 0), Stage.FLATTEN),
        ((2026, 3, 9, 22, 0, 0), Stage.CLEAR),
        # The day after they went back.
        ((2026, 11, 2, 20, 8, 0), Stage.CLEAR),
        ((2026, 11, 2, 21, 8, 0), Stage.FLATTEN),
    ],
)
def test_entries_stop_then_everything_closes_until_it_reopens(
    when: tuple[int, ...], stage: Stage
) -> None:
    assert FUTURES.stage(at(*when)) is stage


def test_the_next_change_is_the_nearest_of_three() -> None:
    moments = [at(2026, 1, 14, 12)]
    for _ in range(3):
        moments.append(FUTURES.next_change_ms(moments[-1]))

    assert moments[1:] == [at(2026, 1, 14, 21), at(2026, 1, 14, 21, 8), at(2026, 1, 14, 23)]


def test_it_says_itself() -> None:
    assert FUTURES.sentence(at(2026, 1, 14, 21)) == (
        "close: flat from 16:10 America/New_York to 18:00 America/New_York,"
        " entries stop 600 s before"
    )


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (replace(FUTURES, closes=ResetTime(time(16), "Mars")), "no time zone"),
        (replace(FUTURES, reopens=ResetTime(time(18), "Mars")), "no time zone"),
        (replace(FUTURES, reopens=FUTURES.closes), "closes when it reopens"),
        (replace(FUTURES, flatten_s=601), "entries first"),
        (replace(FUTURES, flatten_s=-1), "0 to 21600"),
        (replace(FUTURES, stop_entries_s=21_601), "0 to 21600"),
    ],
)
def test_a_senseless_rule_is_named(rule: ClosingTime, why: str) -> None:
    assert why in rule.complaint
    assert FUTURES.complaint == ""

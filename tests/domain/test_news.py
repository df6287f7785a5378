"""An economic calendar becomes windows, or is refused as a whole."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from echo.domain.news import CalendarUnreadable, Impact, NewsRules, read_calendar
from echo.domain.windows import WindowSource

RATE = {
    "title": "Federal Funds Rate",
    "country": "USD",
    "date": "2026-07-29T14:00:00-04:00",
    "impact": "High",
    "forecast": "3.50%",
}


def calendar(*events: object) -> str:
    return json.dumps(events)


def test_an_event_of_high_impact_becomes_a_window_at_its_moment() -> None:
    [window] = read_calendar(calendar(RATE), NewsRules(pre_buffer_s=300, post_buffer_s=60))

    assert window.starts_at_ms == window.ends_at_ms
    assert datetime.fromtimestamp(window.starts_at_ms / 1_000, UTC).hour == 18
    assert (window.symbol, window.notes) == ("USD", "USD Federal Funds Rate")
    assert (window.pre_buffer_s, window.post_buffer_s) == (300, 60)
    assert window.source is WindowSource.CALENDAR
    assert window.complaint == ""


def test_only_wanted_impacts_count() -> None:
    text = calendar(*({**RATE, "title": each, "impact": each} for each in Impact))

    assert len(read_calendar(text, NewsRules())) == 1
    wanted = NewsRules(impacts=frozenset({Impact.MEDIUM, Impact.HOLIDAY}))
    assert {each.notes for each in read_calendar(text, wanted)} == {"USD Medium", "USD Holiday"}


def test_an_event_for_all_concerns_every_symbol_and_onshore_yuan_the_offshore_one() -> None:
    text = calendar(
        {**RATE, "country": "All"},
        {**RATE, "currency": "CNY", "date": "2026-07-30T00:00:00Z"},
    )

    assert [each.symbol for each in read_calendar(text, NewsRules())] == ["*", "CNH"]


def test_a_calendar_read_twice_gives_the_same_windows_once() -> None:
    once = read_calendar(calendar(RATE), NewsRules())

    assert read_calendar(calendar(RATE, RATE), NewsRules()) == once
    other = read_calendar(calendar(RATE), NewsRules(account_id="2001"))
    assert other[0].window_id != once[0].window_id


def test_windows_come_in_the_order_of_time() -> None:
    text = calendar(
        {**RATE, "date": "2026-07-29T12:00:00+00:00"},
        {**RATE, "date": "2026-07-29T12:30:00+02:00"},
    )
    first, second = read_calendar(text, NewsRules())

    assert first.starts_at_ms < second.starts_at_ms


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{}", "not an array"),
        ("[1]", "event 1 is no object"),
        ("[" * 100_000, "not JSON"),
        (calendar(*[RATE] * 10_001), "10001 events"),
    ],
)
def test_what_is_no_calendar_is_refused(text: str, why: str) -> None:
    with pytest.raises(CalendarUnreadable, match=why):
        read_calendar(text, NewsRules())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"date": "2026-07-29T14:00:00"}, "has no offset"),
        ({"date": "tomorrow"}, "not ISO 8601"),
        ({"date": None}, "not ISO 8601"),
        ({"impact": "Huge"}, "impact 'Huge'"),
        ({"country": ""}, "'' is no currency"),
        ({"country": "Europe"}, "'EUROPE' is no currency"),
    ],
)
def test_one_bad_event_refuses_the_whole_calendar(change: dict[str, Any], why: str) -> None:
    with pytest.raises(CalendarUnreadable, match=why):
        read_calendar(calendar(RATE, {**RATE, **change}), NewsRules())

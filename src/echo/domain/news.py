"""Windows out of an economic calendar.

The calendar is a JSON array of ``{title, country or currency, date, impact}``, the date in
ISO 8601 with its offset: a time without one is refused, for nobody knows when that is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from echo.domain.windows import ANY, Window, WindowSource

EVENTS_MAX: Final = 10_000
_ALL: Final = frozenset({"ALL", "*"})
_SAME: Final = {"CNY": "CNH"}
"""Currencies that brokers quote offshore."""


class Impact(StrEnum):
    """How much an event is expected to move its currency."""

    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"
    HOLIDAY = "Holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsRules:
    """Which events become windows, and how wide.  Buffers in seconds, 0 to 86,400."""

    impacts: frozenset[Impact] = frozenset({Impact.HIGH})
    pre_buffer_s: int = 120
    post_buffer_s: int = 120
    account_id: str = ANY


class CalendarUnreadable(ValueError):
    """The text is no calendar; the message names the event and what is wrong with it."""


def read_calendar(text: str, rules: NewsRules) -> tuple[Window, ...]:
    """Return a window for every event of a wanted impact, in the order of time.

    All or nothing: a calendar with one event that cannot be read imports none, so that no event
    is missing unnoticed.

    Raises:
        CalendarUnreadable: it is no such array, or an event lacks something.
    """
    try:
        events = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CalendarUnreadable(f"not JSON: {error}") from error
    if not isinstance(events, list):
        raise CalendarUnreadable("not an array of events")
    if len(events) > EVENTS_MAX:
        raise CalendarUnreadable(f"{len(events)} events > {EVENTS_MAX}")
    found = {}
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict):
            raise CalendarUnreadable(f"event {number} is no object")
        window = _window(number, event, rules)
        if window is not None:
            found[window.window_id] = window
    return tuple(sorted(found.values(), key=lambda each: (each.starts_at_ms, each.window_id)))


def _window(number: int, event: Mapping[str, Any], rules: NewsRules) -> Window | None:
    where = f"event {number} ({event.get('title') or 'untitled'})"
    impact = _impact(where, event)
    currency = str(event.get("currency") or event.get("country") or "").strip().upper()
    if not (currency in _ALL or (len(currency) == 3 and currency.isalpha())):
        raise CalendarUnreadable(f"{where}: {currency!r} is no currency")
    at_ms = _moment_ms(where, event.get("date"))
    if impact not in rules.impacts:
        return None
    title = " ".join(str(event.get("title") or "").split())
    text = f"{currency}|{title}|{at_ms}|{rules.account_id}"
    return Window(
        window_id=f"news-{sha256(text.encode()).hexdigest()[:16]}",
        account_id=rules.account_id,
        symbol=ANY if currency in _ALL else _SAME.get(currency, currency),
        starts_at_ms=at_ms,
        ends_at_ms=at_ms,
        pre_buffer_s=rules.pre_buffer_s,
        post_buffer_s=rules.post_buffer_s,
        notes=f"{currency} {title}".strip(),
        source=WindowSource.CALENDAR,
    )


def _impact(where: str, event: Mapping[str, Any]) -> Impact:
    text = str(event.get("impact") or "").strip().capitalize()
    try:
        return Impact(text)
    except ValueError:
        raise CalendarUnreadable(
            f"{where}: impact {text!r} is none of {', '.join(Impact)}"
        ) from None


def _moment_ms(where: str, date: object) -> int:
    try:
        moment = datetime.fromisoformat(str(date))
    except ValueError:
        raise CalendarUnreadable(f"{where}: date {date!r} is not ISO 8601") from None
    if moment.tzinfo is None:
        raise CalendarUnreadable(f"{where}: date {date!r} has no offset")
    return int(moment.timestamp()) * 1_000

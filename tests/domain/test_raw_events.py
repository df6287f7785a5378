"""A chain of events shows what was altered, dropped, added or moved."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.raw_events import (
    FIRST_LINK,
    Chain,
    ChainCheck,
    DaySeal,
    Direction,
    Linked,
    day_of,
    link_of,
)

DAY_MS = 86_400_000
NOON_MS = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1_000)


def chained(count: int, *, every_ms: int = 1_000) -> list[Linked]:
    chain = Chain()
    return [
        chain.take(
            Direction.IN,
            "Quote",
            wall_ms=NOON_MS + n * every_ms,
            mono_ms=n,
            payload=b'{"n":%d}' % n,
            answer=b"" if n % 2 else b"[]",
        )
        for n in range(count)
    ]


def checked(events: list[Linked]) -> ChainCheck:
    check = ChainCheck()
    check.follow(events)
    check.end()
    return check


def test_what_was_not_touched_holds() -> None:
    events = chained(5, every_ms=DAY_MS // 2)

    check = checked(events)

    assert (check.events, check.breaks) == (5, [])
    assert [seal.day for seal in check.seals] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert check.seals[1] == DaySeal(day="2026-11-22", first_seq=2, last_seq=3, link=events[2].link)


@given(
    st.integers(0, 9),
    st.sampled_from(["day", "wall_ms", "mono_ms", "direction", "kind", "payload", "answer"]),
)
def test_whatever_is_altered_is_found_where_it_is(place: int, field: str) -> None:
    events = chained(10)
    event = events[place].event
    other: dict[str, Any] = {
        "day": "2026-11-22",
        "wall_ms": event.wall_ms + 1,
        "mono_ms": event.mono_ms + 1,
        "direction": Direction.OUT,
        "kind": "TradeIntent",
        "payload": event.payload + b" ",
        "answer": b"{}",
    }
    changed = replace(event, **{field: other[field]})
    events[place] = Linked(changed, events[place].link)

    breaks = checked(events).breaks

    assert breaks[0].seq == place + 1
    assert "not what was recorded" in breaks[0].sentence


@given(st.integers(0, 8))
def test_a_missing_event_is_found(place: int) -> None:
    events = chained(10)
    del events[place]

    [found] = checked(events).breaks

    assert found.seq == place + 2
    assert found.sentence.endswith("1 missing")


@given(st.integers(0, 8))
def test_events_that_changed_places_are_found(place: int) -> None:
    events = chained(10)
    events[place], events[place + 1] = events[place + 1], events[place]

    assert checked(events).breaks


def test_contents_that_changed_places_are_found() -> None:
    events = chained(3)
    first, second = events[0].event, events[1].event
    events[0] = Linked(replace(first, payload=second.payload), events[0].link)
    events[1] = Linked(replace(second, payload=first.payload), events[1].link)

    assert [each.seq for each in checked(events).breaks] == [1, 2]


def test_an_event_that_stands_there_twice_is_found() -> None:
    events = chained(3)

    [found] = checked([*events[:2], events[1]]).breaks

    assert found.sentence == "event 2 stands where 3 should: out of order, or twice"


def test_a_chain_written_anew_ends_in_another_link() -> None:
    """That is why the last link of a day is worth noting elsewhere."""
    events, forged = chained(3), Chain()
    for each in events:
        forged.take(
            each.event.direction,
            "Other",
            wall_ms=each.event.wall_ms,
            mono_ms=each.event.mono_ms,
            payload=each.event.payload,
        )

    assert forged.link != events[-1].link


def test_fields_do_not_run_into_each_other() -> None:
    event = chained(1)[0].event

    assert link_of(FIRST_LINK, replace(event, payload=b"ab", answer=b"c")) != link_of(
        FIRST_LINK, replace(event, payload=b"a", answer=b"bc")
    )


def test_a_part_holds_from_the_link_before_it() -> None:
    events = chained(6)
    check = ChainCheck(events[2].link, 3)
    check.follow(events[3:])

    assert check.breaks == []
    strange = ChainCheck(FIRST_LINK, None)
    strange.follow(events[3:])
    assert [each.seq for each in strange.breaks] == [4]


def test_a_day_never_goes_back_with_the_clock() -> None:
    chain = Chain()
    for step_ms in (0, DAY_MS, -DAY_MS):
        chain.take(Direction.IN, "x", wall_ms=NOON_MS + step_ms, mono_ms=0, payload=b"")

    assert chain.day == "2026-11-22"


def test_an_event_filed_under_an_earlier_day_is_found() -> None:
    first = Chain()
    events = [first.take(Direction.IN, "x", wall_ms=NOON_MS + DAY_MS, mono_ms=0, payload=b"")]
    later = Chain(first.link, first.seq)
    events.append(later.take(Direction.IN, "x", wall_ms=NOON_MS, mono_ms=0, payload=b""))

    [found] = checked(events).breaks

    assert found.sentence == "event 2 of 2026-11-21 stands behind 2026-11-22"


@pytest.mark.parametrize(("wall_ms", "day"), [(0, "1970-01-01"), (NOON_MS, "2026-11-21")])
def test_days_are_those_of_utc(wall_ms: int, day: str) -> None:
    assert day_of(wall_ms) == day


def test_nothing_has_no_seal() -> None:
    assert checked([]).seals == []

"""A recorded day is decided again as it was, or what differs is named."""

from dataclasses import replace

import msgspec
import pytest

from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import Chain, Direction, RawEvent
from echo.engine.engine import Engine
from echo.engine.events import Due
from echo.services.core.raw_events import Answer, Handled, Life
from echo.services.core.replaying import Outcome, Replay, play_twice
from tests.engine.scenes import fixed_lot
from tests.services.core.days import linked_of, notes_of, traded_day


def played(events: list[RawEvent]) -> Outcome:
    replay = Replay()
    for each in events:
        replay.take(each)
    return replay.outcome


@pytest.fixture
def day() -> list[RawEvent]:
    return [each.event for each in linked_of(notes_of(traded_day()))]


def test_the_same_engine_decides_the_same(day: list[RawEvent]) -> None:
    outcome = played(day)

    assert outcome.same
    assert outcome.differences == []
    assert outcome.lives == 1
    assert outcome.decisions >= 2 * (2 + 2)
    assert (outcome.skipped, outcome.shed, outcome.failed, outcome.different) == (0, 0, 0, 0)


def test_another_policy_decides_otherwise_and_says_where() -> None:
    notes = notes_of(traded_day())
    first = notes[0]
    assert isinstance(first, Life)
    notes[0] = replace(first, book=PolicyBook([fixed_lot(lot="0.50")]))

    outcome = played([each.event for each in linked_of(notes)])

    assert not outcome.same
    assert outcome.decided_otherwise >= 2
    assert any("lot" in each.sentence for each in outcome.differences)


def test_a_decision_that_was_altered_is_named(day: list[RawEvent]) -> None:
    place = next(n for n, each in enumerate(day) if each.kind == "TradeIntent")
    day[place] = replace(day[place], answer=day[place].answer.replace(b"0.10", b"0.90"))

    [found] = played(day).differences

    assert found.decided
    assert found.seq == day[place].seq
    assert "0.90" in found.sentence


def test_a_decision_that_was_taken_out_or_put_in_is_named(day: list[RawEvent]) -> None:
    place = next(n for n, each in enumerate(day) if each.kind == "TradeIntent")
    told = msgspec.json.decode(day[place].answer, type=Answer)
    for decided in (told.decided[:-1], (*told.decided, told.decided[0])):
        day[place] = replace(
            day[place],
            answer=msgspec.json.encode(Answer(digest=told.digest, decided=decided)),
        )
        assert played(day).decided_otherwise == 1


def test_what_is_only_carried_out_otherwise_is_counted_by_itself(day: list[RawEvent]) -> None:
    place = next(n for n, each in enumerate(day) if each.kind == "TradeIntent")
    told = msgspec.json.decode(day[place].answer, type=Answer)
    other = Answer(digest="00", decided=told.decided)
    day[place] = replace(day[place], answer=msgspec.json.encode(other))

    outcome = played(day)

    assert outcome.same
    assert [each.decided for each in outcome.differences] == [False]


def test_what_comes_before_a_start_cannot_be_played(day: list[RawEvent]) -> None:
    outcome = played(day[1:])

    assert (outcome.events, outcome.skipped > 0) == (0, True)


def test_a_gap_is_counted(day: list[RawEvent]) -> None:
    gap = Chain().take(Direction.CORE, "Shed", wall_ms=1, mono_ms=1, payload=b'{"events":7}')

    assert played([*day, gap.event]).shed == 7


def test_an_event_that_the_engine_fails_on_is_counted(day: list[RawEvent]) -> None:
    """As then, nothing came of it."""
    bad = Handled(Due(("late_close", "trade", "account", "soon")), (), Instant(1, 1))
    [failing] = linked_of([bad], Chain(seq=len(day)))

    outcome = played([*day, failing.event])

    assert (outcome.failed, outcome.same) == (1, True)


def test_a_recording_is_compared_with_itself() -> None:
    stage = traded_day()

    def engine(lot: str = "0.10") -> Engine:
        return Engine(stage.settings, PolicyBook([fixed_lot(lot=lot)]))

    same = play_twice(stage.events, engine(), engine())
    other = play_twice(stage.events, engine(), engine("0.20"))

    assert (same.same, same.events) == (True, len(stage.events))
    assert same.decisions > 0
    assert not other.same

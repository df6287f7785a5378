"""A recorded day is decided again as it was, or what differs is named."""

from dataclasses import replace

import msgspec
import pytest

from echo.domain.errors import Refusal
from echo.domain.policy import PolicyBook, RiskPolicy
from echo.domain.quantities import Instant
from echo.domain.raw_events import Chain, Direction, RawEvent
from echo.domain.sizing import Sized, SizingContext, size
from echo.engine import sizes
from echo.engine.engine import Engine
from echo.engine.events import Due, Started
from echo.services.core.raw_events import Answer, Handled, Life, answer_of, is_checkpoint
from echo.services.core.replaying import Outcome, Replay, play_twice
from tests.engine.scenes import fixed_lot
from tests.services.core.days import day_by_day, linked_of, midnights, notes_of, traded_day


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


@pytest.fixture
def days() -> list[list[RawEvent]]:
    """What a Core recorded that ran over three midnights, each day by itself."""
    found = day_by_day(linked_of(notes_of(midnights(3))))
    return [[each.event for each in day] for day in found]


def test_each_day_that_a_core_ran_is_decided_as_it_was_by_itself(
    days: list[list[RawEvent]],
) -> None:
    """Each answer is a digest over all that the engine wanted done: equal byte for byte."""
    outcomes = [played(day) for day in days]

    assert [each.lives for each in outcomes] == [1, 0, 0, 0]
    assert [each.checkpoints for each in outcomes] == [0, 1, 1, 1]
    for outcome in outcomes:
        assert outcome.differences == []
        assert (outcome.skipped, outcome.failed, outcome.unread) == (0, 0, [])
        assert outcome.decisions > 4


def test_over_all_days_each_checkpoint_is_what_the_replay_had_come_to(
    days: list[list[RawEvent]],
) -> None:
    outcome = played([each for day in days for each in day])

    assert (outcome.checkpoints, outcome.astray, outcome.differences) == (3, 0, [])
    assert outcome.begun is not None
    assert outcome.begun.kind == "CoreStarted"


def test_what_the_journal_alone_yields_would_not_decide_the_same() -> None:
    """Which is why a day begins with all that the engine knows, and not with a recovery."""
    stage = midnights(1)
    midnight = next(n for n, (_, now) in enumerate(stage.events) if now.wall_ms % 86_400_000 < 9e6)
    engine, other = (Engine(stage.settings, stage.book) for _ in range(2))
    for event, now in stage.events[:midnight]:
        engine.handle(event, now)
    other.handle(Started(stage.archive.read_back()), stage.events[midnight][1])

    differing = [
        event
        for event, now in stage.events[midnight:]
        if answer_of(engine.handle(event, now)) != answer_of(other.handle(event, now))
    ]

    assert differing


def test_a_changed_rule_of_the_engine_is_found_by_one_day_alone(
    days: list[list[RawEvent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubled(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
        found = size(policy, context)
        return replace(found, lot=2 * found.lot) if isinstance(found, Sized) else found

    monkeypatch.setattr(sizes, "size", doubled)

    outcome = played(days[2])

    assert not outcome.same
    assert outcome.decided_otherwise == 1
    assert "command.lot was 0.10, is 0.20" in outcome.differences[0].sentence


def test_a_state_that_is_another_one_is_counted_and_the_recorded_one_counts(
    days: list[list[RawEvent]],
) -> None:
    events = [each for day in days[:2] for each in day]
    lost = next(n for n, each in enumerate(events) if each.kind == "ExecutionResult")
    del events[lost]

    outcome = played(events)
    begun = next(each.seq for each in events if is_checkpoint(each))

    assert outcome.astray == 1
    assert [each.seq for each in outcome.differences if each.seq > begun] == []


def test_a_checkpoint_that_cannot_be_read_is_told_and_the_day_with_the_one_before_is_played(
    days: list[list[RawEvent]],
) -> None:
    head = days[1][0]
    other = replace(head, payload=head.payload.replace(b'"Judging"', b'"Mood"'))

    alone, joined = played([other, *days[1][1:]]), played([*days[0], other, *days[1][1:]])

    assert (alone.events, alone.begun, alone.skipped > 0) == (0, None, True)
    [sentence] = alone.unread
    assert sentence.startswith("the checkpoint of 2025-06-16 (event ")
    assert "Mood" in sentence
    assert (joined.differences, len(joined.unread)) == ([], 1)


def test_what_a_checkpoint_knows_and_this_release_does_not_is_told(
    days: list[list[RawEvent]],
) -> None:
    head = days[1][0]
    more = replace(head, payload=head.payload.replace(b'"Judging"', b'"Judging","mood":1'))

    outcome = played([more, *days[1][1:]])

    assert outcome.differences == []
    assert outcome.unread == [
        "the checkpoint of 2025-06-16 knows more than this release does: Judging.mood"
    ]

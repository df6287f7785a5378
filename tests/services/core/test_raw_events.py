"""What crosses the Core's threshold is noted, and comes back as it was."""

import json
from dataclasses import replace
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.answers import MessageAck
from echo.domain.facts import Alarm
from echo.domain.ids import AgentId
from echo.domain.journal import DecisionRecord
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import Direction, RawEvent
from echo.domain.sessions import AgentToCore, CoreToAgent
from echo.domain.traces import AgentSpans
from echo.engine.effects import Effect, Observe, Persist, SendNow
from echo.engine.events import AgentSaid, Due, Event
from echo.engine.settings import EngineSettings
from echo.engine.state import State
from echo.services.core.canonical import canonical
from echo.services.core.raw_events import (
    CHECKPOINT,
    Answer,
    Checkpoint,
    Handled,
    Left,
    Life,
    Passing,
    answer_of,
    encoded,
    event_of,
    is_checkpoint,
    is_market_data,
    life_of,
)
from tests.engine.scenes import opened, quote
from tests.stores import examples as ex

NOW = Instant(1_750_000_000_000, 1_000)


def raw(passing: Passing) -> RawEvent:
    [found] = encoded(passing)
    return RawEvent(
        seq=1,
        day="2026-11-21",
        wall_ms=found.now.wall_ms,
        mono_ms=found.now.mono_ms,
        direction=found.direction,
        kind=found.kind,
        payload=found.payload,
        answer=found.answer,
    )


# Spans never come to the engine: the shell passes them on by itself.
heard = [each for each in get_args(AgentToCore) if each is not AgentSpans]
messages = st.sampled_from(heard).flatmap(st.from_type)
said = st.builds(AgentSaid, message=messages)
events = said | st.sampled_from(get_args(Event)).flatmap(st.from_type)


@settings(max_examples=40)
@given(events)
def test_every_event_comes_back_as_it_was(event: Event) -> None:
    """By its bytes: some numbers (NaN) are not even equal to themselves."""
    found = raw(Handled(event, (), NOW))

    assert canonical(event_of(found)) == canonical(event)
    assert found.direction is Direction.IN
    assert (found.wall_ms, found.mono_ms, found.answer) == (NOW.wall_ms, NOW.mono_ms, b"")


@settings(max_examples=30)
@given(st.lists(st.sampled_from(get_args(CoreToAgent)).flatmap(st.from_type), max_size=3))
def test_every_message_that_left_is_an_event_of_its_own(sent: list[CoreToAgent]) -> None:
    found = list(encoded(Left(AgentId("agent_1"), 7, sent, NOW)))

    assert [each.kind for each in found] == [type(message).__name__ for message in sent]
    for each in found:
        about = json.loads(each.payload)
        assert (about["agent"], about["session"]) == ("agent_1", 7)
        assert each.direction is Direction.OUT


def test_a_life_says_what_the_engine_is_made_of() -> None:
    made_of = replace(EngineSettings(), max_retries=7)
    found = raw(Life(made_of, PolicyBook(), NOW))

    life = life_of(found)
    assert life is not None
    assert life[0] == made_of
    assert event_of(found) is None
    assert life_of(raw(Handled(Due(("pulse", "a")), (), NOW))) is None


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("Unheard", b'{"agent":"a","session":1,"id":null,"evaluation":null,"message":{}}'),
        ("Quote", b'{"agent":"a","session":1,"id":null,"evaluation":null,"message":{}}'),
        ("Quote", b"{"),
        ("Due", b'{"@":"Nothing"}'),
    ],
)
def test_what_cannot_be_read_is_refused(kind: str, payload: bytes) -> None:
    found = replace(raw(Handled(Due(("x",)), (), NOW)), kind=kind, payload=payload)

    with pytest.raises(ValueError):  # noqa: PT011 -- each reason has words of its own
        event_of(found)


records = st.sampled_from([ex.trade(1), ex.trade(2), ex.decision(1), ex.command(ex.execute(1))])
effects = st.builds(Persist, records, st.booleans()) | st.builds(
    SendNow, st.just(AgentId("a")), st.integers(0, 2), st.builds(MessageAck)
)


@settings(max_examples=40)
@given(st.lists(effects, max_size=3), st.lists(effects, max_size=3))
def test_equal_effects_have_equal_answers(one: list[Effect], other: list[Effect]) -> None:
    same = [canonical(each) for each in one] == [canonical(each) for each in other]

    assert (answer_of(one) == answer_of(other)) is same


@settings(max_examples=20)
@given(st.builds(DecisionRecord, inputs=st.just((("lot", "0.1"),))))
def test_decisions_can_be_read_out_of_an_answer(record: DecisionRecord) -> None:
    answer = msgspec.json.decode(answer_of([Persist(record)]), type=Answer)

    [(kind, found)] = answer.decided
    assert kind == "DecisionRecord"
    assert json.loads(bytes(found))["sentence"] == record.sentence


def test_facts_are_no_part_of_an_answer() -> None:
    fact = Observe(Alarm(key="k", code="c", sentence="s"))

    assert answer_of([fact]) == answer_of([]) == b""


def test_only_what_tells_and_leads_to_nothing_can_be_spared() -> None:
    def handled(message: AgentToCore, *effects: Effect) -> Handled:
        return Handled(AgentSaid(AgentId("a"), 1, None, message), effects, NOW)

    assert is_market_data(handled(quote()))
    assert not is_market_data(handled(quote(), Persist(ex.trade(1))))
    assert not is_market_data(handled(opened()))
    assert not is_market_data(Handled(Due(("pulse", "a")), (), NOW))
    assert not is_market_data(Life(EngineSettings(), PolicyBook(), NOW))


def test_a_checkpoint_is_events_of_its_own_and_none_of_the_engines() -> None:
    state = State(settings=EngineSettings(), book=PolicyBook())
    parts = list(encoded(Checkpoint(state, NOW)))

    assert parts
    assert {(each.direction, each.kind) for each in parts} == {(Direction.CORE, CHECKPOINT)}
    assert not is_market_data(Checkpoint(state, NOW))
    begun = raw(Life(EngineSettings(), PolicyBook(), NOW))
    part = replace(begun, kind=CHECKPOINT, payload=parts[0].payload)
    assert (is_checkpoint(part), is_checkpoint(begun)) == (True, False)
    assert event_of(part) is None
    assert life_of(part) is None

"""The taps: what crosses the Core's threshold is noted on its way, and each day what it knows."""

from collections.abc import Sequence
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.facts import Alarm
from echo.domain.ids import AgentId
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import day_of
from echo.domain.sessions import CoreToAgent
from echo.engine.effects import Effect, Observe
from echo.engine.events import Due, Event
from echo.engine.settings import EngineSettings
from echo.engine.state import State
from echo.services.core.raw_events import (
    Checkpoint,
    Encoded,
    Handled,
    Left,
    Passing,
    encoded,
)
from echo.services.core.taps import DAY_MS, TappedBrain, TappedServer, next_day_ms
from tests.fakes import FakeClock
from tests.services.core.fakes import FakeSession

NOW = Instant(1_750_000_000_000, 1_000)
STATE = State(settings=EngineSettings(), book=PolicyBook())


def tapped(brain: "Brain", noted: list[Passing], now: Instant = NOW) -> TappedBrain:
    return TappedBrain(brain, lambda: STATE, noted.append, now)


class Brain:
    def __init__(self, effects: Sequence[Effect], trouble: Exception | None = None) -> None:
        self.effects, self.trouble = effects, trouble

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        if self.trouble is not None:
            raise self.trouble
        return self.effects


def test_a_tapped_brain_does_what_the_brain_does() -> None:
    noted: list[Passing] = []
    event, done = Due(("pulse", "a")), [Observe(Alarm(key="k", code="c", sentence="s"))]

    assert tapped(Brain(done), noted).handle(event, NOW) is done
    assert noted == [Handled(event, done, NOW)]


def test_an_event_that_the_brain_fails_on_is_noted_too() -> None:
    noted: list[Passing] = []

    with pytest.raises(RuntimeError):
        tapped(Brain((), RuntimeError()), noted).handle(Due(("x",)), NOW)

    assert noted == [Handled(Due(("x",)), (), NOW)]


class Server:
    def __init__(self) -> None:
        self.handler: Any = None
        self.stopped_ms = -1

    async def start(self, handler: Any) -> None:
        self.handler = handler

    async def stop(self, grace_ms: int) -> None:
        self.stopped_ms = grace_ms


class Handler:
    def __init__(self) -> None:
        self.joined: list[tuple[Any, Any]] = []
        self.calls: list[str] = []

    def agent_joined(self, link: Any, hello: Any) -> None:
        self.joined.append((link, hello))

    def agent_said(self, link: Any, messages: Any) -> None:
        self.calls.append("said")

    def agent_left(self, link: Any, reason: str) -> None:
        self.calls.append("left")

    def agent_refused(self, agent_id: Any, reason: str, sentence: str) -> None:
        self.calls.append("refused")


@settings(max_examples=1)
@given(st.sampled_from(get_args(CoreToAgent)).flatmap(st.from_type))
async def test_a_tapped_door_notes_what_leaves_and_hands_it_on(message: CoreToAgent) -> None:
    noted: list[Passing] = []
    clock, server, handler, session = FakeClock(), Server(), Handler(), FakeSession(3)
    tapped = TappedServer(server, clock, noted.append)
    await tapped.start(handler)
    server.handler.agent_joined(session, "hello")
    server.handler.agent_said(session, [])
    server.handler.agent_refused("agent_1", "", "")
    server.handler.agent_left(session, "")
    await tapped.stop(5)
    [(link, hello)] = handler.joined
    link.send([message])

    assert (hello, link.session, link.agent_id) == ("hello", 3, "agent_1")
    assert session.sent == [message]
    assert noted == [Left(AgentId("agent_1"), 3, (message,), clock.now())]
    assert handler.calls == ["said", "refused", "left"]
    assert server.stopped_ms == 5
    [found] = encoded(noted[0])
    assert isinstance(found, Encoded)


@given(st.integers(0, 4_000_000_000_000))
def test_the_next_day_is_the_first_moment_of_another_day(wall_ms: int) -> None:
    found = next_day_ms(wall_ms)

    assert wall_ms < found <= wall_ms + DAY_MS
    assert day_of(found) > day_of(wall_ms) == day_of(found - 1)


def test_what_the_engine_knows_stands_before_whatever_comes_in_on_a_day() -> None:
    noted: list[Passing] = []
    brain, event = tapped(Brain(()), noted), Due(("pulse", "a"))
    for days in (0, 1, 1, 3):
        brain.handle(event, Instant(NOW.wall_ms + days * DAY_MS, NOW.mono_ms))

    kinds = [type(each).__name__ for each in noted]
    assert kinds == ["Handled", "Checkpoint", "Handled", "Handled", "Checkpoint", "Handled"]
    [first, second] = [each for each in noted if isinstance(each, Checkpoint)]
    assert (first.state, second.state) == (STATE, STATE)
    assert first.state is not STATE
    assert first.now.wall_ms == NOW.wall_ms + DAY_MS


def test_a_day_that_has_begun_by_itself_is_not_begun_again() -> None:
    noted: list[Passing] = []
    brain, midnight = tapped(Brain(()), noted), Instant(next_day_ms(NOW.wall_ms), 2_000)
    brain.begin_day(NOW)
    brain.begin_day(midnight)
    brain.begin_day(midnight)
    brain.handle(Due(("pulse", "a")), midnight)

    assert [type(each).__name__ for each in noted] == ["Checkpoint", "Handled"]


def test_a_clock_that_steps_back_over_midnight_begins_no_day_twice() -> None:
    noted: list[Passing] = []
    brain, event = tapped(Brain(()), noted), Due(("pulse", "a"))
    midnight_ms = next_day_ms(NOW.wall_ms)
    for wall_ms in (midnight_ms, midnight_ms - 5, midnight_ms + 5):
        brain.handle(event, Instant(wall_ms, 1))

    assert sum(isinstance(each, Checkpoint) for each in noted) == 1

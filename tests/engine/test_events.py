"""Events are values: what is recorded can be replayed."""

import pytest

from echo.domain.journal import Recovered
from echo.domain.policy import PolicyBook
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    PoliciesChanged,
    SettingsChanged,
    Started,
)
from tests.engine.scenes import AGENT, Desk, opened, settings

BOOK = PolicyBook()


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (Started(Recovered()), Started(Recovered())),
        (SettingsChanged(settings()), SettingsChanged(settings())),
        (PoliciesChanged(BOOK), PoliciesChanged(BOOK)),
        (AgentLeft(AGENT, 1, "x"), AgentLeft(AGENT, 1, "x")),
        (AgentSaid(AGENT, 1, None, opened()), AgentSaid(AGENT, 1, None, opened())),
        (Due(("a", "b")), Due(("a", "b"))),
    ],
    ids=lambda event: type(event).__name__,
)
def test_events_compare_by_what_they_say(one: Event, same: Event) -> None:
    assert one == same


def test_every_event_is_understood() -> None:
    kinds = {type(event) for event, _ in played()}

    assert kinds == {AgentJoined, AgentLeft, AgentSaid, Due}


def played() -> list[tuple[Event, object]]:
    stage = Desk()
    stage.join()
    stage.wait(1_000)
    stage.leave()
    return list(stage.events)

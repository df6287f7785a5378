"""A recorded day: what it feeds a replay with gives the same effects again."""

import pytest

from echo.domain.ids import AgentId
from echo.domain.journal import Recovered
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentHeartbeat
from echo.engine.engine import Engine
from echo.engine.events import AgentJoined, AgentSaid, Due, Event, Started
from echo.engine.settings import EngineSettings
from echo.services.core.canonical import canonical
from echo.services.core.recorder import Recorder, read_recording
from tests.services.core.fakes import hello

AGENT = AgentId("agent_1")
DAY: list[tuple[Event, Instant]] = [
    (Started(Recovered()), Instant(1_000, 1)),
    (AgentJoined(AGENT, 1, hello()), Instant(1_500, 501)),
    (
        AgentSaid(AGENT, 1, None, AgentHeartbeat(agent_id=AGENT, timestamp_ms=1, mono_ms=9)),
        Instant(1_600, 601),
    ),
    (Due(("pulse", AGENT)), Instant(2_500, 1_501)),
]


@pytest.fixture
def recording() -> list[bytes]:
    lines: list[bytes] = []
    record = Recorder(lines.append)
    for event, now in DAY:
        record(event, now)
    return lines


def test_what_was_recorded_is_read_back(recording: list[bytes]) -> None:
    assert list(read_recording(recording)) == DAY


def test_a_replay_gives_the_same_effects_byte_for_byte(recording: list[bytes]) -> None:
    first, again = (Engine(EngineSettings(), PolicyBook()) for _ in range(2))
    effects = [first.handle(event, now) for event, now in DAY]
    replayed = [again.handle(event, now) for event, now in read_recording(recording)]

    assert [canonical(repr(each)) for each in replayed] == [
        canonical(repr(each)) for each in effects
    ]


def test_a_line_that_was_cut_off_ends_the_recording(recording: list[bytes]) -> None:
    recording[-1] = recording[-1][:-5]

    assert list(read_recording(recording)) == DAY[:-1]


@pytest.mark.parametrize("line", [b"[]\n", b"[1,2]\n", b"nonsense\n"])
def test_what_is_no_recording_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        list(read_recording([line]))

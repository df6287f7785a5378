"""What is decided says how long it took; what is not decided says nothing."""

from collections.abc import Sequence

from echo.domain.copy_facts import TurnTimed
from echo.domain.facts import Alarm, Fact
from echo.domain.handshake import RegistrationStatus
from echo.domain.quantities import Instant
from echo.engine.effects import Effect, Observe
from echo.engine.events import Due, Event
from echo.services.core.timed_brain import TimedBrain
from tests.links.telemetry.facts import DECIDED, RECEIVED, SENT, evaluated

NOW = Instant(1_750_000_000_000, 7)
TOOK_US = 180
EVENT = Due(("k",))


class Slow:
    """A clock that goes on only while a brain thinks."""

    def __init__(self) -> None:
        self.us = NOW.wall_ms * 1_000 + 12

    def wall_us(self) -> int:
        return self.us


class Thinker:
    """Decides the same each time, and takes its time."""

    def __init__(self, clock: Slow, *facts: Fact) -> None:
        self._clock, self.effects = clock, [Observe(each) for each in facts]

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        assert (event, now) == (EVENT, NOW)
        self._clock.us += TOOK_US
        return self.effects


def timed(*facts: Fact) -> Sequence[Effect]:
    clock = Slow()
    return TimedBrain(Thinker(clock, *facts), clock).handle(EVENT, NOW)  # type: ignore[arg-type]  # the part of a clock that it needs


def test_how_long_a_turn_took_is_told_before_what_it_decided() -> None:
    for fact in (RECEIVED, DECIDED, evaluated(RegistrationStatus.ACCEPTED)):
        alarm = Alarm(key="k", code="c", sentence="s")
        first, *rest = timed(alarm, fact)

        begun_at_us = NOW.wall_ms * 1_000 + 12
        assert first == Observe(
            TurnTimed(at_ms=NOW.wall_ms, begun_at_us=begun_at_us, ended_at_us=begun_at_us + TOOK_US)
        )
        assert rest == [Observe(alarm), Observe(fact)]


def test_a_turn_in_which_nothing_was_decided_is_left_as_it_is() -> None:
    assert timed(SENT) == [Observe(SENT)]
    assert timed() == []

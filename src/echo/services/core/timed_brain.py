"""A brain that says how long it took over what it decided."""

from collections.abc import Sequence
from typing import Final

from echo.domain.copy_facts import CopyDecided, TurnTimed
from echo.domain.facts import ActionReceived
from echo.domain.quantities import Instant
from echo.domain.registration_facts import AccountEvaluated
from echo.engine.effects import Effect, Observe
from echo.engine.events import Event
from echo.ports.clock import Clock
from echo.services.core.brain import Brain

_STEPS: Final = frozenset({ActionReceived, CopyDecided, AccountEvaluated})
"""Facts about what is decided within a turn."""


class TimedBrain:
    """A `Brain` before another one, for traces of trades.

    The engine knows no clock, so its turn is timed from outside; what the turn decided is told
    right after how long it took.
    """

    def __init__(self, brain: Brain, clock: Clock) -> None:
        self._brain, self._clock = brain, clock

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Take in *event*, which happened at *now*, and return what must be done about it."""
        begun_at_us = self._clock.wall_us()
        effects = self._brain.handle(event, now)
        for effect in effects:
            if type(effect) is Observe and type(effect.fact) in _STEPS:
                turn = TurnTimed(
                    at_ms=now.wall_ms, begun_at_us=begun_at_us, ended_at_us=self._clock.wall_us()
                )
                return [Observe(turn), *effects]
        return effects

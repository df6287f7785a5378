"""What decides, as the shell sees it."""

from collections.abc import Sequence
from typing import Protocol

from echo.domain.quantities import Instant
from echo.engine.effects import Effect
from echo.engine.events import Event


class Brain(Protocol):
    """What decides: `Engine`, or what a test puts in its place."""

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Take in *event*, which happened at *now*, and return what must be done about it."""

"""The telemetry port: where facts go once the messages have left."""

from typing import Protocol

from echo.domain.facts import Fact


class FactSink(Protocol):
    """Takes facts; never blocks, never raises."""

    def observe(self, fact: Fact) -> None:
        """Record one fact."""

"""One sink before several."""

from echo.domain.facts import Fact
from echo.ports.telemetry import FactSink


class FanOut:
    """A `FactSink` that hands every fact to each of its sinks."""

    def __init__(self, *sinks: FactSink) -> None:
        self._sinks = sinks

    def observe(self, fact: Fact) -> None:
        """Hand *fact* on."""
        for sink in self._sinks:
            sink.observe(fact)

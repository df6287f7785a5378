"""Several sinks are told the same."""

from echo.domain.facts import Fact
from echo.links.telemetry.fan_out import FanOut
from tests.links.telemetry.facts import FILLED


class Kept:
    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def observe(self, fact: Fact) -> None:
        self.facts.append(fact)


def test_every_sink_is_told_once() -> None:
    sinks = Kept(), Kept()

    FanOut(*sinks).observe(FILLED)

    assert [each.facts for each in sinks] == [[FILLED], [FILLED]]

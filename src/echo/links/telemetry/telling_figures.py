"""How facts about telling itself become figures, in Core and Agent alike."""

from collections.abc import Callable
from typing import Any

from echo.domain.facts import Fact
from echo.domain.link_facts import CollectorChanged, FactsShed
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.telling_table import SHED


def telling_feeds(meters: Meters) -> dict[type[Fact], Callable[[Any], None]]:
    """Return what feeds *meters*, by the fact that it takes; what may be missing begins at 0."""
    for what in SHED:
        meters.add("echo.telemetry.shed", what, amount=0)
    return {
        CollectorChanged: lambda fact: meters.set("echo.collector.up", fact.up, fact.address),
        FactsShed: lambda fact: meters.add("echo.telemetry.shed", fact.what, amount=fact.facts),
    }

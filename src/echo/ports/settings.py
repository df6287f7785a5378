"""The settings port: where raw settings come from, at start and whenever they change."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from echo.ports.telemetry import FactSink


class SettingsSource(Protocol):
    """A place that holds settings as a map from key to raw value."""

    strangers: bool
    """Whether keys that are no settings may lie there, to be warned about and left out."""

    async def fetch(self) -> Mapping[str, object]:
        """Return what the place holds now.

        Raises:
            SettingsInvalid: there is nothing that could be read; each complaint names the place.
        """

    def changes(self, facts: FactSink) -> AsyncIterator[Mapping[str, object]]:
        """Yield everything that the place holds, whenever that changed since `fetch`; without end.

        What happens to the place meanwhile is told to *facts*; nothing is raised.
        """

    async def close(self) -> None:
        """Let go of the place."""

    async def keep(self, values: Mapping[str, object], facts: FactSink) -> None:
        """Remember *values*, which are in force, where a later start may need them; or nowhere."""

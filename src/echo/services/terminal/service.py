"""The shell of one or more paper terminals in one process."""

from asyncio import Event, TaskGroup
from collections.abc import Sequence
from typing import Protocol

from echo.ports.clock import Clock

TURN_MS = 20
"""Between two looks at market and broker; what the Agent says is handled at once."""


class Onstage(Protocol):
    """One paper terminal, whatever is on its chart."""

    def attach(self) -> None:
        """Begin a life."""

    async def serve(self) -> None:
        """Keep its links, until cancelled."""

    def turn(self) -> None:
        """Move on; called every few milliseconds."""

    def detach(self) -> None:
        """Release the files."""


class TerminalService:
    """Runs stations until it is told to stop."""

    def __init__(self, stations: Sequence[Onstage], clock: Clock) -> None:
        self._stations = tuple(stations)
        self._clock = clock

    async def run(self, stopping: Event) -> None:
        """Attach all stations, serve them, and detach them once *stopping* is set."""
        for station in self._stations:
            station.attach()
        async with TaskGroup() as group:
            tasks = [group.create_task(station.serve()) for station in self._stations]
            tasks.append(group.create_task(self._turns()))
            await stopping.wait()
            for task in tasks:
                task.cancel()
        for station in self._stations:
            station.detach()

    async def _turns(self) -> None:
        while True:
            for station in self._stations:
                station.turn()
            await self._clock.sleep_ms(TURN_MS)

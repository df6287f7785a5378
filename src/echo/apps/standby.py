"""What a Core that waits for its turn tells of itself and of the one that serves."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from echo.apps.inquiries import changes
from echo.apps.journals import Place, place_of
from echo.apps.leases import Turn
from echo.apps.state_file import admin_address
from echo.config.settings import CoreSettings
from echo.domain.health import Standby
from echo.ports.clock import Clock
from echo.ports.errors import EchoError

StandsBy = Callable[[], Awaitable[Standby | None]]
"""Returns how a Core waits for another one; ``None`` = for none."""

LOOK_EVERY_MS: Final = 2_000
"""However often people ask, the journal is looked into no more often."""


class Waiting:
    """Knows since when this Core waits, and for whom.

    Args:
        place: Where the journal is.
        folder: The state folder, which the Cores share.
    """

    def __init__(self, turn: Turn, place: Place, folder: Path, clock: Clock) -> None:
        self._turn, self._place, self._folder, self._clock = turn, place, folder, clock
        self._since_ms = clock.now().wall_ms
        self._looked_mono_ms: int | None = None
        self._journal = ""

    def told(self, ready: bool) -> None:
        """Take note that this Core serves by now, or does so no more."""
        if not ready:
            self._since_ms = self._clock.now().wall_ms

    async def standby(self) -> Standby | None:
        """Return how this Core waits; ``None`` = nobody else holds the lease."""
        holder = self._turn.holder()
        if holder in ("", self._turn.who):
            return None
        await self._look()
        return Standby(
            holder=holder,
            since_ms=self._since_ms,
            journal=self._journal,
            serves_at=admin_address(self._folder) or "",
        )

    async def _look(self) -> None:
        """Find out whether the journal can be read, beside whoever writes it."""
        now_ms, looked_ms = self._clock.now().mono_ms, self._looked_mono_ms
        if looked_ms is not None and now_ms - looked_ms < LOOK_EVERY_MS:
            return
        self._looked_mono_ms = now_ms
        try:
            await asyncio.to_thread(changes, self._place, "", 1)
            self._journal = ""
        except EchoError as error:
            self._journal = str(error)


def waiting(turn: Turn | None, settings: CoreSettings, clock: Clock) -> Waiting | None:
    """Return it; ``None`` = this Core shares its journal with nobody, and never waits."""
    return None if turn is None else Waiting(turn, place_of(settings), settings.state_dir, clock)

"""Holding on to a lease: a Core that has lost it has nothing to say any more."""

from collections.abc import Callable
from typing import Final

from echo.domain.facts import Alarm
from echo.ports.clock import Clock
from echo.ports.errors import JournalUnavailable
from echo.ports.lease import Hold
from echo.ports.telemetry import FactSink

RENEWS: Final = 3
"""How often a lease is renewed while it lasts: two renewals may fail."""


class Tenure:
    """Renews a lease, whether anything is written or not.

    Args:
        lasts_ms: How long the lease lasts after its last use.
        lost: Called when another Core has had the lease since: everything must be read again.
            Returns whether that is news; a Core that waits for its turn knows it.
    """

    def __init__(
        self,
        hold: Hold,
        clock: Clock,
        facts: FactSink,
        *,
        lasts_ms: int,
        lost: Callable[[], bool],
    ) -> None:
        self._hold, self._clock, self._facts = hold, clock, facts
        self._every_ms = max(1, lasts_ms // RENEWS)
        self._lost = lost

    async def run(self) -> None:
        """Renew, until cancelled."""
        while True:
            await self._clock.sleep_ms(self._every_ms)
            await self._renew()

    async def _renew(self) -> None:
        try:
            held = await self._hold.renew()
        except JournalUnavailable:
            return  # Whoever writes finds out, and says so.
        if not held and self._lost():
            self._facts.observe(
                Alarm(
                    key="lease",
                    code="LEASE_LOST",
                    sentence="another Core has had the lease: this one ends its streams and waits",
                )
            )

"""Retention: what is older than anybody wants to keep leaves the journal: trades, verdicts."""

from collections.abc import Callable
from typing import Final

from echo.domain.facts import Alarm
from echo.engine.settings import EngineSettings
from echo.ports.clock import Clock
from echo.ports.errors import EchoError
from echo.ports.journal import Journal
from echo.ports.telemetry import FactSink

PURGE_EVERY_MS: Final = 3_600_000
FIRST_PURGE_MS: Final = 60_000
"""A Core that has just started has better things to do."""
TRADES_PER_PURGE: Final = 20
"""Trades that one transaction deletes: commits wait behind it, for some ms."""
BREATH_MS: Final = 250
"""Pause between two transactions."""
DAY_MS: Final = 86_400_000
VERDICTS_KEPT_DAYS: Final = 30
"""How long it can be looked up how an account was judged; its latest verdict stays."""


class Retention:
    """Purges a journal now and then, in small pieces.

    Args:
        settings: Returns the settings in force: for how many days settled trades are kept.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        facts: FactSink,
        settings: Callable[[], EngineSettings],
    ) -> None:
        self._journal, self._clock, self._facts = journal, clock, facts
        self._settings = settings

    async def run(self) -> None:
        """Purge every hour, until cancelled.  What fails is told, and tried in an hour."""
        await self._clock.sleep_ms(FIRST_PURGE_MS)
        while True:
            try:
                await self.purge()
            except EchoError as error:
                self._facts.observe(
                    Alarm(key="retention", code="PURGE_FAILED", sentence=str(error))
                )
            await self._clock.sleep_ms(PURGE_EVERY_MS)

    async def purge(self) -> int:
        """Delete everything that is too old, verdicts first; return how many trades that were.

        Raises:
            JournalUnavailable: the journal could not be written; what was deleted stays so.
        """
        while await self._journal.purge_registrations(keep_days=VERDICTS_KEPT_DAYS):
            await self._clock.sleep_ms(BREATH_MS)
        total = 0
        while (days := self._settings().keep_settled_days) > 0:
            gone = await self._journal.purge(keep_ms=days * DAY_MS, trades_max=TRADES_PER_PURGE)
            total += gone
            if gone < TRADES_PER_PURGE:
                break
            await self._clock.sleep_ms(BREATH_MS)
        return total

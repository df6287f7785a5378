"""Getting a batch onto the disk, however long it takes."""

from collections.abc import Callable, Sequence
from typing import Final

from echo.domain.facts import Alarm
from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered
from echo.engine.settings import EngineSettings
from echo.ports.clock import Clock
from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable
from echo.ports.journal import Journal
from echo.ports.telemetry import FactSink

DEGRADED_AFTER_MS: Final = 4_000
"""A journal that has failed for so long is reported; well before anybody asks why."""

JOURNAL_FAILED: Final = "core_delivery_failed"
JOURNAL_DEGRADED: Final = "journal_degraded"
JOURNAL_RECOVERED: Final = "journal_recovered"


class Committer:
    """Commits and loads, again and again while the journal cannot; tells when it cannot.

    Args:
        settings: Returns the settings in force; their delivery back-off sets the pace.
        healthy: Called with False when the journal has failed for too long, with True when it
            answers again.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        facts: FactSink,
        settings: Callable[[], EngineSettings],
        healthy: Callable[[bool], None],
    ) -> None:
        self._journal, self._clock, self._facts = journal, clock, facts
        self._settings, self._healthy = settings, healthy

    async def commit(self, records: Sequence[Record]) -> None:
        """Return when *records* are on disk.  Raises ``JournalRefused``, and nothing else.

        Repeating a commit whose fate is unknown is harmless: every record is an upsert by its
        derived key.
        """
        trial = _Trial(self, f"a commit of {len(records)} records")
        try:
            while True:
                try:
                    await self._journal.commit(records)
                except (JournalUnavailable, CommitUnknown) as error:
                    await trial.failed(error)
                except JournalRefused:
                    # A no is an answer: what waited in vain before it does so no more.
                    trial.answered()
                    raise
                else:
                    return trial.answered()
        finally:
            trial.over()

    async def load(self) -> Recovered:
        """Read everything back."""
        trial = _Trial(self, "reading the journal")
        try:
            while True:
                try:
                    recovered = await self._journal.load()
                except JournalUnavailable as error:
                    await trial.failed(error)
                else:
                    trial.answered()
                    return recovered
        finally:
            trial.over()

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Look up whether a trade is stored, and over."""
        trial = _Trial(self, f"looking up trade {trade_id}")
        try:
            while True:
                try:
                    settled = await self._journal.is_settled(trade_id)
                except JournalUnavailable as error:
                    await trial.failed(error)
                else:
                    trial.answered()
                    return settled
        finally:
            trial.over()


class _Trial:
    """One piece of work for the journal, from the first attempt to the one that is answered."""

    def __init__(self, committer: Committer, work: str) -> None:
        self._clock, self._facts = committer._clock, committer._facts
        self._settings, self._healthy = committer._settings, committer._healthy
        self._work = work
        self._begun_mono_ms = self._clock.now().mono_ms
        self._attempts = 1
        self._reported: set[str] = set()
        self._last_error = "no answer"
        # A disk that hangs raises nothing, so the clock watches as well.
        self._watch = self._clock.call_at(self._begun_mono_ms + DEGRADED_AFTER_MS, self._degraded)

    async def failed(self, error: Exception) -> None:
        """Note a failure; return when it is time to try again."""
        self._last_error = str(error)
        settings = self._settings()
        if self._attempts > settings.max_retries:
            self._report(JOURNAL_FAILED)
        backoff_ms = settings.retry_backoff_ms
        wait_ms = backoff_ms[min(self._attempts, len(backoff_ms)) - 1]
        self._attempts += 1
        await self._clock.sleep_ms(wait_ms)

    def answered(self) -> None:
        """The journal has answered; say so if anybody was told that it does not."""
        if not self._reported:
            return
        self._healthy(True)
        lasted_ms = self._clock.now().mono_ms - self._begun_mono_ms
        self._observe(JOURNAL_RECOVERED, f"{self._work} was answered after {lasted_ms} ms")

    def over(self) -> None:
        """Stop watching."""
        self._watch.cancel()

    def _degraded(self) -> None:
        self._report(JOURNAL_DEGRADED)

    def _report(self, code: str) -> None:
        if code in self._reported:
            return
        self._reported.add(code)
        self._healthy(False)
        self._observe(code, f"{self._work} fails, attempt {self._attempts}: {self._last_error}")

    def _observe(self, code: str, sentence: str) -> None:
        self._facts.observe(Alarm(key="journal", code=code, sentence=sentence))

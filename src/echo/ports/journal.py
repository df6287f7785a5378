"""The journal port: what is durable before anything is sent."""

from collections.abc import Sequence
from typing import Protocol

from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered


class Journal(Protocol):
    """A durable store of records, each an upsert by its derived key."""

    async def load(self) -> Recovered:
        """Read everything that a starting Core needs.  Raises ``JournalUnavailable``."""

    async def commit(self, records: Sequence[Record]) -> None:
        """Write all *records* in one transaction and return when they are on disk.

        Raises:
            JournalUnavailable: nothing was written; commit the same again.
            CommitUnknown: it may have been written; committing the same again is harmless.
            JournalRefused: fenced by another writer or contradicted by a stored row.
        """

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is stored, and over.  Raises ``JournalUnavailable``."""

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        """Delete settled trades with all their rows, the oldest first; return how many.

        Args:
            keep_ms: A trade stays that was last changed less than so long before the latest one:
                stored times are compared with each other, for clocks jump.
            trades_max: At most so many, so that commits do not wait for long.

        Raises:
            JournalUnavailable: nothing, or not everything, was deleted.
        """

    async def purge_registrations(self, *, keep_days: int) -> int:
        """Delete verdicts that are older than so many days; return how many.

        Of each account the latest stays, however old it is.  A call may leave some to the next.

        Raises:
            JournalUnavailable: nothing, or not everything, was deleted.
        """

    async def close(self) -> None:
        """Finish what is in flight and release the store."""

"""The journal port: what is durable before anything is sent."""

from collections.abc import Sequence
from typing import Protocol

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

    async def close(self) -> None:
        """Finish what is in flight and release the store."""

"""The ledger port: an Agent's own durable memory."""

from collections.abc import Sequence
from typing import Protocol

from echo.domain.ledger import LedgerContents, LedgerEntry


class Ledger(Protocol):
    """A small durable map from key to entry."""

    async def load(self) -> LedgerContents:
        """Read everything; a new ledger mints its id.  Raises ``LedgerUnwritable``."""

    async def write(self, puts: Sequence[LedgerEntry], drops: Sequence[str]) -> None:
        """Put and drop entries in one transaction, on disk when it returns.

        Raises:
            LedgerUnwritable: nothing was written.
        """

    async def close(self) -> None:
        """Finish what is in flight and release the file."""

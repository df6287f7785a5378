"""A journal for two Cores: only the holder of its lease may write.

The store numbers its leases.  Whoever writes says under which number; a Core that was paused for
longer than its lease lasts, and finds that another one has taken over, is refused for good: what it
believes is old.  It reads the journal again as soon as the lease is free.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered
from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.ports.journal import Journal


@dataclass(slots=True)
class Lease:
    """Who may write, as the store knows it; times in ms on the store's clock."""

    holder: str = ""
    revision: int = 0
    """Rises with every change of the holder; 0 = nobody has held it yet."""
    ends_ms: int = 0

    def take(self, who: str, *, now_ms: int, lasts_ms: int) -> int | None:
        """Take or renew the lease; return its revision, ``None`` = somebody else holds it."""
        if self.holder != who:
            if self.revision and now_ms < self.ends_ms:
                return None
            self.holder = who
            self.revision += 1
        self.ends_ms = now_ms + lasts_ms
        return self.revision

    def renew(self, revision: int, *, now_ms: int, lasts_ms: int) -> bool:
        """Hold on to the lease; ``False`` = another one has been given out since."""
        if revision != self.revision:
            return False
        self.ends_ms = now_ms + lasts_ms
        return True


class LeasedJournal:
    """One Core's way to a journal that it shares with another.

    Args:
        journal: The store; must apply a commit and the check before it as one.
        lease: The store's lease; shared by all who write.
        who: Names this Core; another one must have another name.
        now_ms: Shows the store's clock.
        lasts_ms: How long a lease lasts after its last use.
    """

    def __init__(
        self, journal: Journal, lease: Lease, who: str, now_ms: Callable[[], int], lasts_ms: int
    ) -> None:
        self._journal, self._lease, self._who = journal, lease, who
        self._now_ms, self._lasts_ms = now_ms, lasts_ms
        self._revision = 0

    async def load(self) -> Recovered:
        """Take the lease and read the journal; a Core that waits for the lease waits here.

        Raises:
            JournalUnavailable: another Core holds the lease, or the store cannot be read.
        """
        lease = self._lease
        revision = lease.take(self._who, now_ms=self._now_ms(), lasts_ms=self._lasts_ms)
        if revision is None:
            left_ms = lease.ends_ms - self._now_ms()
            raise JournalUnavailable(f"{lease.holder} holds the lease for {left_ms} ms more")
        self._revision = revision
        return await self._journal.load()

    async def commit(self, records: Sequence[Record]) -> None:
        """Write all *records*, under the lease; errors as the port says."""
        self._refuse_when_fenced()
        await self._journal.commit(records)

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is stored, and over."""
        return await self._journal.is_settled(trade_id)

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        """Delete old settled trades, if this Core holds the lease; else nothing."""
        if not self.renew():
            return 0
        return await self._journal.purge(keep_ms=keep_ms, trades_max=trades_max)

    def renew(self) -> bool:
        """Hold on to the lease while nothing is written; ``False`` = it is lost."""
        return self._lease.renew(self._revision, now_ms=self._now_ms(), lasts_ms=self._lasts_ms)

    async def close(self) -> None:
        """Give the lease back and release the store."""
        if self._lease.revision == self._revision:
            self._lease.ends_ms = 0
        await self._journal.close()

    def _refuse_when_fenced(self) -> None:
        if not self.renew():
            raise JournalRefused(
                f"{self._who} writes under lease {self._revision}, {self._lease.holder} holds"
                f" {self._lease.revision}"
            )

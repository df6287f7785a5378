"""A journal for two Cores: only the holder of its lease may write.

The store numbers its leases.  Whoever writes says under which number; a Core that was paused for
longer than its lease lasts, and finds that another one has taken over, is refused for good: what it
believes is old.  It reads the journal again as soon as the lease is free.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered
from echo.ports.errors import JournalRefused, JournalUnavailable, StoreLocked
from echo.ports.journal import Journal
from echo.ports.lease import Hold

_FENCED = "another Core has had the lease: what this one believes is old"
_SHUT = "the journal is not open"


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

    def refusal(self, who: str, revision: int) -> JournalRefused:
        """Say why *who* may not write any more."""
        return JournalRefused(
            f"{who} writes under lease {revision}, {self.holder} holds {self.revision}"
        )

    def absence(self, now_ms: int) -> JournalUnavailable:
        """Say who holds it, and for how long at least."""
        return JournalUnavailable(f"{self.holder} holds the lease for {self.ends_ms - now_ms} ms")


class SharedHold:
    """A hold on a lease that lies in memory.

    Args:
        lease: The store's lease; shared by all who write.
        who: Names this Core; another one must have another name.
        now_ms: Shows the store's clock.
        lasts_ms: How long a lease lasts after its last use.
    """

    def __init__(self, lease: Lease, who: str, now_ms: Callable[[], int], lasts_ms: int) -> None:
        self._lease, self._who = lease, who
        self._now_ms, self._lasts_ms = now_ms, lasts_ms
        self._revision = 0

    async def take(self) -> None:
        """Take the lease, or keep it; errors as the port says."""
        now_ms = self._now_ms()
        revision = self._lease.take(self._who, now_ms=now_ms, lasts_ms=self._lasts_ms)
        if revision is None:
            raise self._lease.absence(now_ms)
        self._revision = revision

    async def renew(self) -> bool:
        """Hold on to it; ``False`` = it is lost."""
        return self._lease.renew(self._revision, now_ms=self._now_ms(), lasts_ms=self._lasts_ms)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Renew it; nobody else runs while something is written here."""
        await self._refuse_when_lost()
        yield

    async def give_back(self) -> None:
        """Let another Core have it at once, if it is still held."""
        if self._lease.revision == self._revision:
            self._lease.ends_ms = 0

    async def _refuse_when_lost(self) -> None:
        if not await self.renew():
            raise self._lease.refusal(self._who, self._revision)


class LeasedJournal:
    """One Core's way to a journal that it shares with another.

    Args:
        opened: Opens the store, once the lease is held: a store may let in only one at a time.
        hold: This Core's hold on the lease.
    """

    def __init__(self, opened: Callable[[], Awaitable[Journal]], hold: Hold) -> None:
        self._opened, self._hold = opened, hold
        self._journal: Journal | None = None
        self._fenced = False

    async def load(self) -> Recovered:
        """Take the lease and read the journal; a Core that waits for the lease waits here.

        Raises:
            JournalUnavailable: another Core holds the lease, or the store cannot be read.
            JournalRefused: the store is of another release.
        """
        try:
            await self._hold.take()
        except JournalUnavailable:
            self._fenced = self._fenced or self._journal is not None
            await self._let_go()
            raise
        self._fenced = False
        if self._journal is None:
            try:
                self._journal = await self._opened()
            except StoreLocked as error:
                # Who held the lease before has not let go of the store yet.
                raise JournalUnavailable(str(error)) from error
        return await self._journal.load()

    async def commit(self, records: Sequence[Record]) -> None:
        """Write all *records*, under the lease; errors as the port says."""
        journal, held = self._journal, False
        if self._fenced:
            raise JournalRefused(_FENCED)
        if journal is None:
            raise JournalUnavailable(_SHUT)
        try:
            async with self._hold.writing():
                held = True
                await journal.commit(records)
        except JournalRefused:
            # The store itself stays in this Core's hands until `load` finds whose turn it is: by
            # then nobody calls here any more.
            self._fenced = self._fenced or not held
            raise

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is stored, and over.  Raises ``JournalUnavailable``."""
        if self._journal is None:
            raise JournalUnavailable(_SHUT)
        return await self._journal.is_settled(trade_id)

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        """Delete old settled trades, if this Core holds the lease; else nothing."""
        if self._journal is None or not await self._hold.renew():
            return 0
        return await self._journal.purge(keep_ms=keep_ms, trades_max=trades_max)

    async def purge_registrations(self, *, keep_days: int) -> int:
        """Delete old verdicts, if this Core holds the lease; else nothing."""
        if self._journal is None or not await self._hold.renew():
            return 0
        return await self._journal.purge_registrations(keep_days=keep_days)

    async def close(self) -> None:
        """Release the store and give the lease back."""
        self._fenced = False
        await self._let_go()
        await self._hold.give_back()

    async def _let_go(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            await journal.close()

"""Two Cores, one journal: who holds the lease writes, the other one waits or is refused."""

from collections.abc import Sequence

import pytest

from echo.domain.policy import RiskPolicy
from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.ports.journal import Journal
from echo.stores.leased import Lease, LeasedJournal
from echo.stores.memory import MemoryJournal
from tests.stores import examples as ex
from tests.stores.contract import JournalContract, JournalStore
from tests.stores.test_memory import MemoryJournalStore

LASTS_MS = 3_000


class Shelf:
    """A store with its lease and its clock."""

    def __init__(self) -> None:
        self.journal, self.lease = MemoryJournal(), Lease()
        self.now_ms = 1_000

    def core(self, name: str) -> LeasedJournal:
        return LeasedJournal(self.journal, self.lease, name, lambda: self.now_ms, LASTS_MS)


async def test_only_one_core_gets_in() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()

    with pytest.raises(JournalUnavailable, match="a holds the lease for 3000 ms more"):
        await second.load()


async def test_the_other_core_gets_in_when_the_lease_is_over() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    await first.commit((ex.trade(),))
    shelf.now_ms += LASTS_MS

    assert (await second.load()).trades == (ex.trade(),)
    await second.commit((ex.MARK,))


async def test_a_core_that_was_paused_past_its_lease_is_refused_and_writes_nothing() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    shelf.now_ms += LASTS_MS
    await second.load()

    with pytest.raises(JournalRefused, match="a writes under lease 1, b holds 2"):
        await first.commit((ex.trade(),))
    assert shelf.journal.trades == {}
    assert await first.purge(keep_ms=0, trades_max=1) == 0
    assert not first.renew()


async def test_a_core_that_was_refused_gets_in_again_when_the_other_is_gone() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    shelf.now_ms += LASTS_MS
    await second.load()
    await second.commit((ex.trade(),))
    with pytest.raises(JournalUnavailable):
        await first.load()
    shelf.now_ms += LASTS_MS

    assert (await first.load()).trades == (ex.trade(),)
    await first.commit((ex.MARK,))
    with pytest.raises(JournalRefused):
        await second.commit((ex.MARK,))


async def test_a_core_that_works_keeps_its_lease() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    for _ in range(10):
        shelf.now_ms += LASTS_MS - 1
        await first.commit((ex.MARK,))
        with pytest.raises(JournalUnavailable):
            await second.load()


async def test_an_idle_core_keeps_its_lease_by_renewing_it() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    shelf.now_ms += LASTS_MS - 1
    assert first.renew()
    shelf.now_ms += LASTS_MS - 1

    with pytest.raises(JournalUnavailable):
        await second.load()


async def test_a_lease_that_ran_out_unnoticed_is_still_good_while_nobody_took_it() -> None:
    shelf = Shelf()
    first = shelf.core("a")
    await first.load()
    shelf.now_ms += 10 * LASTS_MS

    await first.commit((ex.trade(),))
    assert await first.purge(keep_ms=0, trades_max=1) == 0
    assert not await first.is_settled(ex.trade().trade_id)


async def test_a_core_that_stops_gives_its_lease_back() -> None:
    shelf = Shelf()
    await shelf.core("a").load()
    first = shelf.core("a")
    await first.load()
    shelf.journal = MemoryJournal()
    await first.close()
    second = shelf.core("b")

    await second.load()
    assert shelf.lease.revision == 2


async def test_a_core_that_stops_after_it_lost_its_lease_gives_nothing_back() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    shelf.now_ms += LASTS_MS
    await second.load()
    ends_ms = shelf.lease.ends_ms
    await first.close()

    assert shelf.lease.ends_ms == ends_ms


class LeasedStore:
    """The store in memory, behind a lease."""

    def __init__(self) -> None:
        self._inner = MemoryJournalStore()

    async def open(self, policies: Sequence[RiskPolicy] = ()) -> Journal:
        return await self._leased(await self._inner.open(policies))

    async def reopen(self) -> Journal:
        return await self._leased(await self._inner.reopen())

    async def count(self, kind: str) -> int:
        return await self._inner.count(kind)

    async def _leased(self, journal: Journal) -> Journal:
        leased = LeasedJournal(journal, Lease(), "a", lambda: 0, LASTS_MS)
        await leased.load()
        return leased


class TestContract(JournalContract):
    """A journal behind a lease is a journal."""

    @pytest.fixture
    def store(self) -> JournalStore:
        return LeasedStore()

"""Two Cores, one journal: who holds the lease writes, the other one waits or is refused."""

from collections.abc import Sequence

import pytest

from echo.domain.policy import RiskPolicy
from echo.ports.errors import JournalRefused, JournalUnavailable, StoreLocked
from echo.ports.journal import Journal
from echo.sim.disks import Rows
from echo.stores.leased import Lease, LeasedJournal, SharedHold
from tests.stores import examples as ex
from tests.stores.contract import JournalContract, JournalStore
from tests.stores.test_memory import MemoryJournalStore

LASTS_MS = 3_000


class Shelf:
    """A store with its lease and its clock; at most one Core has it open."""

    def __init__(self) -> None:
        self.journal, self.lease = Rows(), Lease()
        self.now_ms = 1_000
        self.locked_by = ""
        self.holds: dict[LeasedJournal, SharedHold] = {}

    def core(self, name: str) -> LeasedJournal:
        async def opened() -> Journal:
            if self.locked_by not in {"", name}:
                raise StoreLocked(f"{self.locked_by} has it open")
            return self.journal

        hold = SharedHold(self.lease, name, lambda: self.now_ms, LASTS_MS)
        core = LeasedJournal(opened, hold)
        self.holds[core] = hold
        return core


async def test_only_one_core_gets_in() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()

    with pytest.raises(JournalUnavailable, match="a holds the lease for 3000 ms"):
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
    assert not await shelf.holds[first].renew()


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
    assert await shelf.holds[first].renew()
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


async def test_a_store_that_is_still_locked_is_tried_again() -> None:
    """Who was killed with the lease in its hands may leave the store locked a little longer."""
    shelf = Shelf()
    shelf.locked_by = "b"
    first = shelf.core("a")
    with pytest.raises(JournalUnavailable, match="b has it open"):
        await first.load()
    shelf.locked_by = ""

    await first.load()
    await first.commit((ex.MARK,))


async def test_who_is_refused_lets_go_of_the_store_when_it_waits_for_its_turn() -> None:
    shelf = Shelf()
    first, second = shelf.core("a"), shelf.core("b")
    await first.load()
    shelf.now_ms += LASTS_MS
    await second.load()
    with pytest.raises(JournalRefused):
        await first.commit((ex.MARK,))

    with pytest.raises(JournalRefused, match="has had the lease"):
        await first.commit((ex.MARK,))
    assert not await first.is_settled(ex.trade().trade_id)
    with pytest.raises(JournalUnavailable, match="b holds the lease"):
        await first.load()
    with pytest.raises(JournalUnavailable, match="not open"):
        await first.is_settled(ex.trade().trade_id)
    assert await first.purge_registrations(keep_days=1) == 0


class LeasedStore:
    """The store in memory, behind a lease."""

    def __init__(self) -> None:
        self._inner = MemoryJournalStore()

    async def open(self, policies: Sequence[RiskPolicy] = ()) -> Journal:
        return await self._leased(await self._inner.open(policies))

    async def reopen(self) -> Journal:
        return await self._leased(await self._inner.reopen())

    async def two_cores(self) -> tuple[Journal, Journal]:
        return await self._inner.two_cores()

    async def count(self, kind: str) -> int:
        return await self._inner.count(kind)

    async def _leased(self, journal: Journal) -> Journal:
        async def opened() -> Journal:
            return journal

        leased = LeasedJournal(opened, SharedHold(Lease(), "a", lambda: 0, LASTS_MS))
        await leased.load()
        return leased


class TestContract(JournalContract):
    """A journal behind a lease is a journal."""

    @pytest.fixture
    def store(self) -> JournalStore:
        return LeasedStore()

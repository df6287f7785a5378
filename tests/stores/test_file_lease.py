"""A lease in a file: who holds it, until when, and nobody else while something is written."""

import multiprocessing
from pathlib import Path

import pytest

from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.stores.file_lease import FileHold
from echo.stores.leased import LeasedJournal
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex

LASTS_MS = 3_000


class Host:
    """A folder, and a clock since boot."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.lease"
        self.boot_id, self.now_ms = "boot", 50_000

    def hold(self, who: str) -> FileHold:
        return FileHold(self.path, who, lambda: (self.boot_id, self.now_ms), lasts_ms=LASTS_MS)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


async def test_only_one_core_has_it(host: Host) -> None:
    first, second = host.hold("a"), host.hold("b")
    await first.take()
    await first.take()

    with pytest.raises(JournalUnavailable, match="a holds the lease for 3000 ms"):
        await second.take()
    assert not await second.renew()


async def test_it_passes_on_when_it_is_over_and_the_first_is_refused(host: Host) -> None:
    first, second = host.hold("a"), host.hold("b")
    await first.take()
    host.now_ms += LASTS_MS
    await second.take()

    assert not await first.renew()
    with pytest.raises(JournalRefused, match="a writes under lease 1, b holds 2"):
        async with first.writing():
            raise AssertionError("never entered")
    await first.give_back()
    assert await second.renew()


async def test_who_writes_keeps_everybody_out_however_long_it_takes(host: Host) -> None:
    first, second = host.hold("a"), host.hold("b")
    await first.take()
    async with first.writing():
        host.now_ms += 10 * LASTS_MS
        with pytest.raises(JournalUnavailable, match="in its hands"):
            await second.take()
    await second.take()


async def test_what_is_given_back_is_free_at_once(host: Host) -> None:
    first, second = host.hold("a"), host.hold("b")
    await first.take()
    await first.give_back()

    await second.take()


async def test_a_host_that_has_booted_again_owes_nothing_to_its_former_boot(host: Host) -> None:
    first, second = host.hold("a"), host.hold("b")
    await first.take()
    host.boot_id, host.now_ms = "next", 10

    await second.take()
    assert not await first.renew()


async def test_a_file_that_is_no_lease_is_not_taken_for_one(host: Host) -> None:
    host.path.write_text("my notes")
    with pytest.raises(JournalUnavailable, match="is no lease"):
        await host.hold("a").take()
    assert host.path.read_text() == "my notes"


async def test_a_folder_that_is_not_there_is_told(host: Host) -> None:
    host.path = host.path / "nowhere"
    hold = host.hold("a")
    with pytest.raises(JournalUnavailable, match="cannot be opened"):
        await hold.take()
    await hold.give_back()


def _take_and_die(path: Path) -> None:
    import asyncio  # in the process that dies
    import os

    async def take() -> None:
        hold = FileHold(path, "dead", lambda: ("boot", 50_000), lasts_ms=LASTS_MS)
        await hold.take()
        async with hold.writing():
            os._exit(0)

    asyncio.run(take())


async def test_a_core_that_dies_within_a_write_leaves_no_lock_behind(host: Host) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_take_and_die, args=(host.path,))
    process.start()
    process.join()
    second = host.hold("b")
    with pytest.raises(JournalUnavailable, match="dead holds the lease"):
        await second.take()
    host.now_ms += LASTS_MS

    await second.take()


async def test_two_cores_at_one_sqlite_file(host: Host, tmp_path: Path) -> None:
    """The second waits outside; the first is refused, lets go when it waits, and is followed."""
    path = tmp_path / "journal.sqlite"

    def core(who: str) -> LeasedJournal:
        async def opened() -> SqliteJournal:
            return SqliteJournal.open(path)

        return LeasedJournal(opened, host.hold(who))

    first, second = core("a"), core("b")
    await first.load()
    await first.commit((ex.trade(),))
    host.now_ms += LASTS_MS
    with pytest.raises(JournalUnavailable, match="is in use by process"):
        await second.load()  # The lease is its own now, the file still the other's.
    with pytest.raises(JournalRefused):
        await first.commit((ex.MARK,))
    with pytest.raises(JournalUnavailable, match="holds the lease"):
        await first.load()

    assert (await second.load()).trades == (ex.trade(),)
    await second.close()
    assert (await first.load()).trades == (ex.trade(),)
    await first.close()


async def test_who_holds_it_is_told_without_keeping_anybody_waiting(host: Host) -> None:
    first, second = host.hold("a"), host.hold("b")
    assert second.holder() == "", "there is no file yet"
    await first.take()
    async with first.writing():
        assert (first.holder(), second.holder()) == ("a", "a")

    host.now_ms += LASTS_MS
    assert second.holder() == ""
    await second.take()
    assert first.holder() == "b"
    host.boot_id = "next"
    assert first.holder() == "", "of another boot"
    host.path.write_bytes(b"{")
    assert first.holder() == ""

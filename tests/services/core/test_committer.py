"""A journal that fails: patience, reports, readiness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from echo.domain.facts import Alarm
from echo.domain.journal import Recovered
from echo.engine.settings import EngineSettings
from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable
from echo.services.core import committer as module
from echo.services.core.committer import Committer
from tests.fakes import FactLog, FakeClock, until
from tests.services.core.fakes import GatedJournal, row

SETTINGS = replace(EngineSettings(), retry_backoff_ms=(50, 100), max_retries=3)


class Desk:
    """A committer with everything around it."""

    def __init__(self) -> None:
        self.journal, self.clock, self.facts = GatedJournal(), FakeClock(), FactLog()
        self.healthy: list[bool] = []
        self.settings = SETTINGS
        self.committer = Committer(
            self.journal, self.clock, self.facts, lambda: self.settings, self.healthy.append
        )

    @property
    def codes(self) -> list[str]:
        return [fact.code for fact in self.facts.facts if isinstance(fact, Alarm)]

    async def pass_ms(self, duration_ms: int) -> None:
        """Let the committer come to rest, then let time pass, then let it come to rest again."""
        await _rest()
        self.clock.advance(duration_ms)
        await _rest()

    @asynccontextmanager
    async def committing(self) -> AsyncIterator["asyncio.Task[None]"]:
        task = asyncio.create_task(self.committer.commit([row(1)]))
        yield task
        task.cancel()
        await asyncio.wait([task])


async def _rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_a_commit_that_succeeds_is_nobodys_business(desk: Desk) -> None:
    await desk.committer.commit([row(1), row(2)])

    assert desk.journal.rows == [row(1), row(2)]
    assert (desk.facts.facts, desk.healthy) == ([], [])
    assert desk.clock.next_due_ms is None


@pytest.mark.parametrize("trouble", [JournalUnavailable("busy"), CommitUnknown("no answer")])
async def test_a_commit_that_may_pass_is_tried_again_as_it_is(
    desk: Desk, trouble: Exception
) -> None:
    desk.journal.troubles = [trouble, trouble, trouble]
    async with desk.committing() as task:
        for wait_ms in (50, 100, 100):
            await desk.pass_ms(wait_ms - 1)
            assert not task.done()
            await desk.pass_ms(1)

        await until(task.done)

    assert desk.journal.commits == [[row(1)]] * 4
    assert (desk.facts.facts, desk.healthy) == ([], [])


async def test_when_the_retries_are_spent_it_says_so_and_goes_on(desk: Desk) -> None:
    desk.journal.troubles = [JournalUnavailable("disk full")] * 6
    async with desk.committing() as task:
        for _ in range(2):
            await desk.pass_ms(100)
        assert desk.codes == []
        await desk.pass_ms(100)
        assert (desk.codes, desk.healthy) == (["core_delivery_failed"], [False])
        for _ in range(3):
            await desk.pass_ms(100)
        await until(task.done)

    assert desk.codes == ["core_delivery_failed", "journal_recovered"]
    assert desk.healthy == [False, True]
    assert "disk full" in desk.facts.facts[0].sentence  # type: ignore[union-attr]  # an alarm, see above


async def test_a_journal_that_fails_for_long_is_reported_before_the_retries_are_spent(
    desk: Desk,
) -> None:
    desk.settings = replace(SETTINGS, max_retries=100)
    desk.journal.troubles = [JournalUnavailable("busy")] * 1_000
    async with desk.committing():
        await desk.pass_ms(0)
        for _ in range(module.DEGRADED_AFTER_MS // 50):
            await desk.pass_ms(50)

        assert (desk.codes, desk.healthy) == (["journal_degraded"], [False])
    assert module.DEGRADED_AFTER_MS < 5_000


async def test_a_disk_that_hangs_is_reported_too(desk: Desk) -> None:
    desk.journal.shut()
    async with desk.committing() as task:
        await desk.pass_ms(module.DEGRADED_AFTER_MS)
        assert (desk.codes, desk.healthy) == (["journal_degraded"], [False])

        desk.journal.let_go()
        await until(task.done)

    assert desk.healthy == [False, True]


async def test_a_refusal_is_final(desk: Desk) -> None:
    desk.journal.troubles = [JournalRefused("another writer")]

    with pytest.raises(JournalRefused):
        await desk.committer.commit([row(1)])

    assert len(desk.journal.commits) == 1
    assert desk.clock.next_due_ms is None


async def test_a_journal_that_refuses_after_a_long_silence_has_answered(desk: Desk) -> None:
    desk.journal.troubles = [*([JournalUnavailable("busy")] * 4), JournalRefused("another writer")]
    async with desk.committing() as task:
        for _ in range(4):
            await desk.pass_ms(100)
        await until(task.done)

        assert isinstance(task.exception(), JournalRefused)
    assert desk.healthy == [False, True]
    assert desk.codes == ["core_delivery_failed", "journal_recovered"]


async def test_reading_is_tried_until_it_succeeds(desk: Desk) -> None:
    desk.journal.load_troubles = [JournalUnavailable("locked")] * 5
    loading = asyncio.create_task(desk.committer.load())
    for _ in range(5):
        await desk.pass_ms(100)

    assert await loading == Recovered()
    assert desk.journal.loads == 6
    assert desk.healthy == [False, True]

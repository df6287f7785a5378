"""Retention: old trades leave in small pieces, and only when somebody wants them to."""

import asyncio

from echo.domain.facts import Alarm
from echo.engine.settings import EngineSettings
from echo.ports.errors import JournalUnavailable
from echo.services.core.retention import DAY_MS, TRADES_PER_PURGE, Retention
from tests.fakes import FactLog, FakeClock
from tests.services.core.fakes import GatedJournal


class Desk:
    def __init__(self, days: int = 90) -> None:
        self.journal, self.clock, self.facts = GatedJournal(), FakeClock(), FactLog()
        self.days = days
        self.retention = Retention(self.journal, self.clock, self.facts, self.settings)

    def settings(self) -> EngineSettings:
        return EngineSettings(keep_settled_days=self.days)

    async def pass_ms(self, duration_ms: int) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        self.clock.advance(duration_ms)
        for _ in range(20):
            await asyncio.sleep(0)


async def test_everything_too_old_is_deleted_in_small_pieces() -> None:
    desk = Desk()
    desk.journal.too_old = 2 * TRADES_PER_PURGE + 7
    running = asyncio.create_task(desk.retention.run())
    await desk.pass_ms(60_000)
    assert desk.journal.purges == [(90 * DAY_MS, TRADES_PER_PURGE)]
    for _ in range(5):
        await desk.pass_ms(250)
    running.cancel()

    assert desk.journal.too_old == 0
    assert len(desk.journal.purges) == 3


async def test_it_is_done_again_every_hour() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.retention.run())
    await desk.pass_ms(60_000)
    await desk.pass_ms(3_600_000)
    running.cancel()

    assert len(desk.journal.purges) == 2


async def test_zero_days_keep_everything_for_ever() -> None:
    desk = Desk(days=0)
    desk.journal.too_old = 5

    assert await desk.retention.purge() == 0
    assert desk.journal.purges == []


async def test_a_journal_that_cannot_delete_is_told_and_tried_again() -> None:
    desk = Desk()
    desk.journal.troubles = [JournalUnavailable("the disk is full")]
    running = asyncio.create_task(desk.retention.run())
    await desk.pass_ms(60_000)
    assert [fact.code for fact in desk.facts.facts if isinstance(fact, Alarm)] == ["PURGE_FAILED"]
    await desk.pass_ms(3_600_000)
    running.cancel()

    assert len(desk.journal.purges) == 2


async def test_verdicts_are_kept_for_thirty_days_whatever_becomes_of_trades() -> None:
    desk = Desk(days=0)
    desk.journal.old_verdicts = 250
    purging = asyncio.create_task(desk.retention.purge())
    for _ in range(4):
        await desk.pass_ms(250)
    await purging

    assert desk.journal.old_verdicts == 0
    assert set(desk.journal.verdict_purges) == {30}

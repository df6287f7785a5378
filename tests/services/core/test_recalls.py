"""The journal's word about old trades: asked one by one, waited for, told once."""

import asyncio

from echo.domain.ids import TradeId
from echo.engine.events import Recalled
from echo.engine.settings import EngineSettings
from echo.ports.errors import JournalUnavailable
from echo.services.core.committer import Committer
from echo.services.core.recalls import Recalls
from tests.fakes import FactLog, FakeClock, until
from tests.services.core.fakes import GatedJournal

OLD, NEW = TradeId("old"), TradeId("new")


class Desk:
    def __init__(self) -> None:
        self.journal, self.clock = GatedJournal(), FakeClock()
        self.told: list[Recalled] = []
        committer = Committer(
            self.journal, self.clock, FactLog(), EngineSettings, lambda healthy: None
        )
        self.recalls = Recalls(committer, self.told.append)


async def test_every_question_is_answered_in_order() -> None:
    desk = Desk()
    desk.journal.settled = {OLD}
    desk.recalls.ask(NEW)
    desk.recalls.ask(OLD)
    running = asyncio.create_task(desk.recalls.run())
    await until(lambda: len(desk.told) == 2)
    desk.recalls.ask(OLD)
    await until(lambda: len(desk.told) == 3)
    running.cancel()

    assert desk.told == [Recalled(NEW, False), Recalled(OLD, True), Recalled(OLD, True)]


async def test_a_journal_that_is_away_is_waited_for() -> None:
    desk = Desk()
    desk.journal.settled = {OLD}
    desk.journal.troubles = [JournalUnavailable("the disk is full")]
    desk.recalls.ask(OLD)
    running = asyncio.create_task(desk.recalls.run())
    for _ in range(20):
        await asyncio.sleep(0)
    assert desk.told == []
    desk.clock.advance(1_000)
    await until(lambda: bool(desk.told))
    running.cancel()

    assert desk.told == [Recalled(OLD, True)]

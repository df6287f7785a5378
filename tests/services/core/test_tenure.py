"""A lease is renewed whether anything is written or not; who lost it has nothing to say."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from echo.domain.facts import Alarm
from echo.domain.sessions import ClockEcho
from echo.engine.effects import Effect
from echo.engine.events import AgentJoined, AgentSaid, Event
from echo.engine.settings import EngineSettings
from echo.ports.errors import JournalUnavailable
from echo.ports.journal import Journal
from echo.services.core.service import CoreService
from echo.services.core.tenure import Tenure
from echo.stores.leased import Lease, LeasedJournal, SharedHold
from tests.fakes import FactLog, FakeClock, FakeIds, until
from tests.services.core.fakes import (
    FakeServer,
    FakeSession,
    GatedJournal,
    Puppet,
    hello,
    persist,
    send,
)

LASTS_MS = 3_000


class Scene:
    """One Core's hold, and another who wants the lease."""

    def __init__(self) -> None:
        self.clock, self.facts, self.lease = FakeClock(), FactLog(), Lease()
        self.hold = SharedHold(self.lease, "a", self._now_ms, LASTS_MS)
        self.other = SharedHold(self.lease, "b", self._now_ms, LASTS_MS)
        self.lost = 0
        self.waits = False
        self.tenure = Tenure(self.hold, self.clock, self.facts, lasts_ms=LASTS_MS, lost=self._lose)

    def _now_ms(self) -> int:
        return self.clock.now().mono_ms

    def _lose(self) -> bool:
        self.lost += 1
        return not self.waits


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    found = Scene()
    await found.hold.take()
    running = asyncio.create_task(found.tenure.run())
    await asyncio.sleep(0)
    yield found
    running.cancel()
    await asyncio.wait([running])


async def pass_ms(scene: Scene, ms: int) -> None:
    for _ in range(ms // 100):
        scene.clock.advance(100)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_an_idle_core_keeps_its_lease(scene: Scene) -> None:
    await pass_ms(scene, 5 * LASTS_MS)

    with pytest.raises(JournalUnavailable):
        await scene.other.take()
    assert scene.lost == 0


async def test_a_core_that_was_paused_for_too_long_is_told_within_a_third_of_the_lease(
    scene: Scene,
) -> None:
    scene.lease.ends_ms = 0
    await scene.other.take()
    await pass_ms(scene, LASTS_MS // 3)

    await until(lambda: scene.lost)
    [alarm] = [each for each in scene.facts.facts if isinstance(each, Alarm)]
    assert alarm.code == "LEASE_LOST"


async def test_a_core_that_waits_for_its_turn_is_told_nothing_new(scene: Scene) -> None:
    scene.waits = True
    scene.lease.ends_ms = 0
    await scene.other.take()
    await pass_ms(scene, LASTS_MS)

    assert scene.facts.facts == []


async def test_a_lease_that_cannot_be_asked_for_is_not_lost(scene: Scene) -> None:
    async def away() -> bool:
        raise JournalUnavailable("nobody answers")

    scene.hold.renew = away  # type: ignore[method-assign]  # this one door is shut
    await pass_ms(scene, LASTS_MS)

    assert scene.lost == 0


class Fenced:
    """A whole Core at a journal that it shares."""

    def __init__(self) -> None:
        self.clock, self.facts, self.lease = FakeClock(), FactLog(), Lease()
        self.rows, self.server, self.link = GatedJournal(), FakeServer(), FakeSession()
        self.hold = SharedHold(self.lease, "a", self._now_ms, LASTS_MS)
        self.other = SharedHold(self.lease, "b", self._now_ms, LASTS_MS)
        self.brain = Puppet()
        self.service = CoreService(
            self.brain,
            EngineSettings(),
            journal=LeasedJournal(self._opened, self.hold),
            server=self.server,
            clock=self.clock,
            ids=FakeIds(),
            facts=self.facts,
        )
        self.tenure = Tenure(
            self.hold, self.clock, self.facts, lasts_ms=LASTS_MS, lost=self.service.read_again
        )
        self.sends_at_once = False

    async def _opened(self) -> Journal:
        return self.rows

    def _now_ms(self) -> int:
        return self.clock.now().mono_ms

    def decide(self, event: Event) -> list[Effect]:
        """Say something whatever happens, and journal it where that is to be had."""
        if not isinstance(event, AgentSaid | AgentJoined):
            return []
        return [send(1)] if self.sends_at_once else [persist(1), send(1)]

    def hear(self) -> None:
        self.service.agent_said(self.link, [(None, ClockEcho(mono_ms=1))])


@pytest.fixture
async def core() -> AsyncIterator[Fenced]:
    found = Fenced()
    found.brain.answer = found.decide
    running = [asyncio.create_task(each) for each in (found.service.run(), found.tenure.run())]
    await until(lambda: found.service.ready)
    found.service.agent_joined(found.link, hello())
    await until(lambda: found.link.sent)
    yield found
    for task in running:
        task.cancel()
    await asyncio.wait(running)


async def taken_over(core: Fenced) -> None:
    core.lease.ends_ms = 0
    await core.other.take()
    core.link.sent.clear()


async def test_a_fenced_core_sends_nothing_that_needs_the_journal(core: Fenced) -> None:
    await taken_over(core)
    core.hear()
    await until(lambda: core.link.ended)

    assert core.link.sent == []
    assert len(core.rows.rows) == 1
    assert not core.service.ready


async def test_a_fenced_core_that_writes_nothing_falls_silent_as_well(core: Fenced) -> None:
    await taken_over(core)
    core.sends_at_once = True
    for _ in range(LASTS_MS // 3 // 100):
        core.clock.advance(100)
        await asyncio.sleep(0)
    await until(lambda: core.link.ended)
    core.link.sent.clear()
    core.hear()
    core.service.agent_joined(late := FakeSession(2), hello())

    assert core.link.sent == []
    assert (late.sent, late.ended) == ([], ["the Core is not ready"])
    assert not core.service.read_again()


async def test_it_serves_again_when_the_other_one_has_gone(core: Fenced) -> None:
    await taken_over(core)
    core.hear()
    await until(lambda: core.link.ended)
    await core.other.give_back()
    for _ in range(50):
        core.clock.advance(100)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    await until(lambda: core.service.ready)
    assert core.rows.loads == 2

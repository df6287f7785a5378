import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from echo.domain.quantities import Instant
from echo.ports.errors import LedgerUnwritable
from echo.sim.desk.lookout import Lookout
from echo.sim.desk.program import AGAIN_MS, Flaw, Place, Program
from echo.sim.desk.virtual_loop import Process
from echo.sim.schedule import HostClock
from echo.sim.trace import Trace
from echo.stores.memory import MemoryJournal, MemoryLedger
from tests.sim.desk.stage import Bench


class Worker(Program):
    """Lives until it is told to stop, or has a reason of its own."""

    trouble: Exception | None = None
    mourned = 0
    begun_ms: list[int]

    async def live(self, process: Process) -> None:
        self.begun_ms.append(self.place.loop.now_ms)
        self.ending = asyncio.Event()
        await self.ending.wait()
        if self.trouble is not None:
            raise self.trouble

    def stop(self) -> None:
        self.ending.set()

    def died(self, process: Process) -> None:
        assert process is self.process
        self.mourned += 1


class Works(Bench):
    def __init__(self) -> None:
        super().__init__()
        journal, ledger = MemoryJournal(), MemoryLedger()
        self.lookout = Lookout(self.loop, Trace(), journal, ledger, ttl_ms_max=5_000)
        place = Place(loop=self.loop, chance=self.chance, lookout=self.lookout, rough=0.0)
        self.worker = Worker(place, "worker", HostClock())
        self.worker.begun_ms = []

    @property
    def broken(self) -> Counter[int]:
        return Counter(each.invariant for each in self.lookout.watch.violations)


@pytest.fixture
def works() -> Iterator[Works]:
    works = Works()
    yield works
    works.loop.close()


def test_a_killed_program_comes_back_as_another_process(works: Works) -> None:
    worker, processes = works.worker, list[Process | None]()

    async def day() -> None:
        assert not worker.up
        worker.kill("nobody is there", 0)
        for _ in range(2):
            worker.start()
            worker.start()
            await asyncio.sleep(1)
            processes.append(worker.process)
            worker.kill("test", 500)
            assert not worker.up
            await asyncio.sleep(1)

    works.run(day())
    assert worker.begun_ms == [0, 1_500, 3_500]
    assert (worker.lives, worker.mourned) == (3, 2)
    assert processes[0] is not processes[1]
    assert not works.broken


def test_a_program_that_is_asked_to_stop_ends_in_good_order_and_comes_back(works: Works) -> None:
    async def day() -> None:
        works.worker.restart(300)
        works.worker.start()
        await asyncio.sleep(1)
        works.worker.restart(300)
        await asyncio.sleep(1)

    works.run(day())
    assert works.worker.begun_ms == [0, 1_300]
    assert not works.broken


@pytest.mark.parametrize(
    ("trouble", "broken"),
    [(LedgerUnwritable("no space left"), 0), (ExceptionGroup("two", [ValueError("a bug")]), 1)],
)
def test_only_some_troubles_may_end_a_program(
    works: Works, trouble: Exception, broken: int
) -> None:
    works.worker.trouble = trouble

    async def day() -> None:
        works.worker.start()
        await asyncio.sleep(1)
        works.worker.stop()
        await asyncio.sleep(2)

    works.run(day())
    assert works.worker.begun_ms == [0, 1_000 + AGAIN_MS]
    assert works.broken[21] == broken
    assert all("a bug" in each.sentence for each in works.lookout.watch.violations)


def test_a_flaw_shows_once_before_or_after_an_event_is_taken_in(works: Works) -> None:
    taken: list[str] = []
    now = Instant(0, 0)

    def handle(event: str, _: Instant) -> list[str]:
        taken.append(event)
        return [event.upper()]

    brain = works.worker.flawed(handle)
    assert brain.handle("a", now) == ["A"]
    for flaw in Flaw:
        works.worker.flaw = flaw
        with pytest.raises(RuntimeError, match=flaw.value):
            brain.handle(flaw.name, now)
    assert brain.handle("b", now) == ["B"]
    assert taken == ["a", "AFTER", "b"]


def test_clocks_and_ids_are_of_this_life(works: Works) -> None:
    assert works.worker.clock().now().wall_ms == works.clock.now().wall_ms
    assert works.worker.ids().instance_id() == "worker.0.1"
    works.worker.set_pace(100)  # nothing to set

"""The shell of a process of terminals: attaches, turns, detaches, whatever happens."""

import asyncio

import pytest

from echo.services.terminal.service import TURN_MS, TerminalService
from tests.fakes import FakeClock, until


class Spy:
    """A station that notes what is done to it; its link serves until it is cancelled."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.log: list[str] = []
        self.turns = 0
        self.trouble = trouble

    def attach(self) -> None:
        self.log.append("attached")

    def turn(self) -> None:
        self.turns += 1
        if self.trouble is not None:
            raise self.trouble

    def detach(self) -> None:
        self.log.append("detached")

    async def serve(self) -> None:
        self.log.append("link up")
        try:
            await asyncio.Event().wait()
        finally:
            self.log.append("link down")


def service(clock: FakeClock, *spies: Spy) -> TerminalService:
    return TerminalService(spies, clock)


async def test_stations_are_attached_served_turned_and_detached() -> None:
    clock, spies, stopping = FakeClock(), (Spy(), Spy()), asyncio.Event()
    running = asyncio.create_task(service(clock, *spies).run(stopping))
    await until(lambda: all(spy.turns == 1 for spy in spies))
    clock.advance(TURN_MS)
    await until(lambda: all(spy.turns == 2 for spy in spies))
    stopping.set()
    await running

    for spy in spies:
        assert spy.log == ["attached", "link up", "link down", "detached"]


async def test_one_that_is_told_to_stop_at_once_still_detaches() -> None:
    spy, stopping = Spy(), asyncio.Event()
    stopping.set()
    await service(FakeClock(), spy).run(stopping)

    assert (spy.log[0], spy.log[-1]) == ("attached", "detached")


async def test_a_broken_station_ends_the_process() -> None:
    spy = Spy(RuntimeError("a bug"))

    with pytest.raises(ExceptionGroup, match="unhandled"):
        await service(FakeClock(), spy).run(asyncio.Event())

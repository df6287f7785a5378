"""A Core that takes over waits until its predecessor has left the address."""

import asyncio

import pytest

from echo.domain.facts import Alarm
from echo.ports.errors import PortTaken, UnsafeBind
from echo.ports.links import AgentHandler
from echo.services.core.patience import RETRY_MS, PatientServer
from tests.fakes import FactLog, FakeClock, until
from tests.services.core.fakes import FakeServer
from tests.services.core.test_service import Core

TAKEN = PortTaken("cannot listen on 127.0.0.1:50051: Address already in use")


class Scene:
    """A door, somebody else at its address, and what is told of it."""

    def __init__(self, *, shared: bool) -> None:
        self.clock, self.facts, self.door = FakeClock(), FactLog(), FakeServer()
        self.patient = PatientServer(self.door, self.clock, self.facts, shared=shared)
        self.handler: AgentHandler = Core().service

    async def opens_when_free(self) -> None:
        self.door.trouble = TAKEN
        opening = asyncio.create_task(self.patient.start(self.handler))
        for _ in range(3):
            await until(lambda: self.clock.next_due_ms is not None)
            self.clock.advance(RETRY_MS)
        await until(lambda: self.clock.next_due_ms is not None)
        assert not self.door.listening
        self.door.trouble = None
        self.clock.advance(RETRY_MS)
        await opening
        assert self.door.listening


async def test_it_waits_until_the_address_is_free_and_says_so_once() -> None:
    scene = Scene(shared=True)
    await scene.opens_when_free()

    [alarm] = scene.facts.facts
    assert isinstance(alarm, Alarm)
    assert alarm.code == "PORT_TAKEN"
    assert "50051" in alarm.sentence


async def test_an_address_that_was_never_this_cores_is_refused_at_once() -> None:
    scene = Scene(shared=False)
    scene.door.trouble = TAKEN

    with pytest.raises(PortTaken):
        await scene.patient.start(scene.handler)


async def test_an_address_that_was_this_cores_before_is_waited_for() -> None:
    scene = Scene(shared=False)
    await scene.patient.start(scene.handler)
    await scene.patient.stop(0)
    assert not scene.door.listening

    await scene.opens_when_free()


async def test_what_waiting_does_not_mend_is_told_at_once() -> None:
    scene = Scene(shared=True)
    scene.door.trouble = UnsafeBind("needs TLS files")

    with pytest.raises(UnsafeBind):
        await scene.patient.start(scene.handler)

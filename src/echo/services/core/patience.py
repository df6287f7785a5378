"""Waiting for an address that another Core is about to give up."""

from typing import Final

from echo.domain.facts import Alarm
from echo.ports.clock import Clock
from echo.ports.errors import PortTaken
from echo.ports.links import AgentHandler, AgentServer
from echo.ports.telemetry import FactSink

RETRY_MS: Final = 500


class PatientServer:
    """An `AgentServer` that tries again while its address is taken.

    A Core that has just been given the journal may find its predecessor still at the address: it
    was stopped in the middle of its work, and leaves as soon as it goes on.

    Args:
        shared: Whether the address is another Core's before it is this one's; otherwise one that
            is taken at the very first start is refused, and no more than that.
    """

    def __init__(self, server: AgentServer, clock: Clock, facts: FactSink, *, shared: bool) -> None:
        self._server, self._clock, self._facts = server, clock, facts
        self._mine = shared

    async def start(self, handler: AgentHandler) -> None:
        """Listen, as soon as that is possible; errors as the port says."""
        told = False
        while True:
            try:
                await self._server.start(handler)
            except PortTaken as error:
                if not self._mine:
                    raise
                if not told:
                    alarm = Alarm(key="port", code="PORT_TAKEN", sentence=f"{error}; trying again")
                    self._facts.observe(alarm)
                    told = True
                await self._clock.sleep_ms(RETRY_MS)
            else:
                self._mine = True
                return

    async def stop(self, grace_ms: int) -> None:
        """As the port says."""
        await self._server.stop(grace_ms)

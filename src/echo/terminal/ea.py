"""The EA that settings ask for: role and protocol version choose the brain."""

from typing import Protocol

from echo.domain.handshake import Role
from echo.domain.quantities import Instant
from echo.terminal.effects import Effect
from echo.terminal.events import Event
from echo.terminal.legacy_master import LegacyMasterEa
from echo.terminal.legacy_slave import LegacySlaveEa
from echo.terminal.master import MasterEa
from echo.terminal.settings import EaSettings
from echo.terminal.slave import SlaveEa


class Ea(Protocol):
    """The brain of any EA: events in, effects out."""

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take an event; return what must be done, in order."""


def make_ea(settings: EaSettings) -> Ea:
    """Return a brain that has not been attached yet."""
    legacy = settings.protocol_version < 3
    if settings.role is Role.MASTER:
        return LegacyMasterEa(settings) if legacy else MasterEa(settings)
    return LegacySlaveEa(settings) if legacy else SlaveEa(settings)

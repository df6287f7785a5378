"""Who plays the parts of a world."""

from dataclasses import dataclass
from typing import Final

from echo.domain.handshake import Role
from echo.sim.core_node import Core
from echo.sim.scenario import NEWEST
from echo.sim.terminal_node import MakeEa
from echo.terminal.legacy_master import LegacyMasterEa
from echo.terminal.legacy_slave import LegacySlaveEa
from echo.terminal.master import MasterEa
from echo.terminal.slave import SlaveEa


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays the parts; a test may put in others, to see what the world says to them."""

    core: type[Core] = Core
    master: MakeEa = MasterEa
    slave: MakeEa = SlaveEa
    legacy_master: MakeEa = LegacyMasterEa
    legacy_slave: MakeEa = LegacySlaveEa

    def ea(self, role: Role, protocol: int) -> MakeEa:
        """Return who plays an EA of *role* that speaks *protocol*."""
        if protocol < NEWEST:
            return self.legacy_master if role is Role.MASTER else self.legacy_slave
        return self.master if role is Role.MASTER else self.slave


USUAL: Final = Cast()

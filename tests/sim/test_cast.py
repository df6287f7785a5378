from echo.domain.handshake import Role
from echo.sim.cast import USUAL, Cast
from echo.terminal.legacy_master import LegacyMasterEa
from echo.terminal.legacy_slave import LegacySlaveEa
from echo.terminal.master import MasterEa
from echo.terminal.slave import SlaveEa


def test_who_plays_an_ea_depends_on_its_role_and_its_protocol() -> None:
    parts = {(role, version): USUAL.ea(role, version) for role in Role for version in (1, 2, 3)}
    assert parts == {
        (Role.MASTER, 1): LegacyMasterEa,
        (Role.MASTER, 2): LegacyMasterEa,
        (Role.MASTER, 3): MasterEa,
        (Role.SLAVE, 1): LegacySlaveEa,
        (Role.SLAVE, 2): LegacySlaveEa,
        (Role.SLAVE, 3): SlaveEa,
    }


def test_a_test_may_put_in_others() -> None:
    class Other(SlaveEa):
        """Somebody else."""

    assert Cast(slave=Other).ea(Role.SLAVE, 3) is Other

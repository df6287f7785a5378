"""Role and protocol version choose the brain, and each speaks its dialect."""

from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CancelPendings, Flatten
from echo.domain.handshake import Role
from echo.domain.ids import CommandId, Ticket
from echo.domain.intents import TradeIntent
from echo.domain.quantities import Side
from echo.terminal.ea import make_ea
from echo.terminal.legacy_master import LegacyMasterEa
from echo.terminal.legacy_slave import LegacySlaveEa
from echo.terminal.master import MasterEa
from echo.terminal.orders import CloseLot, SendOrder, SetLevels
from echo.terminal.slave import SlaveEa
from echo.wire.framing import Line, LineReader
from echo.wire.pipe import read_ea_line, write_from_ea
from tests.terminal.rig import ACCOUNT, Rig, close, execute, modify, reduce, slave_settings


@pytest.mark.parametrize(
    ("role", "version", "brain"),
    [
        (Role.MASTER, 3, MasterEa),
        (Role.SLAVE, 3, SlaveEa),
        (Role.MASTER, 2, LegacyMasterEa),
        (Role.MASTER, 1, LegacyMasterEa),
        (Role.SLAVE, 2, LegacySlaveEa),
        (Role.SLAVE, 1, LegacySlaveEa),
    ],
)
def test_each_has_its_brain(role: Role, version: int, brain: type) -> None:
    ea = make_ea(slave_settings(role=role, protocol_version=version))

    assert type(ea) is brain


def slave_day(version: int) -> Rig:
    """A slave that has done one of everything."""
    rig = Rig(slave_settings(protocol_version=version)).start()
    for command in (
        execute(1),
        execute(2, symbol="NONE"),
        modify(1, stop_loss=Decimal("1.38")),
        reduce(1, seq=2),
        close(1),
        CancelPendings(command_id=CommandId(execute(8).command_id), account_id=ACCOUNT),
        Flatten(
            command_id=CommandId(execute(9).command_id), account_id=ACCOUNT, tickets=(Ticket(5),)
        ),
    ):
        rig.hear(command)
    rig.pass_ms(6_000)
    return rig


def master_day(version: int) -> Rig:
    """A master that has done one of everything."""
    rig = Rig(slave_settings(role=Role.MASTER, protocol_version=version, symbols=())).start()
    stop = Decimal("1.38")
    rig.by_hand(
        SendOrder(ref="h", symbol="EURUSD.m", side=Side.BUY, lot=Decimal("0.1"), stop_loss=stop)
    )
    ticket = next(iter(rig.broker.positions))
    rig.by_hand(SetLevels(ref="h", ticket=ticket, stop_loss=stop - 1, take_profit=None))
    rig.by_hand(CloseLot(ref="h", ticket=ticket, lot=Decimal("0.04")))
    rig.by_hand(CloseLot(ref="h", ticket=next(iter(rig.broker.positions))))
    rig.pass_ms(6_000)
    return rig


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("day", [slave_day, master_day])
def test_everything_that_an_ea_says_can_be_written_and_read(day, version: int) -> None:
    rig = day(version)
    assert len({type(message) for message in rig.said}) >= 4

    for message in rig.said:
        reader = LineReader(1 << 20)
        for line in reader.feed(write_from_ea(message, version, rig.now.wall_ms, 5)):
            assert isinstance(line, Line)
            [read] = read_ea_line(line.content, rig.now.wall_ms)
            assert type(read) is type(message)
            if version == 3 and isinstance(message, ExecutionResult | TradeIntent):
                assert read == message

"""What all answers of a slave EA say."""

from decimal import Decimal

import pytest

from echo.domain.commands import CancelPendings, Command, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import CommandId
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.terminal.desk import Desk, result_of
from tests.terminal.rig import ACCOUNT, close, execute, modify, reduce, slave_settings

COMMANDS: list[Command] = [
    execute(traceparent="t", timestamps=Timestamps(t0_master_ea_ms=5)),
    modify(),
    reduce(),
    close(),
    CancelPendings(command_id=CommandId("c"), account_id=ACCOUNT),
    Flatten(command_id=CommandId("f"), account_id=ACCOUNT, tickets=()),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.kind)
def test_an_answer_names_its_command_and_carries_its_trace(command: Command) -> None:
    result = result_of(
        command, success=False, code=ErrorCode.STALE, sentence="why", executed_lot=Decimal(1)
    )

    assert (result.command_id, result.kind, result.account_id) == (
        command.command_id,
        command.kind,
        ACCOUNT,
    )
    assert result.trade_id == getattr(command, "trade_id", "")
    assert result.traceparent == getattr(command, "traceparent", "")
    assert result.timestamps == getattr(command, "timestamps", NO_TIMESTAMPS)
    assert (result.success, result.error_code, result.error_message, result.executed_lot) == (
        False,
        ErrorCode.STALE,
        "why",
        Decimal(1),
    )


def test_a_desk_begins_with_an_empty_ledger() -> None:
    assert Desk(slave_settings()).ledger.n == 0

"""What a slave is told: one step can grow stale, the others name a state."""

from dataclasses import fields

import pytest

from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    CommandKind,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
    Residual,
    TradeCommand,
)


def names(kind: type) -> set[str]:
    return {each.name for each in fields(kind)}


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (ExecuteOrder, CommandKind.EXECUTE),
        (ModifyOrder, CommandKind.MODIFY),
        (ReduceOrder, CommandKind.REDUCE),
        (CloseOrder, CommandKind.CLOSE),
        (CancelPendings, CommandKind.CANCEL),
        (Flatten, CommandKind.FLATTEN),
    ],
)
def test_every_command_knows_its_kind(command: type[Command], kind: CommandKind) -> None:
    assert command.kind is kind


@pytest.mark.parametrize("command", [ModifyOrder, ReduceOrder, CloseOrder])
def test_only_opens_have_a_time_to_live(command: type) -> None:
    assert {"ttl_ms", "age_ms", "sent_mono_ms"} <= names(ExecuteOrder)
    assert not {"ttl_ms", "age_ms", "max_spread_points", "max_slippage_points"} & names(command)


def test_a_reduction_must_say_what_remains() -> None:
    [remaining] = [each for each in fields(ReduceOrder) if each.name == "remaining_lot"]

    with pytest.raises(TypeError, match="remaining_lot"):
        ReduceOrder()  # type: ignore[call-arg]  # that is what is tested
    assert remaining.type is not None
    assert Residual("keep") is Residual.KEEP


@pytest.mark.parametrize("command", list(TradeCommand.__args__))
def test_commands_of_a_lane_name_trade_number_and_account(command: type) -> None:
    assert {"command_id", "trade_id", "seq", "account_id", "session_epoch"} <= names(command)

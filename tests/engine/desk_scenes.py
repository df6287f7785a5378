"""A desk whose rules people change: windows, switches and policies, asked at the running Core."""

from typing import Any

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CancelPendings, Flatten
from echo.domain.desk import AddWindows, RulesChanged, SetSwitch
from echo.domain.ids import AccountId, TradeId
from echo.domain.modes import Mode, Scope
from echo.domain.operations import Answer
from echo.domain.windows import Window
from tests.engine.scenes import SLAVE, Desk

SECOND_MS = 1_000
MINUTE_MS = 60_000


def window(stage: Desk, *, begins_s: int = 0, lasts_s: int = 600, **changes: Any) -> Window:
    """A window for dollars that begins in so many seconds."""
    starts_at_ms = stage.now.wall_ms + begins_s * SECOND_MS
    fields: dict[str, Any] = {
        "window_id": "nfp",
        "symbol": "USD",
        "starts_at_ms": starts_at_ms,
        "ends_at_ms": starts_at_ms + lasts_s * SECOND_MS,
        "notes": "Non-Farm Payrolls",
        **changes,
    }
    return Window(**fields)


def add(stage: Desk, *windows: Window) -> RulesChanged:
    return changed(stage.ask(AddWindows(windows=windows)))


def switch(stage: Desk, mode: Mode, account: AccountId = SLAVE) -> RulesChanged:
    return changed(stage.ask(SetSwitch(mode=mode, scope=Scope.ACCOUNT, target=account)))


def swept(command: Flatten | CancelPendings) -> ExecutionResult:
    """The EA has carried out a command that belongs to no lane."""
    return ExecutionResult(
        command_id=command.command_id,
        trade_id=TradeId(""),
        kind=command.kind,
        success=True,
        account_id=command.account_id,
    )


def changed(answer: Answer) -> RulesChanged:
    assert isinstance(answer, RulesChanged), answer
    return answer

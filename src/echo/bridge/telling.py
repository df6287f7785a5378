"""What the bridge tells about single messages; nothing is decided by it."""

from echo.bridge.errands import Errand
from echo.bridge.state import State
from echo.domain.answers import ExecutionResult, Receipt
from echo.domain.copy_facts import CommandHeard, CommandWritten, IntentForwarded
from echo.domain.ids import AccountId
from echo.domain.intents import MasterAction, TradeIntent, action_kind


def intent_forwarded(
    state: State, account_id: AccountId, message: MasterAction | ExecutionResult, attempt: int
) -> None:
    """Tell that an action went up to the Core; answers of slaves are told where they arrive."""
    if isinstance(message, ExecutionResult):
        return
    state.observe(
        IntentForwarded(
            account_id=account_id,
            trade_id=message.trade_id,
            seq=message.seq,
            kind=action_kind(message),
            attempt=attempt,
            buffer_depth=message.buffer_depth if isinstance(message, TradeIntent) else None,
            timestamps=message.timestamps,
            traceparent=message.traceparent,
        )
    )


def command_written(state: State, errand: Errand) -> None:
    """Tell that a command went down its terminal's pipe."""
    state.observe(
        CommandWritten(
            command_id=errand.command_id, account_id=errand.account_id, attempt=errand.sends
        )
    )


def command_heard(state: State, errand: Errand, result: Receipt) -> None:
    """Tell that a terminal has a command, or will not take it now."""
    state.observe(
        CommandHeard(
            command_id=errand.command_id,
            account_id=errand.account_id,
            result=result,
            latency_ms=max(0, state.now.mono_ms - errand.written_mono_ms),
        )
    )

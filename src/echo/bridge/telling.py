"""What the bridge tells about single messages; nothing is decided by it."""

from echo.bridge.errands import Errand
from echo.bridge.state import State
from echo.domain.answers import ExecutionResult, Receipt
from echo.domain.commands import CancelPendings, Command, Flatten
from echo.domain.copy_facts import CommandHeard, CommandWritten, IntentForwarded, ResultForwarded
from echo.domain.ids import NO_TRADE, AccountId, TradeId
from echo.domain.intents import MasterAction, TradeIntent, action_kind


def intent_forwarded(
    state: State, account_id: AccountId, message: MasterAction | ExecutionResult, attempt: int
) -> None:
    """Tell that an action, or an answer, went up to the Core."""
    if isinstance(message, ExecutionResult):
        state.observe(
            ResultForwarded(
                result=message,
                attempt=attempt,
                command_id=message.command_id,
                trade_id=message.trade_id,
                account_id=account_id,
                traceparent=message.traceparent,
            )
        )
        return
    intent = message if isinstance(message, TradeIntent) else None
    state.observe(
        IntentForwarded(
            account_id=account_id,
            trade_id=message.trade_id,
            seq=message.seq,
            kind=action_kind(message),
            attempt=attempt,
            buffer_depth=intent.buffer_depth if intent else None,
            timestamps=message.timestamps,
            traceparent=message.traceparent,
            intent=intent,
        )
    )


def command_written(state: State, errand: Errand, *, confirmed: bool) -> None:
    """Tell that a command went down its terminal's pipe."""
    trade_id, traceparent = trade_of(errand.command)
    state.observe(
        CommandWritten(
            command_id=errand.command_id,
            account_id=errand.account_id,
            attempt=errand.sends,
            trade_id=trade_id,
            traceparent=traceparent,
            received_at_ms=errand.received_at_ms,
            sent_at_ms=_sent_at_ms(errand.command),
            confirmed=confirmed,
        )
    )


def command_heard(state: State, errand: Errand, result: Receipt) -> None:
    """Tell that a terminal has a command, or will not take it now."""
    trade_id, traceparent = trade_of(errand.command)
    state.observe(
        CommandHeard(
            command_id=errand.command_id,
            account_id=errand.account_id,
            result=result,
            latency_ms=max(0, state.now.mono_ms - errand.written_mono_ms),
            attempt=max(1, errand.sends),
            trade_id=trade_id,
            traceparent=traceparent,
            received_at_ms=errand.received_at_ms,
        )
    )


def _sent_at_ms(command: Command) -> int | None:
    if isinstance(command, (CancelPendings, Flatten)):
        return None
    return command.timestamps.t3_core_send_ms


def trade_of(command: Command) -> tuple[TradeId, str]:
    """Return the trade and the trace that a command belongs to; empty = none."""
    if isinstance(command, (CancelPendings, Flatten)):
        return NO_TRADE, ""
    return command.trade_id, command.traceparent

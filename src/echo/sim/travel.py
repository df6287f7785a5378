"""What travels between processes, and what of it arrives: each wire leaves something out."""

from dataclasses import replace
from typing import Final

from echo.domain.answers import (
    NO_ACCOUNT,
    CommandAck,
    ExecutionResult,
    MessageAck,
    PipeDeliveryAck,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.intents import TradeClose, TradeIntent, TradeModify

COMMANDS: Final = frozenset({ExecuteOrder, ModifyOrder, ReduceOrder, CloseOrder})
ACTIONS: Final = frozenset({TradeIntent, TradeModify, TradeClose})

REPEATED: Final = (
    COMMANDS
    | ACTIONS
    | {*(ExecutionResult, TradeIntentAck, ResultAck, MessageAck, CommandAck, PipeDeliveryAck)}
)
"""What somebody sends again until it is acknowledged, and the acknowledgements themselves."""

NAMELESS: Final = (TradeIntentAck, ResultAck, ExecutionResult)
"""What does not say on a stream whose it is."""

CHANGED: Final = frozenset({*NAMELESS, SymbolRegistrationResult})
"""Messages of which not everything travels everywhere."""


def as_travelled(frame: object, *, is_stream: bool) -> object:
    """Return what arrives at the other end: each wire leaves out what nobody reads from it."""
    if isinstance(frame, tuple):
        message_id, message = frame
        return (message_id, as_travelled(message, is_stream=is_stream))
    if is_stream and isinstance(frame, NAMELESS):
        return replace(frame, account_id=NO_ACCOUNT)
    if not is_stream and isinstance(frame, SymbolRegistrationResult):
        return replace(frame, ledger_n=0, ledger_id="")
    return frame

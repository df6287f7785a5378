"""One message as bytes, for the Core's journal and the Agent's ledger.

The same value always gives the same bytes; a field that is not set takes no room.
"""

from google.protobuf.message import DecodeError

from echo.domain.answers import ExecutionResult
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.intents import MasterAction, TradeClose, TradeIntent, TradeModify
from echo.domain.sessions import AgentToCore, CoreToAgent
from echo.wire.core.agent_frames import read_agent_frame, write_agent_message
from echo.wire.core.core_frames import read_core_frame, write_core_message
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason


def action_bytes(action: MasterAction) -> bytes:
    """Return a master's action as the bytes of an `AgentMessage`."""
    return _agent_bytes(action)


def result_bytes(result: ExecutionResult) -> bytes:
    """Return an answer of a slave as the bytes of an `AgentMessage`."""
    return _agent_bytes(result)


def command_bytes(command: Command) -> bytes:
    """Return a command as the bytes of a `CoreMessage`."""
    frame = pb.CoreMessage()
    write_core_message(frame, command)
    return frame.SerializeToString(deterministic=True)


def read_action(data: bytes) -> MasterAction:
    """Read what `action_bytes` wrote.

    Raises:
        WireError: these bytes are no action.
    """
    message = _agent_message(data)
    if isinstance(message, TradeIntent | TradeModify | TradeClose):
        return message
    raise _unexpected(message, "an action")


def read_result(data: bytes) -> ExecutionResult:
    """Read what `result_bytes` wrote.

    Raises:
        WireError: these bytes are no result.
    """
    message = _agent_message(data)
    if isinstance(message, ExecutionResult):
        return message
    raise _unexpected(message, "a result")


def read_command(data: bytes) -> Command:
    """Read what `command_bytes` wrote.

    Raises:
        WireError: these bytes are no command.
    """
    try:
        frame = pb.CoreMessage.FromString(data)
    except DecodeError as error:
        raise WireError(WireReason.NOT_PROTOBUF, f"{len(data)} bytes are no message") from error
    said, refused = read_core_frame(frame)
    if refused:
        raise refused[0]
    message = said[0] if len(said) == 1 else None
    if isinstance(
        message,
        ExecuteOrder | CloseOrder | ModifyOrder | ReduceOrder | CancelPendings | Flatten,
    ):
        return message
    raise _unexpected(message, "a command")


def _agent_bytes(message: AgentToCore) -> bytes:
    frame = pb.AgentMessage()
    write_agent_message(frame, message)
    return frame.SerializeToString(deterministic=True)


def _agent_message(data: bytes) -> AgentToCore | None:
    try:
        frame = pb.AgentMessage.FromString(data)
    except DecodeError as error:
        raise WireError(WireReason.NOT_PROTOBUF, f"{len(data)} bytes are no message") from error
    said, refused = read_agent_frame(frame)
    if refused:
        raise refused[0]
    return said[0][1] if len(said) == 1 else None


def _unexpected(message: AgentToCore | CoreToAgent | None, expected: str) -> WireError:
    found = "several messages" if message is None else type(message).__name__
    return WireError(WireReason.UNKNOWN_TYPE, f"{found} where {expected} was stored")

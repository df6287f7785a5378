"""The stream between Agent and Core: protobuf messages to domain values and back."""

from echo.wire.core.agent_frames import agent_frame, read_agent_frame
from echo.wire.core.core_frames import core_frame, core_messages, mark_sent, read_core_frame
from echo.wire.core.stored import (
    action_bytes,
    command_bytes,
    read_action,
    read_command,
    read_result,
    result_bytes,
)

__all__ = [
    "action_bytes",
    "agent_frame",
    "command_bytes",
    "core_frame",
    "core_messages",
    "mark_sent",
    "read_action",
    "read_agent_frame",
    "read_command",
    "read_core_frame",
    "read_result",
    "result_bytes",
]

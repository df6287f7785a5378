"""Stored bytes are read as they were written, or refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import ExecutionResult
from echo.domain.commands import Command
from echo.domain.intents import MasterAction
from echo.wire.core import (
    action_bytes,
    agent_frame,
    command_bytes,
    core_frame,
    read_action,
    read_command,
    read_result,
    result_bytes,
)
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.core.test_agent_frames import AGENT, HEARTBEAT
from tests.wire.pipe.samples import FILL, INTENT, ORDER, VERDICT

[TWO_HEARTBEATS] = agent_frame([(None, HEARTBEAT)] * 2, AGENT, 5, batch=True)
[A_VERDICT] = core_frame([VERDICT], 5, batch=False)
[TWO_ORDERS] = core_frame([ORDER, ORDER], 5, batch=True)
READERS = [read_action, read_command, read_result]


@given(our.ACTIONS)
def test_actions_are_read_as_they_were_written(action: MasterAction) -> None:
    assert read_action(action_bytes(action)) == action


@given(our.COMMANDS)
def test_commands_are_read_as_they_were_written(command: Command) -> None:
    assert read_command(command_bytes(command)) == command


@given(our.results(our.NO_ACCOUNT))
def test_results_are_read_as_they_were_written(result: ExecutionResult) -> None:
    assert read_result(result_bytes(result)) == result


def test_the_same_value_gives_the_same_bytes_without_a_time() -> None:
    assert action_bytes(INTENT) == action_bytes(INTENT)
    assert command_bytes(ORDER) == command_bytes(ORDER)


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (read_action, result_bytes(FILL)),
        (read_result, action_bytes(INTENT)),
        (read_action, b""),
        (read_command, b""),
        (
            read_result,
            agent_frame([(None, HEARTBEAT)] * 2, AGENT, 5, batch=True)[0].SerializeToString(),
        ),
        (read_command, core_frame([VERDICT], 5, batch=False)[0].SerializeToString()),
        (read_command, core_frame([ORDER, ORDER], 5, batch=True)[0].SerializeToString()),
    ],
)
def test_other_messages_are_refused(read, data: bytes) -> None:
    with pytest.raises(WireError) as refusal:
        read(data)

    assert refusal.value.reason is WireReason.UNKNOWN_TYPE


@pytest.mark.parametrize("read", READERS)
def test_bytes_that_are_no_message_are_refused(read) -> None:
    with pytest.raises(WireError) as refusal:
        read(b"\xff\xff\xff")

    assert refusal.value.reason is WireReason.NOT_PROTOBUF


@given(st.binary(max_size=60), st.sampled_from(READERS), our.COMMANDS, our.ACTIONS)
def test_any_bytes_are_read_or_refused(noise: bytes, read, command, action) -> None:
    for data in (noise, command_bytes(command) + noise, action_bytes(action) + noise):
        with suppress(WireError):  # anything else that is raised fails the test
            assert read(data) is not None

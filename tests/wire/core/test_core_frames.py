"""Whatever the Core says arrives at an Agent as it was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import MessageAck
from echo.domain.commands import ExecuteOrder
from echo.domain.ids import MessageId
from echo.domain.sessions import ClockEcho, CoreToAgent
from echo.wire.core import core_frame, core_messages, mark_sent, read_core_frame
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import ORDER

MESSAGES: st.SearchStrategy[CoreToAgent] = (
    our.COMMANDS
    | our.MESSAGE_ACKS
    | our.intent_acks(our.NO_ACCOUNT)
    | our.result_acks(our.NO_ACCOUNT)
    | our.REGISTRATIONS
    | our.CORE_HELLOS
    | our.DELIVERY_HEARTBEATS
)


@given(st.lists(MESSAGES, max_size=4), st.booleans())
def test_messages_arrive_as_they_were_said(messages: list[CoreToAgent], batch: bool) -> None:
    said: list[CoreToAgent] = []
    for frame in core_frame(messages, 5, batch=batch):
        heard, refused = read_core_frame(pb.CoreMessage.FromString(frame.SerializeToString()))
        assert not refused
        said += heard

    assert said == messages


def test_frames_say_when_they_left() -> None:
    [frame] = core_frame([ORDER], 1_700_000_000_000, batch=False)

    assert frame.timestamp_ms == 1_700_000_000_000


@pytest.mark.parametrize("batch", [False, True])
def test_a_command_says_when_it_left_and_an_answer_has_no_such_stamp(batch: bool) -> None:
    for frame in core_frame([ORDER, MessageAck(message_id=MessageId("m:1"))], 5, batch=batch):
        mark_sent(frame, 1_700_000_000_000)
        said, _ = read_core_frame(frame)
        for each in said:
            if isinstance(each, ExecuteOrder):
                assert each.timestamps.t3_core_send_ms == 1_700_000_000_000
                assert each.timestamps.t2_core_recv_ms == ORDER.timestamps.t2_core_recv_ms
            else:
                assert each == MessageAck(message_id=MessageId("m:1"))


@pytest.mark.parametrize("name", ["config_update", "core_redirect"])
def test_an_unknown_payload_is_refused_by_its_name(name: str) -> None:
    frame = pb.CoreMessage()
    getattr(frame, name).SetInParent()

    said, [error] = read_core_frame(frame)

    assert (said, error.reason) == ([], WireReason.UNKNOWN_TYPE)
    assert name in error.sentence


def test_the_first_message_is_read_before_the_last() -> None:
    [frame] = core_frame([ORDER, ORDER], 5, batch=True)
    frame.batch.messages.add()
    refused: list[WireError] = []

    messages = core_messages(frame, refused)

    assert next(messages) == ORDER
    assert refused == []
    assert list(messages) == [ORDER]
    assert [each.reason for each in refused] == [WireReason.UNKNOWN_TYPE]


def test_a_clock_echo_has_no_frame() -> None:
    with pytest.raises(WireError) as refusal:
        core_frame([ClockEcho(mono_ms=1)], 5, batch=False)

    assert refusal.value.reason is WireReason.UNKNOWN_TYPE

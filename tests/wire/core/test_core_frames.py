"""Whatever the Core says arrives at an Agent as it was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.sessions import ClockEcho, CoreToAgent
from echo.wire.core import core_frame, core_messages, read_core_frame
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

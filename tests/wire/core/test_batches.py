"""Frames hold what they can, and a bad message harms no other."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import MessageAck
from echo.domain.ids import AgentId, MessageId, Ticket
from echo.domain.sessions import AgentToCore
from echo.wire.core import agent_frame, core_frame, read_agent_frame, read_core_frame
from echo.wire.core.batches import BATCH_BYTES_MAX, BATCH_MESSAGES_MAX
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire.core.test_agent_frames import AGENT, HEARTBEAT
from tests.wire.pipe.samples import INTENT, ORDER, POSITION, QUOTE, SNAPSHOT

Said = list[tuple[MessageId | None, AgentToCore]]


def test_messages_travel_together_where_the_peer_reads_batches() -> None:
    messages: Said = [(None, QUOTE), (MessageId("l:1"), INTENT), (None, HEARTBEAT)]

    [frame] = agent_frame(messages, AGENT, 5, batch=True)
    apart = agent_frame(messages, AGENT, 5, batch=False)

    assert [each.message_id for each in frame.batch.messages] == ["", "l:1", ""]
    assert [each.WhichOneof("payload") for each in apart] == [
        "symbol_quote_snapshot",
        "trade_intent",
        "heartbeat",
    ]


def test_one_message_needs_no_batch_and_none_no_frame() -> None:
    [frame] = core_frame([ORDER], 5, batch=True)

    assert frame.WhichOneof("payload") == "execute_order"
    assert core_frame([], 5, batch=True) == []
    assert agent_frame([], AGENT, 5, batch=False) == []


def test_a_batch_is_closed_when_it_is_large() -> None:
    large = replace(
        SNAPSHOT, positions=tuple(replace(POSITION, ticket=Ticket(n)) for n in range(5_000))
    )

    frames = agent_frame([(None, large)] * 6, AGENT, 5, batch=True)

    sizes = [frame.ByteSize() for frame in frames]
    assert len(frames) > 1
    assert min(sizes[:-1]) >= BATCH_BYTES_MAX
    assert max(sizes) < BATCH_BYTES_MAX + sizes[0]
    assert sum(len(frame.batch.messages) for frame in frames) == 6


def test_a_batch_is_closed_when_it_holds_many() -> None:
    acks = [MessageAck(message_id=MessageId(f"l:{n}")) for n in range(BATCH_MESSAGES_MAX + 1)]

    frames = core_frame(acks, 5, batch=True)

    assert [len(frame.batch.messages) for frame in frames] == [BATCH_MESSAGES_MAX, 1]


@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (replace(INTENT, price=Decimal("NaN")), WireReason.NOT_FINITE),
        (replace(INTENT, ticket=Ticket(2**63)), WireReason.OUT_OF_RANGE),
        (replace(INTENT, symbol="\ud800"), WireReason.OUT_OF_RANGE),
    ],
    ids=["no number", "no ticket", "no text"],
)
def test_what_cannot_be_written_does_not_hold_up_the_others(
    bad: AgentToCore, reason: WireReason, batch: bool
) -> None:
    messages: Said = [(None, QUOTE), (MessageId("l:2"), bad), (None, HEARTBEAT)]
    refused: list[WireError] = []

    frames = agent_frame(messages, AGENT, 5, batch=batch, refused=refused)

    said = [each for frame in frames for each in read_agent_frame(frame)[0]]
    assert said == [(None, QUOTE), (None, HEARTBEAT)]
    assert [(error.reason, error.message_id) for error in refused] == [(reason, "l:2")]
    with pytest.raises(WireError) as refusal:
        agent_frame(messages, AGENT, 5, batch=batch)
    assert refusal.value.reason is reason


def test_a_batch_of_nothing_is_not_sent() -> None:
    bad: Said = [(None, replace(INTENT, price=Decimal("NaN")))] * 2

    assert agent_frame(bad, AgentId("a"), 5, batch=True, refused=[]) == []


def test_what_cannot_be_read_does_not_hide_the_others() -> None:
    [frame] = agent_frame(
        [(None, QUOTE), (MessageId("l:2"), INTENT), (None, HEARTBEAT)], AGENT, 5, batch=True
    )
    frame.batch.messages[1].trade_intent.side = 9  # type: ignore[assignment]  # a number of tomorrow

    said, [error] = read_agent_frame(frame)

    assert said == [(None, QUOTE), (None, HEARTBEAT)]
    assert (error.reason, error.message_id) == (WireReason.UNKNOWN_VALUE, "l:2")


def test_a_batch_inside_a_batch_is_refused() -> None:
    inner = pb.CoreMessage()
    inner.batch.SetInParent()
    [outer] = core_frame([ORDER, ORDER], 5, batch=True)
    outer.batch.messages.insert(1, inner)

    said, [error] = read_core_frame(outer)

    assert said == [ORDER, ORDER]
    assert error.reason is WireReason.NESTED_BATCH


def test_an_empty_batch_says_nothing() -> None:
    frame = pb.AgentMessage()
    frame.batch.SetInParent()

    assert read_agent_frame(frame) == ([], [])

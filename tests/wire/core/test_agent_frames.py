"""Whatever an Agent says arrives at the Core as it was said."""

from dataclasses import replace

from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import AgentId, MessageId
from echo.domain.intents import TradeClose
from echo.domain.sessions import AgentHeartbeat, AgentToCore
from echo.wire.core import agent_frame, read_agent_frame
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireReason
from tests.wire import strategies as our

AGENT = AgentId("agent_local")
MESSAGE_IDS = st.none() | st.integers(1, 9).map(lambda n: MessageId(f"ledger:{n}"))
MESSAGES: st.SearchStrategy[AgentToCore] = (
    our.ACTIONS
    | our.results(our.NO_ACCOUNT)
    | our.COMMAND_ACKS
    | our.symbols_reports(our.maybe(our.several(our.MAPPINGS).filter(bool)))
    | our.SPEC_REPORTS
    | our.QUOTES
    | our.SNAPSHOTS
    | our.OPEN_TRADES
    | our.AGENT_HELLOS
    | our.AGENT_HEARTBEATS
    | our.CLOCK_ECHOES
    | our.CONNECTED
    | our.DISCONNECTED
    | our.AGENT_SPANS
)
UNKNOWN = b"\x92\x03\x00"
"""Field 50, empty: what a newer Agent may say."""
HEARTBEAT = AgentHeartbeat(agent_id=AGENT, timestamp_ms=1, mono_ms=2)


@given(st.lists(st.tuples(MESSAGE_IDS, MESSAGES), max_size=4), st.booleans())
def test_messages_arrive_as_they_were_said(
    messages: list[tuple[MessageId | None, AgentToCore]], batch: bool
) -> None:
    said: list[tuple[MessageId | None, AgentToCore]] = []
    for frame in agent_frame(messages, AGENT, 5, batch=batch):
        heard, refused = read_agent_frame(pb.AgentMessage.FromString(frame.SerializeToString()))
        assert not refused
        said += heard

    assert said == messages


def test_frames_name_their_sender_and_time() -> None:
    [frame] = agent_frame([(MessageId("l:7"), HEARTBEAT)], AGENT, 1_700_000_000_000, batch=True)

    assert (frame.agent_id, frame.timestamp_ms) == ("agent_local", 1_700_000_000_000)
    assert (frame.message_id, frame.WhichOneof("payload")) == ("l:7", "heartbeat")


@given(st.binary(max_size=60), our.ACTIONS)
def test_any_bytes_give_messages_or_refusals(noise: bytes, action: AgentToCore) -> None:
    [frame] = agent_frame([(None, action)], AGENT, 5, batch=False)
    for data in (noise, frame.SerializeToString() + noise):
        try:
            parsed = pb.AgentMessage.FromString(data)
        except DecodeError:  # no frame at all: the link's to refuse
            continue
        said, refused = read_agent_frame(parsed)
        entries = parsed.batch.messages if parsed.HasField("batch") else [parsed]
        assert len(said) + len(refused) == len(entries)


def test_a_price_of_zero_is_no_close_price() -> None:
    message = pb.AgentMessage()
    message.trade_close.trade_id = "3f2504e0-4f89-41d3-9a0c-0000305e82c3"
    message.trade_close.client_id = "master_61100781"

    [(_, close)], refused = read_agent_frame(message)

    assert not refused
    assert isinstance(close, TradeClose)
    assert close.close_price is None
    assert close.account_id == "61100781"
    assert close == replace(close, seq=2_147_483_647)


def test_an_unknown_payload_is_refused() -> None:
    newer = pb.AgentMessage.FromString(
        pb.AgentMessage(message_id="l:3").SerializeToString() + UNKNOWN
    )

    said, [error] = read_agent_frame(newer)

    assert said == []
    assert (error.reason, error.message_id) == (WireReason.UNKNOWN_TYPE, "l:3")
    assert read_agent_frame(pb.AgentMessage())[1][0].reason is WireReason.UNKNOWN_TYPE

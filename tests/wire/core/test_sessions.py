"""What Agent and Core say about themselves, in the stream and in the domain."""

import pytest
from hypothesis import given

from echo.domain.sessions import (
    AccountConnected,
    AccountDisconnected,
    AgentHeartbeat,
    AgentHello,
    ClockEcho,
    CoreHello,
    DeliveryHeartbeat,
)
from echo.wire.core import sessions
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our


@given(our.AGENT_HELLOS)
def test_agents_are_met_as_they_are(hello: AgentHello) -> None:
    message = pb.AgentHello()
    sessions.write_agent_hello(message, hello)

    assert sessions.read_agent_hello(message) == hello


@given(our.CORE_HELLOS)
def test_the_core_is_met_as_it_is(hello: CoreHello) -> None:
    message = pb.CoreHello()
    sessions.write_core_hello(message, hello)

    assert sessions.read_core_hello(message) == hello


@given(our.DELIVERY_HEARTBEATS)
def test_the_cores_pulse_is_heard(heartbeat: DeliveryHeartbeat) -> None:
    message = pb.DeliveryHeartbeat()
    sessions.write_delivery_heartbeat(message, heartbeat)

    assert sessions.read_delivery_heartbeat(message, heartbeat.wall_ms) == heartbeat


@given(our.AGENT_HEARTBEATS)
def test_an_agents_pulse_is_heard(heartbeat: AgentHeartbeat) -> None:
    message = pb.AgentHeartbeat()
    sessions.write_agent_heartbeat(message, heartbeat)

    assert sessions.read_agent_heartbeat(message) == heartbeat


@given(our.CLOCK_ECHOES)
def test_probes_are_heard(echo: ClockEcho) -> None:
    message = pb.ClockEcho()
    sessions.write_clock_echo(message, echo)

    assert sessions.read_clock_echo(message) == echo


@given(our.CONNECTED)
def test_a_terminal_comes(connected: AccountConnected) -> None:
    message = pb.AccountConnected()
    sessions.write_connected(message, connected)

    assert sessions.read_connected(message) == connected


@given(our.DISCONNECTED)
def test_a_terminal_goes(disconnected: AccountDisconnected) -> None:
    message = pb.AccountDisconnected()
    sessions.write_disconnected(message, disconnected)

    assert sessions.read_disconnected(message) == disconnected


def test_a_pulse_without_an_echo_probes_nothing() -> None:
    assert sessions.read_clock_echo(pb.ClockEcho(mono_ms=5)).echo_mono_ms is None


@pytest.mark.parametrize(
    "message",
    [pb.AgentHello(), pb.AgentHello(agent_id="a", owned_accounts=["a b"])],
    ids=["nameless", "with a bad account"],
)
def test_an_agent_has_a_name_and_its_accounts_too(message: pb.AgentHello) -> None:
    with pytest.raises(WireError) as refusal:
        sessions.read_agent_hello(message)

    assert refusal.value.reason is WireReason.BAD_IDENTIFIER

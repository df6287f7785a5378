"""What Agent and Core say about themselves and their link, in the stream and in the domain."""

from echo.domain.ids import AgentId
from echo.domain.sessions import (
    AccountConnected,
    AccountDisconnected,
    AgentHeartbeat,
    AgentHello,
    ClockEcho,
    CoreHello,
    DeliveryHeartbeat,
)
from echo.wire.core.handshakes import read_role
from echo.wire.identifiers import account_id, identifier
from echo.wire.pb import agent_pb2 as pb


def write_agent_hello(out: pb.AgentHello, hello: AgentHello) -> None:
    """Fill *out* with *hello*."""
    out.agent_id = hello.agent_id
    out.version = hello.version
    out.hostname = hello.hostname
    out.os = hello.os
    out.protocol_version = hello.protocol_version
    out.supports_lossless_delivery = hello.supports_lossless_delivery
    out.owned_accounts.extend(hello.owned_accounts)


def read_agent_hello(message: pb.AgentHello) -> AgentHello:
    """Return what *message* says."""
    return AgentHello(
        agent_id=_agent_id(message.agent_id),
        version=message.version,
        hostname=message.hostname,
        os=message.os,
        protocol_version=message.protocol_version,
        supports_lossless_delivery=message.supports_lossless_delivery,
        owned_accounts=tuple(account_id(each) for each in message.owned_accounts),
    )


def write_core_hello(out: pb.CoreHello, hello: CoreHello) -> None:
    """Fill *out* with *hello*."""
    out.required_protocol_version = hello.required_protocol_version
    out.lossless_required = hello.lossless_required
    out.service_version = hello.service_version
    out.compat_mode_active = hello.compat_mode_active


def read_core_hello(message: pb.CoreHello) -> CoreHello:
    """Return what *message* says."""
    return CoreHello(
        required_protocol_version=message.required_protocol_version,
        lossless_required=message.lossless_required,
        service_version=message.service_version,
        compat_mode_active=message.compat_mode_active,
    )


def write_delivery_heartbeat(out: pb.DeliveryHeartbeat, heartbeat: DeliveryHeartbeat) -> None:
    """Fill *out* with *heartbeat*."""
    out.heartbeat_interval_ms = heartbeat.heartbeat_interval_ms
    out.retry_backoff_ms.extend(heartbeat.retry_backoff_ms)
    out.max_retries = heartbeat.max_retries
    out.ack_timeout_ms = heartbeat.ack_timeout_ms
    _write_probe(out, heartbeat)


def read_delivery_heartbeat(message: pb.DeliveryHeartbeat, wall_ms: int) -> DeliveryHeartbeat:
    """Return what *message* says; an echo of 0 is none yet, here and below.

    *wall_ms*: its frame's own time.
    """
    return DeliveryHeartbeat(
        heartbeat_interval_ms=message.heartbeat_interval_ms,
        retry_backoff_ms=tuple(message.retry_backoff_ms),
        max_retries=message.max_retries,
        ack_timeout_ms=message.ack_timeout_ms,
        mono_ms=message.mono_ms,
        echo_mono_ms=message.echo_mono_ms or None,
        held_ms=message.held_ms,
        wall_ms=wall_ms,
    )


def write_agent_heartbeat(out: pb.AgentHeartbeat, heartbeat: AgentHeartbeat) -> None:
    """Fill *out* with *heartbeat*."""
    out.agent_id = heartbeat.agent_id
    out.timestamp_ms = heartbeat.timestamp_ms
    _write_probe(out, heartbeat)


def read_agent_heartbeat(message: pb.AgentHeartbeat) -> AgentHeartbeat:
    """Return what *message* says."""
    return AgentHeartbeat(
        agent_id=_agent_id(message.agent_id),
        timestamp_ms=message.timestamp_ms,
        mono_ms=message.mono_ms,
        echo_mono_ms=message.echo_mono_ms or None,
        held_ms=message.held_ms,
    )


def write_clock_echo(out: pb.ClockEcho, echo: ClockEcho) -> None:
    """Fill *out* with *echo*."""
    _write_probe(out, echo)


def read_clock_echo(message: pb.ClockEcho) -> ClockEcho:
    """Return what *message* says."""
    return ClockEcho(
        mono_ms=message.mono_ms,
        echo_mono_ms=message.echo_mono_ms or None,
        held_ms=message.held_ms,
    )


def _write_probe(
    out: pb.DeliveryHeartbeat | pb.AgentHeartbeat | pb.ClockEcho,
    probe: DeliveryHeartbeat | AgentHeartbeat | ClockEcho,
) -> None:
    out.mono_ms = probe.mono_ms
    out.echo_mono_ms = probe.echo_mono_ms or 0
    out.held_ms = probe.held_ms


def write_connected(out: pb.AccountConnected, connected: AccountConnected) -> None:
    """Fill *out* with *connected*."""
    out.account_id = connected.account_id
    out.connected_at_ms = connected.connected_at_ms
    out.client_type = connected.role.value
    if connected.broker:
        out.broker = connected.broker


def read_connected(message: pb.AccountConnected) -> AccountConnected:
    """Return what *message* says."""
    return AccountConnected(
        account_id=account_id(message.account_id),
        connected_at_ms=message.connected_at_ms,
        role=read_role(message.client_type),
        broker=message.broker,
    )


def write_disconnected(out: pb.AccountDisconnected, disconnected: AccountDisconnected) -> None:
    """Fill *out* with *disconnected*."""
    out.account_id = disconnected.account_id
    out.disconnected_at_ms = disconnected.disconnected_at_ms
    if disconnected.reason:
        out.reason = disconnected.reason


def read_disconnected(message: pb.AccountDisconnected) -> AccountDisconnected:
    """Return what *message* says."""
    return AccountDisconnected(
        account_id=account_id(message.account_id),
        disconnected_at_ms=message.disconnected_at_ms,
        reason=message.reason,
    )


def _agent_id(text: str) -> AgentId:
    return AgentId(identifier(text, "agent_id"))

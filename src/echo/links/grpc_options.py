"""What both ends of the stream agree on: its name, its limits, keep-alive, TLS.

Keep-alive sources: grpc.io, "Keepalive"; the ping time-out of its own is described at
https://github.com/grpc/grpc/pull/34647.
"""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.ports.errors import SettingsInvalid

SERVICE: Final = "echo.v1.AgentService"
AGENT_ID_KEY: Final = "agent-id"

BATCH_PROTOCOL_MIN: Final = 3
"""From this protocol version on a peer reads batches."""

FRAME_BYTES_MAX: Final = 16 * 1_048_576
MIN_PING_INTERVAL_MS: Final = 1_000
"""The shortest heartbeat interval that the settings allow: the server does not know its clients
when it is set up, and pings that come faster than its minimum end the connection."""

Options = list[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files.

    ``ca_file``: whom to trust.  A server that has one wants certificates from its clients, and
    wants them to name their ``agent_id``; for a client ``None`` means the system's authorities.
    ``cert_file`` and ``key_file`` go together; a client may have none.
    """

    cert_file: Path | None = None
    key_file: Path | None = None
    ca_file: Path | None = None

    def read(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Return (certificate, key, authorities).  Raises ``SettingsInvalid``."""
        try:
            return (
                self.cert_file.read_bytes() if self.cert_file else None,
                self.key_file.read_bytes() if self.key_file else None,
                self.ca_file.read_bytes() if self.ca_file else None,
            )
        except OSError as error:
            raise SettingsInvalid([f"a TLS file cannot be read: {error}"]) from error


def keepalive_timeout_ms(interval_ms: int) -> int:
    """Return how long a ping may stay unanswered: half the interval, at least a second."""
    return max(1_000, interval_ms // 2)


def client_options(interval_ms: int) -> Options:
    """Return the channel options of an Agent whose heartbeat interval is *interval_ms*."""
    return [
        *_shared_options(interval_ms),
        ("grpc.http2.max_pings_without_data", 0),
        # A channel per connection: one that came to nothing must not delay the next.
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_retries", 0),
    ]


def server_options(interval_ms: int) -> Options:
    """Return the options of a Core whose heartbeat interval is *interval_ms*."""
    return [
        *_shared_options(interval_ms),
        (
            "grpc.http2.min_ping_interval_without_data_ms",
            min(MIN_PING_INTERVAL_MS, interval_ms),
        ),
        # Without this a second server could listen on the same port, and take half the Agents.
        ("grpc.so_reuseport", 0),
    ]


def _shared_options(interval_ms: int) -> Options:
    timeout_ms = keepalive_timeout_ms(interval_ms)
    return [
        ("grpc.keepalive_time_ms", interval_ms),
        ("grpc.keepalive_timeout_ms", timeout_ms),
        # Pings have a time-out of their own, a minute by default; the longer one wins.
        ("grpc.http2.ping_timeout_ms", timeout_ms),
        ("grpc.keepalive_permit_without_calls", 0),
        ("grpc.max_receive_message_length", FRAME_BYTES_MAX),
        ("grpc.max_send_message_length", FRAME_BYTES_MAX),
    ]


def is_loopback(host: str) -> bool:
    """Whether *host* can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def authority(host: str, port: int) -> str:
    """Return ``host:port``, with brackets round an IPv6 address."""
    bare = host.strip("[]")
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"

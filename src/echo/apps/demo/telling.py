"""Where the demo's programs show what they do: a collector, or ports for Prometheus."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from echo.apps.telemetry import otlp_is_installed

PORT_MAX: Final = 65_535
HEARD_WITHIN_S: Final = 1.0
EXPORT_EVERY_S: Final = 1
"""A demo is short, and somebody is looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What the programs are told about telling.

    ``otlp``: the collector, ``host:port``; ``None`` = none.  ``metrics_port``: loopback port of
    the Core's figures, the Agent's are at the next one; ``None`` = any port, and none.
    """

    otlp: str | None = None
    metrics_port: int | None = None


NOTHING: Final = Telling()


def complaints(otlp: str | None, metrics_port: int | None) -> list[str]:
    """Return what is wrong with what was asked for, a sentence each."""
    found = []
    if otlp is not None and _address(otlp) is None:
        found.append(f"--otlp {otlp} is not host:port, with a port of 1 to {PORT_MAX}")
    if metrics_port is not None and not 1 <= metrics_port < PORT_MAX:
        found.append(f"--metrics-port {metrics_port} is not 1 to {PORT_MAX - 1}")
    return found


def heeded(otlp: str | None, tell: Callable[[str], None]) -> str | None:
    """Return the collector that can be used, and *tell* why what was asked for cannot, or not yet.

    Blocks for up to `HEARD_WITHIN_S` where nobody answers.
    """
    address = None if otlp is None else _address(otlp)
    if address is None:
        return None
    if not otlp_is_installed():
        tell(
            f"--otlp {otlp}: the extra 'otlp' is not installed, so nothing is sent;"
            " pip install 'echo-copier[otlp]'"
        )
        return None
    try:
        socket.create_connection(address, timeout=HEARD_WITHIN_S).close()
    except OSError as error:
        tell(
            f"--otlp {otlp}: nobody listens there ({error.strerror or error});"
            " what a collector misses until it is started is lost to it, and only to it"
        )
    return otlp


def settings_lines(telling: Telling) -> list[str]:
    """Return the tables of ``echo.toml`` that make Core and Agent do so."""
    if telling.otlp is None:
        return []
    return [
        "",
        "[telemetry]",
        'environment = "demo"',
        f"export_every_s = {EXPORT_EVERY_S}",
    ]


def _address(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    if not host or not host.isprintable() or not port.isascii() or not port.isdecimal():
        return None
    number = int(port)
    return (host.strip("[]"), number) if 1 <= number <= PORT_MAX else None

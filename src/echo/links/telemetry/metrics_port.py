"""A port of its own for figures, for programs without a web server."""

from typing import Final

from prometheus_client import start_http_server

from echo.links.telemetry.telemetry import Telemetry
from echo.ports.errors import PortTaken

LOOPBACK: Final = "127.0.0.1"


class MetricsPort:
    """Shows the figures at ``http://127.0.0.1:<port>/metrics``, from a thread, until `close`.

    Args:
        port: Where; 0 = any free one.

    Raises:
        PortTaken: it is in use, or cannot be listened on.
    """

    def __init__(self, port: int, telemetry: Telemetry) -> None:
        try:
            self._server, self._thread = start_http_server(
                port, LOOPBACK, registry=telemetry.meters.registry
            )
        except OSError as error:
            raise PortTaken(
                f"figures cannot be shown on {LOOPBACK}:{port}: {error.strerror};"
                " set agent/metrics_port to another one, or to 0"
            ) from error

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_port)

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=1.0)

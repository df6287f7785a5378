"""The Core's door for operators: HTTP on loopback, or with TLS beyond it.

The socket is taken when the Core starts, so that a port in use is told at once; the web server
is loaded beside the start, which need not wait for it.
"""

import asyncio
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from echo.links.grpc_options import TlsFiles, authority, is_loopback
from echo.ports.errors import PortTaken, SettingsInvalid, UnsafeBind

if TYPE_CHECKING:
    from echo.links.admin_pages import Beside
    from echo.links.admin_web import Figures, LetsIn, Operate, QuietServer, Tells

BACKLOG: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAt:
    """Where to listen.  ``port`` 0 = any free one.  Without ``tls`` only loopback is allowed."""

    host: str = "127.0.0.1"
    port: int = 8780
    tls: TlsFiles | None = None


def no_figures(_: str) -> None:
    """Tell Prometheus nothing."""


class AdminDoor:
    """A door that is taken at once and opened by `serve`.

    Raises:
        PortTaken: the address is in use, or cannot be listened on.
        UnsafeBind: it can be reached from elsewhere, and there are no TLS files.
        SettingsInvalid: the TLS files cannot be read.
    """

    def __init__(self, where: AdminAt) -> None:
        if where.tls is None and not is_loopback(where.host):
            raise UnsafeBind(
                f"the admin door on {where.host} needs TLS files:"
                " other machines could read its token on the way"
            )
        if where.tls is not None:
            cert, key, _ = where.tls.read()
            if cert is None or key is None:
                raise SettingsInvalid(["the admin door with TLS needs a certificate and its key"])
        self._where = where
        self._socket = _taken(where)
        self._server: QuietServer | None = None
        self._stopping = False

    @property
    def address(self) -> str:
        """Where it is, as ``host:port``."""
        return authority(self._where.host, self._socket.getsockname()[1])

    async def serve(
        self,
        lets_in: "LetsIn",
        operate: "Operate",
        health: "Tells",
        figures: "Figures" = no_figures,
        beside: "Beside | None" = None,
    ) -> None:
        """Answer until `stop`.

        Args:
            lets_in: Whether whoever shows this token may ask.
            operate: Brings a question to the engine, in somebody's name.
            health: Returns how the Core does.
            figures: Returns what Prometheus is told, and the type of the text.
            beside: What is told without asking the engine; ``None`` = nothing is.
        """
        try:
            self._server = await asyncio.to_thread(
                self._load, lets_in, operate, health, figures, beside
            )
            if not self._stopping:
                await self._server.serve(sockets=[self._socket])
        finally:
            self.close()

    def stop(self) -> None:
        """Let answers leave, and have `serve` return."""
        self._stopping = True
        if self._server is not None:
            self._server.should_exit = True

    def close(self) -> None:
        """Give the address back."""
        self._socket.close()

    def _load(
        self,
        lets_in: "LetsIn",
        operate: "Operate",
        health: "Tells",
        figures: "Figures",
        beside: "Beside | None",
    ) -> "QuietServer":
        from echo.links.admin_web import application, server

        return server(application(lets_in, operate, health, figures, beside), self._where.tls)


def _taken(where: AdminAt) -> socket.socket:
    at = authority(where.host, where.port)
    try:
        found = socket.getaddrinfo(
            where.host.strip("[]"), where.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortTaken(f"the admin door cannot listen on {at}: {error.strerror}") from error
    try:
        if os.name == "posix":
            # Connections that are just being closed are no hindrance.  (Elsewhere the option
            # would let a second program listen here, too.)
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(BACKLOG)
        taken.setblocking(False)
    except OSError as error:
        taken.close()
        raise PortTaken(
            f"the admin door cannot listen on {at}: {error.strerror};"
            " set core/admin/port to another one, or core/admin/enabled to false"
        ) from error
    return taken

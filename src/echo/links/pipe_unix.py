"""The pipe server on unix sockets: one socket per (role, account), for this user only.

Moves bytes and nothing else; lines, dialects and sessions are decided above.
"""

import asyncio
import fcntl
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.ea_connection import CONNECTIONS_MAX, PENDING_BYTES_MAX, EaConnection
from echo.ports.errors import PortTaken, SettingsInvalid
from echo.ports.links import PipeHandler

_BACKLOG: Final = 16
_OWNER_ONLY: Final = 0o600
__all__ = ["CONNECTIONS_MAX", "PENDING_BYTES_MAX", "UnixPipeServer", "pipe_path"]

_PATH_BYTES_MAX: Final = 107
"""A socket's name has 108 bytes on Linux, its end included (unix(7))."""


def pipe_path(folder: Path, role: Role, account_id: AccountId, *, prefix: str = "echo_") -> Path:
    """Return where the pipe of (*role*, *account_id*) lies."""
    return folder / f"{prefix}{role.value}_{account_id}.sock"


class UnixPipeServer:
    """Listens for EAs.

    Args:
        folder: Where the sockets lie; made with mode 0700 when it is missing.
        prefix: What their names start with.
        pending_bytes_max: Unread bytes after which an EA's pipe is closed.
    """

    def __init__(
        self, folder: Path, *, prefix: str = "echo_", pending_bytes_max: int = PENDING_BYTES_MAX
    ) -> None:
        self._folder, self._prefix = folder, prefix
        self._pending_bytes_max = pending_bytes_max
        self._sessions = 0
        self._listeners: list[tuple[asyncio.Server, Path, int]] = []
        self._open: dict[Path, set[EaConnection]] = {}

    async def start(self, pipes: Sequence[tuple[Role, AccountId]], handler: PipeHandler) -> None:
        """Begin to listen on all *pipes*.

        Raises:
            PortTaken: another process listens on one of them, or the folder cannot be used.
            SettingsInvalid: a path is longer than a socket's name may be.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone_in(self._folder):
                for role, account_id in pipes:
                    await self._listen(role, account_id, handler)
        except OSError as error:
            await self.stop()
            raise PortTaken(f"cannot listen in {self._folder}: {error}") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every pipe and remove its name, unless another process has taken it."""
        for server, path, inode in self._listeners:
            server.close()
            with suppress(FileNotFoundError):
                if path.stat().st_ino == inode:
                    path.unlink()
        self._listeners.clear()
        gone = [each.cut("the Agent stops") for open_ in self._open.values() for each in open_]
        if gone:
            await asyncio.wait(gone)

    async def _listen(self, role: Role, account_id: AccountId, handler: PipeHandler) -> None:
        path = pipe_path(self._folder, role, account_id, prefix=self._prefix)
        listener = _bound(path)
        siblings = self._open.setdefault(path, set())

        def connected() -> EaConnection:
            self._sessions += 1
            return EaConnection(
                self._sessions, role, account_id, handler, siblings, self._pending_bytes_max
            )

        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(connected, sock=listener, backlog=_BACKLOG)
        self._listeners.append((server, path, path.stat().st_ino))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other starting servers out: two that clear away one stale name would lose a pipe."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _bound(path: Path) -> socket.socket:
    """Return a socket bound to *path*; a name that nobody listens on any more is taken over."""
    if len(os.fsencode(path)) > _PATH_BYTES_MAX:
        raise SettingsInvalid(
            [f"{path} is longer than the {_PATH_BYTES_MAX} bytes of a pipe's name"]
        )
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), _OWNER_ONLY)  # so that no moment passes with a wider mode
        listener.bind(os.fspath(path))
        path.chmod(_OWNER_ONLY)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _remove_stale(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except BlockingIOError:
            pass  # its queue is full: somebody listens
    raise PortTaken(f"another Agent listens on {path}")

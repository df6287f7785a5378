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
from typing import Final, cast

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.ports.errors import PortTaken, SettingsInvalid
from echo.ports.links import PipeHandler

PENDING_BYTES_MAX: Final = 8 * 1_048_576
"""An EA that leaves more than this unread is too far behind; its pipe is closed."""

CONNECTIONS_MAX: Final = 8
"""Open connections per pipe: the EA's, and those that are about to be refused or replaced."""

_BACKLOG: Final = 16
_OWNER_ONLY: Final = 0o600
_PATH_BYTES_MAX: Final = 107
"""A socket's name has 108 bytes on Linux, its end included (unix(7))."""
_LAST_WORDS_S: Final = 1.0


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
        self._open: dict[Path, set[_EaConnection]] = {}

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

        def connected() -> _EaConnection:
            self._sessions += 1
            return _EaConnection(
                self._sessions, role, account_id, handler, siblings, self._pending_bytes_max
            )

        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(connected, sock=listener, backlog=_BACKLOG)
        self._listeners.append((server, path, path.stat().st_ino))


class _EaConnection(asyncio.Protocol):
    """One EA on one pipe: the `PipeSession` that the handler sees."""

    def __init__(
        self,
        session: int,
        role: Role,
        account_id: AccountId,
        handler: PipeHandler,
        siblings: "set[_EaConnection]",
        pending_bytes_max: int,
    ) -> None:
        self.session, self.role, self.account_id = session, role, account_id
        self._handler, self._siblings = handler, siblings
        self._pending_bytes_max = pending_bytes_max
        self._transport: asyncio.Transport | None = None
        self._ending = False
        self._reason = "the EA closed the pipe"
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not every loop's transports inherit from asyncio's; they all behave like them.
        transport = cast("asyncio.Transport", transport)
        if len(self._siblings) >= CONNECTIONS_MAX:
            transport.abort()
            return
        self._transport = transport
        self._siblings.add(self)
        self._handler.pipe_opened(self)

    def data_received(self, data: bytes) -> None:
        if not self._ending and self._transport is not None:
            self._handler.pipe_said(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is None:
            return
        self._transport = None
        self._siblings.discard(self)
        self._gone.set_result(None)
        self._handler.pipe_closed(self, self._reason if exc is None else str(exc))

    def write(self, data: bytes) -> bool:
        if self._ending or self._transport is None:
            return False
        pending_bytes = self._transport.get_write_buffer_size()
        if pending_bytes + len(data) > self._pending_bytes_max:
            self.cut(f"the EA left {pending_bytes} bytes unread")
            return False
        self._transport.write(data)
        return True

    def end(self, reason: str) -> None:
        if self._ending or self._transport is None:
            return
        self._ending, self._reason = True, reason
        self._transport.close()
        # Closing waits for the last words to be read; an EA that does not read is cut off.
        asyncio.get_running_loop().call_later(_LAST_WORDS_S, self._transport.abort)

    def cut(self, reason: str) -> "asyncio.Future[None]":
        """Close at once, whatever was not read; the result comes when the pipe is gone."""
        if self._transport is not None:
            self._ending, self._reason = True, reason
            self._transport.abort()
        return self._gone


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

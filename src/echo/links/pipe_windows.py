r"""The pipe server on Windows: one named pipe per (role, account), for the terminal's user only.

Named pipes on asyncio's standard loop of Windows, with what its own pipe server leaves out: an
access list, protection against a stranger who has taken the name before, no clients from other
machines, one client at a time.  The loop is joined by the two private names that its own pipe
server uses; a test under Windows pins them.  (The public pair of a reading and a writing transport
on one handle is no way: the writing one reads, too, to notice the end, and swallows what the EA
says.)
"""

import asyncio
import ctypes
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.ea_connection import PENDING_BYTES_MAX, EaConnection
from echo.ports.errors import PortTaken
from echo.ports.links import PipeHandler

AGAIN_AFTER_S: Final = 0.1
"""Before the name of a pipe that was just let go is taken again, if that did not work at once."""

BUFFER_BYTES: Final = 65_536
DUPLEX, OVERLAPPED, FIRST_INSTANCE = 0x3, 0x4000_0000, 0x0008_0000
BYTE_MODE, REJECT_REMOTE = 0x0, 0x8
TOKEN_QUERY, TOKEN_USER = 0x8, 1
READ_AND_WRITE: Final = "0x12019b"
"""Reading and writing without FILE_APPEND_DATA, on a pipe the right to create instances."""


def access_list(user_sids: Sequence[str], service_sid: str = "") -> str:
    """Return who may open the pipes, in SDDL: nobody from the network, the system, the service, and
    the users whose terminals they are for.
    """
    service = f"(A;;GA;;;{service_sid})" if service_sid else ""
    users = "".join(f"(A;;{READ_AND_WRITE};;;{each})" for each in user_sids)
    return f"D:P(D;;GA;;;NU)(A;;GA;;;SY){service}{users}"


def pipe_name(role: Role, account_id: AccountId, *, prefix: str = "echo_") -> str:
    r"""Return the name of the pipe of (*role*, *account_id*), such as ``\\.\pipe\echo_slave_7``."""
    return rf"\\.\pipe\{prefix}{role.value}_{account_id}"


class Instances(Protocol):
    """What Windows is asked for; handles are whatever it gives."""

    def create(self, name: str) -> Any:
        """Create the one instance of a pipe.  Raises ``OSError``: somebody has the name."""

    async def accept(self, handle: Any) -> None:
        """Wait for a client.  Raises ``OSError``: one came and went."""

    def join(self, handle: Any, protocol: asyncio.Protocol) -> None:
        """Give a connected instance to the loop."""

    def let_go(self, handle: Any) -> None:
        """Break the connection off, so that the client's end does not hold the instance."""


class WindowsPipeServer:
    """Listens for EAs.

    Args:
        instances: How pipes are made; with the access list that they get.
        prefix: What their names start with, behind ``\\\\.\\pipe\\``.
        pending_bytes_max: Unread bytes after which an EA's pipe is closed.
    """

    def __init__(
        self,
        instances: Instances,
        *,
        prefix: str = "echo_",
        pending_bytes_max: int = PENDING_BYTES_MAX,
    ) -> None:
        self._instances, self._prefix = instances, prefix
        self._pending_bytes_max = pending_bytes_max
        self._sessions = 0
        self._serving: list[asyncio.Task[None]] = []
        self._open: set[EaConnection] = set()
        self._waiting: dict[str, Any] = {}
        """Instances without a client, by their names."""

    async def start(self, pipes: Sequence[tuple[Role, AccountId]], handler: PipeHandler) -> None:
        """Begin to listen on all *pipes*.

        Raises:
            PortTaken: somebody has one of the names already, another Agent or a stranger.
        """
        loop = asyncio.get_running_loop()
        for role, account_id in pipes:
            name = pipe_name(role, account_id, prefix=self._prefix)
            try:
                self._waiting[name] = self._instances.create(name)
            except OSError as error:
                await self.stop()
                raise PortTaken(f"cannot listen on {name}: {error}") from error

            def connected(role: Role = role, account_id: AccountId = account_id) -> EaConnection:
                self._sessions += 1
                return EaConnection(
                    self._sessions,
                    role,
                    account_id,
                    handler,
                    self._open,
                    self._pending_bytes_max,
                    connections_max=len(pipes) + 1,
                )

            self._serving.append(loop.create_task(self._serve(name, connected)))

    async def stop(self) -> None:
        """Close every pipe."""
        for task in self._serving:
            task.cancel()
        gone = [each.cut("the Agent stops") for each in tuple(self._open)]
        if self._serving:
            await asyncio.wait(self._serving)
        self._serving.clear()
        for handle in self._waiting.values():
            handle.close()
        self._waiting.clear()
        if gone:
            await asyncio.wait(gone)

    async def _serve(self, name: str, connected: Callable[[], EaConnection]) -> None:
        """Serve one EA after the other on one pipe."""
        while True:
            handle = self._waiting[name]
            try:
                await self._instances.accept(handle)
            except OSError:
                del self._waiting[name]
                handle.close()  # a client came and went
            else:
                del self._waiting[name]
                connection = connected()
                self._instances.join(handle, _LettingGo(connection, handle, self._instances))
                await asyncio.shield(connection.gone)
            await asyncio.sleep(0)  # the loop closes the handle right after it has told the end
            self._waiting[name] = await self._created(name)

    async def _created(self, name: str) -> Any:
        while True:
            with suppress(OSError):
                return self._instances.create(name)
            await asyncio.sleep(AGAIN_AFTER_S)


class _LettingGo(asyncio.Protocol):
    """A connection that lets its pipe go before its handle is closed."""

    def __init__(self, connection: EaConnection, handle: Any, instances: Instances) -> None:
        self._connection, self._handle, self._instances = connection, handle, instances

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connection.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._connection.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        with suppress(OSError):
            self._instances.let_go(self._handle)
        self._connection.connection_lost(exc)


def own_sid() -> str:  # pragma: no cover -- run on Windows Python under Wine
    """Return the SID of the user that runs this program.

    Raises:
        OSError: Windows does not tell.
    """
    kernel, advapi = _library("kernel32"), _library("advapi32")
    token, needed = ctypes.c_void_p(), ctypes.c_uint32()
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not advapi.OpenProcessToken(process, TOKEN_QUERY, ctypes.byref(token)):
        raise _error("the token of this program")
    advapi.GetTokenInformation(token, TOKEN_USER, None, 0, ctypes.byref(needed))
    told = ctypes.create_string_buffer(needed.value)
    good = advapi.GetTokenInformation(token, TOKEN_USER, told, needed, ctypes.byref(needed))
    kernel.CloseHandle(token)
    text = ctypes.c_wchar_p()
    sid = ctypes.cast(told, ctypes.POINTER(ctypes.c_void_p))[0]
    if not good or not advapi.ConvertSidToStringSidW(ctypes.c_void_p(sid), ctypes.byref(text)):
        raise _error("the user of this program")
    return str(text.value)


def _library(name: str) -> Any:
    if os.name != "nt":
        raise OSError("named pipes are a matter of Windows")
    load: Any = ctypes.WinDLL  # type: ignore[attr-defined]  # there on Windows only
    return load(name, use_last_error=True)


def _error(what: str) -> OSError:  # pragma: no cover -- run on Windows Python under Wine
    code = ctypes.get_last_error()  # type: ignore[attr-defined]  # there on Windows only
    return OSError(code, f"{what}: Windows error {code}")


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_uint32),
        ("descriptor", ctypes.c_void_p),
        ("inherit", ctypes.c_int),
    )


class NamedPipes:  # pragma: no cover -- run on Windows Python under Wine
    """The pipes of this Windows, for those whom *access* (SDDL) names.

    Raises:
        OSError: *access* is no access list.
    """

    def __init__(self, access: str) -> None:
        self._kernel, advapi = _library("kernel32"), _library("advapi32")
        descriptor = ctypes.c_void_p()
        known = advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            ctypes.c_wchar_p(access), 1, ctypes.byref(descriptor), None
        )
        if not known:
            raise _error(f"no access list: {access}")
        self._attributes = _SecurityAttributes(
            ctypes.sizeof(_SecurityAttributes), descriptor.value, 0
        )
        self._kernel.CreateNamedPipeW.restype = ctypes.c_void_p

    def create(self, name: str) -> Any:
        """Create the one instance of a pipe; being the first is part of the request."""
        from asyncio.windows_utils import PipeHandle  # type: ignore[attr-defined]  # as above

        handle = self._kernel.CreateNamedPipeW(
            ctypes.c_wchar_p(name),
            DUPLEX | OVERLAPPED | FIRST_INSTANCE,
            BYTE_MODE | REJECT_REMOTE,
            1,
            BUFFER_BYTES,
            BUFFER_BYTES,
            0,
            ctypes.byref(self._attributes),
        )
        if handle is None or handle == ctypes.c_void_p(-1).value:
            raise _error(name)
        return PipeHandle(handle)

    async def accept(self, handle: Any) -> None:
        """Wait for a client."""
        loop: Any = asyncio.get_running_loop()
        await loop._proactor.accept_pipe(handle)

    def join(self, handle: Any, protocol: asyncio.Protocol) -> None:
        """Give a connected instance to the loop."""
        loop: Any = asyncio.get_running_loop()
        loop._make_duplex_pipe_transport(handle, protocol)

    def let_go(self, handle: Any) -> None:
        """Break the connection off."""
        self._kernel.DisconnectNamedPipe(ctypes.c_void_p(handle.handle))

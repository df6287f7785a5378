"""One EA's connection to its Agent, on whatever kind of pipe: moves bytes and nothing else."""

import asyncio
from typing import Final, cast

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.ports.links import PipeHandler

PENDING_BYTES_MAX: Final = 8 * 1_048_576
"""An EA that leaves more than this unread is too far behind; its pipe is closed."""

CONNECTIONS_MAX: Final = 8
"""Open connections per pipe: the EA's, and those that are about to be refused or replaced."""

LAST_WORDS_S: Final = 1.0


class EaConnection(asyncio.Protocol):
    """One EA on one pipe: the `PipeSession` that the handler sees.

    Args:
        siblings: The open connections of the same pipe; this one is among them while it is open.
        pending_bytes_max: Unread bytes after which the EA is cut off.
    """

    def __init__(
        self,
        session: int,
        role: Role,
        account_id: AccountId,
        handler: PipeHandler,
        siblings: "set[EaConnection]",
        pending_bytes_max: int,
        *,
        connections_max: int = CONNECTIONS_MAX,
    ) -> None:
        self.session, self.role, self.account_id = session, role, account_id
        self._handler, self._siblings = handler, siblings
        self._pending_bytes_max, self._connections_max = pending_bytes_max, connections_max
        self._transport: asyncio.Transport | None = None
        self._ending = False
        self._reason = "the EA closed the pipe"
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the EA in, unless there are too many."""
        # Not every loop's transports inherit from asyncio's; they all behave like them.
        transport = cast("asyncio.Transport", transport)
        if len(self._siblings) >= self._connections_max:
            self.gone.set_result(None)
            transport.abort()
            return
        self._transport = transport
        self._siblings.add(self)
        self._handler.pipe_opened(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what the EA said."""
        if not self._ending and self._transport is not None:
            self._handler.pipe_said(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the handler that the EA is gone."""
        if self._transport is None:
            return
        self._transport = None
        self._siblings.discard(self)
        self.gone.set_result(None)
        self._handler.pipe_closed(self, self._reason if exc is None else str(exc))

    def write(self, data: bytes) -> bool:
        """Queue *data* without waiting; False = the pipe is gone or too far behind, now closed."""
        if self._ending or self._transport is None:
            return False
        pending_bytes = self._transport.get_write_buffer_size()
        if pending_bytes + len(data) > self._pending_bytes_max:
            self.cut(f"the EA left {pending_bytes} bytes unread")
            return False
        self._transport.write(data)
        return True

    def end(self, reason: str) -> None:
        """Close the pipe for this EA, after its last words."""
        if self._ending or self._transport is None:
            return
        self._ending, self._reason = True, reason
        self._transport.close()
        # Closing waits for the last words to be read; an EA that does not read is cut off.
        asyncio.get_running_loop().call_later(LAST_WORDS_S, self._transport.abort)

    def cut(self, reason: str) -> "asyncio.Future[None]":
        """Close at once, whatever was not read; the result comes when the pipe is gone."""
        if self._transport is not None:
            self._ending, self._reason = True, reason
            self._transport.abort()
        return self.gone

"""A terminal's way to its Agent over a unix socket."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from echo.links.backoff import STEADY_MS, Backoff
from echo.links.pipe_unix import PENDING_BYTES_MAX
from echo.ports.clock import Clock
from echo.ports.ids import Ids
from echo.ports.links import EaLinkHandler

RECONNECT_FIRST_MS: Final = 100
RECONNECT_MAX_MS: Final = 5_000
RECONNECT_JITTER_MS: Final = 249
"""The pace of the deployed EAs: 100 ms doubling to 5 s, then 0 to 249 ms more."""


class UnixEaLink:
    """Connects to *path*, and connects again with back-off.

    Args:
        path: The Agent's socket for this EA.
        pending_bytes_max: Bytes that the Agent may leave unread before the pipe is closed.
    """

    def __init__(
        self, path: Path, clock: Clock, ids: Ids, *, pending_bytes_max: int = PENDING_BYTES_MAX
    ) -> None:
        self._path, self._clock, self._ids = path, clock, ids
        self._pending_bytes_max = pending_bytes_max
        self._backoff = Backoff(first_ms=RECONNECT_FIRST_MS, max_ms=RECONNECT_MAX_MS)
        self._connection: _AgentConnection | None = None

    async def run(self, handler: EaLinkHandler) -> None:
        """Serve *handler* until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            connection = _AgentConnection(handler, self._now_connected)
            try:
                await loop.create_unix_connection(connection.itself, os.fspath(self._path))
                await connection.gone
            except OSError:
                pass  # nobody listens: waited for below
            finally:
                self._connection = None
                connection.abort()
            if connection.was_answered and self._lasted_ms(connection) >= STEADY_MS:
                self._backoff.succeeded()
            wait_ms = self._backoff.next_ms() + self._ids.jitter(RECONNECT_JITTER_MS)
            await self._clock.sleep_ms(wait_ms)

    def write(self, data: bytes) -> bool:
        """Queue *data*; False = not connected, or the Agent is too far behind and now cut off."""
        connection = self._connection
        return connection is not None and connection.write(data, self._pending_bytes_max)

    def end(self, reason: str) -> None:
        """Close the pipe; the link connects again by itself."""
        if self._connection is not None:
            self._connection.end(reason)

    def _now_connected(self, connection: "_AgentConnection") -> None:
        self._connection = connection
        connection.made_mono_ms = self._clock.now().mono_ms

    def _lasted_ms(self, connection: "_AgentConnection") -> int:
        return self._clock.now().mono_ms - connection.made_mono_ms


class _AgentConnection(asyncio.Protocol):
    """One connection's life."""

    def __init__(
        self, handler: EaLinkHandler, connected: "Callable[[_AgentConnection], None]"
    ) -> None:
        self._handler, self._connected = handler, connected
        self._transport: asyncio.Transport | None = None
        self._reason = "the Agent closed the pipe"
        self.was_answered = False
        self.made_mono_ms = 0
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def itself(self) -> "_AgentConnection":
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not every loop's transports inherit from asyncio's; they all behave like them.
        self._transport = cast("asyncio.Transport", transport)
        self._connected(self)
        self._handler.pipe_up()

    def data_received(self, data: bytes) -> None:
        self.was_answered = True
        self._handler.agent_said(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.gone.done():
            self.gone.set_result(None)
        self._handler.pipe_down(self._reason if exc is None else str(exc))

    def write(self, data: bytes, pending_bytes_max: int) -> bool:
        if self._transport is None or self._transport.is_closing():
            return False
        pending_bytes = self._transport.get_write_buffer_size()
        if pending_bytes + len(data) > pending_bytes_max:
            self._reason = f"the Agent left {pending_bytes} bytes unread"
            self._transport.abort()
            return False
        self._transport.write(data)
        return True

    def end(self, reason: str) -> None:
        """Close for a reason of ours."""
        self._reason = reason
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

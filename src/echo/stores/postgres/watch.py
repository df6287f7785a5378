"""Hearing of changes that others make to a table: by notification, and by looking again.

A notification is a hint that comes at once.  Whoever was not connected misses it, so the table is
read again after every reconnection and every so often; what was found changed and had not been
announced is counted as missed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import asyncpg

from echo.stores.postgres.connection import connect
from echo.stores.postgres.failures import DRIVER_ERRORS, explain
from echo.stores.postgres.target import PostgresTarget

POLICIES: Final = "echo_risk_policy_updated"
HANDSHAKES: Final = "echo_handshake_result"
"""Channels of the schema; a payload is ``account:strategy`` or ``account:evaluation_id``."""

REREAD_S: Final = 60.0
RECONNECT_S: Final = 1.0

Rows = Mapping[str, object]
"""What a table holds: the key that a notification names, with anything that compares."""


class TableWatch:
    """Keeps what a table holds, and tells when that has changed.

    Args:
        channel: On which changes are announced.
        read: Reads what there is, over the session that listens.
        changed: Called with everything there is, and with the keys that differ from before; at
            first with all.
        troubled: Called with a sentence when the server cannot be asked; once per trouble.
        key_of: Returns which of the keys that *read* returns a payload announces.
        settle_s: So long after an announcement the table is read, for others follow.
    """

    def __init__(
        self,
        target: PostgresTarget,
        channel: str,
        read: Callable[[asyncpg.Connection], Awaitable[Rows]],
        changed: Callable[[Rows, frozenset[str]], None],
        troubled: Callable[[str], None],
        *,
        reread_s: float = REREAD_S,
        key_of: Callable[[str], str] = str,
        settle_s: float = 0,
    ) -> None:
        self._target, self._channel, self._read = target, channel, read
        self._changed, self._troubled, self._reread_s = changed, troubled, reread_s
        self._key_of, self._settle_s = key_of, settle_s
        self._known: Rows | None = None
        self._announced: set[str] = set()
        self._wake = asyncio.Event()
        self._in_trouble = False
        self.missed = 0
        """Changes that were found by looking, and that nobody had announced."""

    async def run(self) -> None:
        """Watch until cancelled; comes back after every trouble."""
        while True:
            try:
                await self._session()
            except (*DRIVER_ERRORS, ValueError, LookupError, ArithmeticError) as error:
                if not self._in_trouble:
                    self._in_trouble = True
                    self._troubled(f"{self._target}: {self._channel}: {explain(error)}")
            await asyncio.sleep(RECONNECT_S)

    async def _session(self) -> None:
        connection = await connect(self._target, f"echo-watch {self._channel}"[:63])
        try:
            connection.add_termination_listener(lambda _: self._wake.set())
            await connection.add_listener(self._channel, self._heard)
            while not connection.is_closed():
                await self._look(connection)
                # Not `wait_for`: one that is cancelled when its wait is over goes on, in 3.11.
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._reread_s):
                        await self._wake.wait()
                if self._settle_s:
                    await asyncio.sleep(self._settle_s)
                self._wake.clear()
        finally:
            connection.terminate()

    async def _look(self, connection: asyncpg.Connection) -> None:
        announced, self._announced = self._announced, set()
        found = await self._read(connection)
        self._in_trouble = False
        known = self._known
        keys = found.keys() | (known or {}).keys()
        differ = frozenset(key for key in keys if known is None or known.get(key) != found.get(key))
        if known is not None:
            # What is announced by now causes the next look, and is not missed then.
            self.missed += len(differ - announced - self._announced)
        self._known = found
        if differ or known is None:
            self._changed(found, differ)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        self._announced.add(self._key_of(str(payload)))
        self._wake.set()

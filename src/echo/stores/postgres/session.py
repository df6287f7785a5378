"""The one session that may write: its lock, its epoch, and what became of a commit in the dark.

An advisory lock keeps a second Core out for as long as the first one's session lives.  The epoch in
the writer's row, checked in each commit's transaction, refuses a Core whose session was lost and
that was overtaken meanwhile.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import asyncpg

from echo.ports.errors import JournalRefused, JournalUnavailable, StoreLocked
from echo.stores.postgres.connection import connect
from echo.stores.postgres.failures import DRIVER_ERRORS, translated
from echo.stores.postgres.target import PostgresTarget

NAME: Final = "echo-core"
"""How the sessions of Cores begin to be called."""

ENDING_LOOKS: Final = 25
ENDING_LOOK_S: Final = 0.02
"""A session that is told to end takes a moment."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session holds the lock."""

    pid: int
    application: str


class WriterSession:
    """A connection that holds the journal; opened when it is needed and lost when it breaks.

    Args:
        statements: Named statements of the journal.
        takes_over: Another Core's session is ended instead of respected: something else has said
            that it is this Core's turn, and the epoch keeps the other one from writing.
    """

    def __init__(
        self, target: PostgresTarget, statements: Mapping[str, str], *, takes_over: bool = False
    ) -> None:
        self._target, self._statements = target, statements
        self._takes_over = takes_over
        self._name = f"{NAME} {socket.gethostname()}:{os.getpid()} {uuid4().hex[:8]}"[:63]
        self._lock = _lock_number(target.schema)
        self._connection: asyncpg.Connection | None = None
        self._epoch: int | None = None
        self.commit_n = 0
        """The number of the last commit that is known to stand."""

    @property
    def epoch(self) -> int:
        """Under which this Core writes; 0 = it never held the journal."""
        return self._epoch or 0

    async def held(self, *, renewing: bool) -> asyncpg.Connection:
        """Return a connection that holds the journal.

        Args:
            renewing: What is known will be read anew, so the journal may be taken over, from
                whoever held it last; else it must still be this Core's.

        Raises:
            JournalUnavailable: the server cannot be reached.
            StoreLocked: another Core holds it.
            JournalRefused: another Core has taken it over, or its schema is of another release.
        """
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        await self.drop()
        connection = await self._connected()
        try:
            await self._take_lock(connection, renewing=renewing)
            await self._recognise(connection, renewing=renewing)
        except DRIVER_ERRORS as error:
            connection.terminate()
            raise translated(str(self._target), error) from error
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        return connection

    async def drop(self) -> None:
        """Let go of the connection without a word; the server ends the session."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """Give the journal back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*DRIVER_ERRORS):
                await connection.close(timeout=2)

    async def _connected(self) -> asyncpg.Connection:
        try:
            return await connect(self._target, self._name)
        except DRIVER_ERRORS as error:
            raise translated(str(self._target), error) from error

    async def _take_lock(self, connection: asyncpg.Connection, *, renewing: bool) -> None:
        if await connection.fetchval(self._statements["try_lock"], self._lock):
            return
        holder = await self._holder(connection)
        if holder is None:
            raise JournalUnavailable(f"{self._target}: its lock is just changing hands")
        mine = holder.application == self._name
        if not mine and not self._may_end(holder, renewing=renewing):
            raise StoreLocked(
                f"{self._target} is in use by {holder.application or 'an unnamed session'}"
                f" (session {holder.pid}): stop that one, or choose another schema"
            )
        # One of ours whose end the server has not noticed yet, or one whose turn is over.
        await connection.fetchval(self._statements["end_session"], holder.pid)
        for _ in range(ENDING_LOOKS):
            await asyncio.sleep(ENDING_LOOK_S)
            if await connection.fetchval(self._statements["try_lock"], self._lock):
                return
        whose = "this Core's former" if mine else "another Core's"
        raise JournalUnavailable(f"{self._target}: {whose} session is being ended")

    def _may_end(self, holder: Holder, *, renewing: bool) -> bool:
        """Whether this Core may have the journal instead: at a start of its turn, from a Core."""
        return self._takes_over and renewing and holder.application.startswith(NAME)

    async def _holder(self, connection: asyncpg.Connection) -> Holder | None:
        row = await connection.fetchrow(self._statements["lock_holder"], self._lock)
        return None if row is None else Holder(row[0], row[1] or "")

    async def _recognise(self, connection: asyncpg.Connection, *, renewing: bool) -> None:
        row: Any = await connection.fetchrow(self._statements["writer"])
        if self._epoch == row[0]:
            self.commit_n = row[1]
        elif self._epoch is None or renewing:
            take_over = self._statements["take_over"]
            self._epoch = await connection.fetchval(take_over, self._name)
            self.commit_n = 0
        else:
            raise JournalRefused(
                f"{self._target}: this Core wrote in epoch {self._epoch}, {row[2]} has taken over"
                f" in epoch {row[0]}"
            )


def _lock_number(schema: str) -> int:
    """Return the advisory lock of a schema; a lock belongs to one database anyway."""
    digest = sha256(f"echo journal {schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)

"""A journal on a server, added up over a session of its own while a Core writes or not."""

import asyncio
from typing import Final

import asyncpg

from echo.domain.overviews import AskOverview, Overview
from echo.stores.postgres.reading import looking_into
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.overviews import arguments_of, overview_of
from echo.stores.sqlite.statements import split_statements

_STATEMENTS: Final = split_statements(read_sql("overviews"))


class PostgresOverviews:
    """Adds up the journal in a schema.

    Two Cores of one journal give it the same name, however they spell the server's address.
    """

    def __init__(self, target: PostgresTarget) -> None:
        self._target = target
        self._identity: str | None = None

    async def identity(self) -> str:
        """As `OverviewSource`; looked up again whenever the journal is read."""
        if self._identity is None:
            async with looking_into(self._target) as connection:
                self._identity = await _identity(connection)
        return self._identity

    async def read(self, asked: AskOverview, at_ms: int) -> Overview:
        """As `OverviewSource`."""
        async with looking_into(self._target) as connection:
            self._identity = await _identity(connection)
            rows = await connection.fetch(_STATEMENTS[asked.kind], *arguments_of(asked))
        # In a thread: two thousand rows would keep the event loop, and the trades in it, for ms.
        return await asyncio.to_thread(overview_of, asked, at_ms, rows, str(self._target))


async def _identity(connection: asyncpg.Connection) -> str:
    server, database, schema, version = await connection.fetchrow(_STATEMENTS["identity"])
    return f"pg-{server}-{database}-{schema}-{version}"

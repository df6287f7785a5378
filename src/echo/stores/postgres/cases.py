"""A journal on a server, read for its audit: trade by trade, however long it has become."""

from collections.abc import AsyncGenerator
from typing import Any, Final

import asyncpg
from asyncpg.cursor import Cursor

from echo.domain.casefile import CaseFile
from echo.stores.postgres.reading import looking_into
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.cases import PARTS, cases
from echo.stores.sqlite.statements import split_statements

ROWS_AT_ONCE: Final = 500
"""Rows of a table that are fetched together, about 1 KiB each; hardly more are held."""


async def read_cases(
    target: PostgresTarget, *, rows_at_once: int = ROWS_AT_ONCE
) -> AsyncGenerator[CaseFile, None]:
    """Yield everything in the journal, as of one moment, one trade after the other.

    The server keeps a cursor per table; what is held here is independent of how much there is.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    statements = split_statements(read_sql("audit"))
    async with looking_into(target) as connection:
        # Sorting a long table takes longer than a commit may.
        await connection.execute("SET LOCAL statement_timeout = 0")
        tables = [
            await _Table.of(connection, part, statements[f"audited_{part}"], rows_at_once)
            for _, part, _ in PARTS
        ]
        while True:
            waiting = [each.last_id for each in tables if each.last_id is not None]
            complete = min(waiting, default=None)
            for case in cases({each.part: each.take_before(complete) for each in tables}):
                yield case
            if complete is None:
                return
            for each in tables:
                if each.last_id == complete:
                    await each.read_on()


class _Table:
    """One table in the order of the trades, of which some rows have been fetched."""

    def __init__(self, part: str, cursor: Cursor, rows_at_once: int) -> None:
        self.part = part
        self._cursor, self._rows_at_once = cursor, rows_at_once
        self._rows: list[Any] = []
        self.last_id: str | None = None
        """The trade up to which rows are here, its own perhaps not all; ``None`` = all are."""

    @classmethod
    async def of(
        cls, connection: asyncpg.Connection, part: str, statement: str, rows_at_once: int
    ) -> "_Table":
        table = cls(part, await connection.cursor(statement, timeout=None), rows_at_once)
        await table.read_on()
        return table

    async def read_on(self) -> None:
        found = await self._cursor.fetch(self._rows_at_once)
        self._rows += found
        self.last_id = _trade_id(found[-1]) if len(found) == self._rows_at_once else None

    def take_before(self, trade_id: str | None) -> list[Any]:
        """Return, and forget, the rows of all trades before this one; ``None`` = all rows."""
        rows = self._rows
        count = len(rows)
        while trade_id is not None and count and _trade_id(rows[count - 1]) >= trade_id:
            count -= 1
        self._rows = rows[count:]
        return rows[:count]


def _trade_id(row: Any) -> str:
    """Return the row's trade; what belongs to none comes first."""
    return row[0] or ""

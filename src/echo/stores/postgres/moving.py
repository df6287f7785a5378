"""A whole journal from a file to a server, or back: the same tables under the same names."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import apsw
import asyncpg
import msgspec

from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.stores.postgres.failures import DRIVER_ERRORS, translated
from echo.stores.postgres.parts import as_object
from echo.stores.postgres.reading import looking_into as looking_into_server
from echo.stores.postgres.schema import prepare, read_sql
from echo.stores.postgres.session import WriterSession
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.failures import explain
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.reading import looking_into as looking_into_file
from echo.stores.sqlite.statements import split_statements

ROWS_PER_STATEMENT: Final = 1_000
_ENCODER: Final = msgspec.json.Encoder()

Tables = dict[str, tuple[str, ...]]
"""Table -> its columns, as the embedded store has them."""


async def to_server(path: Path, target: PostgresTarget) -> int:
    """Copy the journal of *path* into an empty one on the server; return how many rows it had.

    All of it is there afterwards, or nothing.  The file is only read.

    Raises:
        StoreLocked: a Core has the journal on the server.
        JournalUnavailable: one of the two cannot be read or written.
        JournalRefused: there is something on the server already, or the file is of a newer Echo.
    """
    await prepare(target)
    session = WriterSession(target, split_statements(read_sql("journal")))
    connection = await session.held(renewing=True)
    try:
        with looking_into_file(path) as file:
            async with connection.transaction():
                await connection.execute("SET LOCAL statement_timeout = 0")
                if await connection.fetchval("SELECT EXISTS (SELECT 1 FROM trades)"):
                    raise JournalRefused(f"{target} holds trades already: choose an empty schema")
                return sum([await _into(connection, file, *each) for each in tables(file).items()])
    except DRIVER_ERRORS as error:
        raise translated(str(target), error) from error
    finally:
        await session.close()


async def to_file(target: PostgresTarget, path: Path) -> int:
    """Copy the journal on the server, as of one moment, into a new file; return how many rows.

    Raises:
        JournalUnavailable: one of the two cannot be read or written.
        JournalRefused: there is such a file already.
    """
    _demand_free(path)
    async with looking_into_server(target) as connection:
        await SqliteJournal.open(path).close()
        try:
            file = apsw.Connection(str(path))
            with file:
                rows = [await _out_of(connection, file, *each) for each in tables(file).items()]
            file.close()
        except apsw.Error as error:
            raise JournalUnavailable(f"{path}: {explain(error)}") from error
    return sum(rows)


def _demand_free(path: Path) -> None:
    if path.exists():
        raise JournalRefused(f"{path} is there already: choose another name")


def tables(file: apsw.Connection) -> Tables:
    """Return what there is to be copied."""
    names: list[Any] = file.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT IN ('schema_version', 'writer')"
        " AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {
        name: tuple(str(row[1]) for row in file.execute(f"PRAGMA table_info({name})"))
        for (name,) in names
    }


async def _into(
    connection: asyncpg.Connection, file: apsw.Connection, table: str, columns: tuple[str, ...]
) -> int:
    json = frozenset(
        row[0]
        for row in await connection.fetch(
            "SELECT attname FROM pg_attribute"
            " WHERE attrelid = to_regclass($1) AND atttypid = 'json'::regtype",
            table,
        )
    )
    names = ", ".join(columns)
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {names}"  # noqa: S608 -- names of our own schema
        f" FROM json_populate_recordset(NULL::{table}, $1)"
    )
    count = 0
    rows: Iterator[Any] = iter(file.execute(f"SELECT {names} FROM {table}"))  # noqa: S608 -- as above
    while some := list(islice(rows, ROWS_PER_STATEMENT)):
        objects = [as_object(columns, json, row) for row in some]
        await connection.execute(statement, _ENCODER.encode(objects).decode())
        count += len(some)
    return count


async def _out_of(
    connection: asyncpg.Connection, file: apsw.Connection, table: str, columns: tuple[str, ...]
) -> int:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- names of our own schema
    count = 0
    query = f"SELECT {names} FROM {table}"  # noqa: S608 -- as above
    async for row in connection.cursor(query, prefetch=ROWS_PER_STATEMENT):
        file.execute(insert, tuple(map(_cell, row)))
        count += 1
    return count


def _cell(value: Any) -> Any:
    """Spell a value as the embedded store does."""
    if isinstance(value, bool):
        return int(value)
    return format(value, "f") if isinstance(value, Decimal) else value

"""What is watched: policies that people keep in the database, and the latest verdicts."""

from typing import Final

import asyncpg

from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.watch import Rows
from echo.stores.sqlite.account_rows import read_policy
from echo.stores.sqlite.statements import split_statements

_STATEMENTS: Final = split_statements(read_sql("journal"))


async def read_policies(connection: asyncpg.Connection) -> Rows:
    """Return ``account:strategy`` -> the policy.

    Raises:
        ValueError, LookupError, ArithmeticError: a row holds no policy.
    """
    rows = await connection.fetch(_STATEMENTS["policies"])
    return {f"{row[0]}:{row[1]}": read_policy(row) for row in rows}


async def read_verdicts(connection: asyncpg.Connection) -> Rows:
    """Return ``account:evaluation_id`` -> the status, of each account's latest verdict."""
    rows = await connection.fetch(_STATEMENTS["latest_verdicts"])
    return {str(row[0]): str(row[1]) for row in rows}

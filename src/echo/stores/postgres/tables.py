"""What is watched: policies that people keep in the database, and the latest verdicts."""

from dataclasses import dataclass
from typing import Final

import asyncpg

from echo.domain.handshake import RegistrationStatus
from echo.domain.ids import EvaluationId
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


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """The latest verdict about an account."""

    evaluation_id: EvaluationId
    status: RegistrationStatus


async def read_verdicts(connection: asyncpg.Connection) -> Rows:
    """Return account -> its latest verdict."""
    rows = await connection.fetch(_STATEMENTS["latest_verdicts"])
    return {str(row[0]): StoredVerdict(row[1], RegistrationStatus(row[2])) for row in rows}

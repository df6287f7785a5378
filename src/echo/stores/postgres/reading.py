"""Looking into a journal on a server from beside, while a Core writes or not."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import msgspec

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.limits_record import LimitsRecord
from echo.domain.reconciliation import JournaledDecision, JournaledTrade
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.connection import connect
from echo.stores.postgres.failures import DRIVER_ERRORS, translated
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.limit_rows import read_limits
from echo.stores.sqlite.reading import VIEWS, JournaledBooks
from echo.stores.sqlite.statements import split_statements

_ACCOUNTS: Final = msgspec.json.Decoder(tuple[AccountId, ...])
_NUMBERS: Final = msgspec.json.Decoder(tuple[int, ...])


class NoJournal(JournalUnavailable):
    """The server answers, and has no such schema yet."""


async def read_books(target: PostgresTarget) -> JournaledBooks:
    """Read all trades and decisions as of one moment.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    statements = split_statements(read_sql("journal"))
    async with looking_into(target) as connection:
        trades = tuple(
            JournaledTrade(
                trade_id=trade_id,
                master_account_id=master,
                followers=_ACCOUNTS.decode(followers),
                seqs=_NUMBERS.decode(seqs),
            )
            for trade_id, master, followers, seqs in await connection.fetch(
                statements["journaled_trades"]
            )
        )
        decisions = tuple(
            JournaledDecision(
                trade_id=trade_id,
                seq=seq,
                account_id=account_id,
                kind=ActionKind(kind),
                outcome=Outcome(outcome),
                code=ErrorCode[code],
                ticket=ticket,
            )
            for trade_id, seq, account_id, kind, outcome, code, ticket in await connection.fetch(
                statements["journaled_decisions"]
            )
        )
    return JournaledBooks(trades=trades, decisions=decisions)


async def read_standings(target: PostgresTarget) -> tuple[LimitsRecord, ...]:
    """Read how all accounts stand against their limits.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    statement = split_statements(read_sql("journal"))["limits"]
    async with looking_into(target) as connection:
        return tuple(read_limits(row) for row in await connection.fetch(statement))


async def read_view(
    target: PostgresTarget,
    view: str,
    *,
    where: Mapping[str, object] | None = None,
    rows_max: int = 1_000,
) -> tuple[Mapping[str, object], ...]:
    """Read rows of one of `VIEWS`, each as column -> value; decimals are decimals.

    Args:
        target: Where the journal is.
        view: Which view.
        where: Column -> value that it must have, compared as text; ``None`` = all rows.
        rows_max: At most so many rows.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
        ValueError: there is no such view, or it has no such column.
    """
    if view not in VIEWS:
        raise ValueError(f"no view {view}; there are {', '.join(sorted(VIEWS))}")
    wanted = dict(where or {})
    async with looking_into(target) as connection:
        columns = await connection.fetch(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = $1 AND table_name = $2",
            target.schema,
            view,
        )
        if unknown := wanted.keys() - {row[0] for row in columns}:
            raise ValueError(f"{view} has no column {', '.join(sorted(unknown))}")
        conditions = [f"{column}::text = ${at}" for at, column in enumerate(wanted, start=2)]
        condition = " AND ".join(conditions) or "true"
        found = await connection.fetch(
            f"SELECT * FROM {view} WHERE {condition} LIMIT $1",  # noqa: S608 -- names checked above
            rows_max,
            *map(str, wanted.values()),
        )
        return tuple(dict(row) for row in found)


@asynccontextmanager
async def looking_into(target: PostgresTarget) -> AsyncIterator[asyncpg.Connection]:
    """Open a session that can write nothing, and whose statements all see the same moment."""
    try:
        connection = await connect(target, "echo-reader")
    except DRIVER_ERRORS as error:
        raise _unavailable(target, error) from error
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if await connection.fetchval("SELECT to_regclass('trades')") is None:
                raise NoJournal(f"{target}: there is no journal")
            yield connection
    except DRIVER_ERRORS as error:
        raise _unavailable(target, error) from error
    finally:
        connection.terminate()


def _unavailable(target: PostgresTarget, error: BaseException) -> JournalUnavailable:
    return JournalUnavailable(str(translated(str(target), error)))

"""Results of closed trades, read from a journal on a server."""

from collections import defaultdict
from typing import Any, Final

import asyncpg

from echo.domain.trade_results import JournaledResults, TradeStory
from echo.stores.postgres.reading import looking_into
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.inquiry import BAD_ROW
from echo.stores.sqlite.results import (
    ABOUT_ACCOUNTS,
    OF_TRADE,
    facts_of,
    not_understood,
    stories_of,
)
from echo.stores.sqlite.statements import split_statements

TRADES_AT_ONCE: Final = 500
"""Trades that one statement asks about."""

_STATEMENTS: Final = split_statements(read_sql("results"))


async def read_results(target: PostgresTarget, *, from_ms: int, to_ms: int) -> JournaledResults:
    """Read the trades that their masters closed in between, the end excluded, the first first.

    Raises:
        JournalUnavailable: there is no journal at *target*, it cannot be read, or not understood.
    """
    async with looking_into(target) as connection:
        await connection.execute("SET LOCAL statement_timeout = '60s'")
        about = {name: await _fetch(connection, name) for name in ABOUT_ACCOUNTS}
        try:
            facts = facts_of(about)
        except BAD_ROW as error:
            raise not_understood(target, error) from error
        found = [row[0] for row in await _fetch(connection, "closed_trades", from_ms, to_ms)]
        stories: list[TradeStory] = []
        for start in range(0, len(found), TRADES_AT_ONCE):
            stories += await _stories(connection, target, found[start : start + TRADES_AT_ONCE])
        [(open_trades,)] = await _fetch(connection, "open_trades")
    return JournaledResults(stories=tuple(stories), accounts=facts, open_trades=open_trades)


async def _stories(
    connection: asyncpg.Connection, target: PostgresTarget, trade_ids: list[str]
) -> list[TradeStory]:
    rows: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for name in OF_TRADE:
        for row in await _fetch(connection, name, trade_ids):
            rows[row[0]][name].append(row)
    for row in await _fetch(connection, "done", trade_ids):
        rows[row[0]]["done"].append(row[1:])
    stories: list[TradeStory] = []
    for trade_id in trade_ids:
        try:
            stories += stories_of(rows[trade_id])
        except BAD_ROW as error:
            raise not_understood(target, error, trade_id) from error
    return stories


async def _fetch(connection: asyncpg.Connection, name: str, *arguments: object) -> list[Any]:
    rows: list[Any] = await connection.fetch(_STATEMENTS[name], *arguments, timeout=None)
    return rows

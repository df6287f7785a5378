"""Journals in schemas of their own on one server, for tests to open, reopen and look into."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import asyncpg

from echo.domain.policy import RiskPolicy
from echo.stores.postgres.connection import connect
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.target import PostgresTarget
from tests.fakes import WITHIN_S
from tests.servers.postgres import PostgresServer
from tests.stores.sqlite.places import COUNTS, policy_row

_NUMBERS = count(1)

PUT_POLICY = (
    "INSERT INTO account_strategy_risk_policy (account_id, strategy_id, risk_type, lot_size,"
    " risk_amount, risk_currency, config, version, valid_until_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)


def target_on(server: PostgresServer, **changes: Any) -> PostgresTarget:
    """Name a new schema on *server*."""
    target = PostgresTarget(
        host="127.0.0.1",
        port=server.port,
        database="postgres",
        user="postgres",
        schema=f"echo_{next(_NUMBERS)}",
    )
    return replace(target, **changes)


async def query(target: PostgresTarget, sql: str, *arguments: object) -> list[asyncpg.Record]:
    """Run one statement on a session of its own."""
    connection = await connect(target, "a test")
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
        return rows
    finally:
        await connection.close()


async def until(target: PostgresTarget, sql: str) -> None:
    """Ask until there is an answer."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if await query(target, sql):
                return
            await asyncio.sleep(0.01)


async def empty(server: PostgresServer) -> PostgresTarget:
    """Name a schema in which there is nothing yet; made once per server, emptied for each test."""
    target = target_on(server, schema="echo")
    await query(
        target,
        """
        DO $$
        DECLARE
            name text;
        BEGIN
            FOR name IN
                SELECT tablename FROM pg_tables WHERE schemaname = 'echo'
                    AND tablename NOT IN ('schema_version', 'schema_functions', 'writer')
            LOOP
                EXECUTE format('DELETE FROM echo.%I', name);
            END LOOP;
        END $$
        """,
    )
    return target


def policy_cells(policy: RiskPolicy) -> list[object]:
    """Return what ``PUT_POLICY`` takes."""
    cells = list(policy_row(policy))
    cells[3:5] = [None if each is None else Decimal(str(each)) for each in cells[3:5]]
    return cells


class PostgresJournalStore:
    """A journal in a schema of its own."""

    def __init__(self, target: PostgresTarget) -> None:
        self.target = target
        self._journal: PostgresJournal | None = None
        self._others: list[PostgresJournal] = []

    async def open(self, policies: Sequence[RiskPolicy] = ()) -> PostgresJournal:
        self._journal = await PostgresJournal.open(self.target, patience_s=2)
        for policy in policies:
            await query(self.target, PUT_POLICY, *policy_cells(policy))
        return self._journal

    async def reopen(self) -> PostgresJournal:
        await self.close()
        return await self.open()

    async def two_cores(self) -> tuple[PostgresJournal, PostgresJournal]:
        """A lease says that it is the second one's turn."""
        old = await self.open()
        self._others.append(old)
        self._journal = await PostgresJournal.open(self.target, patience_s=2, takes_over=True)
        return old, self._journal

    async def count(self, kind: str) -> int:
        ((number,),) = await query(self.target, COUNTS[kind])
        assert isinstance(number, int)
        return number

    async def close(self) -> None:
        for each in (*self._others, self._journal):
            if each is not None:
                await each.close()

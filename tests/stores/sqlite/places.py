"""Stores on disk, for tests to open, reopen and look into."""

from collections.abc import Sequence
from pathlib import Path

import apsw
import msgspec

from echo.domain.policy import RiskPolicy
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.ledger import SqliteLedger

COUNTS = {
    "retries": "SELECT count(*) FROM delivery_retry_event",
    "answers": "SELECT (SELECT count(*) FROM executions) + (SELECT count(*) FROM closes)",
    "successes": "SELECT (SELECT count(*) FROM executions WHERE success AND NOT repeated)"
    " + (SELECT count(*) FROM closes WHERE success AND NOT repeated)",
    "specs": "SELECT count(*) FROM account_symbol_spec",
    "quotes": "SELECT count(*) FROM symbol_quote_latest",
    "states": "SELECT count(*) FROM account_state",
    "evaluations": "SELECT count(*) FROM account_symbol_registration_eval",
    "operations": "SELECT count(*) FROM operator_actions",
    "changes": "SELECT count(*) FROM config_audit",
    "policy_versions": "SELECT count(*) FROM risk_policy_history",
}

PUT_POLICY = (
    "INSERT INTO account_strategy_risk_policy (account_id, strategy_id, risk_type, lot_size,"
    " risk_amount, risk_currency, config, version, valid_until_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def query(path: Path, sql: str, bindings: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Run one statement on a connection of its own."""
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(2_000)
        return connection.execute(sql, tuple(bindings)).fetchall()
    finally:
        connection.close()


def policy_row(policy: RiskPolicy) -> tuple[object, ...]:
    config = {
        "min_lot_override": policy.min_lot_override,
        "max_lot_override": policy.max_lot_override,
        "commission_per_lot": policy.commission_per_lot,
        "commission_rate": policy.commission_rate_pct,
        "master_accounts": sorted(policy.master_accounts),
    }
    return (
        policy.account_id,
        policy.strategy_id,
        policy.risk_type,
        None if policy.lot_size is None else str(policy.lot_size),
        None if policy.amount is None else str(policy.amount),
        policy.currency or None,
        msgspec.json.Encoder(decimal_format="number").encode(config).decode(),
        policy.version,
        policy.valid_until_ms,
    )


class SqliteJournalStore:
    """A journal in a folder of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._journal: SqliteJournal | None = None
        self._others: list[SqliteJournal] = []

    async def open(self, policies: Sequence[RiskPolicy] = ()) -> SqliteJournal:
        self._journal = SqliteJournal.open(self.path)
        for policy in policies:
            query(self.path, PUT_POLICY, policy_row(policy))
        return self._journal

    async def reopen(self) -> SqliteJournal:
        await self.close()
        return await self.open()

    async def two_cores(self) -> tuple[SqliteJournal, SqliteJournal]:
        """Somebody has removed the lock that keeps the second out."""
        old = await self.open()
        self._others.append(old)
        self.path.with_name(f"{self.path.name}.lock").unlink()
        return old, await self.open()

    async def count(self, kind: str) -> int:
        ((number,),) = query(self.path, COUNTS[kind])
        assert isinstance(number, int)
        return number

    async def close(self) -> None:
        for each in (*self._others, self._journal):
            if each is not None:
                await each.close()


class SqliteLedgerStore:
    """A ledger in a folder of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ledger: SqliteLedger | None = None

    async def open(self) -> SqliteLedger:
        self._ledger = SqliteLedger.open(self.path)
        return self._ledger

    async def reopen(self) -> SqliteLedger:
        await self.close()
        return await self.open()

    async def close(self) -> None:
        if self._ledger is not None:
            await self._ledger.close()

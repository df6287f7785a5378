"""The reference stores keep what the contract says."""

from collections.abc import Sequence, Sized
from copy import copy

import pytest

from echo.domain.policy import RiskPolicy
from echo.ports.journal import Journal
from echo.stores.leased import Lease, LeasedJournal, SharedHold
from echo.stores.memory import MemoryJournal, MemoryLedger
from tests.stores.contract import JournalContract, LedgerContract


class MemoryJournalStore:
    """Memory has no second life: reopening gives the same object."""

    def __init__(self) -> None:
        self._journal = MemoryJournal()

    async def open(self, policies: Sequence[RiskPolicy] = ()) -> MemoryJournal:
        self._journal = MemoryJournal(policies)
        return self._journal

    async def reopen(self) -> MemoryJournal:
        return self._journal

    async def two_cores(self) -> tuple[Journal, Journal]:
        """Memory knows no epochs: its lease stands in for them."""
        journal, lease, now = await self.open(), Lease(), [0]

        async def opened() -> Journal:
            return copy(journal)  # what each of them closes is its own

        old, new = (
            LeasedJournal(opened, SharedHold(lease, who, lambda: now[0], 1_000))
            for who in ("old", "new")
        )
        await old.load()
        now[0] = 2_000
        return old, new

    async def count(self, kind: str) -> int:
        journal = self._journal
        rows: dict[str, Sized] = {
            "retries": journal.retries,
            "answers": journal.executions,
            "successes": journal.successes,
            "specs": journal.specs,
            "quotes": journal.quotes,
            "states": journal.account_states,
            "evaluations": journal.evaluations,
            "operations": journal.operations,
            "changes": journal.rules.changes,
            "policy_versions": journal.rules.policies,
        }
        return len(rows[kind])


class MemoryLedgerStore:
    def __init__(self) -> None:
        self._ledger = MemoryLedger()

    async def open(self) -> MemoryLedger:
        return self._ledger

    async def reopen(self) -> MemoryLedger:
        return self._ledger


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def store(self) -> MemoryJournalStore:
        return MemoryJournalStore()


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def store(self) -> MemoryLedgerStore:
        return MemoryLedgerStore()

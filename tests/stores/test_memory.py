"""The reference stores keep what the contract says."""

from collections.abc import Sequence, Sized

import pytest

from echo.domain.policy import RiskPolicy
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

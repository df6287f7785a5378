"""Stores in memory that are as slow, and fail, as real ones: what was reported as written stays.

What was under way when its process died is there or is not, whole; of an append to a file a part
may be there.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered
from echo.domain.ledger import LedgerContents, LedgerEntry
from echo.ports.errors import (
    CommitUnknown,
    JournalRefused,
    JournalUnavailable,
    LedgerUnwritable,
)
from echo.sim.desk.virtual_loop import Process, VirtualLoop
from echo.sim.disks import at_once
from echo.stores.memory import MemoryJournal, MemoryLedger

SURVIVES: Final = 0.5
"""How often what was under way at a death is on the disk after it."""


@dataclass(slots=True, kw_only=True)
class Disk:
    """One host's disk: its pace, its bad days, and what happened on it.

    ``slow`` and ``unknown`` are shares of all commits; times in ms, least and most.
    """

    loop: VirtualLoop
    chance: Random
    struck: Counter[str] = field(default_factory=Counter)
    commit_ms: tuple[int, int] = (1, 4)
    slow: float = 0.0
    slow_ms_max: int = 0
    unknown: float = 0.0
    down: bool = False
    """Whether it takes nothing just now."""
    refusals: int = 0
    """How many of the next commits are refused for good."""

    def calm(self) -> None:
        """Fail no more."""
        self.down, self.slow, self.unknown, self.refusals = False, 0.0, 0.0, 0

    async def wait(self) -> None:
        """Take as long as a commit does."""
        wait_ms = self.chance.randint(*self.commit_ms)
        if self.slow and self.chance.random() < self.slow:
            self.struck["slow_commit"] += 1
            wait_ms += self.chance.randint(1, self.slow_ms_max)
        await asyncio.sleep(wait_ms / 1_000)


class DeskJournal:
    """Fulfils `Journal` for one life of the Core, on a journal that outlives it.

    Args:
        committed: Is shown every transaction that has become durable.
    """

    def __init__(
        self,
        durable: MemoryJournal,
        disk: Disk,
        process: Process,
        committed: Callable[[Sequence[Record]], None],
    ) -> None:
        self._durable, self._disk, self._process = durable, disk, process
        self._tell_committed = committed
        self._under_way: Sequence[Record] | None = None
        self._closed = False
        self._silent_since_ms: int | None = None

    @property
    def waits_ms(self) -> int:
        """For how long somebody has waited in vain."""
        if self._silent_since_ms is None or self._process.frozen:
            return 0
        return self._disk.loop.now_ms - max(self._silent_since_ms, self._process.thawed_ms)

    async def load(self) -> Recovered:
        """Read everything back.  Raises ``JournalUnavailable``."""
        self._begin()
        await self._disk.wait()
        self._refuse_when_away()
        self._silent_since_ms = None
        return await self._durable.load()

    async def commit(self, records: Sequence[Record]) -> None:
        """Write, now or never; see the port for what is raised."""
        self._begin()
        self._under_way = records
        try:
            if not self._disk.loop.touches(self._process):
                return
            await self._disk.wait()
        finally:
            self._under_way = None
        self._refuse_when_away()
        if self._disk.refusals:
            self._disk.refusals -= 1
            self._silent_since_ms = None
            raise JournalRefused("another writer holds the journal")
        if self._disk.unknown and self._disk.chance.random() < self._disk.unknown:
            self._disk.struck["commit_unknown"] += 1
            if self._disk.chance.random() < SURVIVES:
                self._write(records)
            raise CommitUnknown("the store did not answer")
        self._write(records)

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is stored, and over.  Raises ``JournalUnavailable``."""
        await self._disk.wait()
        self._refuse_when_away()
        return await self._durable.is_settled(trade_id)

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        """Delete settled trades.  Raises ``JournalUnavailable``."""
        await self._disk.wait()
        self._refuse_when_away()
        return await self._durable.purge(keep_ms=keep_ms, trades_max=trades_max)

    async def purge_registrations(self, *, keep_days: int) -> int:
        """Delete old verdicts.  Raises ``JournalUnavailable``."""
        await self._disk.wait()
        self._refuse_when_away()
        return await self._durable.purge_registrations(keep_days=keep_days)

    async def close(self) -> None:
        """Refuse everything from now on."""
        self._closed = True

    def died(self) -> None:
        """The Core died: its commit stands, or not."""
        records, self._under_way = self._under_way, None
        if records is None or self._disk.down:
            return
        if self._disk.chance.random() < SURVIVES:
            self._disk.struck["commit_outlived_core"] += 1
            self._write(records)
        else:
            self._disk.struck["commit_lost_with_core"] += 1

    def _begin(self) -> None:
        if self._silent_since_ms is None:
            self._silent_since_ms = self._disk.loop.now_ms

    def _refuse_when_away(self) -> None:
        if self._disk.down or self._closed:
            raise JournalUnavailable("the store is down")

    def _write(self, records: Sequence[Record]) -> None:
        self._silent_since_ms = None
        try:
            at_once(self._durable.commit(records))
        except JournalRefused:
            self._disk.struck["commit_refused"] += 1
            raise
        self._tell_committed(records)


class DeskLedger:
    """Fulfils `Ledger` for one life of an Agent, on a ledger that outlives it."""

    def __init__(self, durable: MemoryLedger, disk: Disk, process: Process) -> None:
        self._durable, self._disk, self._process = durable, disk, process
        self._under_way: tuple[Sequence[LedgerEntry], Sequence[str]] | None = None

    async def load(self) -> LedgerContents:
        """Read everything."""
        await self._disk.wait()
        return await self._durable.load()

    async def write(self, puts: Sequence[LedgerEntry], drops: Sequence[str]) -> None:
        """Write.  Raises ``LedgerUnwritable``."""
        self._under_way = (puts, drops)
        try:
            if not self._disk.loop.touches(self._process):
                return
            await self._disk.wait()
        finally:
            self._under_way = None
        if self._disk.down:
            raise LedgerUnwritable("no space left for the ledger")
        at_once(self._durable.write(puts, drops))

    async def close(self) -> None:
        """Release the file."""

    def died(self) -> None:
        """The Agent died: its write reached the disk, or not."""
        under_way, self._under_way = self._under_way, None
        if under_way is None or self._disk.down:
            return
        if self._disk.chance.random() < SURVIVES:
            self._disk.struck["write_outlived_agent"] += 1
            at_once(self._durable.write(*under_way))
        else:
            self._disk.struck["write_lost_with_agent"] += 1


class DeskFile:
    """Fulfils `AppendFile`: an EA's file, which outlives every life of its terminal.

    Args:
        shown: Is shown every append that is on disk.
    """

    def __init__(
        self, name: str, loop: VirtualLoop, chance: Random, shown: Callable[[bytes], None]
    ) -> None:
        self.data = b""
        self.full = False
        """Whether the disk takes nothing just now."""
        self.process: Process | None = None
        """Who has it open."""
        self._name, self._loop, self._chance, self._shown = name, loop, chance, shown

    def read(self) -> bytes:
        """Return everything in it."""
        return self.data

    def append(self, data: bytes) -> None:
        """Add *data*; a death in the middle leaves a part of it.  Raises ``LedgerUnwritable``."""
        process = self.process
        if process is None or process.dead:
            return
        if not self._loop.touches(process):
            self.data += data[: self._chance.randrange(len(data) + 1)]
            return
        self._refuse_when_full()
        self.data += data
        self._shown(data)

    def replace(self, data: bytes) -> None:
        """Put *data* in place of everything.  Raises ``LedgerUnwritable``."""
        if self.process is not None and self._loop.touches(self.process):
            self._refuse_when_full()
            self.data = data

    def set_aside(self) -> None:
        """Begin anew."""
        if self.process is not None and self._loop.touches(self.process):
            self.data = b""

    def close(self) -> None:
        """Release the file."""

    def _refuse_when_full(self) -> None:
        if self.full:
            raise LedgerUnwritable(f"no space left for {self._name}")

from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.ids import AccountId, AgentId, CommandId, TradeId
from echo.domain.journal import AgentSessionRecord, LedgerMark, Record
from echo.domain.ledger import LedgerEntry, LedgerKind
from echo.ports.errors import (
    CommitUnknown,
    JournalRefused,
    JournalUnavailable,
    LedgerUnwritable,
)
from echo.sim.desk.stores import DeskFile, DeskJournal, DeskLedger, Disk
from echo.sim.desk.virtual_loop import Process
from echo.stores.memory import MemoryJournal, MemoryLedger
from tests.sim.desk.stage import Bench

ROW = LedgerMark(account_id=AccountId("200"), ledger_n=1)
NEXT = AgentSessionRecord(agent_id=AgentId("agent-1"), epoch=2)


def noted(key: str, n: int) -> LedgerEntry:
    result = ExecutionResult(
        command_id=CommandId(key),
        trade_id=TradeId("t"),
        kind=CommandKind.EXECUTE,
        success=True,
    )
    account_id = AccountId("200")
    return LedgerEntry(key=key, n=n, kind=LedgerKind.UPLINK, account_id=account_id, message=result)


@dataclass
class Room:
    """A disk and a process that writes to it."""

    bench: Bench = field(default_factory=Bench)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    shown: list[Sequence[Record]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process = self.bench.process("core")
        self.disk = Disk(loop=self.bench.loop, chance=self.bench.chance, commit_ms=(7, 7))

    def opened(self, process: Process | None = None) -> DeskJournal:
        return DeskJournal(self.journal, self.disk, process or self.process, self.shown.append)

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        self.bench.run(work)


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.bench.loop.close()


def test_a_commit_takes_its_time_and_is_there_for_the_next_life(room: Room) -> None:
    async def work() -> None:
        journal = room.opened()
        await journal.commit([ROW])
        assert room.bench.loop.now_ms == 7
        await journal.close()
        with pytest.raises(JournalUnavailable):
            await journal.commit([NEXT])
        again = room.opened()
        assert (await again.load()).ledger_marks == (ROW,)
        assert not await again.is_settled(TradeId("unknown"))
        assert await again.purge(keep_ms=0, trades_max=1) == 0

    room.run(work())
    assert room.shown == [[ROW]]


def test_a_store_that_is_down_writes_nothing_and_counts_the_wait(room: Room) -> None:
    async def work() -> None:
        journal = room.opened()
        room.disk.down = True
        for attempt in (journal.load(), journal.commit([ROW]), journal.is_settled(TradeId("t"))):
            with pytest.raises(JournalUnavailable):
                await attempt
        assert journal.waits_ms == 21
        room.disk.calm()
        await journal.commit([ROW])
        assert journal.waits_ms == 0

    room.run(work())
    assert room.shown == [[ROW]]


def test_time_in_which_nobody_could_ask_does_not_count(room: Room) -> None:
    async def work() -> None:
        journal = room.opened()
        room.disk.down = True
        with pytest.raises(JournalUnavailable):
            await journal.commit([ROW])
        room.process.frozen = True
        assert journal.waits_ms == 0
        room.process.frozen, room.process.thawed_ms = False, 5
        assert journal.waits_ms == 2

    room.run(work())


def test_a_commit_of_unknown_fate_stands_or_not(room: Room) -> None:
    async def work() -> None:
        journal = room.opened()
        room.disk.unknown = 1.0
        for _ in range(20):
            with pytest.raises(CommitUnknown):
                await journal.commit([ROW])

    room.run(work())
    assert room.disk.struck["commit_unknown"] == 20
    assert 0 < len(room.shown) < 20


def test_a_refused_commit_is_not_written(room: Room) -> None:
    async def work() -> None:
        journal = room.opened()
        room.disk.refusals = 1
        with pytest.raises(JournalRefused):
            await journal.commit([ROW])
        await journal.commit([NEXT])

    room.run(work())
    assert room.shown == [[NEXT]]


def test_a_commit_under_way_at_a_death_stands_or_not(room: Room) -> None:
    async def work() -> None:
        for number in range(20):
            process = room.bench.process(f"core.{number}")
            process.fuse = 0
            journal = room.opened(process)
            await journal.commit([ROW])
            assert process.dead

    def burnt(process: Process) -> None:
        dying.died()

    dying: DeskJournal

    def remember(make: Callable[..., DeskJournal]) -> Callable[..., DeskJournal]:
        def made(process: Process) -> DeskJournal:
            nonlocal dying
            dying = make(process)
            return dying

        return made

    room.opened = remember(room.opened)  # type: ignore[method-assign]  # to know who is dying
    room.bench.loop._tell_killed = burnt
    room.run(work())
    struck = room.disk.struck
    assert struck["commit_outlived_core"] == len(room.shown)
    assert struck["commit_outlived_core"] + struck["commit_lost_with_core"] == 20
    assert 0 < len(room.shown) < 20


def test_some_commits_are_slow(room: Room) -> None:
    async def work() -> None:
        room.disk.slow, room.disk.slow_ms_max = 1.0, 1
        await room.opened().commit([ROW])

    room.run(work())
    assert room.bench.loop.now_ms == 8
    assert room.disk.struck["slow_commit"] == 1


def test_a_ledger_outlives_its_agent_and_refuses_when_it_is_full(room: Room) -> None:
    entry = noted("k", 3)

    async def work() -> None:
        durable = MemoryLedger("ledger")
        ledger = DeskLedger(durable, room.disk, room.process)
        room.disk.down = True
        with pytest.raises(LedgerUnwritable):
            await ledger.write([entry], [])
        room.disk.down = False
        await ledger.write([entry], [])
        await ledger.close()
        contents = await DeskLedger(durable, room.disk, room.process).load()
        assert (contents.ledger_id, contents.entries) == ("ledger", (entry,))

    room.run(work())


def test_a_write_of_the_ledger_under_way_at_a_death_stands_or_not(room: Room) -> None:
    kept = 0

    async def work() -> None:
        nonlocal kept
        for number in range(20):
            durable = MemoryLedger()
            ledger = DeskLedger(durable, room.disk, room.process)
            entry = noted(str(number), number)
            writing = room.bench.loop.spawn(room.process, ledger.write([entry], []))
            await room.bench.clock.sleep_ms(3)
            ledger.died()
            kept += len(durable.entries)
            await writing

    room.run(work())
    assert 0 < kept < 20
    assert room.disk.struck["write_outlived_agent"] == kept


def test_a_file_keeps_what_was_appended_and_a_part_of_what_was_not(room: Room) -> None:
    bench, shown = room.bench, list[bytes]()
    file = DeskFile("slave", bench.loop, bench.chance, shown.append)
    file.append(b"nobody has it open")
    file.process = room.process
    file.append(b"one\n")
    file.full = True
    for write in (file.append, file.replace):
        with pytest.raises(LedgerUnwritable):
            write(b"two\n")
    file.full = False
    assert (file.read(), shown) == (b"one\n", [b"one\n"])
    room.process.fuse = 0
    file.append(b"two\n")
    file.append(b"three\n")
    file.replace(b"")
    file.set_aside()
    file.close()
    assert b"one\ntwo\n".startswith(file.read())
    assert file.read().startswith(b"one\n")
    assert shown == [b"one\n"]


def test_a_file_can_be_rewritten_and_set_aside(room: Room) -> None:
    file = DeskFile("slave", room.bench.loop, room.bench.chance, lambda _: None)
    file.process = room.process
    file.replace(b"whole")
    assert file.read() == b"whole"
    file.set_aside()
    assert file.read() == b""

"""Trouble: each fault strikes the program that it is meant for, ends in time, and is counted."""

import asyncio
import contextlib
import resource
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from echo.apps.chaos.plan import (
    Arm,
    CutPipe,
    CutStream,
    DelayStream,
    Fault,
    FillDisk,
    FreezeStream,
    Kill,
    LimitJournal,
    LockJournal,
    Planned,
    Stop,
)
from echo.apps.chaos.relay import Relay, Way
from echo.apps.chaos.trouble import Trouble, first_environment
from echo.apps.demo.stage import Stage
from echo.apps.demo.troupe import Program
from tests.fakes import until_real

SLAVE = "terminal-70001"


async def running(name: str, folder: Path) -> Program:
    process = await asyncio.create_subprocess_exec("sleep", "60")
    return Program(name=name, module="m", config=folder, log=folder / name, process=process)


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncIterator[dict[str, Program]]:
    found = {name: await running(name, tmp_path) for name in ("core", "agent", SLAVE)}
    yield found
    for program in found.values():
        assert program.process is not None
        with contextlib.suppress(ProcessLookupError):
            program.process.kill()
        await program.process.wait()


@pytest.fixture
async def trouble(tmp_path: Path, programs: dict[str, Program]) -> AsyncIterator[Trouble]:
    stream, _ = await Relay.tcp(1)
    pipe = await Relay.unix(tmp_path / "here", tmp_path / "there")
    yield Trouble(Stage(tmp_path), programs, stream, {SLAVE: pipe})
    await stream.close()
    await pipe.close()


async def make(trouble: Trouble, *faults: Fault) -> dict[str, int]:
    """Let *faults* strike at once."""
    planned = [Planned(at_s=0, fault=fault) for fault in faults]
    await trouble.make(planned, asyncio.get_running_loop().time())
    return {kind: count for kind, count in trouble.done.items() if count}


def pid(program: Program) -> int:
    assert program.process is not None
    return program.process.pid


def state(program: Program) -> str:
    """Return what the system says a process does: S sleeps, T is stopped."""
    return Path(f"/proc/{pid(program)}/stat").read_text().rpartition(")")[2].split()[0]


async def ended(program: Program) -> int:
    assert program.process is not None
    async with asyncio.timeout(60):
        return await program.process.wait()


async def test_a_kill_kills_one_program_alone(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    assert await make(trouble, Kill(program="agent")) == {"kills": 1}
    assert await ended(programs["agent"]) == -signal.SIGKILL
    assert trouble.killed == {"agent": 1}
    await until_real(lambda: state(programs["core"]) == state(programs[SLAVE]) == "S")


async def test_who_is_dead_already_is_struck_no_more(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    await make(trouble, Kill(program="core"))
    await ended(programs["core"])

    again = (Kill(program="core"), Stop(program="core", seconds=60))
    filled = FillDisk(program="core", seconds=60)
    assert await make(trouble, *again, filled) == {"kills": 1}


async def test_a_stopped_program_goes_on_after_its_time(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    stopped = asyncio.create_task(make(trouble, Stop(program=SLAVE, seconds=1)))
    await until_real(lambda: state(programs[SLAVE]) == "T")

    assert await stopped == {"stops": 1}
    await until_real(lambda: state(programs[SLAVE]) == "S")


async def test_a_stop_that_is_cancelled_leaves_nobody_standing_still(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    stopped = asyncio.create_task(make(trouble, Stop(program=SLAVE, seconds=60)))
    await until_real(lambda: state(programs[SLAVE]) == "T")
    stopped.cancel()

    await until_real(lambda: state(programs[SLAVE]) == "S")


async def test_a_failpoint_waits_for_the_next_start(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    await make(trouble, Arm(program="core", failpoint="core.after_commit", count=3))

    assert programs["core"].environment == {"ECHO_FAILPOINT": "core.after_commit:3"}
    assert await ended(programs["core"]) == -signal.SIGKILL


async def test_what_is_armed_from_the_start_needs_no_kill(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    arm = Arm(program="core", failpoint="core.after_commit", count=3, at_start=True)

    assert await make(trouble, arm) == {}
    assert first_environment([Planned(at_s=0, fault=arm)], "core") == {
        "ECHO_FAILPOINT": "core.after_commit:3"
    }
    assert first_environment([Planned(at_s=0, fault=arm)], "agent") == {}


async def test_a_small_journal_is_taken_from_the_core_again(
    trouble: Trouble, programs: dict[str, Program], tmp_path: Path
) -> None:
    limiting = asyncio.create_task(make(trouble, LimitJournal(seconds=1)))
    await ended(programs["core"])
    assert programs["core"].environment == {"ECHO_JOURNAL_PAGES_MAX": "1"}
    programs["core"].process = (again := await running("core", tmp_path)).process

    assert await limiting == {"kills": 2, "fills": 1}
    assert await ended(again) == -signal.SIGKILL
    assert trouble.starved == {"core", "standby"}, "whoever serves could not write"


async def test_a_full_disk_is_emptied_after_its_time(
    trouble: Trouble, programs: dict[str, Program]
) -> None:
    def limit() -> int:
        return resource.prlimit(pid(programs["core"]), resource.RLIMIT_FSIZE)[0]

    before = limit()
    filling = asyncio.create_task(make(trouble, FillDisk(program="core", seconds=0.5)))
    await until_real(lambda: limit() == 0)

    assert await filling == {"fills": 1}
    assert limit() == before
    assert trouble.starved == {"core"}


async def test_the_journal_s_lock_is_held_when_there_is_a_journal(
    trouble: Trouble, tmp_path: Path
) -> None:
    assert await make(trouble, LockJournal(seconds=0)) == {}
    (tmp_path / "core").mkdir()
    connection = apsw.Connection(str(tmp_path / "core" / "journal.sqlite"))
    connection.execute("CREATE TABLE rows (id INTEGER)")

    assert await make(trouble, LockJournal(seconds=0)) == {"locks": 1}
    connection.close()


async def test_only_cuts_of_something_count(trouble: Trouble) -> None:
    cuts = (CutStream(torn=False), CutPipe(terminal=SLAVE, torn=True))

    assert await make(trouble, *cuts) == {}


async def test_links_are_held_up_for_their_time(trouble: Trouble) -> None:
    faults = (
        DelayStream(delay_s=0.1, seconds=0),
        FreezeStream(ways=frozenset(Way), seconds=0),
    )

    assert await make(trouble, *faults) == {"delays": 1, "freezes": 1}


async def test_a_fault_waits_for_its_moment(trouble: Trouble, programs: dict[str, Program]) -> None:
    loop = asyncio.get_running_loop()
    later = Planned(at_s=0.2, fault=Kill(program="core"))
    begun_s = loop.time()
    await trouble.make([later], begun_s)

    assert loop.time() - begun_s >= 0.2
    await ended(programs["core"])

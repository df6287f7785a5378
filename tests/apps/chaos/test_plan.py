"""Plans: the same seed brings the same weather, every kind comes, nothing is out of bounds."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from echo.apps.chaos.plan import (
    ARMED_S,
    Arm,
    CutPipe,
    CutStream,
    DelayStream,
    FillDisk,
    FreezeStream,
    Kill,
    LimitJournal,
    LockJournal,
    Planned,
    Programs,
    Stop,
    plan,
)
from echo.apps.failpoints import AGENT, CORE, MASTER, NAMES, SLAVE

PROGRAMS = Programs(
    masters=("terminal-50001",), slaves=("terminal-70001", "terminal-70002", "terminal-70003")
)
MANY = [plan(Random(f"7/{number}"), PROGRAMS, 10) for number in range(200)]
ALL = [each for planned in MANY for each in planned]
OWNERS = {
    **dict.fromkeys(CORE, ("core",)),
    **dict.fromkeys(AGENT, ("agent",)),
    **dict.fromkeys(MASTER, PROGRAMS.masters),
    **dict.fromkeys(SLAVE, PROGRAMS.slaves),
}


def test_the_same_seed_brings_the_same_weather() -> None:
    assert plan(Random("1/4"), PROGRAMS, 10) == plan(Random("1/4"), PROGRAMS, 10)
    assert plan(Random("1/4"), PROGRAMS, 10) != plan(Random("1/5"), PROGRAMS, 10)


def test_every_kind_of_fault_comes_and_is_absent_now_and_then() -> None:
    kinds = (Kill, Stop, Arm, CutStream, DelayStream, FreezeStream, CutPipe, LockJournal)
    for kind in kinds:
        rounds = sum(any(isinstance(each.fault, kind) for each in planned) for planned in MANY)
        assert 80 < rounds < 190, f"{kind.__name__} in {rounds} of 200 rounds"


def test_every_program_is_struck_and_every_failpoint_armed() -> None:
    killed = {each.fault.program for each in ALL if isinstance(each.fault, Kill)}
    armed = {each.fault.failpoint for each in ALL if isinstance(each.fault, Arm)}
    starved = {each.fault.program for each in ALL if isinstance(each.fault, FillDisk)}

    assert killed == {"core", "agent", *PROGRAMS.terminals}
    assert armed == NAMES
    assert starved == {"core", "agent"}
    assert any(isinstance(each.fault, LimitJournal) for each in ALL)


def test_two_cores_are_both_struck() -> None:
    programs = Programs(masters=PROGRAMS.masters, slaves=PROGRAMS.slaves, cores=("core", "standby"))
    faults = [each.fault for n in range(200) for each in plan(Random(f"7/{n}"), programs, 10)]

    for kind in (Kill, Stop, Arm, FillDisk):
        struck = {each.program for each in faults if isinstance(each, kind)}
        assert {"core", "standby"} <= struck, kind.__name__


def test_a_failpoint_is_armed_in_the_program_that_has_it() -> None:
    wrong = [
        each.fault
        for each in ALL
        if isinstance(each.fault, Arm) and each.fault.program not in OWNERS[each.fault.failpoint]
    ]

    assert wrong == []


def test_the_agent_s_ledger_is_armed_together_with_a_core_that_does_not_answer() -> None:
    for planned in MANY:
        for each in planned:
            if isinstance(each.fault, Arm) and "ledger" in each.fault.failpoint:
                assert any(_silences(other, each.at_s) for other in planned)


def _silences(other: Planned, armed_s: float) -> bool:
    frozen = isinstance(other.fault, FreezeStream)
    return frozen and other.at_s >= armed_s + ARMED_S


def test_some_are_armed_from_the_start_and_some_later() -> None:
    at_start = [each.fault.at_start for each in ALL if isinstance(each.fault, Arm)]

    assert 0.4 < sum(at_start) / len(at_start) < 0.8


@given(seed=st.integers(), seconds=st.integers(5, 60))
def test_faults_lie_in_order_within_the_round(seed: int, seconds: int) -> None:
    planned = plan(Random(seed), PROGRAMS, seconds)
    moments = [each.at_s for each in planned]

    assert moments == sorted(moments)
    assert all(-0.5 <= at_s <= seconds + 2 for at_s in moments)
    stops = [each.fault.seconds for each in planned if isinstance(each.fault, Stop)]
    assert all(0.2 <= seconds <= 5 for seconds in stops)

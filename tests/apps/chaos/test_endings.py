"""Endings: a program may die of what was done to it, and of nothing else."""

import signal
from pathlib import Path

import pytest

from echo.apps.chaos.endings import endings
from echo.apps.demo.troupe import Program
from echo.apps.failpoints import REACHED

KILLED = -signal.SIGKILL.value


def program(folder: Path, *exits: int, says: str = "", name: str = "core") -> Program:
    log = folder / f"{name}.log"
    log.write_text(says)
    return Program(name=name, module="m", config=folder / "c", log=log, exits=list(exits))


def test_kills_that_were_asked_for_are_no_complaint(tmp_path: Path) -> None:
    found = endings([program(tmp_path, KILLED, KILLED)], {"core": 2}, frozenset())

    assert (dict(found.failpoints), found.complaints) == ({}, ())


def test_failpoints_are_counted_and_explain_a_kill(tmp_path: Path) -> None:
    says = f"{REACHED}core.after_commit\nsomething else\n{REACHED}core.after_commit\n"
    found = endings([program(tmp_path, KILLED, KILLED, says=says)], {}, frozenset())

    assert (dict(found.failpoints), found.complaints) == ({"core.after_commit": 2}, ())


def test_a_core_that_lost_its_turn_is_no_bug(tmp_path: Path) -> None:
    lost = '{"code":"journal_refused","sentence":"a writes under lease 1, b holds 2"}\n'
    refused = '{"code":"journal_refused","sentence":"the row is not unique"}\n'
    found = endings([program(tmp_path, says=lost + refused)], {}, frozenset())

    [complaint] = found.complaints
    assert "not unique" in complaint


def test_a_kill_by_nobody_is_a_complaint(tmp_path: Path) -> None:
    found = endings([program(tmp_path, KILLED, KILLED)], {"core": 1}, frozenset())

    assert found.complaints == ("ended: core was killed 2 times, 1 of them by these faults",)


@pytest.mark.parametrize(
    ("code", "starved", "complains"),
    [(1, False, True), (2, True, False), (-signal.SIGSEGV, True, True), (0, False, True)],
)
def test_a_program_ends_by_itself_only_when_it_could_not_write(
    tmp_path: Path, code: int, starved: bool, complains: bool
) -> None:
    names = frozenset({"core"}) if starved else frozenset[str]()
    found = endings([program(tmp_path, code)], {}, names)

    assert bool(found.complaints) is complains


def test_words_that_only_a_bug_says_are_a_complaint(tmp_path: Path) -> None:
    says = '{"level":"info"}\n{"code":"engine_failed","sentence":"TradeIntent raised KeyError"}\n'
    found = endings([program(tmp_path, says=says)], {}, frozenset())

    assert [each.split("{")[0] for each in found.complaints] == ["bug: core says: "]


def test_a_bug_that_comes_again_and_again_is_told_a_few_times(tmp_path: Path) -> None:
    found = endings([program(tmp_path, says="Alarm bridge_failed\n" * 20)], {}, frozenset())

    assert len(found.complaints) == 4
    assert found.complaints[-1] == "bug: core says so 20 times in all"


def test_a_program_that_never_wrote_a_log_said_nothing(tmp_path: Path) -> None:
    silent = Program(name="x", module="m", config=tmp_path, log=tmp_path / "none.log")

    assert endings([silent], {}, frozenset()).complaints == ()

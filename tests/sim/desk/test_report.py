import json
from collections import Counter

import pytest

from echo.sim.desk.report import Day, DeskReport, run
from echo.sim.watch import Violation


def found_in(seeds: range) -> DeskReport:
    return DeskReport(days=[run(seed) for seed in seeds])


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(each, marks=pytest.mark.no_cover) for each in range(10, 100, 10))]
)
def test_no_seed_breaks_a_promise(first: int) -> None:
    report = found_in(range(first, first + 10))
    assert report.sentences() == []
    assert sum(day.copies for day in report.days) > 50
    assert len(report.faults) > 15


def day(seed: int, *violations: Violation) -> Day:
    return Day(
        seed=seed,
        trades=2,
        copies=3,
        faults=Counter(cut=1),
        seen=Counter(open_filled=3),
        violations=violations,
        digest=f"digest {seed}",
        cpu_s=0.25,
        calls=100,
        lasted_ms=40_000,
    )


def test_a_report_adds_up_its_days() -> None:
    said = json.loads(DeskReport(days=[day(1), day(2)]).as_json())
    assert (said["seeds"], said["trades"], said["copies"]) == (2, 4, 6)
    assert (said["faults"], said["sometimes"]) == ({"cut": 2}, {"open_filled": 6})
    assert (said["cpu_seconds"], said["virtual_seconds"], said["events"]) == (0.5, 80, 200)
    assert said["violations"] == []


def test_the_hash_depends_on_every_day_and_their_order() -> None:
    orders: tuple[list[Day], ...] = ([day(1), day(2)], [day(2), day(1)], [day(1)], [])
    assert len({DeskReport(days=days).trace_hash for days in orders}) == 4


def test_a_violation_is_told_with_how_to_see_it_again() -> None:
    report = DeskReport(days=[day(7, Violation(invariant=2, at_ms=1_500, sentence="two fills"))])
    (sentence,) = report.sentences()
    assert "invariant 2: two fills" in sentence
    assert "desk --trace 7" in sentence
    assert report.lines()[-1] == sentence
    assert json.loads(report.as_json())["violations"][0]["seed"] == 7


def test_the_same_seed_gives_the_same_day_whether_anybody_reads_along_or_not() -> None:
    lines: list[str] = []
    silent, told = run(3), run(3, lines.append)
    assert (silent.digest, silent.calls, silent.lasted_ms) == (
        told.digest,
        told.calls,
        told.lasted_ms,
    )
    assert len(lines) > 100

"""Tallies: rounds add up, and nothing that broke a promise goes untold."""

from typing import Any

import pytest

from echo.apps.chaos.tally import Endings, as_json, as_line
from tests.apps.chaos.rounds import discrepancy, played

CONTRACT = {
    *("rounds", "kills", "cuts", "stops", "failpoints", "fills", "actions", "decisions", "lost"),
    *("duplicated", "late_entries", "orphans", "in_doubt", "unexplained", "violations", "seconds"),
}


def test_a_good_round_has_no_violations() -> None:
    assert played().violations == ()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"discrepancies": (discrepancy("lost"),)}, "lost: trade t account 7: so it is"),
        (
            {"late": True},
            "late: t/0 was ordered by account 7 6000 ms after its master's terminal noticed it,"
            " 5500 ms are allowed",
        ),
        ({"unexplained": 2}, "unexplained: 2 decisions have no outcome"),
        ({"held": 1}, "unfinished: masters still hold 1 positions"),
        ({"endings": Endings(complaints=("bug: it says so",))}, "bug: it says so"),
    ],
)
def test_a_violation_says_where_it_was(trouble: dict[str, Any], said: str) -> None:
    assert played(3, **trouble).violations == (f"round 3 of seed 1: {said}",)


def test_take_overs_are_told_and_add_up() -> None:
    rounds = (played(0, take_overs=2), played(1, take_overs=1))

    assert as_json(rounds, 9.0)["take_overs"] == 3
    assert "2 take-overs" in as_line(rounds[0])
    assert "take-overs" not in as_line(played())


def test_rounds_add_up() -> None:
    bad = played(
        1, late=True, discrepancies=(discrepancy("lost"), discrepancy("orphan")), unexplained=1
    )
    figures = as_json([played(), bad], 41.234)

    assert figures.keys() >= CONTRACT
    assert (figures["rounds"], figures["seconds"]) == (2, 41.2)
    assert (figures["kills"], figures["stops"], figures["cuts"]) == (4, 2, 0)
    assert figures["failpoints"] == {"core.after_commit": 2}
    assert (figures["actions"], figures["decisions"], figures["in_doubt"]) == (8, 16, 2)
    assert (figures["lost"], figures["orphans"], figures["duplicated"]) == (1, 1, 0)
    assert (figures["late_entries"], figures["unexplained"]) == (1, 1)
    assert figures["omitted"] == {"STALE": 2}
    assert figures["violations"] == list(bad.violations)


def test_without_rounds_everything_is_nothing() -> None:
    figures = as_json([], 0.0)

    assert (figures["rounds"], figures["violations"], figures["drained_s_max"]) == (0, [], 0.0)


def test_a_round_is_told_in_a_line() -> None:
    assert as_line(played(7)) == (
        "round 7: 4 actions, 8 decisions, 3 filled; 2 kills, 1 stops, 1 failpoints;"
        " settled 3.0 s after the last fault; 0 violations"
    )
    assert "; no faults, 1 failpoints" in as_line(played(done={}))

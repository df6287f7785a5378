"""A crash before every single effect of every small world; pairs and both kinds by hand."""

import json
from dataclasses import replace

import pytest

from echo.sim.core_node import Core
from echo.sim.crash_search import Leaves, Piece, as_json, crashing, lived, search, searched, table
from echo.sim.crew import spread
from echo.sim.report import play
from echo.sim.small_worlds import SMALL_WORLDS

PUMP = Core._pump
OPEN_CLOSE = SMALL_WORLDS["open_close"].scenario


@pytest.mark.parametrize(
    "name",
    [
        name if name == "open_close" else pytest.param(name, marks=pytest.mark.no_cover)
        for name in SMALL_WORLDS
    ],
)
def test_no_crash_at_any_point_breaks_a_promise(name: str) -> None:
    [row] = search([name], leaves=[Leaves.LITTLE])
    assert [each.again for each in row.broken] == []
    assert row.runs == row.points > 150


@pytest.mark.no_cover
def test_no_crash_that_leaves_what_was_under_way_breaks_one_either() -> None:
    [row] = search(["open_close"], leaves=[Leaves.MUCH])
    assert row.broken == []
    assert row.runs == row.points


@pytest.mark.no_cover
@pytest.mark.parametrize("point", [60, 140, 200])
def test_no_second_crash_breaks_one(point: int) -> None:
    """A few of all pairs: the second strikes at any effect of what follows the first."""
    outcome, effects = lived(crashing(OPEN_CLOSE, (point,), Leaves.LITTLE))
    for second in range(point + 1, effects + 1, 9):
        outcome, _ = lived(crashing(OPEN_CLOSE, (point, second), Leaves.LITTLE))
        assert outcome.violations == ()
        assert outcome.faults["crash_at_effect"] == 2


def test_the_crash_strikes_exactly_there() -> None:
    for point in (1, 77, 150):
        outcome = play(crashing(OPEN_CLOSE, (point,), Leaves.LITTLE))
        assert outcome.crashed_at == (point,)
        assert outcome.faults["crash_at_effect"] == 1


def test_before_the_crash_everything_is_as_ever() -> None:
    def until_crash(point: int) -> list[str]:
        told: list[str] = []
        lived(crashing(OPEN_CLOSE, (point,), Leaves.LITTLE), told.append)
        struck = next(n for n, line in enumerate(told) if "crashes" in line)
        return told[:struck]

    calm: list[str] = []
    lived(replace(OPEN_CLOSE), calm.append)
    for point in (40, 160):
        before = until_crash(point)
        assert len(before) > 10
        assert before == calm[: len(before)]


def test_what_a_crash_leaves_makes_a_difference() -> None:
    def digests(leaves: Leaves) -> list[str]:
        return [play(crashing(OPEN_CLOSE, (point,), leaves)).digest for point in range(90, 150, 3)]

    assert digests(Leaves.MUCH) != digests(Leaves.LITTLE)


def test_all_pairs_of_a_point_are_struck() -> None:
    points = lived(OPEN_CLOSE)[1]
    row = searched(Piece(name="open_close", leaves=Leaves.LITTLE, points=(points - 5,), pairs=True))
    assert row.pairs == row.runs - 1 > 5
    assert row.broken == []


def test_pieces_can_be_searched_by_other_processes() -> None:
    pieces = [Piece(name="open_close", leaves=each, points=(100, 120)) for each in Leaves]
    here, elsewhere = ([*spread(searched, pieces, jobs)] for jobs in (1, 2))
    assert [row.runs for row in here] == [row.runs for row in elsewhere] == [2, 2]
    assert [row.broken for row in elsewhere] == [[], []]


def acknowledge_before_the_commit(core: Core) -> None:
    releases, core._releases = core._releases, []
    if core._let_go(releases):
        PUMP(core)


def test_a_missing_safeguard_is_found_and_told_with_how_to_see_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Core, "_pump", acknowledge_before_the_commit)
    points = tuple(range(100, 140, 4))
    row = searched(Piece(name="open_close", leaves=Leaves.LITTLE, points=points))
    assert {each.violation.invariant for each in row.broken} >= {6}
    row.points = len(points)
    assert row.broken[0].again in "\n".join(table([row]))
    said = json.loads(as_json([row]))["scenarios"][0]
    assert said["violations"][0]["points"] == [100]
    assert (said["scenario"], said["points"], said["runs"]) == ("open_close", 10, 10)


def test_the_table_ends_with_the_sum_of_all() -> None:
    rows = [searched(Piece(name="open_close", leaves=each, points=(90,))) for each in Leaves]
    lines = table(rows)
    assert lines[0].split() == ["scenario", "points", "pairs", "runs", "violations", "cpu", "s"]
    assert lines[-1].split()[:5] == ["all", "0", "0", "2", "0"]

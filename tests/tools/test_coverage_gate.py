"""The coverage gate."""

import pytest

from tools.coverage_gate import Tally, floor_of, room_of, rooms, short_rooms, table, tallies


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("src/echo/domain/sizing.py", "domain"),
        ("src/echo/services/core/shell.py", "services"),
        ("src\\echo\\engine\\state.py", "engine"),
        ("src/echo/__init__.py", "echo"),
        ("lib/site-packages/echo/bridge/uplink.py", "bridge"),
        ("tests/domain/test_sizing.py", None),
    ],
)
def test_a_file_belongs_to_the_room_it_lies_in(path: str, room: str | None) -> None:
    assert room_of(path) == room


def test_brains_have_the_higher_floor() -> None:
    assert floor_of("engine") == floor_of("domain") == floor_of("bridge") == 95
    assert floor_of("stores") == 85


def test_a_room_is_the_sum_of_its_files() -> None:
    files = [
        ("src/echo/domain/a.py", Tally(lines=10, lines_run=10, branches=4, branches_run=2)),
        ("src/echo/domain/b.py", Tally(lines=10, lines_run=9, branches=0, branches_run=0)),
        ("elsewhere.py", Tally(lines=99)),
    ]

    assert rooms(files) == {
        "domain": Tally(lines=20, lines_run=19, branches=4, branches_run=2),
    }


def test_branches_alone_can_leave_a_room_short() -> None:
    totals = {
        "domain": Tally(lines=100, lines_run=100, branches=100, branches_run=94),
        "engine": Tally(lines=100, lines_run=95, branches=100, branches_run=95),
        "links": Tally(lines=100, lines_run=84, branches=100, branches_run=100),
        "sim": Tally(),
    }

    assert short_rooms(totals) == ["domain", "links"]


def test_the_table_marks_the_short_rooms() -> None:
    lines = table({"domain": Tally(lines=2, lines_run=1), "sim": Tally()}).splitlines()

    assert [line.endswith("SHORT") for line in lines] == [False, True, False]


def test_counts_come_from_the_report() -> None:
    summary = {
        "num_statements": 5,
        "covered_lines": 4,
        "num_branches": 2,
        "covered_branches": 1,
    }

    assert tallies({"files": {"src/echo/wire/pipe.py": {"summary": summary}}}) == [
        ("src/echo/wire/pipe.py", Tally(lines=5, lines_run=4, branches=2, branches_run=1))
    ]

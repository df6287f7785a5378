"""A commit and its floor are measured in turns, with as many rows each."""

import asyncio

import pytest

from bench.journals import compared, fan_out, side_by_side, timed
from tests.servers.postgres import demand


def test_a_fan_out_is_what_is_on_disk_before_the_first_command_leaves() -> None:
    assert [type(each).__name__ for each in fan_out(1, 2)] == [
        "TradeRecord",
        "ActionRecord",
        "DecisionRecord",
        "DecisionRecord",
        "CommandRecord",
        "CommandRecord",
    ]


def test_both_are_measured_in_turns() -> None:
    order: list[str] = []

    async def first(number: int) -> None:
        order.append(f"a{number}")

    async def second(number: int) -> None:
        order.append(f"b{number}")

    times = asyncio.run(timed((first, second), 2))

    assert order == ["a0", "b0", "a1", "b1"]
    assert all(each >= 0 for each in times)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_every_store_is_compared_with_its_own_driver(store: str) -> None:
    demand()
    found = asyncio.run(compared((store,), (2,), rounds=2))[store][2]

    assert found["rows"] == 6
    assert found["ratio"] == pytest.approx(found["echo_ms"] / found["floor_ms"])


def test_stores_are_shown_beside_each_other() -> None:
    each = {"rows": 6.0, "floor_ms": 1.0, "echo_ms": 2.5, "ratio": 2.5}
    other = {"rows": 6.0, "floor_ms": 3.0, "echo_ms": 3.3, "ratio": 1.1}

    head, line = side_by_side({"sqlite": {2: each}, "postgres": {2: other}})

    assert [head.index(name) > 0 for name in ("sqlite", "postgres")] == [True, True]
    assert line.split() == ["2", "6", "|", "1.00", "2.50", "2.50", "|", "3.00", "3.30", "1.10"]

"""Any program may be killed at any moment: nothing is lost, nothing happens twice.

Real processes, real sockets, real files, brokers that take as long as real ones.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from echo.apps.demo.options import DemoOptions
from tests.acceptance.plays import Killer, honest, play, short_folder

again = pytest.mark.no_cover


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder / "demo"


@pytest.mark.parametrize(
    ("name", "seconds", "after_s"),
    [
        pytest.param("core", 12, [2, 5, 8, 10.5], id="the core, four times"),
        pytest.param("agent", 12, [2, 5, 8, 10.5], id="the agent, four times", marks=again),
        pytest.param("terminal-70002", 9, [5], id="a slave's terminal", marks=again),
        pytest.param("terminal-50001", 9, [4], id="a master's terminal", marks=again),
    ],
)
def test_a_killed_program_costs_nothing(
    folder: Path, name: str, seconds: int, after_s: list[float]
) -> None:
    killer = Killer(name, list(after_s))
    result = play(DemoOptions(seconds=seconds, slaves=4, state=folder), killer)

    assert (killer.kills, killer.starts) == (len(after_s), len(after_s) + 1)
    assert honest(result), result
    assert result.takings.outcomes["filled"] > 0

"""One round: real programs, without any fault and with one of each that matters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from echo.apps.chaos.plan import Arm, CutStream, Planned
from echo.apps.chaos.round import DELAYS_MS, Round, terminal_name
from tests.acceptance.plays import short_folder

SECONDS = 5


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def test_a_seed_and_a_number_decide_accounts_and_faults(folder: Path) -> None:
    first, same, other = (
        Round(folder / name, seed=3, number=number, seconds=SECONDS)
        for name, number in (("a", 1), ("b", 1), ("c", 2))
    )

    assert first.planned == same.planned != other.planned
    assert first.cast.players == same.cast.players
    assert first.cast.options == same.cast.options
    assert {each.max_delay_ms for each in first.cast.options.values()} <= set(DELAYS_MS)
    assert terminal_name(first.cast.slaves[0]) == "terminal-70001"


async def test_a_round_is_played_and_settled(folder: Path) -> None:
    itself = Round(folder / "round", seed=3, number=0, seconds=SECONDS)
    itself.planned = (
        Planned(
            at_s=0.0,
            fault=Arm(program="core", failpoint="core.after_commit", count=12, at_start=True),
        ),
        Planned(at_s=2.0, fault=CutStream(torn=True)),
    )
    result = await itself.play()

    assert result.violations == ()
    assert result.endings.failpoints == {"core.after_commit": 1}
    assert result.takings.actions > 0
    assert result.takings.decisions == result.takings.actions * len(itself.cast.slaves)
    assert 0 < result.drained_s < result.seconds
    assert (folder / "round" / "core" / "journal.sqlite").exists()
    assert not (folder / "round" / "core" / "core.state.json").exists(), "it ended in order"

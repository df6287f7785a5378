"""Two Cores in a round: each has its settings, and the one goes on where the other was killed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from echo.apps.chaos.plan import Kill, Planned
from echo.apps.chaos.round import Round
from echo.apps.chaos.standby import STANDBY, share_journal, take_overs
from echo.apps.demo.cast import cast
from echo.apps.demo.stage import Stage
from echo.config.lease_keys import lease_settings
from echo.config.settings import core_settings
from echo.stores.file import FileSettings
from tests.acceptance.plays import short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def test_they_share_journal_lease_and_address_and_nothing_else(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.prepare(cast(1, 2))
    waiting = share_journal(stage)
    first, second = (FileSettings(path).load().values for path in (stage.settings, waiting))

    assert lease_settings(first) == lease_settings(second) is not None
    assert first["core/events/dir"] != second["core/events/dir"]
    for settings in (core_settings(first), core_settings(second)):
        assert settings.state_dir == stage.journal.parent
        assert settings.grpc_port == stage.core_port


def test_every_change_of_the_holder_is_a_take_over(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    (tmp_path / "core").mkdir()
    assert take_overs(stage) == 0

    lease = tmp_path / "core" / "journal.lease"
    for revision, counted in ((1, 0), (4, 3)):
        lease.write_text(json.dumps({"holder": "a", "revision": revision}))
        assert take_overs(stage) == counted


@pytest.mark.no_cover
async def test_a_core_that_is_killed_is_followed_by_the_one_that_waits(folder: Path) -> None:
    itself = Round(folder, seed=3, number=0, seconds=5, standby=True)
    # The next in turn is killed as well, so that the first has to come back to it.
    itself.planned = (
        Planned(at_s=0.5, fault=Kill(program="core")),
        Planned(at_s=4.5, fault=Kill(program=STANDBY)),
    )
    result = await itself.play()

    assert result.violations == ()
    assert result.done["kills"] == 2
    assert result.take_overs >= 1
    assert result.takings.decisions == result.takings.actions * len(itself.cast.slaves) > 0

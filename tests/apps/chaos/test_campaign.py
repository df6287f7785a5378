"""A campaign: rounds in turn, each in a folder of its own, kept where something was found."""

import asyncio
import os
import signal
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest

from echo.apps.chaos import campaign as module
from echo.apps.chaos.campaign import CampaignResult, campaign
from echo.apps.chaos.options import ChaosOptions, ChaosRefused
from echo.apps.chaos.server_faults import Restart
from echo.apps.chaos.tally import RoundResult
from echo.stores.postgres.target import PostgresTarget
from tests.apps.chaos.rounds import played


class Staged:
    """Stands where a round is played: writes a file, and gives what the number asks for."""

    waits_at = -1

    stores: ClassVar[list[tuple[PostgresTarget | None, Restart | None]]] = []

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        number: int,
        seconds: int,
        store: PostgresTarget | None,
        restart: Restart | None,
        experts: Path | None,
        standby: bool,
    ) -> None:
        assert not standby, "nobody asked for a second Core"
        self._folder, self._number = folder, number
        self.asked = (seed, seconds)
        self.stores.append((store, restart))

    async def play(self) -> RoundResult:
        (self._folder / "log").write_text("something")
        if self._number == self.waits_at:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(60)
        return played(self._number, unexplained=self._number % 2)


@pytest.fixture(autouse=True)
def staged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Staged]:
    class Here(Staged):
        stores: ClassVar[list[tuple[PostgresTarget | None, Restart | None]]] = []

    monkeypatch.setattr(module, "Round", Here)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return Here


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def play(**asked: Any) -> tuple[CampaignResult, list[str]]:
    told: list[str] = []
    result = await campaign(ChaosOptions(**asked), told.append)
    return result, told


async def test_rounds_follow_each_other_and_bad_ones_are_kept(tmp_path: Path) -> None:
    result, told = await play(rounds=3, first=2)

    assert [each.number for each in result.rounds] == [2, 3, 4]
    assert (result.exit_code, result.interrupted) == (1, False)
    assert result.folder is not None
    assert names(tmp_path) == [result.folder.name]
    assert names(result.folder) == ["3"]
    assert [line.split(":")[0].strip() for line in told] == [
        "round 2",
        "round 3",
        "round 3 of seed 1",
        "round 4",
    ]


async def test_good_rounds_leave_nothing_behind(tmp_path: Path) -> None:
    result, _ = await play(rounds=1)

    assert (result.exit_code, result.folder) == (0, None)
    assert names(tmp_path) == []


async def test_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    result, _ = await play(rounds=1, state=tmp_path / "here")
    kept, _ = await play(rounds=1, keep=True)

    assert result.folder == tmp_path / "here"
    assert (tmp_path / "here" / "0" / "log").exists()
    assert kept.folder is not None
    assert (kept.folder / "0" / "log").exists()


async def test_interrupted_it_tells_what_was_played(staged: type[Staged]) -> None:
    staged.waits_at = 2
    result, _ = await play(rounds=4, first=0)
    good, _ = await play(rounds=4, first=2)

    assert ([each.number for each in result.rounds], result.interrupted) == ([0, 1], True)
    assert result.exit_code == 1
    assert (good.rounds, good.exit_code) == ((), 130)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rounds": 0}, "--rounds 0 is not"),
        ({"state": Path("README.md")}, "README.md: File exists"),
        ({"state": Path("tests")}, "tests is not empty"),
    ],
)
async def test_what_cannot_be_played_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ChaosRefused, match=said):
        await play(**asked)


async def test_each_round_has_a_schema_of_its_own_that_goes_when_it_was_good(
    staged: type[Staged], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[PostgresTarget] = []
    monkeypatch.setattr(module, "give_back", lambda target, _told: gone.append(target))

    await play(rounds=2, store="postgresql://ana@db/desk", store_restart="systemctl restart pg")

    (first, restart), (second, _) = staged.stores
    assert first is not None
    assert second is not None
    assert first.schema != second.schema
    assert restart is not None
    assert gone == [first], "the second broke a promise and is kept"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"store": "mysql://ana@example.com/desk"}, "--store: it does not begin with"),
        ({"store": "postgresql://ana:secret@db/desk"}, "PGPASSWORD"),
        ({"store": "postgresql://ana@db/desk", "store_restart": " "}, "--store-restart: it is"),
        ({"store_restart": "true"}, "--store-restart needs --store"),
    ],
)
async def test_a_server_that_cannot_be_used_is_refused(asked: dict[str, str], said: str) -> None:
    with pytest.raises(ChaosRefused, match=said):
        await play(rounds=1, **asked)

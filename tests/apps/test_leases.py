"""Two Cores at one file, as the settings say."""

from pathlib import Path

import pytest

from echo.apps.leases import Turn, turn_of
from echo.config.reading import read_settings
from echo.ports.errors import JournalUnavailable
from echo.stores.file_lease import FileHold
from tests.stores import examples as ex


def turn(folder: Path, name: str | None = None) -> Turn:
    flat: dict[str, object] = {"core/lease/kind": "file", "core/state_dir": str(folder)}
    if name is not None:
        flat["core/lease/name"] = name
    found = turn_of(read_settings(flat).values)
    assert found is not None
    return found


def test_by_default_there_are_no_turns() -> None:
    assert turn_of(read_settings({}).values) is None


async def test_the_second_waits_until_the_first_stops(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    first, second = (turn(tmp_path, name).journal(place) for name in ("left", "right"))
    await first.load()
    await first.commit((ex.trade(),))
    with pytest.raises(JournalUnavailable, match="left holds the lease"):
        await second.load()
    await first.close()

    assert (await second.load()).trades == (ex.trade(),)
    await second.close()


async def test_without_a_name_every_process_has_one_of_its_own(tmp_path: Path) -> None:
    found = turn(tmp_path)
    assert isinstance(found.hold, FileHold)
    assert found.lasts_ms == 10_000
    await found.hold.take()
    assert b":" in (tmp_path / "journal.lease").read_bytes()
    assert found.who.count(":") == 1
    assert found.holder() == found.who

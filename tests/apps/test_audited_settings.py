"""A real Core keeps the history of its settings: what changed live, what could not, and between."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.apps.cli.running_core import echoctl
from tests.apps.programs import Program, start
from tests.apps.test_live_settings import (
    EtcdKeys,
    FilePlace,
    etcd_keys,
    file_place,
    start_values,
)
from tests.fakes import until_real

RETRIES = "core/delivery/max_retries"


class Cores:
    """One Core after the other at one place, and what its journal says."""

    def __init__(self, folder: Path, place: FilePlace | EtcdKeys) -> None:
        self._folder, self._place = folder, place
        self._running: Program | None = None

    async def begin(self) -> None:
        self._running = await start("core", self._place.config)
        assert self._running.first_line.startswith("echo-core ready")

    async def end(self) -> None:
        if self._running is not None:
            code, errors = await self._running.end()
            assert code == 0, errors
            self._running = None

    async def kill(self) -> None:
        if self._running is not None:
            await self._running.kill()

    def history(self, beginning: str = "") -> list[dict[str, Any]]:
        journal = str(self._folder / "core" / "journal.sqlite")
        code, said, errors = echoctl("audit", "changes", beginning, "--journal", journal, "--json")
        assert code == 0, errors
        found: list[dict[str, Any]] = json.loads(said)
        return [each for each in found if not each["key"].startswith("risk/")]

    async def until(self, count: int) -> list[dict[str, Any]]:
        await until_real(lambda: len(self.history()) >= count)
        return self.history()


@pytest.fixture(params=[file_place, etcd_keys], ids=["file", "etcd"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[FilePlace | EtcdKeys]:
    context: AbstractContextManager[FilePlace | EtcdKeys] = request.param(tmp_path)
    with context as made:
        yield made


@pytest.fixture
async def cores(place: FilePlace | EtcdKeys, tmp_path: Path) -> AsyncIterator[Cores]:
    made = Cores(tmp_path, place)
    yield made
    await made.kill()


async def test_live_changes_refusals_and_what_happened_while_no_core_ran(
    cores: Cores, place: FilePlace | EtcdKeys, tmp_path: Path
) -> None:
    base = start_values(tmp_path)
    await cores.begin()
    assert cores.history() == [], "what is there at the first start is no change"

    place.write({**base, RETRIES: 7, "core/bind": "localhost"})
    found = await cores.until(2)
    told = {each["key"]: each for each in found}
    assert (told[RETRIES]["before"], told[RETRIES]["after"]) == ("", "7")
    assert told[RETRIES]["acceptance"] == "in_force"
    assert told["core/bind"]["acceptance"] == "restart"
    assert told[RETRIES]["changed_by"] in place.config

    place.write({**base, RETRIES: 0, "core/bind": "localhost"})
    refused = (await cores.until(3))[0]
    assert (refused["before"], refused["after"]) == ("7", "0")
    assert refused["acceptance"] == "refused"
    assert "is below 1" in refused["reason"]

    await cores.end()
    place.write({**base, RETRIES: 9, "core/bind": "localhost"})
    await cores.begin()
    [off, *_] = await cores.until(4)
    assert (off["key"], off["before"], off["after"]) == (RETRIES, "7", "9")
    assert off["reason"] == "found at a start"
    await cores.end()
    await cores.begin()
    await cores.end()
    assert len(cores.history()) == 4, "it is told once"

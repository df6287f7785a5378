"""Rounds whose journal is on a server that is killed in the middle, with real programs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from echo.apps.chaos.round import Round
from echo.apps.lent_schema import give_back, lent_schema
from tests.acceptance.plays import short_folder
from tests.servers.postgres import PostgresServer

SECONDS = 5
SEED = 11


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.mark.parametrize("number", [0, pytest.param(1, marks=pytest.mark.no_cover)])
async def test_a_server_that_is_killed_in_a_round_loses_nothing_and_doubles_nothing(
    folder: Path, server: PostgresServer, number: int
) -> None:
    async def killed() -> None:
        server.kill()
        await asyncio.sleep(0.5)
        server.start()

    store = lent_schema(f"postgresql://postgres@127.0.0.1:{server.port}/postgres", "chaos")
    itself = Round(folder, seed=SEED, number=number, seconds=SECONDS, store=store, restart=killed)
    try:
        result = await itself.play()
    finally:
        await asyncio.to_thread(give_back, store, pytest.fail)

    assert result.violations == ()
    assert result.done["store_falls"] == 1
    assert result.takings.actions > 0
    assert not (folder / "core" / "journal.sqlite").exists()

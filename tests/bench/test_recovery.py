"""A past can be made quickly, and a Core comes up behind it."""

import asyncio
from pathlib import Path

import pytest

from bench.recovery import fill, loaded_ms, serving_ms, told
from bench.stores import places
from echo.apps.journals import open_journal
from echo.domain.journal import Recovered
from tests.servers.postgres import demand


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_a_past_is_what_it_says(store: str, tmp_path: Path) -> None:
    demand()
    with places(tmp_path, (store,)) as found:
        place = found[store]
        asyncio.run(fill(place, settled=30, unsettled=3, followers=2))

        async def load() -> Recovered:
            journal = await open_journal(place)
            try:
                return await journal.load()
            finally:
                await journal.close()

        loaded = asyncio.run(load())
        assert len(loaded.settled) == 30
        assert len(loaded.trades) == 3
        assert len(loaded.commands) == 6
        assert asyncio.run(loaded_ms(place)) > 0
        serving, processor = serving_ms(place, tmp_path)
        assert serving > 0
        assert processor > 0


def test_each_store_is_a_line_with_every_start_in_it() -> None:
    figures = {
        "settled": 100,
        "open": 10,
        "in_flight": 20,
        "serving_ms": [900, 950],
        "serving_cpu_ms": 700,
        "empty_ms": [400, 410],
    }

    _, line = told({"sqlite": figures})

    assert " ".join(line.split()) == "sqlite 100 10 20 900, 950 700 400, 410"

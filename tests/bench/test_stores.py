"""A place for each store, and no server left behind."""

import asyncio
from pathlib import Path

import pytest

from bench.stores import places
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.reading import read_books
from echo.stores.postgres.target import PostgresTarget
from tests.servers.postgres import demand


def test_only_what_is_asked_for_is_started(tmp_path: Path) -> None:
    with places(tmp_path, ("sqlite",)) as found:
        assert list(found) == ["sqlite"]


def test_a_server_lives_as_long_as_it_is_needed(tmp_path: Path) -> None:
    demand()
    with places(tmp_path, ("postgres",)) as found:
        target = found["postgres"]
        assert isinstance(target, PostgresTarget)
        with pytest.raises(JournalUnavailable, match="there is no journal"):
            asyncio.run(read_books(target))

    with pytest.raises(JournalUnavailable, match="Connect"):
        asyncio.run(read_books(target))

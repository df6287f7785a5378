"""A journal on a server, for the tests of this package."""

from collections.abc import AsyncIterator

import pytest

from tests.servers.fixtures import cluster, server
from tests.servers.postgres import PostgresServer
from tests.stores.postgres.places import PostgresJournalStore, empty

__all__ = ["cluster", "server", "store"]


@pytest.fixture
async def store(server: PostgresServer) -> AsyncIterator[PostgresJournalStore]:
    place = PostgresJournalStore(await empty(server))
    yield place
    await place.close()

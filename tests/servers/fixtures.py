"""Fixtures of a PostgreSQL, for the test packages that name them in their ``conftest.py``."""

from collections.abc import Iterator

import pytest

from tests.servers.postgres import PostgresServer, ServerMissing, missing


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresServer]:
    """One server for the tests of a process."""
    try:
        server = PostgresServer.make()
    except ServerMissing as error:
        missing(str(error))
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture
def server(cluster: PostgresServer) -> PostgresServer:
    """A server with its usual settings, up again before each test."""
    if cluster.running and cluster.options:
        cluster.stop()
    if not cluster.running:
        cluster.start()
    return cluster

"""Stores to measure: a fresh file, or a schema on a PostgreSQL that was started for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from echo.apps.journals import JOURNAL_FILE, Place
from echo.stores.postgres.target import PostgresTarget
from tests.servers.postgres import PostgresServer

STORES = ("sqlite", "postgres")


@contextmanager
def places(folder: Path, stores: tuple[str, ...] = STORES) -> Iterator[dict[str, Place]]:
    """Yield a place for each store; the server lives as long as the block."""
    found: dict[str, Place] = {}
    if "sqlite" in stores:
        found["sqlite"] = folder / "core" / JOURNAL_FILE
    if "postgres" not in stores:
        yield found
        return
    server = PostgresServer.make()
    try:
        server.start(shared_buffers="128MB", autovacuum="on")
        found["postgres"] = PostgresTarget(
            host="127.0.0.1", port=server.port, database="postgres", user="postgres"
        )
        yield found
    finally:
        server.remove()

"""Whether a journal's file is whole, and of which release its schema is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.reading import looking_into

COMPLAINTS_MAX: Final = 100
"""SQLite stops looking after so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What SQLite says of the file; *schema_known* is the newest that this program knows."""

    complaints: tuple[str, ...]
    schema: int
    schema_known: int


def read_health(path: Path) -> Health:
    """Read the whole file as of one moment and compare its pages, indexes and constraints.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it is too damaged to be read.
    """
    with looking_into(path) as connection:
        named = "SELECT 1 FROM sqlite_master WHERE name = 'schema_version'"
        if not connection.execute(named).get:
            raise JournalUnavailable(f"{path} is no store of Echo: it has no schema version")
        schema = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").get
        rows = connection.execute(f"PRAGMA integrity_check({COMPLAINTS_MAX})").fetchall()
    complaints = tuple(str(row[0]) for row in rows if row[0] != "ok")
    known = read_migrations("sqlite")[-1].version
    return Health(complaints=complaints, schema=schema, schema_known=known)

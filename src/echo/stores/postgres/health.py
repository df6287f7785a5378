"""Whether a journal on a server can be relied on, and of which release its schema is."""

from dataclasses import dataclass
from typing import Final

import asyncpg

from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.connection import connect
from echo.stores.postgres.failures import DRIVER_ERRORS, translated
from echo.stores.postgres.schema import Standing, standing
from echo.stores.postgres.target import PostgresTarget

DURABLE: Final = {
    "fsync": "what was acknowledged is lost with the power",
    "full_page_writes": "a page that was half written when the power went is lost",
}
"""Settings of the server that must be on, and what happens when they are not."""

VERSION_MIN: Final = 150_000

_UNFOUNDED: Final = """
SELECT 'a decision of trade ' || d.trade_id || ' has no trade' FROM copy_decisions d
WHERE NOT EXISTS (SELECT 1 FROM trades t WHERE t.trade_id = d.trade_id) LIMIT 10
"""
_INVALID: Final = """
SELECT 'index ' || c.relname || ' is not valid: REINDEX it' FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND NOT i.indisvalid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerHealth:
    """What the server says of itself and of the schema; *complaints* are for people."""

    complaints: tuple[str, ...]
    schema: int
    schema_known: int
    server: str


async def read_health(target: PostgresTarget) -> ServerHealth:
    """Look at the server's settings, the schema's release and its indexes; nothing is changed.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    try:
        connection = await connect(target, "echo-check")
    except DRIVER_ERRORS as error:
        raise JournalUnavailable(str(translated(str(target), error))) from error
    try:
        found = await standing(connection)
        if not found.version:
            raise JournalUnavailable(f"{target} is no store of Echo: it has no schema version")
        complaints = await _complaints(connection, target, found)
        server = await connection.fetchval("SHOW server_version")
    except DRIVER_ERRORS as error:
        raise JournalUnavailable(str(translated(str(target), error))) from error
    finally:
        connection.terminate()
    return ServerHealth(
        complaints=complaints, schema=found.version, schema_known=found.known, server=str(server)
    )


async def _complaints(
    connection: asyncpg.Connection, target: PostgresTarget, found: Standing
) -> tuple[str, ...]:
    complaints = [
        f"the server runs with {name} off: {meaning}"
        for name, meaning in DURABLE.items()
        if await connection.fetchval("SELECT current_setting($1)", name) != "on"
    ]
    number = int(await connection.fetchval("SHOW server_version_num"))
    if number < VERSION_MIN:
        complaints.append(f"PostgreSQL {number // 10_000} is older than 15, which Echo is for")
    if found.version == found.known and not found.functions_current:
        complaints.append("its functions are of another release: run echoctl store migrate")
    complaints += [row[0] for row in await connection.fetch(_INVALID, target.schema)]
    complaints += [row[0] for row in await connection.fetch(_UNFOUNDED)]
    return tuple(complaints)

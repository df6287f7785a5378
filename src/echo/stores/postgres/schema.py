"""The schema in the database: its numbered steps, its functions, who may use it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

import asyncpg

from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.stores.postgres.connection import connect
from echo.stores.postgres.failures import DRIVER_ERRORS, translated
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.database import Migration, read_migrations
from echo.stores.sqlite.statements import split_statements

MIGRATING: Final = 0x6563686F_6D696772
"""Advisory lock of those who change a schema; one for all, changes are rare."""

_VERSION: Final = """
CREATE TABLE IF NOT EXISTS schema_version (
    version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS schema_functions (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), sha256 text NOT NULL
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of which release a schema is; *version* 0 = there is none."""

    version: int
    known: int
    functions_current: bool

    @property
    def is_current(self) -> bool:
        """Whether this program can work with it as it is."""
        return self.version == self.known and self.functions_current


def steps() -> tuple[Migration, ...]:
    """Return the numbered steps, oldest first."""
    return read_migrations("postgres")


def read_sql(name: str) -> str:
    """Return the text of ``stores/sql/postgres/<name>.sql``."""
    return (files("echo.stores") / "sql" / "postgres" / f"{name}.sql").read_text(encoding="utf-8")


def fingerprint() -> str:
    """Tell one text of the functions from another."""
    return sha256(read_sql("functions").encode()).hexdigest()


async def standing(connection: asyncpg.Connection) -> Standing:
    """Look which schema there is."""
    known = steps()[-1].version
    if await connection.fetchval("SELECT to_regclass('schema_version')") is None:
        return Standing(version=0, known=known, functions_current=False)
    version = await connection.fetchval("SELECT coalesce(max(version), 0) FROM schema_version")
    stored = await connection.fetchval("SELECT sha256 FROM schema_functions")
    return Standing(version=version, known=known, functions_current=stored == fingerprint())


async def migrate(connection: asyncpg.Connection, target: PostgresTarget) -> Standing:
    """Make the schema, or bring it up to date, in one transaction; return what it was before.

    Raises:
        JournalRefused: a newer program made it, or this user may not change it.
        DRIVER_ERRORS: the server does not do it.
    """
    before = await standing(connection)
    if before.version > before.known:
        raise JournalRefused(
            f"{target} has schema {before.version}, this program knows {before.known}:"
            " run a newer Echo"
        )
    if before.is_current:
        return before
    try:
        async with connection.transaction():
            await _apply(connection, target)
    except asyncpg.InsufficientPrivilegeError as error:
        raise JournalRefused(
            f"{target} has schema {before.version} and needs {before.known}, and {target.user} may"
            f" not change it: run echoctl store migrate as its owner ({error})"
        ) from error
    return before


async def _apply(connection: asyncpg.Connection, target: PostgresTarget) -> None:
    # A table with many rows takes longer than a commit may.
    await connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'")
    await connection.execute(f"SELECT pg_advisory_xact_lock({MIGRATING})")
    if await connection.fetchval("SELECT to_regnamespace($1)", target.schema) is None:
        await connection.execute(f'CREATE SCHEMA "{target.schema}"')
    await connection.execute(_VERSION)
    present = (await standing(connection)).version
    for step in steps():
        if step.version > present:
            await connection.execute(step.sql, timeout=None)
            await connection.execute(
                "INSERT INTO schema_version (version, name) VALUES ($1, $2)",
                step.version,
                step.name,
            )
    await connection.execute(read_sql("functions"))
    await connection.execute(
        "INSERT INTO schema_functions (sha256) VALUES ($1)"
        " ON CONFLICT (only_row) DO UPDATE SET sha256 = excluded.sha256",
        fingerprint(),
    )


async def grant(
    connection: asyncpg.Connection, target: PostgresTarget, kind: str, role: str
) -> None:
    """Let *role* work with the schema, and do no more than that.

    Args:
        kind: ``writer``: what a Core needs; ``reader``: looking on.
        role: A role of the server.

    Raises:
        DRIVER_ERRORS: there is no such role, or this user may not grant.
    """
    text = split_statements(read_sql("roles"))[kind]
    quoted = await connection.fetchval("SELECT quote_ident($1)", role)
    async with connection.transaction():
        await connection.execute(text.format(schema=f'"{target.schema}"', role=quoted))


async def prepare(target: PostgresTarget, roles: Mapping[str, str] | None = None) -> Standing:
    """Bring the schema up to date over a session of its own; return what it was before.

    Args:
        roles: ``writer`` or ``reader`` -> the role that may work with it, or look on.

    Raises:
        JournalUnavailable: the server cannot be asked, or loses what it acknowledges.
        JournalRefused: a newer program made the schema, or this user may not change it.
    """
    try:
        connection = await connect(target, "echo-schema")
    except DRIVER_ERRORS as error:
        raise translated(str(target), error) from error
    try:
        if await connection.fetchval("SHOW fsync") != "on":
            raise JournalUnavailable(
                f"{target}: the server runs with fsync off and would lose what it acknowledges:"
                " switch it on"
            )
        before = await migrate(connection, target)
        for kind, role in (roles or {}).items():
            await grant(connection, target, kind, role)
    except DRIVER_ERRORS as error:
        raise translated(str(target), error) from error
    finally:
        with suppress(*DRIVER_ERRORS):
            await connection.close(timeout=2)
    return before


async def drop(target: PostgresTarget) -> None:
    """Remove the schema with everything in it.

    Raises:
        JournalUnavailable: the server cannot be asked, or does not do it.
    """
    try:
        connection = await connect(target, "echo-schema")
        try:
            await connection.execute(f'DROP SCHEMA IF EXISTS "{target.schema}" CASCADE')
        finally:
            connection.terminate()
    except DRIVER_ERRORS as error:
        raise JournalUnavailable(str(translated(str(target), error))) from error

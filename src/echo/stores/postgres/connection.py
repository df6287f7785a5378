"""A session with the server: who, with which limits, in which schema."""

from typing import Final, cast

import asyncpg

from echo.stores.postgres.target import PostgresTarget

CONNECT_S_MAX: Final = 5.0
STATEMENT_MS_MAX: Final = 8_000
"""After so long the server gives up by itself, which is an answer."""
ANSWER_S_MAX: Final = 10.0
"""After so long without one nobody waits any more: what was asked may have happened."""
LOCK_MS_MAX: Final = 2_000

_SETTINGS: Final = {
    # A commit returns when it is on disk, whatever the database or the role says.
    "synchronous_commit": "on",
    "statement_timeout": str(STATEMENT_MS_MAX),
    "lock_timeout": str(LOCK_MS_MAX),
    # Statements here are short: compiling one takes longer than running it.
    "jit": "off",
    "timezone": "UTC",
    # A host that vanished gives its locks back after about eleven seconds.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


async def connect(target: PostgresTarget, name: str) -> asyncpg.Connection:
    """Open a session in the schema of *target*.

    Args:
        name: What the server shows as the session's application.

    Raises:
        DRIVER_ERRORS: it cannot be had.
    """
    connection = await asyncpg.connect(
        host=target.host,
        port=target.port,
        database=target.database,
        user=target.user,
        password=target.password,
        ssl=_ssl(target),
        timeout=CONNECT_S_MAX,
        command_timeout=ANSWER_S_MAX,
        server_settings={
            **_SETTINGS,
            "application_name": name,
            "search_path": f'"{target.schema}"',
        },
    )
    return cast(asyncpg.Connection, connection)


def _ssl(target: PostgresTarget) -> object:
    if target.host.startswith("/") or target.sslmode == "disable":
        return False
    if target.ca_file is None and not target.sslmode.startswith("verify"):
        return target.sslmode
    import ssl  # only where certificates are checked

    context = ssl.create_default_context(cafile=target.ca_file)
    context.check_hostname = target.sslmode == "verify-full"
    return context

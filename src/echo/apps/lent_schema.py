"""A schema of its own on somebody's server, for a demo or a round of chaos; removed afterwards."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace

from echo.apps.journals import demand_driver
from echo.ports.errors import JournalUnavailable, SettingsInvalid
from echo.stores.postgres.target import PostgresTarget, read_target


def lent_schema(url: str, what: str) -> PostgresTarget:
    """Name a fresh schema on the server and in the database of *url*.

    Args:
        url: ``postgresql://user@host:port/database``; the password comes from ``PGPASSWORD``, for
            it would lie in settings files.
        what: Whose schema it is, a part of its name.

    Raises:
        ValueError: the URL says something else.
    """
    target = read_target(url)
    if target.password is not None:
        raise ValueError("it holds a password: put that into PGPASSWORD")
    try:
        demand_driver()
    except SettingsInvalid as error:
        raise ValueError(str(error)) from error
    return replace(target, schema=f"echo_{what}_{secrets.token_hex(4)}")


def settings_lines(target: PostgresTarget) -> list[str]:
    """Return the lines of ``echo.toml`` that keep a journal there, from ``[postgres]`` on."""
    lines = [
        "[postgres]",
        f'host = "{target.host}"',
        f"port = {target.port}",
        f'database = "{target.database}"',
        f'user = "{target.user}"',
        f'schema = "{target.schema}"',
        f'sslmode = "{target.sslmode}"',
    ]
    return [*lines, f'ca_file = "{target.ca_file}"'] if target.ca_file else lines


def give_back(target: PostgresTarget, told: Callable[[str], None]) -> None:
    """Drop the schema with everything in it; not for a thread with an event loop.

    Args:
        told: Called with a sentence when the server cannot be asked: then it stays.
    """
    from echo.stores.postgres.schema import drop  # its driver is an extra

    try:
        asyncio.run(drop(target))
    except JournalUnavailable as error:
        told(f"schema {target.schema} stays: {error}")

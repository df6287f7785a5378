"""A journal's server that ends sessions, holds locks, or falls and comes back."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from typing import Any, Final

from echo.stores.postgres.target import PostgresTarget

Restart = Callable[[], Awaitable[None]]
"""Ends the server in the middle of everything, and brings it back."""

_SESSIONS: Final = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name LIKE 'echo-core%' AND pid <> pg_backend_pid()
"""


async def end_sessions(target: PostgresTarget) -> int:
    """End the sessions of all Cores, in the middle of what they do; return how many there were."""
    return int(await _asked(target, lambda session: session.fetchval(_SESSIONS)) or 0)


async def lock_server(target: PostgresTarget, seconds: float) -> bool:
    """Hold a lock that commits need for so long; return whether it could be had."""

    async def hold(session: Any) -> bool:
        async with session.transaction():
            await session.execute("LOCK TABLE trades, copy_decisions IN SHARE MODE")
            await asyncio.sleep(seconds)
        return True

    return bool(await _asked(target, hold))


def restarting(command: str) -> Restart:
    """Return what runs *command*, which ends the server and brings it back; no shell is involved.

    Raises:
        ValueError: it is no command.
    """
    words = shlex.split(command)
    if not words:
        raise ValueError("it is empty")

    async def restart() -> None:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
        )
        await process.wait()

    return restart


async def _asked(target: PostgresTarget, work: Callable[[Any], Awaitable[Any]]) -> Any:
    """Do *work* on a session of its own; ``None`` = the server, or the schema, is not there."""
    from echo.stores.postgres.connection import connect  # its driver is an extra
    from echo.stores.postgres.failures import DRIVER_ERRORS

    try:
        session = await connect(target, "echo-chaos")
        try:
            return await work(session)
        finally:
            session.terminate()
    except DRIVER_ERRORS:
        return None

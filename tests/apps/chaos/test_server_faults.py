"""Faults of a journal's server strike Cores, and nobody else."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from echo.apps.chaos.server_faults import end_sessions, lock_server, restarting
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres import connection
from echo.stores.postgres.journal import PostgresJournal
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import empty, query, target_on, until


async def test_sessions_of_cores_are_ended_and_others_are_not(server: PostgresServer) -> None:
    target = await empty(server)
    journal = await PostgresJournal.open(target)
    bystander = await connection.connect(target, "bystander")
    try:
        assert await end_sessions(target) == 1
        assert await bystander.fetchval("SELECT 1") == 1
        assert await query(target, "SELECT 1 FROM pg_stat_activity WHERE state = 'x'") == []
    finally:
        await bystander.close()
        await journal.close()


async def test_no_commit_passes_a_lock(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection._SETTINGS, "lock_timeout", "50")
    target = await empty(server)
    journal = await PostgresJournal.open(target)
    try:
        locking = asyncio.ensure_future(lock_server(target, 0.5))
        await until(
            target, "SELECT 1 FROM pg_locks WHERE mode = 'ShareLock' AND relation IS NOT NULL"
        )
        with pytest.raises(JournalUnavailable, match="holds a lock"):
            await journal.commit((ex.trade(),))
        assert await locking
        await journal.commit((ex.trade(),))
    finally:
        await journal.close()


async def test_a_server_that_is_away_can_be_given_no_fault(server: PostgresServer) -> None:
    target = target_on(server)
    server.stop()

    assert await end_sessions(target) == 0
    assert not await lock_server(target, 0.01)


async def test_a_command_restarts_a_server_without_a_shell(tmp_path: Path) -> None:
    made = tmp_path / "made; touch other"
    restart = restarting(f"'{sys.executable}' -c 'import sys; open(sys.argv[1], \"w\")' '{made}'")

    await restart()

    assert os.listdir(tmp_path) == [made.name]


def test_no_command_is_no_command() -> None:
    with pytest.raises(ValueError, match="empty"):
        restarting("  ")

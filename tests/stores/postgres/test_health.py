"""A check names what a server does that a journal cannot bear, and of which release it is."""

import pytest

from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.health import read_health
from echo.stores.postgres.schema import steps
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query, target_on


async def test_a_server_as_it_should_be_has_no_complaints(store: PostgresJournalStore) -> None:
    await store.open()

    health = await read_health(store.target)

    assert health.complaints == ()
    assert health.schema == health.schema_known == steps()[-1].version
    assert int(health.server.split(".")[0]) >= 15


async def test_what_would_lose_commits_is_named(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    await (await store.open()).close()
    server.stop()
    server.start(fsync="off", full_page_writes="off")

    complaints = (await read_health(store.target)).complaints

    assert [each.split(":")[0] for each in complaints] == [
        "the server runs with fsync off",
        "the server runs with full_page_writes off",
    ]


async def test_decisions_without_their_trade_are_named(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit((ex.decision(),))

    (complaint,) = (await read_health(store.target)).complaints

    assert complaint == f"a decision of trade {ex.trade_id()} has no trade"


async def test_functions_of_another_release_are_named(store: PostgresJournalStore) -> None:
    await (await store.open()).close()
    await query(store.target, "UPDATE schema_functions SET sha256 = 'old' RETURNING 1")

    (complaint,) = (await read_health(store.target)).complaints

    assert "run echoctl store migrate" in complaint


async def test_where_there_is_no_journal_it_is_said(server: PostgresServer) -> None:
    with pytest.raises(JournalUnavailable, match="no schema version"):
        await read_health(target_on(server))


async def test_a_server_that_is_away_is_told(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    server.stop()

    with pytest.raises(JournalUnavailable):
        await read_health(store.target)

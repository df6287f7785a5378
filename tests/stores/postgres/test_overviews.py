"""A journal on a server is added up by a session of its own; its name is the journal's alone."""

from dataclasses import replace

import pytest

from echo.domain.overviews import AskOverview, OverviewKind
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.overviews import PostgresOverviews
from echo.stores.postgres.schema import drop, prepare
from tests.servers.postgres import PostgresServer
from tests.stores.overview_contract import OverviewContract
from tests.stores.postgres.places import PostgresJournalStore, query, target_on

ASKED = AskOverview(kind=OverviewKind.TRADES)


class ServerPlace:
    def __init__(self, store: PostgresJournalStore) -> None:
        self.open = store.open
        self.source = PostgresOverviews(store.target)


class TestPostgresOverviews(OverviewContract):
    @pytest.fixture
    def place(self, store: PostgresJournalStore) -> ServerPlace:
        return ServerPlace(store)


async def test_two_ways_to_a_journal_are_one_name_and_two_journals_are_two(
    server: PostgresServer,
) -> None:
    one, two = target_on(server), target_on(server)
    await prepare(one)
    await prepare(two)
    spellings = (one, replace(one, host="localhost"), replace(one, host=str(server.folder)), two)
    try:
        names = [await PostgresOverviews(each).identity() for each in spellings]
    finally:
        await drop(one)
        await drop(two)

    assert names[0] == names[1] == names[2] != names[3]


async def test_a_journal_made_anew_and_another_schema_have_other_names(
    server: PostgresServer,
) -> None:
    target = target_on(server)
    await prepare(target)
    source = PostgresOverviews(target)
    first = await source.identity()
    await query(target, "INSERT INTO schema_version VALUES (9999, 'tomorrow') RETURNING 1")
    await source.read(ASKED, 1)
    migrated = await source.identity()
    await drop(target)
    await prepare(target)
    await source.read(ASKED, 1)
    try:
        assert len({first, migrated, await source.identity()}) == 3
    finally:
        await drop(target)


async def test_a_reader_who_may_do_nothing_else_adds_it_up(server: PostgresServer) -> None:
    target = target_on(server)
    await query(target, "CREATE ROLE looker LOGIN")
    try:
        await prepare(target, {"reader": "looker"})
        source = PostgresOverviews(replace(target, user="looker"))

        assert (await source.read(ASKED, 5)).read_at_ms == 5
        assert (await source.identity()).startswith("pg-")
    finally:
        await drop(target)
        await query(target, "DROP ROLE looker")


async def test_where_there_is_no_journal_or_no_server_it_is_said(server: PostgresServer) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        await PostgresOverviews(target_on(server)).identity()
    with pytest.raises(JournalUnavailable):
        await PostgresOverviews(target_on(server, port=1)).read(ASKED, 1)

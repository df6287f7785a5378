"""Questions are answered wherever the journal is kept."""

import asyncio
import sys
from pathlib import Path

import pytest

from echo.apps.inquiries import changes, inquests
from echo.apps.journals import Place, open_journal
from echo.ports.errors import SettingsInvalid
from echo.stores.postgres.target import read_target
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import empty


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    async def write(place: Place) -> None:
        journal = await open_journal(place)
        await journal.commit(ex.one_of_each())
        await journal.close()

    place: Place = tmp_path / "journal.sqlite"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("server")
        place = asyncio.run(empty(server))
    asyncio.run(write(place))
    return place


def test_a_trade_is_found_by_its_ticket(place: Place) -> None:
    (found,) = inquests(place, str(ex.BIG_TICKET))

    assert found.trade.trade_id == ex.trade_id()
    assert inquests(place, "12345") == []


def test_changes_are_found_by_their_key(place: Place) -> None:
    (found,) = changes(place, "core/", 10)

    assert found == ex.CHANGE


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    target = read_target("postgresql://ana@127.0.0.1:1/desk")

    with pytest.raises(SettingsInvalid):
        inquests(target, "1")
    with pytest.raises(SettingsInvalid):
        changes(target, "", 1)

"""The settings choose the store; whatever it is, it is opened and read in one way."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from echo.apps.journals import Place, demand_driver, open_journal, place_of, read_books
from echo.config.reading import read_settings
from echo.config.settings import CoreSettings, core_settings
from echo.ports.errors import JournalUnavailable, SettingsInvalid
from echo.stores.postgres.target import PostgresTarget
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import empty

SERVER: Mapping[str, object] = {
    "core/store/kind": "postgres",
    "postgres/host": "127.0.0.1",
    "postgres/database": "desk",
    "postgres/user": "ana",
}


def settings(raw: Mapping[str, object]) -> CoreSettings:
    return core_settings(read_settings(raw).values)


def test_without_a_word_it_is_a_file_in_the_cores_folder() -> None:
    assert place_of(settings({"core/state_dir": "/desk"})) == Path("/desk/journal.sqlite")


def test_a_server_is_chosen_with_its_password_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2\n")

    place = place_of(settings({**SERVER, "postgres/password_file": str(file)}))

    assert place == PostgresTarget(
        host="127.0.0.1", database="desk", user="ana", password="hunter2"
    )


def test_a_password_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="password_file"):
        place_of(settings({**SERVER, "postgres/password_file": str(tmp_path / "none")}))


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    target = place_of(settings(SERVER))

    with pytest.raises(SettingsInvalid, match=r"pip install 'echo-copier\[postgres\]'"):
        demand_driver()
    with pytest.raises(JournalUnavailable, match="needs the extra"):
        read_books(target)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return tmp_path / "journal.sqlite"
    server: PostgresServer = request.getfixturevalue("server")
    return asyncio.run(empty(server))


def test_both_stores_are_opened_and_read_in_one_way(place: Place) -> None:
    async def write() -> None:
        journal = await open_journal(place)
        await journal.commit(ex.one_of_each())
        await journal.close()

    asyncio.run(write())

    books = read_books(place)
    assert [each.trade_id for each in books.trades] == [ex.trade_id()]
    assert [each.account_id for each in books.decisions] == [ex.SLAVE]


def test_a_server_that_is_away_is_told() -> None:
    target = place_of(settings(SERVER))
    assert isinstance(target, PostgresTarget)

    with pytest.raises(JournalUnavailable):
        read_books(replace(target, port=1))

"""A schema that is lent for a show: named freshly, written into settings, gone afterwards."""

import asyncio
import sys

import pytest

from echo.apps.lent_schema import give_back, lent_schema, settings_lines
from echo.config.reading import read_settings
from echo.config.store import postgres_settings
from echo.config.toml_file import flatten_toml
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.reading import read_books
from tests.servers.postgres import PostgresServer

URL = "postgresql://ana@127.0.0.1:6000/desk?sslrootcert=/ca.pem"


def test_every_show_has_a_schema_of_its_own() -> None:
    first, second = lent_schema(URL, "demo"), lent_schema(URL, "demo")

    assert first.schema.startswith("echo_demo_")
    assert first.schema != second.schema


def test_settings_lead_to_the_same_place() -> None:
    target = lent_schema(URL, "demo")
    text = "\n".join(["[core]", 'store.kind = "postgres"', *settings_lines(target)])

    reading = read_settings(flatten_toml(text))

    assert reading.complaints == ()
    found = postgres_settings(reading.values)
    assert found is not None
    assert (found.host, found.port, found.user) == ("127.0.0.1", 6_000, "ana")
    assert (found.schema, found.ca_file) == (target.schema, target.ca_file)


def test_a_password_is_not_taken_into_files() -> None:
    with pytest.raises(ValueError, match="PGPASSWORD"):
        lent_schema("postgresql://ana:hunter2@db/desk", "demo")


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(ValueError, match=r"echo-copier\[postgres\]"):
        lent_schema(URL, "demo")


def test_what_was_lent_is_given_back(server: PostgresServer) -> None:
    target = lent_schema(f"postgresql://postgres@127.0.0.1:{server.port}/postgres", "demo")

    async def use() -> None:
        journal = await PostgresJournal.open(target)
        await journal.close()
        assert (await read_books(target)).trades == ()

    asyncio.run(use())
    give_back(target, pytest.fail)

    with pytest.raises(JournalUnavailable, match="there is no journal"):
        asyncio.run(read_books(target))


def test_a_schema_that_cannot_be_given_back_is_named() -> None:
    target = lent_schema("postgresql://postgres@127.0.0.1:1/postgres", "demo")
    told: list[str] = []

    give_back(target, told.append)

    assert told[0].startswith(f"schema {target.schema} stays: ")

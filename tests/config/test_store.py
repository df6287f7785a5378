"""Which server keeps the journal, and what of it does not go together."""

from pathlib import Path

import pytest

from echo.config.reading import read_settings
from echo.config.store import PostgresSettings, postgres_settings

SERVER: dict[str, object] = {
    "core/store/kind": "postgres",
    "postgres/host": "127.0.0.1",
    "postgres/database": "desk",
    "postgres/user": "echo_core",
}


def complaints(**changes: object) -> tuple[str, ...]:
    named = {f"postgres/{name}": value for name, value in changes.items()}
    return read_settings({**SERVER, **named}).complaints


def test_without_a_word_there_is_no_server() -> None:
    assert postgres_settings(read_settings({"postgres/host": "db"}).values) is None


def test_a_server_is_read_whole() -> None:
    reading = read_settings({**SERVER, "postgres/password_file": "/etc/echo/pg"})

    assert reading.complaints == ()
    assert postgres_settings(reading.values) == PostgresSettings(
        host="127.0.0.1",
        port=5_432,
        database="desk",
        user="echo_core",
        password_file=Path("/etc/echo/pg"),
        schema="echo",
        sslmode="prefer",
        ca_file=None,
    )


def test_everything_that_is_missing_is_named() -> None:
    found = read_settings({"core/store/kind": "postgres"}).complaints

    assert [each.rpartition("/")[2] for each in found] == ["host", "database", "user"]


@pytest.mark.parametrize("schema", ["Echo", "1st", "a-b", "x" * 64, 'echo"; DROP'])
def test_a_schema_that_would_need_quotes_is_refused(schema: str) -> None:
    assert any("postgres/schema" in each for each in complaints(schema=schema))


@pytest.mark.parametrize("host", ["db.example.com", "10.0.0.5", "127.example.com"])
def test_the_way_to_another_machine_must_be_protected(host: str) -> None:
    (complaint,) = complaints(host=host)

    assert complaint.startswith("postgres/sslmode = prefer does not protect")
    assert complaints(host=host, sslmode="verify-full") == ()


@pytest.mark.parametrize("host", ["/run/postgresql", "localhost", "::1", "127.0.0.9"])
def test_what_stays_on_this_machine_need_not_be(host: str) -> None:
    assert complaints(host=host, sslmode="disable") == ()

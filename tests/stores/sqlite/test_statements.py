"""Statements are found by name, and every one of them is understood by SQLite."""

import apsw
import apsw.ext
import pytest

from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.statements import read_statements, split_statements


def test_a_statement_is_what_stands_under_its_name() -> None:
    text = (
        "-- A file.\n\n-- name: one\nSELECT 1;\n\n-- said between\n\n-- name: two\nSELECT\n    2;\n"
    )

    assert split_statements(text) == {"one": "SELECT 1", "two": "SELECT\n    2"}


def test_two_statements_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="one is there twice"):
        split_statements("-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;\n")


@pytest.mark.parametrize(
    ("name", "migrations"), [("journal", "sqlite"), ("ledger", "sqlite_ledger")]
)
def test_every_statement_fits_the_schema(name: str, migrations: str) -> None:
    connection = apsw.Connection(":memory:")
    for migration in read_migrations(migrations):
        connection.execute(migration.sql)

    statements = read_statements(name)

    assert statements
    for sql in statements.values():
        # Explained without bindings: compiled against the tables, run not at all.
        details = apsw.ext.query_info(connection, sql)
        assert details.query == sql

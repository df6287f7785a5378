"""Both stores on disk know the same columns, in the same order."""

import re

import pytest

from echo.stores.postgres.columns import COLUMNS, KEYS, LAST_IS_KEY, WRITTEN_ONCE
from echo.stores.postgres.schema import read_sql
from echo.stores.sqlite.statements import read_statements

_EMBEDDED = read_statements("journal")
_INSERT = re.compile(r"INTO \w+ \((.*?)\)", re.DOTALL)

WRITES = sorted(name for name in _EMBEDDED if name.startswith(("put_", "drop_")))


def test_every_statement_of_the_embedded_store_is_known() -> None:
    assert sorted(COLUMNS) == WRITES


@pytest.mark.parametrize("name", WRITES)
def test_every_statement_is_a_function_that_a_commit_may_name(name: str) -> None:
    functions = read_sql("functions")

    assert f"CREATE OR REPLACE FUNCTION {name}(told json)" in functions
    assert f"WHEN '{name}' THEN PERFORM {name}(parts[i]);" in functions


@pytest.mark.parametrize("name", [name for name in WRITES if _INSERT.search(_EMBEDDED[name])])
def test_cells_stand_for_the_same_columns(name: str) -> None:
    found = _INSERT.search(_EMBEDDED[name])
    assert found is not None
    columns = tuple(each.strip() for each in found[1].split(","))

    # Whether an answer is a repeated one is found out where it is written.
    assert COLUMNS[name] == tuple(each for each in columns if each != "repeated")


def test_keys_and_columns_that_are_written_once_exist() -> None:
    assert KEYS.keys() | LAST_IS_KEY <= COLUMNS.keys()
    assert all(0 < width <= len(COLUMNS[name]) for name, width in KEYS.items())
    assert all(column in COLUMNS[name] for name, column in WRITTEN_ONCE.items())

"""The row about limits says for people what it says for the Core."""

import json

import pytest

from echo.stores.sqlite.limit_rows import limits_row, read_limits
from tests.stores import examples as ex


def test_the_row_comes_back_as_it_was_written() -> None:
    row = limits_row(ex.LIMITS)

    assert row[:3] == (ex.SLAVE, "ftmo-2-step", "warn")
    assert read_limits((row[4],)) == ex.LIMITS


def test_money_is_written_in_full() -> None:
    stored = json.loads(str(limits_row(ex.LIMITS)[4]))

    assert stored["funds"]["equity"] == "96250.50"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "missing required field"),
        ("[]", "Expected `object`"),
        ('{"account_id": 5}', "Expected `str`"),
    ],
)
def test_what_is_no_such_row_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_limits((text,))

"""Values lie in SQLite as text that people can read, and come back as they were."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import Outcome
from echo.domain.sizing import Inputs
from echo.stores.sqlite.cells import (
    decimal_or_none,
    json_of,
    json_of_inputs,
    json_of_tuple,
    read_inputs,
    text_of,
    text_or_null,
)

finite = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
names = st.text(min_size=1, max_size=8)
values = finite | st.integers(-(2**60), 2**60) | st.text(max_size=8) | st.booleans() | st.none()


@given(finite)
def test_decimal_comes_back_exactly(number: Decimal) -> None:
    assert decimal_or_none(text_or_null(number)) == number
    assert Decimal(text_of(number)) == number


@pytest.mark.parametrize(
    ("number", "text"), [("1E+3", "1000"), ("0E-8", "0.00000000"), ("0.10", "0.10")]
)
def test_decimals_are_spelled_in_full(number: str, text: str) -> None:
    assert text_of(Decimal(number)) == text


def test_no_decimal_is_null() -> None:
    assert text_or_null(None) is None
    assert decimal_or_none(None) is None


@given(st.dictionaries(names, values, max_size=5))
def test_inputs_come_back_in_their_order(inputs: dict[str, object]) -> None:
    pairs: Inputs = tuple(inputs.items())

    assert read_inputs(json_of_inputs(pairs)) == pairs


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(Decimal("NaN"), "NaN", id="nan"),
        pytest.param(Decimal("-Infinity"), "-Infinity", id="infinity"),
        pytest.param(Outcome.FILLED, "filled", id="enum"),
        pytest.param(1 + 2j, "(1+2j)", id="a type that JSON does not know"),
    ],
)
def test_what_json_cannot_say_is_written_as_text(value: object, found: str) -> None:
    text = json_of_inputs((("it", value),))

    assert json.loads(text) == {"it": found}


def test_structures_are_written_as_json() -> None:
    assert json_of({"features": ("a", "b")}) == '{"features":["a","b"]}'
    assert json_of_tuple(each for each in ("ü", 2, None)) == '["ü",2,null]'

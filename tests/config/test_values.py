"""Values are read from whatever a file or a key-value store holds, or refused with their bound."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.config.core_keys import CORE_KEYS
from echo.config.setting import (
    Setting,
    Value,
    choice,
    number,
    path,
    switch,
    text,
    texts,
    whole,
    wholes,
)
from echo.config.values import BadValue, read_value

SAID = "What it means."
WHOLE = whole("a/n", 5, SAID, low=1, high=9, unit="ms")
NUMBER = number("a/d", "1", SAID, low="-10", high="10", unit="points")
SWITCH = switch("a/s", False, SAID)
TEXT = text("a/t", "x", SAID)
CHOICE = choice("a/c", "warn", ("warn", "reject"), SAID)
TEXTS = texts("a/l", (), SAID)
WHOLES = wholes("a/w", (), SAID, low=1, high=100)


@pytest.mark.parametrize(
    ("setting", "raw", "value"),
    [
        (WHOLE, 7, 7),
        (WHOLE, "7", 7),
        (WHOLE, " 7 ", 7),
        (NUMBER, 2, Decimal(2)),
        (NUMBER, 0.1, Decimal("0.1")),
        (NUMBER, Decimal("0.10"), Decimal("0.1")),
        (NUMBER, "-2.5", Decimal("-2.5")),
        (SWITCH, True, True),
        (SWITCH, "true", True),
        (SWITCH, "No", False),
        (SWITCH, "0", False),
        (TEXT, " x ", "x"),
        (path("a/p", None, SAID), "/etc/x", "/etc/x"),
        (CHOICE, "reject", "reject"),
    ],
)
def test_value_is_read(setting: Setting, raw: object, value: Value) -> None:
    found = read_value(setting, setting.key, raw)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "raw",
    [["A", "B"], ("A", "B"), '["A", "B"]', "A,B", " A , B, ", "A,,B"],
    ids=["array", "tuple", "json", "csv", "csv with spaces", "csv with a gap"],
)
def test_list_is_read_from_every_spelling(raw: object) -> None:
    assert read_value(TEXTS, "a/l", raw) == ("A", "B")


@pytest.mark.parametrize("raw", [[], "", "[]", " "])
def test_empty_list_is_a_list(raw: object) -> None:
    assert read_value(TEXTS, "a/l", raw) == ()
    assert read_value(WHOLES, "a/w", raw) == ()


@pytest.mark.parametrize("raw", [[50, 60], "[50, 60]", "50,60", ["50", "60"]])
def test_list_of_numbers_is_read_from_every_spelling(raw: object) -> None:
    assert read_value(WHOLES, "a/w", raw) == (50, 60)


def test_one_number_is_a_list_of_one() -> None:
    """An account number in a file is easily written without quotes and brackets."""
    assert read_value(TEXTS, "a/l", 61100781) == ("61100781",)
    assert read_value(TEXTS, "a/l", [61100781]) == ("61100781",)


@given(st.lists(st.integers(1, 100)))
def test_csv_and_json_say_the_same(numbers: list[int]) -> None:
    csv = ",".join(map(str, numbers))

    assert read_value(WHOLES, "a/w", csv) == read_value(WHOLES, "a/w", json.dumps(numbers))


@pytest.mark.parametrize(
    ("setting", "raw", "sentence"),
    [
        (WHOLE, 0, "a/n = 0 is below 1 ms"),
        (WHOLE, 10, "a/n = 10 is above 9 ms"),
        (WHOLE, 1.5, "a/n = 1.5 is not a whole number"),
        (WHOLE, "many", "a/n = 'many' is not a whole number"),
        (WHOLE, True, "a/n = True is not a whole number"),
        (WHOLE, [1], r"a/n = \[1\] is not a whole number"),
        (NUMBER, "10.1", "a/d = 10.1 is above 10 points"),
        (NUMBER, -11, "a/d = -11 is below -10 points"),
        (NUMBER, "NaN", "a/d = 'NaN' is not a finite number"),
        (NUMBER, "Infinity", "a/d = 'Infinity' is not a finite number"),
        (NUMBER, "1,5", "a/d = '1,5' is not a number"),
        (NUMBER, False, "a/d = False is not a number"),
        (SWITCH, "perhaps", "a/s = 'perhaps' is neither true nor false"),
        (SWITCH, 2, "a/s = 2 is neither true nor false"),
        (TEXT, "", "a/t = '' is not a text"),
        (TEXT, 5, "a/t = 5 is not a text"),
        (CHOICE, "shrug", "a/c = 'shrug' is none of warn, reject"),
        (TEXTS, {"a": 1}, "is not a list"),
        (TEXTS, "[1,", "is not a list"),
        (TEXTS, [["a"]], "is not a list of plain values"),
        (TEXTS, True, "a/l = True is not a list"),
        (WHOLES, "50,101", "a/w = 101 is above 100"),
        (WHOLES, "50,x", "a/w = 'x' is not a whole number"),
    ],
)
def test_refusal_names_key_value_and_bound(setting: Setting, raw: object, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        read_value(setting, setting.key, raw)


@pytest.mark.parametrize(
    "name", ["EU", "X" * 21, "EURUSD.m", "EUR USD", "#EURUSD", "\u00c4\u00c4\u00c4", ""]
)
def test_a_silly_name_of_a_symbol_is_refused(name: str) -> None:
    [setting] = [each for each in CORE_KEYS if each.key == "core/symbols/extra"]

    with pytest.raises(BadValue, match="does not match"):
        read_value(setting, "core/symbols/extra", ["EURUSD", name])
    assert read_value(setting, "core/symbols/extra", "eur/usd, BTC-USD") == ("eur/usd", "BTC-USD")

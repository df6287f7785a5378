"""The pages follow from the schema; what is committed is what the schema says."""

import re
import tomllib
from decimal import Decimal

import pytest

from echo.config.reading import read_settings
from echo.config.reference import EXAMPLES, bounds, reference_page, sample_file, toml_of
from echo.config.schema import SETTINGS
from echo.config.setting import Value, choice, number, switch, whole
from echo.config.toml_file import flatten_toml
from tools.generate_settings import REFERENCE, SAMPLE

ACTIVE = [each for each in SETTINGS if not each.ignored]


def uncommented() -> str:
    """The sample as it looks to somebody who has taken away every ``#`` before a value."""
    return re.sub(r"^#(?! )", "", sample_file(), flags=re.MULTILINE).replace("#  ", "  ")


def test_committed_pages_are_up_to_date() -> None:
    """If not: ``python -m tools.generate_settings``."""
    assert REFERENCE.read_text(encoding="utf-8") == reference_page()
    assert SAMPLE.read_text(encoding="utf-8") == sample_file()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.key)
def test_reference_names_every_setting(setting) -> None:
    assert reference_page().count(f"| `{setting.key}` |") == 1


@pytest.mark.parametrize("setting", ACTIVE, ids=lambda each: each.key)
def test_reference_row_says_everything(setting) -> None:
    (row,) = [line for line in reference_page().splitlines() if f"| `{setting.key}` |" in line]

    assert setting.sentence in row
    assert str(setting.kind) in row
    assert setting.unit in row
    assert str(setting.reload) in row
    assert bounds(setting) in row


def test_sample_changes_nothing() -> None:
    assert flatten_toml(sample_file()) == {}


def test_every_line_of_the_sample_may_be_used() -> None:
    flat = flatten_toml(uncommented())

    reading = read_settings(flat)

    assert reading.complaints == ()
    assert len(flat) == len(ACTIVE)


def test_sample_shows_the_defaults() -> None:
    values = read_settings(flatten_toml(uncommented())).values

    for setting in ACTIVE:
        if "{" not in setting.key and setting.default is not None:
            assert values[setting.key] == setting.default


def test_examples_stand_where_there_is_no_default() -> None:
    assert {each.key for each in ACTIVE if each.default is None} == set(EXAMPLES)


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (whole("a", 1, "S.", low=0, high=9), "0 to 9"),
        (number("a", "1", "S.", low="0.00000001", high="5"), "0.00000001 to 5"),
        (choice("a", "x", ("x", "y"), "S."), "x, y"),
        (switch("a", True, "S."), ""),
    ],
)
def test_bounds_are_spelled_for_people(setting, text: str) -> None:
    assert bounds(setting) == text


@pytest.mark.parametrize(
    "value", [5, True, False, 'größer "#1" \\', (1, 2), ("a", "b"), (), Decimal("0.00000001")]
)
def test_toml_says_the_value(value: Value) -> None:
    found = tomllib.loads(f"it = {toml_of(value)}", parse_float=Decimal)["it"]

    assert (tuple(found) if isinstance(found, list) else found) == value


def test_toml_cannot_say_nothing() -> None:
    with pytest.raises(ValueError, match="not set"):
        toml_of(None)

"""What is written down is read back as it was."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.config.reading import read_settings
from echo.config.schema import SETTINGS
from echo.config.setting import Kind, Setting, Value
from echo.config.spelling import as_text, as_toml, toml_value
from echo.config.toml_file import flatten_toml
from echo.config.values import BadValue, read_value

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)


@st.composite
def raw_values(draw: st.DrawFn) -> tuple[Setting, object]:
    setting = draw(st.sampled_from([each for each in SETTINGS if not each.ignored]))
    whole = st.integers(int(setting.low or 0), int(setting.high if setting.high is not None else 9))
    raw: st.SearchStrategy[object]
    match setting.kind:
        case Kind.WHOLE:
            raw = whole
        case Kind.DECIMAL:
            raw = st.decimals(setting.low, setting.high, allow_nan=False, allow_infinity=False)
        case Kind.SWITCH:
            raw = st.booleans()
        case Kind.TEXT | Kind.PATH:
            raw = words
        case Kind.CHOICE:
            raw = st.sampled_from(setting.choices)
        case Kind.TEXTS:
            raw = st.lists(words)
        case Kind.WHOLES:
            raw = st.lists(whole)
    return setting, draw(raw)


def read(setting: Setting, raw: object) -> Value | str:
    try:
        return read_value(setting, setting.key, raw)
    except BadValue:
        return "refused"


@given(raw_values())
def test_a_text_says_what_the_value_said(case: tuple[Setting, object]) -> None:
    setting, raw = case
    if read(setting, raw) == "refused":  # a list whose texts must match a pattern
        return

    assert read(setting, as_text(raw)) == read(setting, raw)


keys = st.lists(words.map(lambda text: text.replace("/", "-")), min_size=2, max_size=4)
values = words | st.booleans() | st.integers(-(1 << 62), 1 << 62) | st.lists(words)


@given(st.dictionaries(keys.map("/".join), values, max_size=8))
def test_a_file_says_what_was_written_into_it(flat: dict[str, object]) -> None:
    if any(other.startswith(f"{key}/") for key in flat for other in flat):
        with pytest.raises(ValueError, match="a value and a folder"):
            as_toml(flat)
        return

    assert flatten_toml(as_toml(flat)) == flat


def test_a_file_is_sorted_into_tables() -> None:
    flat = {
        "risk/200/*/lot_size": Decimal("0.10"),
        "core/bind": "127.0.0.1",
        "core/delivery/retry_backoff_ms": [1, 2],
        "alone": True,
    }

    assert as_toml(flat) == (
        "alone = true\n\n"
        '[core]\nbind = "127.0.0.1"\n\n'
        "[core.delivery]\nretry_backoff_ms = [1, 2]\n\n"
        '[risk.200."*"]\nlot_size = 0.10\n'
    )
    assert as_toml({}) == ""


def test_every_default_survives_both_spellings() -> None:
    given = {
        each.key: each.default
        for each in SETTINGS
        if each.default not in (None, "") and "{" not in each.key and not each.ignored
    }
    defaults = read_settings({}).values

    texts = read_settings({key: as_text(value) for key, value in given.items()})
    file = read_settings(flatten_toml(as_toml(given)))

    assert texts.complaints == file.complaints == ()
    assert texts.values == file.values == defaults


@pytest.mark.parametrize("raw", [date(2026, 1, 1), {"a": 1}, None, [date(2026, 1, 1)]])
def test_what_no_setting_can_be_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="no setting's value"):
        as_text(raw)


def test_marks_are_escaped() -> None:
    assert toml_value('a"b\\\x7f\n') == '"a\\"b\\\\\\u007f\\n"'

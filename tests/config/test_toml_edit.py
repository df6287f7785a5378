"""One key of a file is changed, and nothing else in it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.config.spelling import as_toml
from echo.config.toml_edit import CannotEdit, with_setting
from echo.config.toml_file import NotToml, flatten_toml

TEXT = """\
# Our desk.
[core]
bind = "127.0.0.1"   # loopback
delivery.max_retries = 5

[core.risk]
min_distance_points = 5 # points

[risk."200"."*"]
risk_type = 'FIXED_LOT'
lot_size = 0.1
"""


@pytest.mark.parametrize(
    ("key", "raw", "before", "after"),
    [
        ("core/bind", "::1", '"127.0.0.1"   # loopback', '"::1"   # loopback'),
        ("core/delivery/max_retries", 7, "max_retries = 5", "max_retries = 7"),
        ("core/risk/min_distance_points", Decimal("7.5"), "= 5 # points", "= 7.5 # points"),
        ("risk/200/*/lot_size", Decimal("0.25"), "lot_size = 0.1", "lot_size = 0.25"),
        ("risk/200/*/risk_type", "a # b", "'FIXED_LOT'", '"a # b"'),
    ],
)
def test_a_value_is_replaced_where_it_stands(
    key: str, raw: object, before: str, after: str
) -> None:
    assert with_setting(TEXT, key, raw) == TEXT.replace(before, after)


def test_a_new_key_comes_to_the_end_of_its_table() -> None:
    assert with_setting(TEXT, "core/grpc_port", 1) == TEXT.replace(
        "max_retries = 5\n", "max_retries = 5\ngrpc_port = 1\n"
    )


def test_a_new_table_comes_to_the_end_of_the_file() -> None:
    assert with_setting(TEXT, "policy/200/max_spread", 9) == (
        TEXT + "\n[policy.200]\nmax_spread = 9\n"
    )
    assert with_setting("", "core/bind", "x") == '[core]\nbind = "x"\n'


def test_a_key_is_taken_out() -> None:
    assert with_setting(TEXT, "risk/200/*/lot_size", None) == TEXT.replace("lot_size = 0.1\n", "")
    assert with_setting(TEXT, "core/none", None) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "[core]\nslave_accounts = [\n  '1',\n]\n",
        "core = { slave_accounts = ['1'] }\n",
        '[core]\nx = """\nslave_accounts = 1\n"""\nslave_accounts = """\n1"""\n',
    ],
)
def test_what_a_program_should_not_change_is_left_alone(text: str) -> None:
    with pytest.raises(CannotEdit, match="edit the file by hand"):
        with_setting(text, "core/slave_accounts", ["2"])


def test_what_is_no_toml_is_left_alone() -> None:
    with pytest.raises(NotToml):
        with_setting("[core", "core/bind", "x")


part = st.sampled_from(["core", "risk", "200", "*", "a b", "lot_size"])
key = st.lists(part, min_size=2, max_size=4).map("/".join)
value = st.integers(0, 9) | st.text("ab#'\"\\ [=", max_size=5) | st.lists(st.text('a,#"]'))


@given(st.dictionaries(key, value, max_size=5), key, value | st.none())
def test_the_file_says_what_was_set_or_is_not_changed(
    flat: dict[str, object], name: str, raw: object
) -> None:
    try:
        text = as_toml(flat)
    except ValueError:
        return
    try:
        changed = with_setting(text, name, raw)
    except CannotEdit:
        return

    wanted = {other: each for other, each in flat.items() if other != name}
    if raw is not None:
        wanted[name] = raw
    assert flatten_toml(changed) == wanted

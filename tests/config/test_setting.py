"""Declarations say what they are told, and nothing by accident."""

from decimal import Decimal

import pytest

from echo.config.setting import (
    Kind,
    Reload,
    Setting,
    choice,
    ignored,
    number,
    path,
    switch,
    text,
    texts,
    whole,
    wholes,
)

SAID = "What it means."


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        (whole("a/b", 1, SAID, low=0, high=9), Kind.WHOLE),
        (number("a/b", "0.1", SAID), Kind.DECIMAL),
        (switch("a/b", True, SAID), Kind.SWITCH),
        (text("a/b", "x", SAID), Kind.TEXT),
        (path("a/b", None, SAID), Kind.PATH),
        (choice("a/b", "x", ("x", "y"), SAID), Kind.CHOICE),
        (texts("a/b", (), SAID), Kind.TEXTS),
        (wholes("a/b", (1,), SAID, low=0, high=9), Kind.WHOLES),
    ],
)
def test_each_declaration_has_its_kind(setting: Setting, kind: Kind) -> None:
    assert (setting.kind, setting.key, setting.sentence) == (kind, "a/b", SAID)
    assert not setting.ignored


def test_decimal_defaults_are_exact() -> None:
    assert number("a", "0.1", SAID).default == Decimal("0.1")
    assert number("a", None, SAID).default is None


@pytest.mark.parametrize(
    ("setting", "reload"),
    [
        (whole("a", 1, SAID, low=0, high=9), Reload.RESTART),
        (whole("a", 1, SAID, low=0, high=9, reload=Reload.LIVE), Reload.LIVE),
        (text("a", "x", SAID), Reload.RESTART),
        (path("a", "x", SAID), Reload.RESTART),
        (number("a", "1", SAID), Reload.LIVE),
        (switch("a", True, SAID, reload=Reload.RESTART), Reload.RESTART),
    ],
)
def test_a_change_counts_when_the_declaration_says(setting: Setting, reload: Reload) -> None:
    assert setting.reload is reload


def test_parts_keep_their_placeholders() -> None:
    assert text("risk/{account}/amount", "x", SAID).parts == ("risk", "{account}", "amount")


def test_ignored_keys_say_why() -> None:
    setting = ignored("old/key", "Never had an effect.")

    assert setting.ignored
    assert setting.default is None

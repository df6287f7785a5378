"""A history of settings shows what was set, and never a secret."""

from decimal import Decimal

import pytest

from echo.config.schema import SETTINGS
from echo.config.showing import HIDDEN, TEXT_CHARS_MAX, reason_shown, shown

HOOK = "core/notices/webhook_url"


@pytest.mark.parametrize(
    ("key", "raw", "text"),
    [
        ("core/delivery/max_retries", 7, "7"),
        ("risk/200/*/lot_size", Decimal("0.10"), "0.10"),
        ("core/slave_accounts", ["200", "201"], "200,201"),
        ("core/admin/enabled", True, "true"),
        ("postgres/password_file", "/etc/echo/password", "/etc/echo/password"),
        (HOOK, "https://hooks.example.com", "https://hooks.example.com"),
    ],
)
def test_a_value_is_shown_as_it_would_be_written(key: str, raw: object, text: str) -> None:
    assert shown(key, raw) == text


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("postgres/password", "hunter2"),
        ("postgres/passwrd", "hunter2"),
        ("core/api_token", "hunter2"),
        ("core/unheard/of", "hunter2"),
        (HOOK, "https://hooks.example.com/services/hunter2"),
        (HOOK, "https://ana:hunter2@hooks.example.com"),
        (HOOK, "https://hooks.example.com/?key=hunter2"),
        (HOOK, "https:" + "//[hunter2"),
    ],
)
def test_a_secret_is_never_shown(key: str, raw: str) -> None:
    assert "hunter2" not in shown(key, raw)
    assert HIDDEN in shown(key, raw)
    assert "hunter2" not in reason_shown(f"{key} = {raw} is wrong", key, raw)


def test_of_an_address_the_host_stays() -> None:
    told = shown(HOOK, "https://ana@hooks.example.com:8443/services/abc")

    assert told == f"https://hooks.example.com:8443/{HIDDEN}"


def test_no_setting_that_counts_is_hidden_by_its_name() -> None:
    hidden = [each.key for each in SETTINGS if not each.ignored and shown(each.key, "x") == HIDDEN]

    assert hidden == []


def test_what_is_endless_is_cut_and_says_so() -> None:
    told = shown("core/slave_accounts", ["7" * 64] * 1_000)

    assert len(told) < TEXT_CHARS_MAX + 20
    assert told.endswith("(cut)")


def test_what_is_no_value_is_shown_all_the_same() -> None:
    assert shown("core/slave_accounts", {"a": 1}) == "{'a': 1}"


def test_a_reason_keeps_what_may_be_read() -> None:
    reason = "core/delivery/max_retries = 0 is below 1"

    assert reason_shown(reason, "core/delivery/max_retries", 0) == reason

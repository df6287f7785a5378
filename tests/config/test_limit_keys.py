"""The settings of limits change at once, and none has a limit by default."""

from echo.config.limit_keys import LIMIT_KEYS
from echo.config.setting import Reload


def test_limits_change_at_once() -> None:
    assert {each.reload for each in LIMIT_KEYS} == {Reload.LIVE}


def test_all_are_of_one_account() -> None:
    assert {each.parts[:2] for each in LIMIT_KEYS} == {("policy", "{account}")}


def test_nothing_is_limited_unless_somebody_says_so() -> None:
    limits = {each.parts[-1]: each.default for each in LIMIT_KEYS}

    assert {key for key, default in limits.items() if default is not None} == {
        *("limit_headroom", "limit_slippage", "limit_max_age_ms"),
    }

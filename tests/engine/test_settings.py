"""Defaults that can be worked with."""

from itertools import pairwise

from echo.engine.settings import EngineSettings, UnknownSymbolAction

DEFAULTS = EngineSettings()


def test_waits_grow_to_ten_seconds_and_no_further() -> None:
    waits = DEFAULTS.retry_backoff_ms

    assert all(one < other for one, other in pairwise(waits))
    assert waits[-1] == 10_000


def test_every_protocol_is_spoken_by_default() -> None:
    assert (DEFAULTS.protocol_min, DEFAULTS.protocol_max) == (1, 3)
    assert DEFAULTS.allow_legacy
    assert not DEFAULTS.blocked_versions


def test_nobody_follows_by_default() -> None:
    assert DEFAULTS.slave_accounts == ()


def test_what_is_written_in_settings_is_a_word() -> None:
    assert {action.value for action in UnknownSymbolAction} == {"warn", "reject"}
    assert DEFAULTS.unknown_action is UnknownSymbolAction.WARN

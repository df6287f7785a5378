"""A key is found in every spelling; one that is unknown is told what it was meant to be."""

from collections import Counter

import pytest

from echo.config.schema import SETTINGS, find, nearest
from echo.config.setting import Kind


def key_of(name: str) -> str | None:
    setting = find(name)
    return None if setting is None else setting.key


def test_every_key_is_declared_once() -> None:
    twice = [key for key, count in Counter(each.key for each in SETTINGS).items() if count > 1]

    assert twice == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.key)
def test_every_setting_explains_itself(setting) -> None:
    assert setting.sentence.endswith(".")
    assert setting.sentence[0].isupper()
    if setting.kind in {Kind.WHOLE, Kind.WHOLES, Kind.DECIMAL} and not setting.ignored:
        assert setting.low is not None
        assert setting.high is not None
        assert setting.low < setting.high
    if setting.key.endswith("_ms") and not setting.ignored:
        assert setting.unit == "ms"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.key)
def test_every_default_is_allowed(setting) -> None:
    values = setting.default if isinstance(setting.default, tuple) else (setting.default,)
    for value in values:
        if setting.low is not None and value is not None:
            assert setting.low <= value <= setting.high
        if setting.choices and value is not None:
            assert value in setting.choices


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("core/grpc_port", "core/grpc_port"),
        ("core/symbol_whitelist", "core/canonical_symbols"),
        ("policy/7001/max_spread", "policy/{account}/max_spread"),
        ("policy/*/max_spread_points", "policy/{account}/max_spread"),
        ("policy/7001/max_age_ms", "policy/{account}/max_delay_ms"),
        ("risk/7001/*/lot_size", "risk/{account}/{strategy}/lot_size"),
        ("windows/7001/XAUUSD/3/start_utc", "windows/{account}/{symbol}/{id}/start_utc"),
        ("core/grpc-port", None),
        ("core", None),
        ("policy//max_spread", None),
        ("risk/7001/lot_size", None),
        ("", None),
    ],
)
def test_key_is_found_in_every_spelling(name: str, key: str | None) -> None:
    assert key_of(name) == key


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("core/grcp_port", "core/grpc_port"),
        ("core/delivery/max_retry", "core/delivery/max_retries"),
        ("policy/7001/max_spred", "policy/7001/max_spread"),
        ("risk/7001/magic_7/lotsize", "risk/7001/magic_7/lot_size"),
        ("zzz", None),
    ],
)
def test_unknown_key_is_told_what_it_was_meant_to_be(name: str, meant: str | None) -> None:
    assert nearest(name) == meant

"""The Core's keys and defaults are those that existing configurations rely on."""

from decimal import Decimal

import pytest

from echo.config.core_keys import CORE_KEYS
from echo.config.setting import Reload, Value
from echo.domain.instruments import CATALOGUE
from echo.engine.settings import EngineSettings

BY_KEY = {each.key: each for each in CORE_KEYS}


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("core/grpc_port", 50_051),
        ("core/bind", "127.0.0.1"),
        ("core/admin/enabled", True),
        ("core/admin/bind", "127.0.0.1"),
        ("core/admin/port", 8_780),
        ("core/symbols/unknown_action", "warn"),
        ("core/specs/max_age_ms", 10_000),
        ("core/risk/quote_max_age_ms", 750),
        ("core/risk/min_distance_points", Decimal(5)),
        ("core/risk/max_risk_drift_pct", Decimal("0.02")),
        ("core/risk/default_currency", "USD"),
        ("core/protocol/min_version", 1),
        ("core/protocol/max_version", 3),
        ("core/protocol/blocked_versions", ()),
        ("core/protocol/missing_feature_action", "warn"),
        ("core/delivery/ack_timeout_ms", 150),
        (
            "core/delivery/retry_backoff_ms",
            (50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600),
        ),
        ("core/delivery/max_retries", 100),
        ("core/delivery/heartbeat_interval_ms", 1_000),
    ],
)
def test_default(key: str, default: Value) -> None:
    assert BY_KEY[key].default == default


def test_heartbeat_is_between_one_and_five_seconds() -> None:
    setting = BY_KEY["core/delivery/heartbeat_interval_ms"]

    assert (setting.low, setting.high) == (1_000, 5_000)


def test_delivery_changes_without_a_restart() -> None:
    delivery = [each for each in CORE_KEYS if each.key.startswith("core/delivery/")]

    assert {each.reload for each in delivery if not each.ignored} == {Reload.LIVE}


def test_engine_and_schema_assume_the_same() -> None:
    engine = EngineSettings()

    assert BY_KEY["core/canonical_symbols"].default == (), "the shipped catalogue"
    assert engine.canonical_symbols is CATALOGUE
    assert BY_KEY["core/specs/max_age_ms"].default == engine.spec_max_age_ms
    assert BY_KEY["core/risk/quote_max_age_ms"].default == engine.quote_max_age_ms
    assert BY_KEY["core/protocol/max_version"].default == engine.protocol_max

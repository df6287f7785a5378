"""Nested tables of a TOML file become the parts of a key."""

from decimal import Decimal

import pytest

from echo.config.toml_file import NotToml, flatten_toml


def test_tables_are_joined_by_slashes() -> None:
    text = """
    [core]
    grpc_port = 50051
    [core.delivery]
    retry_backoff_ms = [50, 100]
    [policy."*"]
    copy_sl_tp = false
    [risk.7001."magic_7"]
    lot_size = 0.10
    """

    assert flatten_toml(text) == {
        "core/grpc_port": 50_051,
        "core/delivery/retry_backoff_ms": [50, 100],
        "policy/*/copy_sl_tp": False,
        "risk/7001/magic_7/lot_size": Decimal("0.10"),
    }


def test_whole_keys_may_be_written_as_they_are() -> None:
    assert flatten_toml('"core/grpc_port" = 1') == {"core/grpc_port": 1}


def test_numbers_are_never_rounded_to_binary() -> None:
    text = "core.risk.max_risk_drift_pct = 0.1000000000000000055"

    assert flatten_toml(text) == {"core/risk/max_risk_drift_pct": Decimal("0.1000000000000000055")}


def test_empty_tables_say_nothing() -> None:
    assert flatten_toml("[core]\n[core.tls]\n") == {}


def test_text_that_is_not_toml_is_refused_with_its_place() -> None:
    with pytest.raises(NotToml, match="line 2"):
        flatten_toml("[core]\ngrpc_port = \n")

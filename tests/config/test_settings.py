"""Each program gets its settings typed, from values that were read without complaints."""

from decimal import Decimal
from pathlib import Path

import pytest

from echo.config.reading import read_settings
from echo.config.settings import (
    AdminSettings,
    AgentSettings,
    CoreSettings,
    DeliverySettings,
    ProtocolSettings,
    TlsFiles,
    agent_settings,
    core_settings,
)
from echo.domain.ids import StrategyId
from echo.domain.instruments import CATALOGUE


def core(flat: dict[str, object]) -> CoreSettings:
    reading = read_settings(flat)
    assert reading.complaints == ()
    return core_settings(reading.values)


def agent(flat: dict[str, object]) -> AgentSettings:
    reading = read_settings(flat)
    assert reading.complaints == ()
    return agent_settings(reading.values)


def test_core_by_default() -> None:
    found = core({})

    assert (found.bind, found.grpc_port) == ("127.0.0.1", 50_051)
    assert (found.state_dir, found.record_file) == (Path("var/core"), None)
    assert found.admin == AdminSettings(enabled=True, bind="127.0.0.1", port=8_780)
    assert found.tls == TlsFiles(cert_file=None, key_file=None, ca_file=None)
    assert found.slave_accounts == ()
    assert "XAUUSD" in found.canonical_symbols
    assert (found.unknown_action, found.missing_feature_action) == ("warn", "warn")
    assert (found.spec_max_age_ms, found.quote_max_age_ms) == (10_000, 750)
    assert (found.min_distance_points, found.max_risk_drift_pct) == (Decimal(5), Decimal("0.02"))
    assert found.protocol == ProtocolSettings(min_version=1, max_version=3, allow_legacy=True)
    assert found.heartbeat_interval_ms == 1_000
    assert found.book.policies == ()


def test_core_as_told() -> None:
    found = core(
        {
            "core/bind": "0.0.0.0",  # noqa: S104 -- nothing listens here
            "core/tls/cert_file": "core.crt",
            "core/tls/key_file": "core.key",
            "core/tls/client_ca_file": "ca.crt",
            "core/slave_accounts": [7001, "7002", 7001],
            "core/canonical_symbols": "xauusd,GER40",
            "core/protocol/blocked_versions": "[2]",
            "core/protocol/required_features": "lossless/v1",
            "core/protocol/missing_feature_action": "reject",
            "core/delivery/ack_timeout_ms": 200,
            "core/delivery/retry_backoff_ms": [1, 2, 3, 4, 5],
            "core/delivery/max_retries": 7,
            "risk/7001/*/risk_type": "FIXED_LOT",
            "risk/7001/*/lot_size": "0.1",
        }
    )

    assert found.tls == TlsFiles(
        cert_file=Path("core.crt"), key_file=Path("core.key"), ca_file=Path("ca.crt")
    )
    assert found.slave_accounts == ("7001", "7002"), "each account once, in order"
    assert found.canonical_symbols == {"XAUUSD", "GER40"}
    assert found.blocked_versions == {2}
    assert found.required_features == {"lossless/v1"}
    assert found.missing_feature_action == "reject"
    assert found.delivery == DeliverySettings(
        ack_timeout_ms=200, retry_backoff_ms=(1, 2, 3, 4, 5), max_retries=7
    )
    policy = found.book.policy(found.slave_accounts[0], StrategyId("magic_1"))
    assert policy is not None
    assert policy.lot_size == Decimal("0.1")


def test_agent_by_default() -> None:
    found = agent({})

    assert found.core_addr == "127.0.0.1:50051"
    assert (found.agent_id, found.pipe_prefix) == ("agent_local", "echo_")
    assert found.pipe_dir == Path("var/pipes")
    assert found.ledger_path == Path("var/agent/ledger.sqlite")
    assert (found.master_accounts, found.slave_accounts) == ((), ())
    assert found.delivery == DeliverySettings(
        ack_timeout_ms=150, retry_backoff_ms=(50, 100, 200, 400, 800), max_retries=100
    )


def test_agent_as_told() -> None:
    found = agent(
        {
            "endpoints/core_addr": "core.example.com:443",
            "agent/agent_id": "agent_a",
            "agent/master_accounts": 61100781,
            "agent/slave_accounts": "7001,7002",
            "agent/tls/ca_file": "ca.crt",
            "agent/protocol/allow_legacy": "false",
            "agent/log_level": "DEBUG",
        }
    )

    assert found.core_addr == "core.example.com:443"
    assert found.master_accounts == ("61100781",)
    assert found.slave_accounts == ("7001", "7002")
    assert found.tls.ca_file == Path("ca.crt")
    assert found.protocol.allow_legacy is False
    assert found.log_level == "DEBUG"


def test_values_of_another_type_are_a_mistake_of_the_program() -> None:
    values = dict(read_settings({}).values)
    values["core/grpc_port"] = "50051"

    with pytest.raises(TypeError, match="'50051' is not a int"):
        core_settings(values)


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        pytest.param({}, CATALOGUE, id="the shipped catalogue"),
        pytest.param({"core/canonical_symbols": []}, CATALOGUE, id="an empty list is none"),
        pytest.param(
            {"core/symbols/extra": "tsla,AAPL"}, CATALOGUE | {"TSLA", "AAPL"}, id="and others"
        ),
        pytest.param(
            {"core/canonical_symbols": ["XAUUSD"], "core/symbols/extra": ["TSLA"]},
            {"XAUUSD", "TSLA"},
            id="exactly these, and others",
        ),
    ],
)
def test_which_symbols_are_allowed(values: dict[str, object], allowed: frozenset[str]) -> None:
    assert core(values).canonical_symbols == allowed


def test_settings_that_are_read_again_allow_the_very_same_symbols() -> None:
    values: dict[str, object] = {
        "core/canonical_symbols": ["XAUUSD"],
        "core/symbols/extra": ["TSLA"],
    }

    assert core(values).canonical_symbols is core(dict(values)).canonical_symbols, (
        "what was read by them is remembered"
    )

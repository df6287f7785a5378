"""A set of settings is read whole, and everything that is wrong with it is said at once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.config.reading import Reading, read_settings
from echo.config.schema import SETTINGS


def complaints(flat: dict[str, object]) -> tuple[str, ...]:
    return read_settings(flat).complaints


def test_nothing_is_all_defaults() -> None:
    reading = read_settings({})

    plain = {each.key for each in SETTINGS if "{" not in each.key and not each.ignored}
    assert reading.values.keys() == plain
    assert (reading.complaints, reading.warnings) == ((), ())


def test_given_values_replace_defaults() -> None:
    values = read_settings({"core/grpc_port": "6000", "core/risk/min_distance_points": 7}).values

    assert values["core/grpc_port"] == 6_000
    assert values["core/risk/min_distance_points"] == Decimal(7)


def test_older_names_are_read_as_the_newer_ones() -> None:
    values = read_settings(
        {"core/symbol_whitelist": "XAUUSD", "policy/7001/max_spread_points": 9}
    ).values

    assert values["core/canonical_symbols"] == ("XAUUSD",)
    assert values["policy/7001/max_spread"] == Decimal(9)


def test_both_names_of_one_setting_are_refused() -> None:
    found = complaints({"policy/7001/max_spread": 1, "policy/7001/max_spread_points": 2})

    assert found == (
        "policy/7001/max_spread_points and policy/7001/max_spread are two names of one setting:"
        " keep one",
    )


def test_everything_wrong_is_said_at_once() -> None:
    found = complaints(
        {
            "core/grpc_prt": 1,
            "core/grpc_port": 70_000,
            "core/log_level": "LOUD",
            "core/protocol/min_version": 3,
            "core/protocol/max_version": 2,
            "policy/7001/max_spread": "wide",
            "risk/7001/*/lot_size": 1,
        }
    )

    assert found == (
        "core/grpc_prt is not a setting; did you mean core/grpc_port?",
        "core/grpc_port = 70000 is above 65535",
        "core/log_level = 'LOUD' is none of DEBUG, INFO, WARNING, ERROR",
        "policy/7001/max_spread = 'wide' is not a number",
        "core/protocol/min_version = 3 is above core/protocol/max_version = 2",
        "risk/7001/*/risk_type is missing",
    )


@pytest.mark.parametrize(
    ("flat", "complaint"),
    [
        (
            {"agent/protocol/min_version": 2, "agent/protocol/max_version": 1},
            "agent/protocol/min_version = 2 is above agent/protocol/max_version = 1",
        ),
        (
            {"core/protocol/blocked_versions": [1, 2, 3]},
            "core/protocol/blocked_versions leaves none of 1 to 3",
        ),
        (
            {"core/protocol/max_version": 2, "core/protocol/blocked_versions": "1,2"},
            "core/protocol/blocked_versions leaves none of 1 to 2",
        ),
        (
            {"core/delivery/heartbeat_interval_ms": 999},
            "core/delivery/heartbeat_interval_ms = 999 is below 1000 ms",
        ),
        (
            {"core/delivery/heartbeat_interval_ms": 5_001},
            "core/delivery/heartbeat_interval_ms = 5001 is above 5000 ms",
        ),
        (
            {"core/delivery/retry_backoff_ms": "[50,100,200,400]"},
            "core/delivery/retry_backoff_ms needs at least five rising waits",
        ),
        (
            {"core/delivery/retry_backoff_ms": "50,100,100,200,400"},
            "core/delivery/retry_backoff_ms needs at least five rising waits",
        ),
        (
            {"agent/delivery/retry_backoff_ms": "0,1,2,3,4"},
            "agent/delivery/retry_backoff_ms = 0 is below 1 ms",
        ),
        (
            {"core/tls/cert_file": "core.crt"},
            "core/tls/cert_file and core/tls/key_file belong together",
        ),
        (
            {"agent/tls/key_file": "agent.key"},
            "agent/tls/cert_file and agent/tls/key_file belong together",
        ),
        (
            {"agent/master_accounts": "1,2", "agent/slave_accounts": "2,3"},
            "account 2 is a master and a slave of one Agent",
        ),
        (
            {"agent/agent_id": "my agent"},
            "agent/agent_id: 'my agent' is not 1 to 64 of letters, digits, '.', '_' and '-'",
        ),
        (
            {"agent/slave_accounts": ["../../etc"]},
            "agent/slave_accounts: '../../etc' is not 1 to 64 of letters, digits, '.', '_' and '-'",
        ),
        ({"colour": "blue"}, "colour is not a setting"),
    ],
)
def test_settings_are_checked_against_each_other(flat: dict[str, object], complaint: str) -> None:
    assert complaints(flat) == (complaint,)


def test_a_blocked_version_inside_the_range_is_the_normal_use() -> None:
    for blocked in ([2], [0], "[0]", "0, 2"):
        assert complaints({"core/protocol/blocked_versions": blocked}) == ()


def test_keys_without_effect_are_warned_about() -> None:
    reading = read_settings({"agent/flush_force": True})

    assert reading.complaints == ()
    assert reading.warnings == ("agent/flush_force has no effect: Never had an effect.",)


keys = st.sampled_from([each.key for each in SETTINGS]) | st.text(max_size=20)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
raws = plain | st.lists(plain, max_size=3) | st.dictionaries(st.text(max_size=2), plain, max_size=2)


@given(st.dictionaries(keys, raws, max_size=6))
def test_any_input_gives_a_reading(flat: dict[str, object]) -> None:
    reading = read_settings(flat)

    assert isinstance(reading, Reading)
    assert all(isinstance(each, str) and each for each in reading.complaints)

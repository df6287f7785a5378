"""The Agent's keys and defaults are those that existing configurations rely on."""

import pytest

from echo.bridge.settings import BridgeSettings
from echo.config.agent_keys import AGENT_KEYS
from echo.config.reading import read_settings
from echo.config.setting import Value

BY_KEY = {each.key: each for each in AGENT_KEYS}


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("endpoints/core_addr", "127.0.0.1:50051"),
        ("agent/pipe_prefix", "echo_"),
        ("agent/protocol/min_version", 1),
        ("agent/protocol/max_version", 3),
        ("agent/protocol/allow_legacy", True),
        ("agent/delivery/ack_timeout_ms", 150),
        ("agent/delivery/retry_backoff_ms", (50, 100, 200, 400, 800)),
        ("agent/delivery/max_retries", 100),
    ],
)
def test_default(key: str, default: Value) -> None:
    assert BY_KEY[key].default == default


@pytest.mark.parametrize(
    ("sid", "person"),
    [
        ("S-1-5-21-1004336348-1177238915-682003330-512", True),
        ("S-1-12-1-1-2-3-4294967295", True),
        ("S-1-1-0", False),
        ("S-1-5-11", False),
        ("S-1-5-32-545", False),
        ("S-1-5-21-1-2-3-4)(A;;GA;;;WD", False),
    ],
)
def test_pipes_are_for_people_not_for_groups(sid: str, person: bool) -> None:
    complaints = read_settings({"agent/pipe_users": [sid]}).complaints

    assert (complaints == ()) is person
    assert person or f"agent/pipe_users = {sid!r}" in complaints[0]


def test_bridge_and_schema_assume_the_same() -> None:
    bridge = BridgeSettings()

    assert BY_KEY["agent/delivery/retry_backoff_ms"].default == bridge.retry_backoff_ms
    assert BY_KEY["agent/agent_id"].default == bridge.agent_id


@pytest.mark.parametrize("name", ["retry_enabled", "max_retries", "flush_force", "send_queue_size"])
def test_keys_that_never_had_an_effect_are_accepted(name: str) -> None:
    assert BY_KEY[f"agent/{name}"].ignored

from echo.bridge.pace import starting_pace
from echo.bridge.settings import BridgeSettings

SETTINGS = BridgeSettings()


def test_patience_grows() -> None:
    assert list(SETTINGS.retry_backoff_ms) == sorted(SETTINGS.retry_backoff_ms)
    assert starting_pace(SETTINGS).wait_ms(1) >= SETTINGS.ack_timeout_ms


def test_a_frozen_core_is_noticed_within_three_seconds_and_not_between_two_heartbeats() -> None:
    assert 2 * SETTINGS.heartbeat_interval_ms <= SETTINGS.core_silent_ms_max <= 3_000


def test_all_protocols_are_spoken_unless_somebody_decides_otherwise() -> None:
    assert (SETTINGS.protocol_min, SETTINGS.protocol_max, SETTINGS.allow_legacy) == (1, 3, True)

"""Telemetry is on by default, and nobody is told of it by default."""

from echo.config.schema import find
from echo.config.setting import Reload
from echo.config.telemetry_keys import TELEMETRY_KEYS


def test_nothing_leaves_the_machine_unless_somebody_asks() -> None:
    for key in ("endpoints/otel/otlp_endpoint", "endpoints/otel/metrics_endpoint"):
        setting = find(key)
        assert setting is not None
        assert setting.default is None


def test_all_of_it_is_bound_to_a_start() -> None:
    assert {each.reload for each in TELEMETRY_KEYS} == {Reload.RESTART}

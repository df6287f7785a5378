"""Nothing that goes up is taken for something that comes down, but a clock's echo."""

from dataclasses import fields, is_dataclass

import pytest

from echo.domain.sessions import (
    AgentHeartbeat,
    AgentToCore,
    ClockEcho,
    CoreToAgent,
    DeliveryHeartbeat,
    EaSession,
)

UP, DOWN = set(AgentToCore.__args__), set(CoreToAgent.__args__)


def test_only_clock_echoes_go_both_ways() -> None:
    assert {ClockEcho} == UP & DOWN


@pytest.mark.parametrize("message", sorted({*UP, *DOWN}, key=str), ids=str)
def test_messages_are_frozen_values(message: type) -> None:
    assert is_dataclass(message)
    assert message.__dataclass_params__.frozen  # type: ignore[attr-defined]  # set by the decorator


@pytest.mark.parametrize("pulse", [AgentHeartbeat, DeliveryHeartbeat, ClockEcho])
def test_every_pulse_is_a_clock_probe(pulse: type) -> None:
    assert {"mono_ms", "echo_mono_ms", "held_ms"} <= {each.name for each in fields(pulse)}


def test_a_new_terminal_has_nothing_in_the_core() -> None:
    session = EaSession(
        session_epoch=1, heartbeat_interval_ms=1_000, retry_backoff_ms=(50,), max_retries=3
    )

    assert session.ledger_n == 0

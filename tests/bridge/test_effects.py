from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from echo.bridge import effects
from echo.bridge.effects import Arm, Effect, SendEa, ToEaMessage
from echo.domain.commands import Command
from echo.domain.sessions import Pong

PONG = Pong(ping_id="p", timestamp_ms=1, echo_ms=2, mono_ms=3)


def test_effects_are_values() -> None:
    assert SendEa(1, 3, PONG) == SendEa(1, 3, PONG)
    with pytest.raises(FrozenInstanceError):
        Arm(("uplink",), 1).due_mono_ms = 2  # type: ignore[misc]  # the point of the test


def test_every_effect_that_is_declared_may_be_asked_for() -> None:
    declared = {
        each
        for each in vars(effects).values()
        if isinstance(each, type) and each.__module__ == effects.__name__
    }

    assert declared == set(get_args(Effect))


def test_every_command_can_be_written_to_an_ea() -> None:
    assert set(get_args(Command)) <= set(get_args(ToEaMessage))

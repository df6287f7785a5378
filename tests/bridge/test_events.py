from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from echo.bridge import events
from echo.bridge.events import CoreDown, Due, Event, FromEa, Noted
from echo.domain.answers import ExecutionResult
from echo.domain.handshake import Handshake
from echo.domain.intents import TradeClose, TradeIntent, TradeModify


def test_events_are_values() -> None:
    assert CoreDown(1, "gone") == CoreDown(1, "gone")
    assert len({Due(("uplink",)), Due(("uplink",)), Noted(1)}) == 2
    with pytest.raises(FrozenInstanceError):
        Noted(1).note = 2  # type: ignore[misc]  # the point of the test


def test_every_event_that_is_declared_may_happen() -> None:
    declared = {
        each
        for each in vars(events).values()
        if isinstance(each, type) and each.__module__ == events.__name__
    }

    assert declared == set(get_args(Event))


def test_eas_can_say_everything_that_trading_needs() -> None:
    needed = {Handshake, TradeIntent, TradeModify, TradeClose, ExecutionResult}

    assert needed <= set(get_args(FromEa))

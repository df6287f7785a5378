"""Facts about links are values: equal when they say the same, and never changed."""

from dataclasses import FrozenInstanceError

import pytest

from echo.domain.link_facts import ClockCompared


def test_a_fact_cannot_be_changed() -> None:
    told = ClockCompared(peer="agent_1", ahead_ms=3, error_ms=1)

    assert told == ClockCompared(peer="agent_1", ahead_ms=3, error_ms=1)
    with pytest.raises(FrozenInstanceError):
        told.ahead_ms = 4  # type: ignore[misc]  # this is what must not work

"""What telling alone costs is what it costs beyond telling nobody."""

from pathlib import Path

import pytest

from bench.telling import SLAVES, WAYS, address, beyond_nobody, entry, settings
from echo.config.settings import core_settings
from echo.domain.copy_facts import CopyDecided, ResultTaken
from echo.domain.facts import ActionReceived, CommandSent, DecisionSettled


def test_what_nobody_costs_is_taken_off() -> None:
    found = {"nobody": [10.0, 12.0, 11.0], "figures": [100.0, 140.0, 111.4]}

    assert beyond_nobody(found) == {"figures": 100}


def test_an_entry_is_one_trade_and_its_copies() -> None:
    first, *copies = entry()

    assert isinstance(first, ActionReceived)
    assert [type(each) for each in copies] == SLAVES * [
        *(CopyDecided, CommandSent, ResultTaken, DecisionSettled)
    ]
    assert {getattr(each, "trade_id", "") for each in copies} == {first.trade_id}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_has_its_settings(way: str, tmp_path: Path) -> None:
    with address(way) as collector:
        told = core_settings(settings(way, str(tmp_path), collector)).telemetry

    assert told.enabled is (way != "nobody")
    assert bool(told.otlp_endpoint) is way.endswith("collector")

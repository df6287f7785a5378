"""Rules in memory: versions by number, the latest of each origin in force."""

from dataclasses import replace

from echo.domain.rulings import Origin
from echo.stores.memory_rules import MemoryRules
from tests.stores import examples as ex


def test_each_origin_has_its_latest_policy() -> None:
    rules = MemoryRules()
    desk = replace(ex.PUT, origin=Origin.DESK, version=2)
    for record in (replace(ex.PUT, version=3), ex.PUT, desk):
        rules.put(record)

    assert rules.latest_policies == (desk, replace(ex.PUT, version=3))


def test_a_window_that_was_removed_stands_no_more() -> None:
    rules = MemoryRules()
    rules.put(ex.WINDOW)
    rules.put(replace(ex.WINDOW, removed=True))

    assert rules.standing_windows == ()

"""The desk begins empty, and knows that it has not read its journal."""

from echo.engine.desk import DeskRules


def test_a_new_desk_has_set_nothing() -> None:
    rules = DeskRules()

    assert (rules.windows, rules.switches, rules.policies) == ({}, {}, {})
    assert not rules.restored

"""What the desk may be asked."""

from typing import get_args

from echo.domain.desk import DeskRequest, ListRules, RuleChange, SetSwitch
from echo.domain.modes import EVERYTHING, Mode, Scope


def test_everything_that_changes_a_rule_may_be_asked() -> None:
    assert set(get_args(DeskRequest)) == {ListRules, *get_args(RuleChange)}


def test_a_switch_that_names_nobody_is_about_everything() -> None:
    switch = SetSwitch(mode=Mode.PAUSED)
    assert (switch.scope, switch.target) == (Scope.ALL, EVERYTHING)

"""Every action of a window and every mode can be set; changes count at once."""

from dataclasses import fields

from echo.config.rule_keys import OPTION_KEYS, RULE_KEYS
from echo.config.setting import Reload
from echo.domain.modes import Mode
from echo.domain.windows import WindowRules


def test_everything_that_a_window_does_can_be_set() -> None:
    named = {each.name.replace("before_s", "before_sec") for each in fields(WindowRules)}

    assert named <= {each.parts[-1] for each in OPTION_KEYS}


def test_rules_change_without_a_restart() -> None:
    assert {each.reload for each in RULE_KEYS} == {Reload.LIVE}


def test_no_file_closes_positions() -> None:
    modes = [each for each in RULE_KEYS if each.parts[-1] == "mode"]

    assert len(modes) == 3
    assert all(str(Mode.FLATTEN) not in each.choices for each in modes)

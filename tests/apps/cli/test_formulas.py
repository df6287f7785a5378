"""Every mode of sizing has its formula, and people are told how its result was rounded."""

from echo.apps.cli.formulas import FORMULAS, rounding
from echo.domain.policy import RiskType


def test_every_mode_has_a_formula() -> None:
    assert set(FORMULAS) == set(RiskType)


def test_what_was_wanted_and_what_was_left_of_it() -> None:
    told = rounding({"wanted_lot": 1.851851851, "lot_step": 0.01, "lot": 1.85})

    assert told == "1.85185 down to a multiple of 0.01, in bounds: 1.85"


def test_a_fixed_size_is_what_was_wanted() -> None:
    assert rounding({"lot_size": 0.129, "lot_step": 0.01, "lot": 0.12}).startswith("0.129 down")

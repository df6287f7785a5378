"""What may be asked of chaos."""

from typing import Any

import pytest

from echo.apps.chaos.options import ChaosOptions


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rounds": 0}, "--rounds 0 is not 1 to 10000"),
        ({"rounds": 10_001}, "--rounds 10001 is not 1 to 10000"),
        ({"first": -1}, "--first -1 is below 0"),
        ({"seconds": 4}, "--seconds 4 is not 5 to 600"),
        ({"cores": 3}, "--cores 3 is not 1 to 2"),
    ],
)
def test_what_makes_no_sense_is_said(asked: dict[str, Any], said: str) -> None:
    assert ChaosOptions(**asked).complaints == (said,)


def test_without_a_wish_there_is_nothing_to_complain_about() -> None:
    assert ChaosOptions().complaints == ()


def test_terminals_are_paper_or_ea() -> None:
    assert ChaosOptions(terminals="ea").complaints == ()
    assert ChaosOptions(terminals="toy").complaints == ("--terminals toy is neither paper nor ea",)

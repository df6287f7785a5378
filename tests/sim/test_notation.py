import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any

import pytest

from echo.domain.ids import AccountId
from echo.sim.notation import read, written
from echo.sim.profiles import Profile
from echo.sim.scenario import Scenario, draw


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    radius: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    side: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    shapes: tuple[Circle | Square, ...] = ()
    colour: Colour = Colour.RED
    share: float = 0.0
    names: frozenset[AccountId] = frozenset()
    span: tuple[int, int] = (0, 1)
    counts: Mapping[int, float] = field(default_factory=dict)
    signs: Mapping[str, int] = field(default_factory=dict)
    title: str | None = "none"
    framed: bool = False
    pages: list[int] = field(default_factory=list)


FULL = Picture(
    shapes=(Circle(radius=Decimal("1.50")), Square()),
    colour=Colour.BLUE,
    share=0.5,
    names=frozenset({AccountId("b"), AccountId("a")}),
    span=(2, 3),
    counts={138: 0.25},
    signs={"x": 1},
    title=None,
    framed=True,
)


def test_what_was_written_is_read_again() -> None:
    plain = json.loads(json.dumps(written(FULL)))
    assert read(plain, Picture) == FULL
    assert plain["shapes"] == [{"is": "Circle", "radius": "1.50"}, {"is": "Square"}]
    assert (plain["names"], plain["counts"]) == (["a", "b"], {"138": 0.25})


def test_what_is_as_ever_is_not_written() -> None:
    assert written(Picture()) == {"is": "Picture"}
    assert read({}, Picture) == Picture()


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(8))
def test_every_scenario_can_be_written_and_read(profile: Profile, seed: int) -> None:
    scenario = draw(seed, profile, Random(seed))
    assert read(json.loads(json.dumps(written(scenario))), Scenario) == scenario


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        ({"colour": "green"}, "green"),
        ({"share": "much"}, "no float"),
        ({"framed": 1}, "no bool"),
        ({"title": 3}, "no str"),
        ({"span": [1]}, "longer"),
        ({"size": 3}, "a Picture has no size"),
        ({"shapes": [{"is": "Star"}]}, "none of"),
        ({"shapes": ["circle"]}, "none of"),
        ({"shapes": [{"is": "Circle", "radius": "wide"}]}, "no Picture"),
        ({"shapes": [{"is": "Circle"}]}, "radius"),
        ([], "no Picture"),
    ],
)
def test_what_is_no_notation_is_refused(plain: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(plain, Picture)


def test_a_whole_number_is_a_share_too() -> None:
    assert read({"share": 1}, Picture).share == 1.0


def test_what_has_no_notation_is_not_written() -> None:
    with pytest.raises(ValueError, match="no notation"):
        written(object())
    assert written([{3, 1}]) == [[1, 3]]

"""Plain classes are told and copied like the dataclasses that they stand for."""

import pickle
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_type_hints

import pytest

from tools.plain_values import describe, replace, shown


class Point:
    x: int
    tags: list[str]

    def __init__(self, *, x: int, tags: list[str] | None = None) -> None:
        self.x = x
        self.tags = [] if tags is None else tags

    def copied_(self) -> "Point":
        return Point(x=self.x, tags=self.tags)


describe(
    Point,
    [("x", "int", {}), ("tags", "list[str]", {"default_factory": list})],
    frozen=True,
    kw_only=True,
)


@dataclass(frozen=True, slots=True)
class Usual:
    x: int


def test_a_described_class_is_a_dataclass_to_whoever_asks() -> None:
    described: Any = Point

    assert is_dataclass(Point)
    assert [each.name for each in fields(described)] == ["x", "tags"]
    assert described.__dataclass_params__.frozen
    assert get_type_hints(Point) == {"x": int, "tags": list[str]}


def test_it_is_shown_like_one() -> None:
    assert shown(Point(x=1)) == "Point(x=1, tags=[])"


def test_a_copy_has_the_changes_and_leaves_the_original() -> None:
    first = Point(x=1, tags=["a"])

    second = replace(first, x=2)

    assert (first.x, second.x, second.tags) == (1, 2, ["a"])
    assert second.tags is first.tags


def test_what_is_still_a_dataclass_is_copied_too() -> None:
    assert replace(Usual(1), x=2) == Usual(2)


def test_it_travels_to_another_process() -> None:
    point = pickle.loads(pickle.dumps(Point(x=1, tags=["a"])))  # noqa: S301 -- its own bytes

    assert (point.x, point.tags) == (1, ["a"])


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="no field 'y'"):
        replace(Point(x=1), y=2)

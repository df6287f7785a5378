"""Sealed values: what the standard library makes, made in another way."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.copies import replace
from echo.domain.sealing import sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    low: int
    high: int = 7
    name: str = "none"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    low: int
    high: int = 7
    name: str = "none"


@sealed
@dataclass(frozen=True, slots=True)
class Placed:
    first: int
    second: int = 2


@dataclass(frozen=True, slots=True)
class Checked:
    low: int

    def __post_init__(self) -> None:
        if self.low < 0:
            raise ValueError(f"{self.low} < 0")


@dataclass(frozen=True, slots=True)
class Making:
    things: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Thawed:
    low: int


@dataclass(frozen=True)
class Roomy:
    low: int


@sealed
@dataclass(frozen=True, slots=True)
class Small:
    kind: str
    default: str = "none"


@sealed
@dataclass(frozen=True, slots=True)
class Mixed:
    kind: str
    open_kind: int = 1
    copy: int = field(default=2, kw_only=True)


class Heir(Plain):
    pass


class NoData:
    pass


@given(st.integers(), st.integers(), st.text())
def test_a_sealed_value_holds_what_a_plain_one_holds(low: int, high: int, name: str) -> None:
    value = Sealed(low=low, high=high, name=name)

    assert dataclasses.asdict(value) == dataclasses.asdict(Plain(low=low, high=high, name=name))
    assert type(value) is Sealed


def test_defaults_are_taken_and_what_has_none_is_asked_for() -> None:
    assert dataclasses.astuple(Sealed(low=1)) == (1, 7, "none")
    assert Placed(1) == Placed(1, 2) == Placed(first=1, second=2)
    with pytest.raises(TypeError, match="low"):
        Sealed()  # type: ignore[call-arg]  # that it is refused is the point
    with pytest.raises(TypeError, match="positional"):
        Sealed(1)  # type: ignore[call-arg]  # that it is refused is the point


def test_fields_of_any_name_and_number_are_set() -> None:
    assert dataclasses.astuple(Small("a")) == ("a", "none")
    assert dataclasses.astuple(Small(kind="a", default="b")) == ("a", "b")
    assert dataclasses.astuple(Mixed("a", copy=3)) == ("a", 1, 3)
    assert dataclasses.astuple(replace(Mixed("a"), kind="b", open_kind=5)) == ("b", 5, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Small("a").kind = "b"  # type: ignore[misc]  # that it is refused is the point


def test_the_constructor_has_the_same_parameters() -> None:
    def parameters(kind: type) -> list[tuple[str, object, object]]:
        found = inspect.signature(kind).parameters.values()
        return [(each.name, each.kind, each.default) for each in found]

    assert parameters(Sealed) == parameters(Plain)


def test_a_sealed_value_cannot_be_changed() -> None:
    value = Sealed(low=1)

    with pytest.raises(dataclasses.FrozenInstanceError):
        value.low = 2  # type: ignore[misc]  # that it is refused is the point


def test_sealed_values_are_equal_hashed_copied_and_shown_like_plain_ones() -> None:
    value = Sealed(low=1, high=2)

    assert value == Sealed(low=1, high=2) != Sealed(low=2, high=2)
    assert hash(value) == hash(Plain(low=1, high=2))
    assert copy.copy(value) == value == pickle.loads(pickle.dumps(value))  # noqa: S301 -- our own bytes
    assert dataclasses.replace(value, low=5) == Sealed(low=5, high=2)
    assert repr(value) == "Sealed(low=1, high=2, name='none')"


@pytest.mark.parametrize("kind", [Checked, Making, Thawed, Roomy, Heir, NoData])
def test_a_class_that_is_not_plain_is_refused(kind: type) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        sealed(kind)

"""A module whose dataclasses are written out says what it said before."""

import sys
from collections.abc import Iterator
from dataclasses import fields
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

import echo.domain
from tools import plain_values
from tools.plain_classes import VALUES, NotPlain, plain

ORDER = dedent('''
    """A module."""

    from dataclasses import dataclass, field, replace
    from functools import cached_property
    from typing import ClassVar, Generic, TypeVar

    T = TypeVar("T")
    NOBODY = "nobody"


    @dataclass(frozen=True, slots=True, kw_only=True)
    class Order:
        """An order.

        Its fields have words of their own.
        """

        KIND: ClassVar[str] = "order"

        ticket: int
        lot: "int | None" = None
        """How much."""
        owner: str = (
            NOBODY
        )

        @property
        def owned(self) -> bool:
            return self.owner != NOBODY


    @dataclass(slots=True)
    class Book(Generic[T]):
        name: str
        orders: list[T] = field(default_factory=list)
        total: int = field(init=False)

        def __post_init__(self) -> None:
            self.total = len(self.orders)


    @dataclass(frozen=True, slots=True)
    class Pair:
        first: int
        second: int = field(default=2)


    @dataclass(slots=True, eq=False)
    class Thing:
        size: int = 0


    class Lazy:
        @cached_property
        def answer(self) -> int:
            return 42


    def moved(order: Order, ticket: int) -> Order:
        return replace(order, ticket=ticket)


    def is_pair_of(value: object, first: int) -> bool:
        match value:
            case Pair(one, _):
                return one == first
            case _:
                return False
''')


def _module(name: str, text: str) -> Any:
    module: Any = ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102 -- the texts of this file
    return module


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Any, Any]]:
    """The module as it was, and written out."""
    sys.modules[VALUES] = plain_values
    echo.domain.plain_values = plain_values  # type: ignore[attr-defined]  # as in the tree
    try:
        yield _module("as_it_was", ORDER), _module("written_out", plain(ORDER))
    finally:
        del echo.domain.plain_values  # type: ignore[attr-defined]  # put there above
        for name in (VALUES, "as_it_was", "written_out"):
            del sys.modules[name]


def test_no_decorator_is_left_and_the_rest_is() -> None:
    text = plain(ORDER)

    assert "@dataclass" not in text
    assert "@cached_property" not in text
    assert "Its fields have words of their own." in text
    assert "How much." in text


def test_a_module_without_dataclasses_stays_what_it_is() -> None:
    text = "import sys\n\n\nclass A:\n    x: int = 1\n"

    assert plain(text) == text


@given(ticket=some.integers(), lot=some.none() | some.integers(), owner=some.text())
def test_values_are_made_compared_and_shown_alike(
    both: tuple[Any, Any], ticket: int, lot: int | None, owner: str
) -> None:
    was, now = both

    for words in ({}, {"lot": lot}, {"lot": lot, "owner": owner}):
        old, new = was.Order(ticket=ticket, **words), now.Order(ticket=ticket, **words)
        assert repr(new) == repr(old)
        assert hash(new) == hash(old)
        assert new == now.Order(ticket=ticket, **words)
        assert new != now.Order(ticket=ticket + 1, **words)
        assert new != old
        assert new.owned == old.owned
        assert repr(now.moved(new, 7)) == repr(was.moved(old, 7))


def test_fields_are_described_alike(both: tuple[Any, Any]) -> None:
    was, now = both

    for name in ("Order", "Book", "Pair", "Thing"):
        old, new = (
            [(each.name, each.default, each.default_factory, each.init) for each in fields(kind)]
            for kind in (getattr(was, name), getattr(now, name))
        )
        assert new == old
        assert getattr(now, name).__annotations__.keys() == {each[0] for each in old}


def test_a_default_that_is_made_is_made_each_time(both: tuple[Any, Any]) -> None:
    _, now = both
    first, second = now.Book("a"), now.Book("b")

    first.orders.append(1)

    assert second.orders == []
    assert now.Book("c", [1, 2]).total == 2


def test_patterns_match_by_place(both: tuple[Any, Any]) -> None:
    _, now = both

    assert now.is_pair_of(now.Pair(1), 1)
    assert not now.is_pair_of(now.Pair(2), 1)


def test_what_is_not_compared_is_only_equal_to_itself(both: tuple[Any, Any]) -> None:
    _, now = both

    assert now.Thing() != now.Thing()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@dataclass(order=True)\nclass A:\n    x: int\n", "order"),
        ("@final\n@dataclass\nclass A:\n    x: int\n", "final"),
        ("@dataclass\nclass A(B):\n    x: int\n", "base"),
        ("@dataclass\nclass A:\n    x: int = field(repr=False)\n", "repr"),
        ("@dataclass\nclass A:\n    x: InitVar[int]\n", "x is a field that is none"),
        ("@dataclass(**HOW)\nclass A:\n    x: int\n", "must be written there"),
    ],
)
def test_what_cannot_be_written_out_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotPlain, match=why):
        plain(text)

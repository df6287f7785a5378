"""Frozen values that are made quickly.

A frozen dataclass refuses plain assignments, so its own constructor has to set every field by
name through ``object.__setattr__``.  A message of twenty fields, made anew at every hop, costs
more in that than in anything that is done with it.
"""

from dataclasses import MISSING, Field, field, fields, is_dataclass, make_dataclass
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")

_SET_CLASS = object.__dict__["__class__"].__set__


def sealed(kind: type[T]) -> type[T]:
    """Have values of *kind* made open, by plain assignments, and sealed when they are whole.

    Raises:
        TypeError: *kind* is not frozen, makes defaults, or is no plain slotted dataclass.
    """
    _inspect(kind)
    makes = any(not each.init or each.default_factory is not MISSING for each in _fields(kind))
    if makes or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # a dataclass
        raise TypeError(f"{kind.__name__} is not frozen, or makes its defaults")
    open_kind = _twin(
        kind, [field(default=each.default, kw_only=each.kw_only) for each in _fields(kind)]
    )
    fill: Any = open_kind.__init__  # type: ignore[misc]  # of this very class

    @wraps(kind.__init__)
    def make(self: Any, *values: Any, **named: Any) -> None:
        _SET_CLASS(self, open_kind)
        fill(self, *values, **named)
        self.__class__ = kind

    kind.__init__ = make  # type: ignore[method-assign]  # replacing it is the point
    return kind


def unsealed(kind: type) -> type:
    """Return a class that takes the fields of *kind* by position, and later assignments too.

    The class of its values may become *kind*.

    Raises:
        TypeError: *kind* is no slotted dataclass, or more than a list of its fields: it has a
            base, or checks how it is made.
    """
    _inspect(kind)
    return _twin(kind, [field(kw_only=False) for _ in _fields(kind)])


def _inspect(kind: type) -> None:
    plain = (
        is_dataclass(kind)
        and "__slots__" in kind.__dict__
        and kind.__bases__ == (object,)
        and not hasattr(kind, "__post_init__")
    )
    if not plain:
        raise TypeError(f"{kind.__name__} is no plain slotted dataclass")


def _twin(kind: type, specs: list[Any]) -> type:
    """Return an open class of the same layout, which interpreters let values change into."""
    named = [(each.name, object, spec) for each, spec in zip(_fields(kind), specs, strict=True)]
    twin = make_dataclass(kind.__name__, named, slots=True, repr=False, eq=False)
    _SET_CLASS(object.__new__(kind), twin)  # raises, should an interpreter not allow it
    return twin


def _fields(kind: type) -> tuple[Field[Any], ...]:
    return fields(kind)

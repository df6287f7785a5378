"""Frozen values that are made quickly.

A frozen dataclass refuses plain assignments, so its own constructor has to set every field by
name through ``object.__setattr__``.  A message of twenty fields, made anew at every hop, costs
more in that than in anything that is done with it.  Here a value is made open, by plain
assignments, and sealed when it is whole.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields, is_dataclass, make_dataclass
from functools import wraps
from typing import Any, Final, TypeVar

T = TypeVar("T")

_SET_CLASS = object.__dict__["__class__"].__set__

_FEW: Final = 2
"""So many fields are set one by one sooner than a value is opened and sealed."""


def sealed(kind: type[T]) -> type[T]:
    """Have values of *kind* made quickly; nothing else about them changes.

    Raises:
        TypeError: *kind* is not frozen, makes defaults, or is no plain slotted dataclass.
    """
    _inspect(kind)
    makes = any(not each.init or each.default_factory is not MISSING for each in _fields(kind))
    if makes or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # a dataclass
        raise TypeError(f"{kind.__name__} is not frozen, or makes its defaults")
    kind.__init__ = wraps(kind.__init__)(_maker(kind))  # type: ignore[method-assign]  # replacing it is the point
    return kind


def unsealed(kind: type) -> Callable[[Any], Any]:
    """Return what copies a value of *kind*, and leaves the copy open.

    Its fields can be assigned, and its class may become *kind*.

    Raises:
        TypeError: *kind* is no slotted dataclass, or more than a list of its fields: it has a
            base, or checks how it is made.
    """
    _inspect(kind)
    lines = [
        "copy = make(open_kind)",
        *(f"copy.{each.name} = value.{each.name}" for each in _fields(kind)),
        "return copy",
    ]
    known = {"make": object.__new__, "open_kind": _twin(kind)}
    copier: Callable[[Any], Any] = _compiled("copier", "value", lines, known)
    return copier


def _inspect(kind: type) -> None:
    plain = (
        is_dataclass(kind)
        and "__slots__" in kind.__dict__
        and kind.__bases__ == (object,)
        and not hasattr(kind, "__post_init__")
    )
    if not plain:
        raise TypeError(f"{kind.__name__} is no plain slotted dataclass")


def _maker(kind: type) -> Callable[..., None]:
    """Return a constructor that takes what *kind*'s own takes."""
    names = [each.name for each in _fields(kind)]
    known: dict[str, Any] = {
        f"_default_{each.name}": each.default
        for each in _fields(kind)
        if each.default is not MISSING
    }
    if len(names) <= _FEW:
        known |= {f"_set_{name}": kind.__dict__[name].__set__ for name in names}
        lines = [f"_set_{name}(self, {name})" for name in names]
    else:
        known |= {"_set_class": _SET_CLASS, "_open_kind": _twin(kind), "_kind": kind}
        lines = [
            "_set_class(self, _open_kind)",
            *(f"self.{name} = {name}" for name in names),
            "self.__class__ = _kind",
        ]
    maker: Callable[..., None] = _compiled("__init__", _parameters(kind), lines or ["pass"], known)
    return maker


def _parameters(kind: type) -> str:
    def spelled(each: Field[Any]) -> str:
        return each.name if each.default is MISSING else f"{each.name}=_default_{each.name}"

    placed = [spelled(each) for each in _fields(kind) if not each.kw_only]
    named = [spelled(each) for each in _fields(kind) if each.kw_only]
    return ", ".join(["self", *placed, *(["*", *named] if named else [])])


def _compiled(name: str, parameters: str, lines: list[str], known: dict[str, Any]) -> Any:
    """Return a function that is written field by field, as `dataclasses` writes its own."""
    text = "\n    ".join([f"def {name}({parameters}):", *lines])
    exec(text, known)  # noqa: S102 -- of the names of a class's fields, which are code already
    return known[name]


def _twin(kind: type) -> type:
    """Return an open class of the same layout, which interpreters let values change into."""
    named = [(each.name, object, field()) for each in _fields(kind)]
    twin = make_dataclass(kind.__name__, named, slots=True, repr=False, eq=False)
    _SET_CLASS(object.__new__(kind), twin)  # raises, should an interpreter not allow it
    return twin


def _fields(kind: type) -> tuple[Field[Any], ...]:
    return fields(kind)

"""What plain classes need to be told and made as the dataclasses that they stand for.

The tree that `tools.compiled` makes has a copy of this as ``echo.domain.plain_values``: it runs
there, interpreted, beside compiled modules.
"""

import copyreg
import dataclasses
from collections.abc import Iterable
from dataclasses import field, make_dataclass
from typing import Any, TypeVar, cast

T = TypeVar("T")


def describe(kind: Any, described: Iterable[tuple[str, str, dict[str, Any]]], **how: Any) -> None:
    """Have `dataclasses.fields` and whoever asks for annotations find *kind* as it once was.

    Args:
        kind: A plain class with a constructor of its own.
        described: Of every field its name, its annotation, and what `dataclasses.field` took.
        how: What the decorator took.
    """
    named = list(described)
    shadow: Any = make_dataclass(
        kind.__name__, [(name, spelled, field(**taken)) for name, spelled, taken in named], **how
    )
    kind.__dataclass_fields__ = shadow.__dataclass_fields__
    kind.__dataclass_params__ = shadow.__dataclass_params__
    kind.__annotations__ = {name: spelled for name, spelled, _ in named}
    # A compiled class is only made by its constructor, which unpickling would not call.
    copyreg.pickle(kind, _reduced)


def _reduced(value: Any) -> tuple[Any, ...]:
    kind = type(value)
    fields = dataclasses.fields(kind)
    handed = {each.name: getattr(value, each.name) for each in fields if each.init}
    set_later = {each.name: getattr(value, each.name) for each in fields if not each.init}
    return _made, (kind, handed, set_later)


def _made(kind: Any, handed: dict[str, Any], set_later: dict[str, Any]) -> Any:
    value = kind(**handed)
    for name, each in set_later.items():
        setattr(value, name, each)
    return value


def shown(value: Any) -> str:
    """Return what the ``__repr__`` of a dataclass returns."""
    parts = (f"{name}={getattr(value, name)!r}" for name in type(value).__dataclass_fields__)
    return f"{type(value).__qualname__}({', '.join(parts)})"


def replace(value: T, /, **changes: Any) -> T:
    """Return a copy of *value*, of a plain class or a dataclass, with *changes*.

    Raises:
        TypeError: *changes* name what is no field.
    """
    kind: Any = type(value)
    copier = getattr(kind, "copied_", None)
    if copier is None:
        slowly: Any = dataclasses.replace
        return cast(T, slowly(value, **changes))
    fields = kind.__dataclass_fields__
    copy: T = copier(value)
    for name, each in changes.items():
        if name not in fields:
            raise TypeError(f"{kind.__name__} has no field {name!r}")
        setattr(copy, name, each)
    return copy

"""Values as JSON and back, by their types: what a field leaves unsaid is its default.

A value of a union of dataclasses says which one it ``is``; sets are written in order.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Plain = Any
"""What JSON knows."""

IS = "is"


def default_of(field: Field[Any]) -> object:
    """Return a field's default, or ``MISSING``."""
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def written(value: object) -> Plain:
    """Return *value* as JSON knows it.

    Raises:
        ValueError: it holds something that has no notation.
    """
    match value:
        case None | Enum() | Decimal() | bool() | int() | float() | str():
            return _scalar(value)
        case tuple() | list():
            return [written(each) for each in value]
        case set() | frozenset():
            return sorted(written(each) for each in value)
        case Mapping():
            return {str(_scalar(key)): written(each) for key, each in value.items()}
        case _:
            return _fields(value)


def _fields(value: object) -> Plain:
    if not is_dataclass(value) or isinstance(value, type):
        raise ValueError(f"no notation for {value!r}")
    plain = {IS: type(value).__name__}
    for field in fields(value):
        held = getattr(value, field.name)
        if held != default_of(field):
            plain[field.name] = written(held)
    return plain


def read(plain: Plain, kind: type[T]) -> T:
    """Return the *kind* that *plain* notes.

    Raises:
        ValueError: it does not note one, and why.
    """
    try:
        found: T = _read(plain, kind)
    except (TypeError, ArithmeticError) as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error
    return found


def _scalar(value: object) -> Plain:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def _read(plain: Plain, kind: Any) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(plain, inner)
    if origin is tuple:
        kinds = [inner[0]] * len(plain) if inner[-1] is Ellipsis else inner
        return tuple(_read(each, of) for each, of in zip(plain, kinds, strict=True))
    if origin in (frozenset, set):
        return origin(_read(each, inner[0]) for each in plain)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        of_key, of_value = inner
        return {_key(key, of_key): _read(each, of_value) for key, each in plain.items()}
    if is_dataclass(kind):
        return _dataclass(plain, kind)
    if kind is float and type(plain) is int:
        return float(plain)
    if kind in (bool, int, float, str, type(None)):
        if type(plain) is not (type(None) if kind is None else kind):
            raise ValueError(f"{plain!r} is no {kind.__name__}")
        return plain
    return kind(plain)


def _key(text: str, kind: Any) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    return int(text) if kind is int else _read(text, kind)


def _one_of(plain: Plain, kinds: tuple[Any, ...]) -> Any:
    if plain is None and type(None) in kinds:
        return None
    left = [each for each in kinds if each is not type(None)]
    if len(left) > 1:
        name = plain.get(IS) if isinstance(plain, dict) else None
        left = [each for each in left if each.__name__ == name]
    if not left:
        raise ValueError(f"{plain!r} is none of {', '.join(str(each) for each in kinds)}")
    return _read(plain, left[0])


def _dataclass(plain: Plain, kind: Any) -> Any:
    if not isinstance(plain, dict):
        raise ValueError(f"{plain!r} is no {kind.__name__}")  # noqa: TRY004 -- it is the text's fault
    hints = _hints(kind)
    said = {name: each for name, each in plain.items() if name != IS}
    unknown = sorted(said.keys() - hints.keys())
    if unknown:
        raise ValueError(f"a {kind.__name__} has no {', '.join(unknown)}")
    return kind(**{name: _read(each, hints[name]) for name, each in said.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)

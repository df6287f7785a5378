"""A checkpoint: what the engine knows at one moment, while the engine itself goes on.

Frozen values are shared with the engine; what it changes in place is copied.  That is quick
enough to be done between two events, and leaves the writing down to whoever has the time.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from echo.engine.state import State

_Copier = Callable[[Any], Any]

_COPIERS: dict[type, _Copier | None] = {}
"""By class: what copies its values; ``None`` = they never change, and are shared."""


def checkpoint(state: State) -> State:
    """Return what *state* is now; nothing that happens to *state* later changes it."""
    copy: State = _copied(state)
    return copy


def _copied(value: Any) -> Any:
    copier = _COPIERS.get(type(value), _first)
    return value if copier is None else copier(value)


def _first(value: Any) -> Any:
    """Copy the first value of a class: it is looked at once; there are some dozens of them."""
    _COPIERS[type(value)] = _copier_for(type(value))
    return _copied(value)


def _copier_for(kind: type) -> _Copier | None:
    if kind is dict:
        return _copied_dict
    if kind is list:
        return _copied_list
    if kind is set:
        return set
    if is_dataclass(kind) and not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # a dataclass
        return _copier_of(kind)
    return None


def _copied_dict(value: dict[Any, Any]) -> dict[Any, Any]:
    if _share_all(value.values()):
        return dict(value)
    return {key: _copied(each) for key, each in value.items()}


def _copied_list(value: list[Any]) -> list[Any]:
    return list(value) if _share_all(value) else [_copied(each) for each in value]


def _share_all(values: Iterable[Any]) -> bool:
    """Whether none of *values* ever changes: most mappings hold nothing else."""
    return all(_COPIERS.get(kind, _first) is None for kind in set(map(type, values)))


def _copier_of(kind: type) -> _Copier:
    """Return what copies values of a class whose fields may be assigned."""
    names = tuple(each.name for each in fields(kind))

    def copied(value: Any) -> Any:
        copy: Any = object.__new__(kind)
        for name in names:
            each = getattr(value, name)
            copier = _COPIERS.get(type(each), _first)
            setattr(copy, name, each if copier is None else copier(each))
        return copy

    return copied

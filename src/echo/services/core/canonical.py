"""Domain values as canonical JSON and back: the same value gives the same bytes, everywhere.

Every value says what it is, so that a line can be read without knowing what it holds: objects
carry their type under ``@``; numbers, texts, lists (tuples) and null are plain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import time
from decimal import Decimal
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, Final

from msgspec import json

from echo.domain import (
    account_limits,
    accounts,
    answers,
    closing_time,
    commands,
    desk,
    errors,
    explanations,
    exposure,
    facts,
    funds,
    handshake,
    headroom,
    intents,
    journal,
    limit_rules,
    limits,
    limits_record,
    lot_caps,
    modes,
    operations,
    policy,
    protection,
    quantities,
    registration_facts,
    registry,
    reset_time,
    rulings,
    sessions,
    specs,
    traces,
    windows,
)
from echo.domain.policy import PolicyBook
from echo.engine import events, settings

_TYPE: Final = "@"
_VALUE: Final = "="
_VOCABULARY: Final[tuple[ModuleType, ...]] = (
    *(accounts, answers, commands, desk, errors, facts, funds, handshake, intents, journal),
    *(modes, operations, policy, quantities, registration_facts, registry, rulings, sessions),
    *(specs, windows, events, settings),
    *(account_limits, closing_time, exposure, headroom, limit_rules, limits, limits_record),
    *(lot_caps, protection, reset_time, explanations, traces),
)

_encoder: Final = json.Encoder(order="sorted")


def canonical(value: object) -> bytes:
    """Return *value* as canonical JSON.  Raises ``TypeError`` for what is no domain value."""
    return _encoder.encode(plain_of(value))


def from_canonical(data: bytes) -> Any:
    """Return the value that `canonical` wrote.

    Raises:
        ValueError: it is not JSON, or names a type that is not known.
    """
    return value_of(json.decode(data))


def plain_of(value: object) -> object:
    """Return *value* as what JSON knows.  Raises ``TypeError`` for what is no domain value."""
    match value:
        case Enum():
            return {_TYPE: type(value).__name__, _VALUE: value.value}
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {_TYPE: "Decimal", _VALUE: str(value)}
        case time():
            return {_TYPE: "time", _VALUE: value.isoformat()}
        case frozenset():
            return {_TYPE: "set", _VALUE: sorted((plain_of(each) for each in value), key=_sorting)}
        case Mapping():
            pairs = [[plain_of(key), plain_of(each)] for key, each in value.items()]
            return {_TYPE: "map", _VALUE: sorted(pairs, key=_sorting)}
        case tuple() | list():
            return [plain_of(each) for each in value]
        case PolicyBook():
            rules = (value.policies, value.options_by_account, value.default_options)
            more = (tuple(value.windows), tuple(value.switches), value.masters)
            parts = (*rules, *more, value.limits_by_account, value.symbol_options)
            return {_TYPE: "PolicyBook", _VALUE: plain_of(parts)}
        case _ if is_dataclass(value) and not isinstance(value, type):
            plain = {each.name: plain_of(getattr(value, each.name)) for each in fields(value)}
            return {_TYPE: type(value).__name__} | plain
        case _:
            raise TypeError(f"{value!r} is no domain value")


def _sorting(plain: object) -> bytes:
    return _encoder.encode(plain)


def value_of(plain: Any) -> Any:
    """Return the value that `plain_of` made *plain* of.

    Raises:
        ValueError: it names a type, or a field of one, that is not known.
    """
    match plain:
        case list():
            return tuple(value_of(each) for each in plain)
        case {"@": "Decimal", "=": str(text)}:
            return Decimal(text)
        case {"@": "time", "=": str(text)}:
            return time.fromisoformat(text)
        case {"@": "set", "=": list(each)}:
            return frozenset(map(value_of, each))
        case {"@": "map", "=": list(pairs)}:
            return {value_of(key): value_of(each) for key, each in pairs}
        case {"@": "PolicyBook", "=": parts}:
            return PolicyBook(*value_of(parts))
        case {"@": str(name), "=": value}:
            return _type(name)(value)
        case {"@": str(name), **rest}:
            return _made(name, {str(key): value_of(each) for key, each in rest.items()})
        case dict():
            raise ValueError(f"an object without a type: {plain!r}"[:200])
        case _:
            return plain


def _made(name: str, given: dict[str, Any]) -> Any:
    try:
        return _type(name)(**given)
    except TypeError as error:
        raise ValueError(f"a {name} of another release: {error}") from None


def _type(name: str) -> type[Any]:
    try:
        return _types()[name]
    except KeyError:
        raise ValueError(f"{name!r} is no type of a domain value") from None


@cache
def _types() -> Mapping[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for kind in _declared():
        if found.setdefault(kind.__name__, kind) is not kind:
            raise TypeError(f"two types are called {kind.__name__}")
    return found


def _declared() -> Iterator[type[Any]]:
    for module in _VOCABULARY:
        for kind in vars(module).values():
            if (
                isinstance(kind, type)
                and kind.__module__ == module.__name__
                and (is_dataclass(kind) or issubclass(kind, Enum))
            ):
                yield kind

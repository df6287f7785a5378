"""Checkpoints as bytes and back: what the engine knew, to the last value and in its order.

A checkpoint is written in parts of some ten kilobytes, so that whoever writes it can let others
have the processor in between.  What the engine changes in place carries its type under ``*`` and
leaves out what is as it was made; frozen values are written as everywhere (see `canonical`).
"""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final

import msgspec

from echo.domain.clocks import PeerClock
from echo.domain.evidence import Agreement
from echo.domain.ledger_files import LedgerFiles
from echo.domain.quantities import ClockProbe
from echo.engine.desk import DeskRules
from echo.engine.enrolment import Enrolment, Judging
from echo.engine.limit_watch import LimitWatch, Mark
from echo.engine.settled import Recalls, SettledTrades
from echo.engine.state import (
    AccountEvidence,
    AccountState,
    AgentState,
    Bare,
    CommandState,
    Held,
    Lane,
    State,
    TradeState,
)
from echo.services.core.canonical import plain_of, value_of

PART_BYTES: Final = 16_384
"""A part ends with the entry that makes it so large: a millisecond of work."""

_KINDS: Final[dict[str, type[Any]]] = {
    each.__name__: each
    for each in (
        *(State, AgentState, AccountState, AccountEvidence, CommandState, TradeState, Lane),
        *(Held, Bare, LimitWatch, Mark, Enrolment, Judging, DeskRules, SettledTrades, Recalls),
        *(Agreement, ClockProbe, PeerClock, LedgerFiles),
    )
}
"""What the engine changes in place, and what lies in that alone."""
_NAMES: Final = {each: name for name, each in _KINDS.items()}

_OWN: Final = "*"
_HEAD: Final = ""
_SETTLED: Final = "settled.settled_at_ms"
_TRIFLES: Final = {bool, int, str, type(None), tuple, dict, list, set}
"""Of these a value is left out when it is the one that its field begins with."""

_encoder: Final = msgspec.json.Encoder()


class _Part(msgspec.Struct, frozen=True):
    """``place``: the state's mapping that ``entries`` belong to; empty = the state without them."""

    part: int
    last: bool
    place: str
    entries: tuple[msgspec.Raw, ...]


def parts_of(state: State) -> Iterator[bytes]:
    """Yield *state* as bytes, part by part.

    Raises:
        TypeError: it holds what no state holds.
    """
    number, held = 1, list[msgspec.Raw]()
    place_held, size = _HEAD, 0
    for place, entry in _entries(state):
        if held and (place != place_held or size >= PART_BYTES):
            yield _encoder.encode(_Part(number, False, place_held, tuple(held)))
            number, held, size = number + 1, [], 0
        place_held, size = place, size + len(entry)
        held.append(msgspec.Raw(entry))
    yield _encoder.encode(_Part(number, True, place_held, tuple(held)))


@dataclass(slots=True)
class Gathering:
    """Puts a checkpoint together.

    ``unknown``: fields in it that this release does not know, as ``Type.field``.  ``parts``: how
    many of its parts have come.
    """

    unknown: set[str] = field(default_factory=set)
    parts: int = 0
    _state: State | None = None

    def take(self, payload: bytes) -> State | None:
        """Take the next part; return the state when it is whole, ``None`` = it is not yet.

        What follows upon a part that is missing belongs to nothing, and is passed over.

        Raises:
            ValueError: it cannot be read, or not by this release.
        """
        told = msgspec.json.decode(payload, type=_Part)
        if told.part == 1 or told.part != self.parts + 1:
            self.parts, self._state = 0, None
            self.unknown.clear()
        if told.part != self.parts + 1:
            return None
        for entry in told.entries:
            self._enter(told.place, self._value(msgspec.json.decode(entry)))
        self.parts += 1
        return self._state if told.last else None

    def _enter(self, place: str, value: Any) -> None:
        if place == _HEAD:
            if not isinstance(value, State):
                raise ValueError("a checkpoint that does not begin with a state")
            self._state = value
            return
        key, each = value
        mapping = _places(self._state).get(place) if self._state is not None else None
        if mapping is None:
            self.unknown.add(f"{State.__name__}.{place}")
        else:
            mapping[key] = each

    def _value(self, plain: Any) -> Any:
        match plain:
            case {"*": "tuple", "=": list(found)}:
                return tuple(self._value(each) for each in found)
            case {"*": "list", "=": list(found)}:
                return [self._value(each) for each in found]
            case {"*": "set", "=": list(found)}:
                return {self._value(each) for each in found}
            case {"*": "dict", "=": list(pairs)}:
                return {self._value(key): self._value(each) for key, each in pairs}
            case {"*": str(name), **rest}:
                return self._made(name, rest)
            case _:
                return value_of(plain)

    def _made(self, name: str, told: dict[Any, Any]) -> Any:
        if (kind := _KINDS.get(name)) is None:
            raise ValueError(f"the checkpoint holds a {name}, which this release does not know")
        made = object.__new__(kind)
        for each in fields(kind):
            if each.name in told:
                value = self._value(told[each.name])
            elif each.default is not MISSING:
                value = each.default
            elif each.default_factory is not MISSING:
                value = each.default_factory()
            else:
                raise ValueError(f"the checkpoint does not tell {name}.{each.name}")
            # Some are frozen, and what is whole already needs no constructor.
            object.__setattr__(made, each.name, value)
        names = {each.name for each in fields(kind)}
        self.unknown |= {f"{name}.{each}" for each in told if each not in names}
        return made


def _entries(state: State) -> Iterator[tuple[str, bytes]]:
    """Yield the state without its large mappings, and then each entry of these."""
    places = _places(state)
    head = {
        each.name: _plain(getattr(state, each.name))
        for each in fields(State)
        if each.name not in places and each.name != "settled"
    }
    settled = {_OWN: SettledTrades.__name__, "since_ms": state.settled.since_ms}
    settled["settled_at_ms"] = {_OWN: "dict", "=": []}
    yield _HEAD, _encoder.encode({_OWN: State.__name__, **head, "settled": settled})
    for place, mapping in places.items():
        for pair in mapping.items():
            yield place, _encoder.encode(_plain(pair))


def _places(state: State) -> dict[str, dict[Any, Any]]:
    """Return the mappings of *state* that may be large, by their names."""
    found = {
        each.name: value
        for each in fields(State)
        if isinstance(value := getattr(state, each.name), dict)
    }
    return {**found, _SETTLED: state.settled.settled_at_ms}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if (name := _NAMES.get(kind)) is not None:
        return _plain_own(name, value)
    if kind is dict:
        return {_OWN: "dict", "=": [[_plain(key), _plain(each)] for key, each in value.items()]}
    if kind is list:
        return {_OWN: "list", "=": [_plain(each) for each in value]}
    if kind is set:
        return {_OWN: "set", "=": sorted((_plain(each) for each in value), key=_encoder.encode)}
    if isinstance(value, tuple):  # A named one is equal to the plain one that comes back.
        return {_OWN: "tuple", "=": [_plain(each) for each in value]}
    return plain_of(value)


def _plain_own(name: str, value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {_OWN: name}
    for field_name, begins_with in _BEGINNINGS[type(value)]:
        each = getattr(value, field_name)
        if type(each) in _TRIFLES and type(each) is type(begins_with) and each == begins_with:
            continue
        plain[field_name] = _plain(each)
    return plain


def _begun(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return each field of *kind* with what it begins with; `MISSING` = it must be given."""
    return tuple(
        (
            each.name,
            each.default if each.default_factory is MISSING else each.default_factory(),
        )
        for each in fields(kind)
    )


_BEGINNINGS: Final = {kind: _begun(kind) for kind in _NAMES}

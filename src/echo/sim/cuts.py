"""Smaller scenarios: everything that can be left out of one, the largest pieces first.

First what belongs together: a trade with all that is done to it, a seat with everything that
names it, an Agent.  Then, whatever fields a scenario has or will have: each back to its default,
each element of a tuple left out, each span of time halved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any, Final

from echo.sim.notation import default_of
from echo.sim.scenario import (
    Scenario,
    Seat,
    agent_name,
    master_name,
    slave_name,
)

INTRODUCED_MS: Final = 1_000
"""Nobody trades before everybody can have been introduced."""
AT_LEISURE_MS: Final = 4_000
"""By then everybody has been."""
MARGIN_MS: Final = 1_000
"""The faults stop at least so long after the last thing that happens by plan."""


def cuts(scenario: Scenario) -> Iterator[Scenario]:
    """Yield smaller scenarios; not each of them makes sense, see `sound`."""
    yield from together(scenario)
    yield from smaller(scenario)


def sound(scenario: Scenario) -> bool:
    """Whether everything planned happens while faults may strike, to people who can act."""
    hands = scenario.hands
    if len(hands) != len(scenario.masters) or not scenario.slaves:
        return False
    if any(each < INTRODUCED_MS for each in moments(hands)):
        return False
    return all(each < scenario.active_ms for each in moments((hands, scenario.mishaps)))


def moments(value: object) -> Iterator[int]:
    """Yield every planned moment in *value*."""
    if isinstance(value, tuple):
        for each in value:
            yield from moments(each)
    elif is_dataclass(value):
        at_ms = getattr(value, "at_ms", None)
        if at_ms is not None:
            yield at_ms


# ---------------------------------------------------------------------------- what belongs together


def together(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios without a trade, a seat or an Agent, and those that end sooner."""
    keys = sorted({action.key for hand in scenario.hands for action in hand})
    for some in _chunks(tuple(keys)):
        yield _without_trades(scenario, frozenset(some))
    for seat in scenario.slaves:
        names = frozenset((seat.account_id, slave_name(seat), f"rival-{seat.account_id}"))
        slaves = tuple(each for each in scenario.slaves if each is not seat)
        yield _unnamed(replace(scenario, slaves=slaves), names)
    for number, seat in enumerate(scenario.masters):
        names = frozenset((seat.account_id, master_name(seat)))
        masters, hands = _beside(scenario.masters, number), _beside(scenario.hands, number)
        yield _unnamed(replace(scenario, masters=masters, hands=hands), names)
    if scenario.agents > 1:
        yield _one_agent(scenario)
    last_ms = max(moments((scenario.hands, scenario.mishaps)), default=0) + MARGIN_MS
    if last_ms < scenario.active_ms:
        yield replace(scenario, active_ms=last_ms)
    yield from _sooner_all(scenario)


def _sooner_all(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios in which everything happens sooner, as far apart as before."""
    first_ms = min(moments((scenario.hands, scenario.mishaps)), default=0)
    for by_ms in (first_ms - AT_LEISURE_MS, first_ms - INTRODUCED_MS, first_ms // 2):
        if by_ms <= 0:
            continue
        hands = tuple(
            tuple(replace(each, at_ms=each.at_ms - by_ms) for each in hand)
            for hand in scenario.hands
        )
        mishaps = tuple(replace(each, at_ms=each.at_ms - by_ms) for each in scenario.mishaps)
        yield replace(scenario, hands=hands, mishaps=mishaps, active_ms=scenario.active_ms - by_ms)


def _without_trades(scenario: Scenario, keys: frozenset[str]) -> Scenario:
    hands = tuple(tuple(each for each in hand if each.key not in keys) for hand in scenario.hands)
    return replace(scenario, hands=hands)


def _one_agent(scenario: Scenario) -> Scenario:
    def moved(seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        return tuple(replace(seat, agent=0) for seat in seats)

    names = frozenset(agent_name(number) for number in range(1, scenario.agents))
    alone = replace(
        scenario, agents=1, masters=moved(scenario.masters), slaves=moved(scenario.slaves)
    )
    return _unnamed(alone, names)


def _unnamed(scenario: Scenario, names: frozenset[str]) -> Scenario:
    """Leave out, of all tuples and sets, what is or has one of *names*."""
    changes: dict[str, Any] = {}
    for field in fields(scenario):
        held = getattr(scenario, field.name)
        if isinstance(held, tuple | frozenset):
            changes[field.name] = type(held)(
                _released(each, names) for each in held if not _is_about(each, names)
            )
    return replace(scenario, **changes)


def _is_about(value: object, names: frozenset[str]) -> bool:
    if isinstance(value, str):
        return value in names
    if isinstance(value, tuple):
        return any(isinstance(each, str) and each in names for each in value)
    if is_dataclass(value):
        return any(
            isinstance(held, str) and held in names
            for held in (getattr(value, field.name) for field in fields(value))
        )
    return False


def _released(value: Any, names: frozenset[str]) -> Any:
    """Take the names out of the sets of a value that is about somebody else."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes = {}
    for field in fields(value):
        held = getattr(value, field.name)
        if isinstance(held, frozenset) and held & names:
            changes[field.name] = held - names
    return replace(value, **changes) if changes else value


def _beside(values: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return values[:place] + values[place + 1 :]


# ---------------------------------------------------------------------------- of any shape


def smaller(value: Any, name: str = "") -> Iterator[Any]:
    """Yield smaller values of the same type; *name* is that of the field which holds it."""
    if is_dataclass(value):
        yield from _smaller_fields(value)
    elif isinstance(value, tuple):
        yield from _smaller_tuple(value, name)
    elif isinstance(value, frozenset):
        yield from (value - {each} for each in sorted(value))
    elif isinstance(value, Mapping):
        yield from ({k: v for k, v in value.items() if k != key} for key in value)
    elif type(value) is int and name.endswith("_ms"):
        yield from _sooner(value)


def _smaller_fields(value: Any) -> Iterator[Any]:
    for field in fields(value):
        held, default = getattr(value, field.name), default_of(field)
        if default is not MISSING:
            if held == default or _shorter(field.name, held, default):
                continue
            yield replace(value, **{field.name: default})
        for each in smaller(held, field.name):
            yield replace(value, **{field.name: each})


def _shorter(name: str, held: Any, default: Any) -> bool:
    """Whether a time is less than usual: less still would be odd, not simple."""
    return name.endswith("_ms") and type(default) is int and held < default


def _smaller_tuple(value: tuple[Any, ...], name: str) -> Iterator[tuple[Any, ...]]:
    if not name.endswith("_ms"):  # the least and the most of a span of time stay two
        for some in _chunks(tuple(range(len(value)))):
            yield tuple(each for place, each in enumerate(value) if place not in set(some))
    for place, held in enumerate(value):
        for each in smaller(held, name):
            yield (*value[:place], each, *value[place + 1 :])


def _chunks(values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield all, halves, quarters, and so on to single ones."""
    size = len(values)
    while size:
        for first in range(0, len(values), size):
            yield values[first : first + size]
        size //= 2


def _sooner(value_ms: int) -> Iterator[int]:
    """Yield shorter spans, then rounder ones."""
    if value_ms > 1:
        yield value_ms // 2
    unit = 1
    while unit * 10 < value_ms:
        unit *= 10
    for each in (unit, unit // 10):
        if each > 1 and value_ms % each:
            yield value_ms - value_ms % each

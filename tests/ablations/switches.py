"""Off-switches: something of the program is replaced for the time of one run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Switch:
    """Replaces attribute *name* of a class or module by what *instead* makes of the original."""

    owner: Any
    name: str
    instead: Callable[[Any], object]


def gives(answer: object) -> Callable[[Any], Callable[..., object]]:
    """Replace a function by one that always gives *answer*."""

    def made(_: Any) -> Callable[..., object]:
        return lambda *_, **__: answer

    return made


def by(replacement: object) -> Callable[[Any], object]:
    """Replace by *replacement*, whatever was there."""
    return lambda _: replacement


nothing = gives(None)


@contextmanager
def without(*switches: Switch) -> Iterator[None]:
    """Throw switches; every one of them is back when this is over, whatever happens.

    Raises:
        KeyError: there is nothing of that name to switch off.
    """
    with ExitStack() as stack:
        for switch in switches:
            raw = vars(switch.owner)[switch.name]
            original = getattr(switch.owner, switch.name) if _is_bound(raw) else raw
            stack.callback(setattr, switch.owner, switch.name, raw)
            setattr(switch.owner, switch.name, switch.instead(original))
        yield


def _is_bound(raw: object) -> bool:
    return isinstance(raw, classmethod | staticmethod)

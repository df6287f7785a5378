"""How often one end of a connection says one thing: patience has a measure."""

from typing import Final

from echo.domain.answers import ExecutionResult
from echo.sim.travel import ACTIONS, COMMANDS

ASKING: Final = COMMANDS | ACTIONS | {ExecutionResult}
"""What somebody says again by itself; acknowledgements only answer."""

AT_ONCE_MAX: Final = 16
"""Back-off begins quickly; what its other end says twice is answered twice."""
EVERY_MS: Final = 1_000
"""Once that has grown, nothing is said more often, whatever the back-off."""

Item = tuple[int, str]


class Rates:
    """Counts what is said on one connection."""

    __slots__ = ("_said",)

    def __init__(self) -> None:
        self._said: dict[Item, tuple[int, int]] = {}
        """By item: when it was first said, and how often since."""

    def too_often(self, side: int, name: str, now_ms: int) -> str:
        """Note that *name* is said from *side*; return a complaint, or nothing."""
        first_ms, times = self._said.get((side, name), (now_ms, 0))
        self._said[side, name] = (first_ms, times + 1)
        if times < AT_ONCE_MAX + (now_ms - first_ms) // EVERY_MS:
            return ""
        return f"{name} was said {times + 1} times within {now_ms - first_ms} ms"


def name_of(message: object) -> str:
    """Name the item that *message* says: by its number in a ledger, else by what it is about."""
    number, said = message if isinstance(message, tuple) else (None, message)
    if number is not None:
        return f"{type(said).__name__} {number}"
    command_id = getattr(said, "command_id", "")
    about = command_id or f"{getattr(said, 'trade_id', '')}:{getattr(said, 'seq', '')}"
    return f"{type(said).__name__} {about}"

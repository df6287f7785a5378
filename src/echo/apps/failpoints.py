"""Named places at which a program under test ends itself, as a kill at just that moment would.

Only chaos runs use them: without the variable in its environment a program does not even contain
the seam.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Final

from echo.ports.errors import SettingsInvalid

FAILPOINT: Final = "ECHO_FAILPOINT"
"""``name:count``: end at the count-th time that the place is reached."""
JOURNAL_PAGES_MAX: Final = "ECHO_JOURNAL_PAGES_MAX"
"""The size that the Core's journal may reach, in pages of 4 KiB, as if its disk were small."""

CORE: Final = ("core.before_commit", "core.after_commit", "core.before_send")
AGENT: Final = (
    *("agent.before_ledger", "agent.after_ledger"),
    *("agent.before_pipe_write", "agent.before_core_send"),
)
MASTER: Final = ("terminal.before_intent_record", "terminal.after_intent_record")
SLAVE: Final = (
    *("terminal.before_exec_record", "terminal.after_exec_record", "terminal.after_order"),
    *("terminal.before_done", "terminal.after_done"),
)
NAMES: Final = frozenset((*CORE, *AGENT, *MASTER, *SLAVE))

REACHED: Final = "failpoint reached: "


class Failpoint:
    """One place and how often it must be reached; then the program ends at once.

    Args:
        end: How; by default as by SIGKILL, after a line on standard error.
    """

    def __init__(self, name: str, count: int = 1, end: Callable[[str], None] | None = None) -> None:
        if name not in NAMES:
            raise ValueError(f"no failpoint {name}; there are {', '.join(sorted(NAMES))}")
        if count < 1:
            raise ValueError(f"failpoint {name}: a count of {count} is not above 0")
        self.name = name
        self._left = count
        self._end = _kill_this_process if end is None else end

    def reach(self, name: str) -> None:
        """Say that the place *name* is reached."""
        if name == self.name:
            self._left -= 1
            if self._left == 0:
                self._end(name)


def armed(environment: Mapping[str, str] = os.environ) -> Failpoint | None:
    """Return the failpoint that the environment asks for; ``None`` = none.

    Raises:
        SettingsInvalid: it asks for one that does not exist.
    """
    asked = environment.get(FAILPOINT)
    if asked is None:
        return None
    name, _, count = asked.partition(":")
    try:
        return Failpoint(name, int(count or 1))
    except ValueError as error:
        raise SettingsInvalid([f"{FAILPOINT}={asked}: {error}"]) from None


def journal_pages_max(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return how small the environment wants the Core's journal to be; ``None`` = no limit.

    Raises:
        SettingsInvalid: that is not a whole number of pages.
    """
    asked = environment.get(JOURNAL_PAGES_MAX)
    if asked is None:
        return None
    if not asked.isdecimal() or int(asked) < 1:
        raise SettingsInvalid([f"{JOURNAL_PAGES_MAX}={asked} is not a number of pages above 0"])
    return int(asked)


def _kill_this_process(name: str) -> None:
    os.write(2, f"{REACHED}{name}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)

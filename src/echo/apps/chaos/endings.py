"""How a round's programs ended, and what their logs say that must never be said."""

import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from echo.apps.chaos.tally import Endings
from echo.apps.demo.troupe import Program
from echo.apps.failpoints import REACHED

BUGS: Final = ("engine_failed", "bridge_failed", "journal_refused", "Traceback (most recent call")
"""Alarms and words that only a bug writes into a log."""

LOST_ITS_TURN: Final = " writes under lease "
"""A Core that was stopped for longer than its lease lasts is refused, which is no bug."""

_SHOWN_CHARS: Final = 300
_SHOWN_LINES: Final = 3


def endings(
    programs: Sequence[Program], killed: Mapping[str, int], starved: frozenset[str]
) -> Endings:
    """Look at how *programs* ended while faults went on, and at their logs.

    Args:
        killed: How many kills each program owes to the faults.
        starved: Programs that could not write for a while: these may end by themselves.
    """
    failpoints: Counter[str] = Counter()
    complaints: list[str] = []
    for program in programs:
        said = program.log.read_text(errors="replace").splitlines() if program.log.exists() else []
        reached = Counter(
            line.removeprefix(REACHED).strip() for line in said if line.startswith(REACHED)
        )
        failpoints += reached
        complaints += _ends(program, killed.get(program.name, 0) + reached.total(), starved)
        bugs = [
            line for line in said if any(bug in line for bug in BUGS) and LOST_ITS_TURN not in line
        ]
        complaints += [
            f"bug: {program.name} says: {line[:_SHOWN_CHARS]}" for line in bugs[:_SHOWN_LINES]
        ]
        if len(bugs) > _SHOWN_LINES:
            complaints.append(f"bug: {program.name} says so {len(bugs)} times in all")
    return Endings(failpoints=dict(failpoints), complaints=tuple(complaints))


def _ends(program: Program, kills: int, starved: frozenset[str]) -> list[str]:
    codes = Counter(program.exits)
    found = []
    if codes[-signal.SIGKILL] > kills:
        found.append(
            f"ended: {program.name} was killed {codes[-signal.SIGKILL]} times,"
            f" {kills} of them by these faults"
        )
    for code, count in sorted(codes.items()):
        if code != -signal.SIGKILL and not (program.name in starved and code > 0):
            found.append(f"ended: {program.name} ended {count} times with {code} by itself")
    return found

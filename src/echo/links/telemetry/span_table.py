"""The table of the steps of a trade: each span that Echo tells, whose it is, and from when to when.

The reference page is made from it, and a span that no program sends fails the tests.
"""

from dataclasses import dataclass
from typing import Final

from echo.links.telemetry import spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the table.

    ``below``: the span that it hangs on, empty = none.  ``program`` sends it.  ``told``: what a
    reader must know besides.
    """

    name: str
    whose: str
    below: str
    begins: str
    ends: str
    program: str
    told: str = ""


def _core(name: str, below: str, begins: str, ends: str, told: str = "") -> Step:
    return Step(
        name=name, whose="Core", below=below, begins=begins, ends=ends, program="core", told=told
    )


def _agent(name: str, whose: str, below: str, begins: str, ends: str, told: str = "") -> Step:
    return Step(
        name=name, whose=whose, below=below, begins=begins, ends=ends, program="agent", told=told
    )


TRADE: Final[tuple[Step, ...]] = (
    _agent(
        spans.MASTER_EA,
        "master EA",
        "",
        "action seen (t0)",
        "its Agent has it (t1)",
        "of an open what was opened: symbol, side, lot, price, ticket, magic number, time frame",
    ),
    Step(
        name=spans.FORWARD,
        whose="Agent",
        below=spans.MASTER_EA,
        begins="Agent has it (t1)",
        ends="Core has it (t2)",
        program="core",
    ),
    _core(spans.SCHEDULE, spans.FORWARD, "taken in (t2)", "decided for its followers"),
    _core(
        spans.DECIDE,
        spans.FORWARD,
        "Core has it (t2)",
        "the command has left",
        "one for each follower",
    ),
    _core(
        spans.RISK,
        spans.DECIDE,
        "the turn that decided begins",
        "it ends",
        "what was risked; of a refusal why, below the Agent's step",
    ),
    _core(
        spans.STOPS,
        spans.DECIDE,
        "the turn that decided begins",
        "it ends",
        "stop and target, and their offsets",
    ),
    _core(
        spans.FALLBACK,
        spans.STOPS,
        "the turn that decided begins",
        "it ends",
        "the broker allows no such stops with the order: they follow the fill",
    ),
    _core(spans.JOURNAL, spans.DECIDE, "decided", "on disk, and the command has left"),
    _core(
        spans.RETRY,
        spans.DECIDE,
        "sent again",
        "sent again",
        "with `echo.attempt`, `ack_timeout_ms`, `backoff_ms`",
    ),
    _agent(
        spans.TO_AGENT,
        "slave's Agent",
        spans.DECIDE,
        "the command left the Core (t3)",
        "Agent has it (t4)",
    ),
    _agent(
        spans.PIPE,
        "slave's Agent",
        spans.TO_AGENT,
        "Agent has it (t4)",
        "the slave EA says that it has it",
        "one that the EA put off is another, failed one",
    ),
    _agent(
        spans.SLAVE_EA,
        "slave EA",
        spans.PIPE,
        "slave EA has it (t5)",
        "done, or refused (t7)",
    ),
    _agent(
        spans.BROKER,
        "slave EA",
        spans.SLAVE_EA,
        "the order left for the broker (t6)",
        "filled (t7)",
    ),
)

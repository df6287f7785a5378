"""The table of the steps to a verdict; like that of a trade's steps, the reference is made from it.

Every span of the table is sent by a running Core and Agent.
"""

from typing import Final

from echo.links.telemetry import registration_spans as spans
from echo.links.telemetry.span_table import Step


def _core(name: str, below: str, begins: str, ends: str, told: str = "") -> Step:
    return Step(
        name=name, whose="Core", below=below, begins=begins, ends=ends, program="core", told=told
    )


VERDICT: Final[tuple[Step, ...]] = (
    _core(spans.REPORT, "", "handshake taken in", "on disk", "of one that is old: `result=stale`"),
    _core(
        spans.RECONCILE,
        "",
        "judged again",
        "on disk",
        "by `echo.reason`; one that finds nothing new, `result=skipped`, is a trace of its own",
    ),
    _core(
        spans.EVALUATE,
        spans.REPORT,
        "the turn that judged begins",
        "it ends",
        "or below the reconciler's step",
    ),
    _core(spans.PERSIST, spans.EVALUATE, "judged", "on disk"),
    _core(spans.SEND, spans.PERSIST, "the verdict leaves", "it has left"),
    Step(
        name=spans.FORWARD,
        whose="Agent",
        below=spans.SEND,
        begins="Agent has it",
        ends="it is on the pipe",
        program="agent",
        told="`feedback_latency_ms` since the handshake, at the first",
    ),
    Step(
        name=spans.CONSUME,
        whose="EA",
        below=spans.FORWARD,
        begins="taken in",
        ends="taken in",
        program="agent",
        told="EAs of protocols 1 and 2 do not tell",
    ),
    _core(spans.SPECS, "", "report of specs taken in", "done", "a trace of its own"),
    _core(spans.QUOTE, "", "quotes taken in", "done", "so too, every 10 s, with their number"),
)

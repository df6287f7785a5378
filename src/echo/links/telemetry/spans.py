"""One trace per trade: spans made afterwards, from the stamps that messages carried.

The trace is the trade's; the ids of spans are derived from it, so that programs on several hosts
agree on parents without a word.  A stamp is its host's own wall clock: spans of one host are
right among themselves, and `Span.clock_offset_ms` says by how much a host's clock was off.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.copy_facts import IntentForwarded, ResultTaken
from echo.domain.facts import Fact
from echo.domain.quantities import Timestamps

MASTER_EA: Final = "ea.intent.buffer"
FORWARD: Final = "agent.intent.forward"
DECIDE: Final = "core.router.schedule"
RISK: Final = "core.risk.calculate"
TO_AGENT: Final = "core.delivery.journal"
PIPE: Final = "agent.pipe.delivery"
SLAVE_EA: Final = "ea.order.execute"

Attributes = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step of one trade.  Times are Unix milliseconds of the host that stamped them.

    ``parent_id`` empty = the first of its trace.  ``component`` says whose step it was.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    component: str
    start_ms: int
    end_ms: int
    attributes: Attributes = field(default_factory=dict)
    ok: bool = True
    clock_offset_ms: int = 0


def spans_of_core(fact: Fact) -> Iterator[Span]:
    """Yield what *fact* tells of the Core's own steps."""
    if isinstance(fact, ResultTaken):
        yield from _copied(fact)


def spans_of_agent(fact: Fact) -> Iterator[Span]:
    """Yield what *fact* tells of the Agent's steps, and of the master EA's."""
    if isinstance(fact, IntentForwarded) and fact.attempt == 1:
        yield from _forwarded(fact)


def _forwarded(fact: IntentForwarded) -> Iterator[Span]:
    trace = trace_of(fact.traceparent)
    stamps = fact.timestamps
    if trace is None or stamps is None or stamps.t1_agent_recv_ms is None:
        return
    trace_id, root_id = trace
    begun_ms = stamps.t0_master_ea_ms or stamps.t1_agent_recv_ms
    yield Span(
        trace_id=trace_id,
        span_id=root_id,
        parent_id="",
        name=MASTER_EA,
        component="master_ea",
        start_ms=min(begun_ms, stamps.t1_agent_recv_ms),
        end_ms=stamps.t1_agent_recv_ms,
        attributes={
            "echo.trade_id": fact.trade_id,
            "echo.account_id": fact.account_id,
            "echo.component": "master_ea",
            "attempt": fact.attempt,
            "buffer_depth": fact.buffer_depth or 0,
        },
    )


def _copied(fact: ResultTaken) -> Iterator[Span]:
    trace = trace_of(fact.traceparent)
    if trace is None:
        return
    trace_id, root_id = trace
    stamps, attributes = fact.timestamps, _attributes(fact)
    parent_id = root_id
    steps = (
        (FORWARD, "agent", "t1_agent_recv_ms", "t2_core_recv_ms"),
        (DECIDE, "core", "t2_core_recv_ms", "t3_core_send_ms"),
        (TO_AGENT, "core", "t3_core_send_ms", "t4_agent_recv_ms"),
        (PIPE, "agent", "t4_agent_recv_ms", "t5_slave_ea_recv_ms"),
        (SLAVE_EA, "slave_ea", "t5_slave_ea_recv_ms", "t7_order_filled_ms"),
    )
    for name, component, first, last in steps:
        begun_ms, ended_ms = _stamp(stamps, first), _stamp(stamps, last)
        if begun_ms is None or ended_ms is None:
            continue
        # What comes before the Core has decided is one step for all followers.
        whose = "" if name == FORWARD else fact.command_id
        span_id = derived_span_id(trace_id, name, whose)
        yield Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_id=parent_id,
            name=name,
            component=component,
            start_ms=begun_ms,
            end_ms=max(begun_ms, ended_ms),
            attributes={**attributes, "echo.component": component},
            ok=fact.outcome not in {Outcome.FAILED, Outcome.IN_DOUBT},
            clock_offset_ms=min(0, ended_ms - begun_ms),
        )
        parent_id = span_id


def derived_span_id(trace_id: str, name: str, whose: str) -> str:
    """Return the id of a step: the same wherever it is worked out."""
    return sha256(f"{trace_id}|{name}|{whose}".encode()).hexdigest()[:16]


def _attributes(fact: ResultTaken) -> Attributes:
    found: Attributes = {
        "echo.trade_id": fact.trade_id,
        "echo.command_id": fact.command_id,
        "echo.account_id": fact.account_id,
        "echo.symbol": fact.symbol,
        "echo.strategy": fact.strategy_id,
        "echo.status": fact.outcome.value,
        "echo.error_code": fact.code.name,
    }
    if fact.slippage_points is not None:
        found["echo.slippage"] = float(fact.slippage_points)
    if fact.spread_points is not None:
        found["echo.spread"] = float(fact.spread_points)
    return found


def _stamp(stamps: Timestamps, name: str) -> int | None:
    found: int | None = getattr(stamps, name)
    return found


def trace_of(traceparent: str) -> tuple[str, str] | None:
    """Return trace id and span id of a W3C ``traceparent``; ``None`` = it is none."""
    parts = traceparent.split("-")
    if len(parts) != 4 or len(parts[1]) != 32 or len(parts[2]) != 16:
        return None
    return parts[1], parts[2]


def trace_id_of(traceparent: str) -> str:
    """Return the trace id of a W3C ``traceparent``; empty = there is none."""
    trace = trace_of(traceparent)
    return trace[0] if trace else ""

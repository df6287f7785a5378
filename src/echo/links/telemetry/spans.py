"""One trace per trade: spans made afterwards, from the stamps that messages carried.

Here are the steps that stamps alone tell of.  What else a running program knows of a trade is
added where it is known: `core_spans` and `agent_spans`.
"""

from collections.abc import Iterator
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.copy_facts import IntentForwarded, ResultTaken
from echo.domain.facts import Fact
from echo.domain.quantities import Timestamps
from echo.domain.traces import Span as Span
from echo.domain.traces import Value
from echo.domain.traces import derived_span_id as derived_span_id
from echo.domain.traces import trace_id_of as trace_id_of
from echo.domain.traces import trace_of as trace_of

MASTER_EA: Final = "ea.intent.buffer"
FORWARD: Final = "agent.intent.forward"
DECIDE: Final = "core.router.worker"
TO_AGENT: Final = "agent.command.receive"
PIPE: Final = "agent.pipe.delivery"
SLAVE_EA: Final = "ea.order.execute"
BROKER: Final = "ea.order.fill"
SCHEDULE: Final = "core.router.schedule"
RISK: Final = "core.risk.calculate"
STOPS: Final = "core.stop_offset.compute"
FALLBACK: Final = "core.stop_offset.fallback"
JOURNAL: Final = "core.delivery.journal"
RETRY: Final = "core.delivery.retry"

Attributes = dict[str, Value]

TICKS_MAX: Final = 1 << 32
"""Old EAs stamp ms since the start of their machine, in 32 bits: no time, and no clock's but its
own."""


def spans_of_core(fact: Fact) -> Iterator[Span]:
    """Yield the steps from the master's Agent to the broker that a result's stamps tell of."""
    if isinstance(fact, ResultTaken):
        yield from _copied(fact)


def spans_of_agent(fact: Fact) -> Iterator[Span]:
    """Yield the first step of a trade's action, the master EA's."""
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
            "echo.attempt": fact.attempt,
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
        (TO_AGENT, "agent", "t3_core_send_ms", "t4_agent_recv_ms"),
        (PIPE, "agent", "t4_agent_recv_ms", "t5_slave_ea_recv_ms"),
        (SLAVE_EA, "slave_ea", "t5_slave_ea_recv_ms", "t7_order_filled_ms"),
    )
    for name, component, first, last in steps:
        begun_ms, ended_ms = _stamp(stamps, first), _stamp(stamps, last)
        if begun_ms is None or ended_ms is None:
            continue
        # What comes before the Core has decided is one step for all followers.
        whose = root_id if name == FORWARD else fact.command_id
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
        found["echo.slippage"] = fact.slippage_points
    if fact.spread_points is not None:
        found["echo.spread"] = fact.spread_points
    return found


def _stamp(stamps: Timestamps, name: str) -> int | None:
    found: int | None = getattr(stamps, name)
    return found


def is_tick(stamp_ms: int) -> bool:
    """Whether a stamp is no time, but a count since an old EA's machine was started."""
    return stamp_ms < TICKS_MAX

"""The steps of a trade on an Agent's host: the terminals' own, and the Agent's between them.

    ea.intent.buffer                the master's terminal saw it .. its Agent has it
    …
    agent.command.receive           a command left the Core .. the slave's Agent has it
    └ agent.pipe.delivery           .. its terminal says that it has arrived
      └ ea.order.execute            .. done, or refused
        └ ea.order.fill             the order left for the broker .. filled

All are stamped by this host's clock, but for a command's leaving the Core; how far that clock is
ahead of the Core's is taken off, and goes with every span.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from echo.domain.answers import ExecutionResult, Receipt
from echo.domain.clocks import correction_ms
from echo.domain.copies import replace
from echo.domain.copy_facts import CommandHeard, CommandWritten, IntentForwarded, ResultForwarded
from echo.domain.facts import Fact
from echo.domain.ids import CommandId
from echo.domain.intents import TradeIntent
from echo.domain.link_facts import ClockCompared
from echo.domain.traces import Span, derived_span_id, trace_of
from echo.links.telemetry import spans
from echo.links.telemetry.spans import Attributes, is_tick

REMEMBERED_MAX: Final = 4_096
"""Commands whose delivery is remembered until their answer; the oldest are forgotten."""


class AgentTrace:
    """Makes spans of an Agent's facts; knows how far its clock is ahead of the Core's."""

    def __init__(self) -> None:
        self._ahead_ms: int | None = None
        self._heard_ms: dict[CommandId, int] = {}
        self._makers: dict[type[Fact], Callable[[Any, int], Iterator[Span]]] = {
            IntentForwarded: lambda fact, _: _buffered(fact),
            CommandWritten: self._written,
            CommandHeard: self._heard,
            ResultForwarded: self._answered,
        }
        self.kinds: Final = frozenset(self._makers)
        self.learns: Final = frozenset({ClockCompared})

    def trace(self, fact: Fact, at_ms: int) -> Iterator[Span]:
        """Yield what *fact*, told at *at_ms* (Unix ms), says of the steps of a trade."""
        if isinstance(fact, ClockCompared):
            self._ahead_ms = -correction_ms(fact.ahead_ms)
            return
        make = self._makers.get(type(fact))
        if make is not None:
            yield from self.placed(make(fact, at_ms))

    def placed(self, found: Iterator[Span]) -> Iterator[Span]:
        """Yield spans of this host by the Core's clock, once the two have been compared."""
        ahead_ms = self._ahead_ms
        if ahead_ms is None:
            yield from found
            return
        for span in found:
            yield replace(
                span,
                start_ms=span.start_ms - ahead_ms,
                end_ms=span.end_ms - ahead_ms,
                clock_offset_ms=ahead_ms,
                compared=True,
            )

    def _written(self, fact: CommandWritten, at_ms: int) -> Iterator[Span]:
        trace = trace_of(fact.traceparent)
        if trace is None or fact.attempt > 1:
            return
        received_ms = fact.received_at_ms or at_ms
        # On this host's clock, as everything here.
        sent_ms = received_ms if fact.sent_at_ms is None else fact.sent_at_ms
        sent_ms += 0 if self._ahead_ms is None or fact.sent_at_ms is None else self._ahead_ms
        told = _told(fact)
        yield _step(
            trace[0], spans.TO_AGENT, spans.DECIDE, fact.command_id, (sent_ms, received_ms), told
        )
        if not fact.confirmed:
            self._remember(fact.command_id, at_ms)
            yield _step(
                trace[0], spans.PIPE, spans.TO_AGENT, fact.command_id, (received_ms, at_ms), told
            )

    def _heard(self, fact: CommandHeard, at_ms: int) -> Iterator[Span]:
        trace = trace_of(fact.traceparent)
        if trace is None or fact.command_id in self._heard_ms:
            return
        ok = fact.result is Receipt.OK
        if ok:
            self._remember(fact.command_id, at_ms)
        span = _step(
            trace[0],
            spans.PIPE,
            spans.TO_AGENT,
            fact.command_id,
            (fact.received_at_ms or at_ms, at_ms),
            _told(fact) | {"echo.status": fact.result.value},
        )
        if not ok:
            # Not the step that the terminal's own hangs on: that one is still to come.
            whose = f"{fact.command_id}|{fact.attempt}"
            span = replace(span, ok=False, span_id=derived_span_id(trace[0], spans.PIPE, whose))
        yield span

    def _answered(self, fact: ResultForwarded, at_ms: int) -> Iterator[Span]:
        trace, result = trace_of(fact.traceparent), fact.result
        heard_ms = self._heard_ms.pop(fact.command_id, None)
        if trace is None or fact.attempt > 1 or result.stored:
            return
        stamps = result.timestamps
        begun_ms, ended_ms = stamps.t5_slave_ea_recv_ms, stamps.t7_order_filled_ms
        if begun_ms is None:
            begun_ms = heard_ms
        if begun_ms is None or ended_ms is None or is_tick(begun_ms) is not is_tick(ended_ms):
            return
        # Ticks tell how long it took, not when: it ended just before its answer was passed on.
        shift_ms = at_ms - ended_ms if is_tick(ended_ms) else 0
        told = _result(result)
        execute = _step(
            trace[0],
            spans.SLAVE_EA,
            spans.PIPE,
            fact.command_id,
            (begun_ms + shift_ms, ended_ms + shift_ms),
            told,
            component="slave_ea",
        )
        yield replace(execute, ok=result.success)
        if stamps.t6_order_send_ms is not None and result.success:
            yield _step(
                trace[0],
                spans.BROKER,
                spans.SLAVE_EA,
                fact.command_id,
                (stamps.t6_order_send_ms + shift_ms, ended_ms + shift_ms),
                told,
                component="slave_ea",
            )

    def _remember(self, command_id: CommandId, at_ms: int) -> None:
        self._heard_ms[command_id] = at_ms
        if len(self._heard_ms) > REMEMBERED_MAX:
            del self._heard_ms[next(iter(self._heard_ms))]


def _buffered(fact: IntentForwarded) -> Iterator[Span]:
    """Yield the master EA's step; of one that stamps ticks it is not known when it began."""
    trace, stamps = trace_of(fact.traceparent), fact.timestamps
    if trace is None or stamps is None or stamps.t1_agent_recv_ms is None or fact.attempt > 1:
        return
    trace_id, root_id = trace
    ended_ms = stamps.t1_agent_recv_ms
    begun_ms = min(stamps.t0_master_ea_ms or ended_ms, ended_ms)
    yield Span(
        trace_id=trace_id,
        span_id=root_id,
        parent_id="",
        name=spans.MASTER_EA,
        component="master_ea",
        start_ms=ended_ms if is_tick(begun_ms) else begun_ms,
        end_ms=ended_ms,
        attributes={
            "echo.trade_id": fact.trade_id,
            "echo.account_id": fact.account_id,
            "echo.component": "master_ea",
            "echo.attempt": fact.attempt,
            "buffer_depth": fact.buffer_depth or 0,
            **_opened(fact.intent),
        },
    )


def _step(
    trace_id: str,
    name: str,
    parent: str,
    command_id: CommandId,
    span_ms: tuple[int, int],
    attributes: Attributes,
    *,
    component: str = "agent",
) -> Span:
    start_ms, end_ms = span_ms
    return Span(
        trace_id=trace_id,
        span_id=derived_span_id(trace_id, name, command_id),
        parent_id=derived_span_id(trace_id, parent, command_id),
        name=name,
        component=component,
        start_ms=start_ms,
        end_ms=max(start_ms, end_ms),
        attributes={**attributes, "echo.component": component},
        clock_offset_ms=min(0, end_ms - start_ms),
    )


def _told(fact: CommandWritten | CommandHeard) -> Attributes:
    return {
        "echo.trade_id": fact.trade_id,
        "echo.command_id": fact.command_id,
        "echo.account_id": fact.account_id,
        "echo.attempt": fact.attempt,
    }


def _opened(intent: TradeIntent | None) -> Attributes:
    """Return what a master has opened, as its EA told it; nothing of another action."""
    if intent is None:
        return {}
    found: Attributes = {
        "echo.client_id": intent.client_id,
        "echo.symbol": intent.symbol,
        "echo.order_side": intent.side.value,
        "echo.lot_size": intent.lot,
        "echo.price": intent.price,
        "echo.magic_number": intent.magic_number,
        "echo.ticket": intent.ticket,
        "echo.strategy": intent.strategy_id,
        "echo.timeframe": intent.timeframe,
    }
    return found if intent.atr is None else {**found, "echo.atr": intent.atr}


def _result(result: ExecutionResult) -> Attributes:
    found: Attributes = {
        "echo.trade_id": result.trade_id,
        "echo.command_id": result.command_id,
        "echo.account_id": result.account_id,
        "echo.status": "success" if result.success else "pending" if result.doubt else "rejected",
        "echo.error_code": result.error_code.name,
    }
    numbers = {
        "echo.ticket": result.ticket,
        "echo.price": result.executed_price,
        "echo.lot_size": result.executed_lot,
        "echo.spread": result.spread_points,
        "echo.slippage": result.slippage_points,
    }
    return found | {name: value for name, value in numbers.items() if value is not None}

"""The Core's steps of a trade, and those that its Agents have handed to it.

    agent.intent.forward            an Agent has it .. the Core has it
    ├ core.router.schedule          taken in: followers and lanes are chosen
    └ core.router.worker            one for each follower: taken in .. its command has left
      ├ core.risk.calculate
      ├ core.stop_offset.compute
      │ └ core.stop_offset.fallback
      ├ core.delivery.journal       decided .. on disk, and gone
      └ core.delivery.retry         each further frame

A decision takes microseconds, in one turn of the engine for many followers: its steps begin and
end with that turn.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, TypedDict

from echo.domain.commands import ExecuteOrder
from echo.domain.copies import replace
from echo.domain.copy_facts import CopyDecided, TurnTimed
from echo.domain.errors import ErrorCode
from echo.domain.facts import ActionReceived, CommandSent, Fact
from echo.domain.link_facts import ClockCompared, SpansReported
from echo.domain.traces import Span, derived_span_id, trace_of
from echo.links.telemetry import spans
from echo.links.telemetry.clocks import Clocks
from echo.links.telemetry.spans import Attributes

NO_TURN: Final = TurnTimed(at_ms=-1, begun_at_us=0, ended_at_us=0)
_US_PER_MS: Final = 1_000
_AMOUNTS: Final = {
    "amount": "echo.risk.amount",
    "expected_loss": "echo.risk.expected_loss",
    "lot": "echo.lot_size",
    "cost_per_lot": "echo.risk.commission_per_lot",
    "commission_rate_pct": "echo.risk.commission_rate",
}


class Lasted(TypedDict):
    """From when to when a step was under way, as `Span` says it."""

    start_ms: int
    start_us: int
    end_ms: int
    end_us: int


class CoreTrace:
    """Makes spans of the Core's facts; knows how far its Agents' clocks are off."""

    def __init__(self) -> None:
        self._clocks = Clocks()
        self._turn = NO_TURN
        self._makers: dict[type[Fact], Callable[[Any, int], Iterator[Span]]] = {
            ActionReceived: self._received,
            CopyDecided: self._decided,
            CommandSent: _sent,
            SpansReported: lambda fact, _: iter(fact.spans),
        }
        self.kinds: Final = frozenset(self._makers)
        self.learns: Final = frozenset({ClockCompared, TurnTimed})

    def trace(self, fact: Fact, at_ms: int) -> Iterator[Span]:
        """Yield what *fact*, told at *at_ms* (Unix ms), says of the steps of a trade."""
        if isinstance(fact, ClockCompared):
            self._clocks.take(fact)
        elif isinstance(fact, TurnTimed):
            self._turn = fact
        make = self._makers.get(type(fact))
        if make is not None:
            yield from make(fact, at_ms)

    def _received(self, fact: ActionReceived, _at_ms: int) -> Iterator[Span]:
        trace = trace_of(fact.traceparent)
        if trace is None or fact.duplicate:
            return
        trace_id, root_id = trace
        told: Attributes = {
            "echo.trade_id": fact.trade_id,
            "echo.account_id": fact.account_id,
            "echo.symbol": fact.symbol,
        }
        forward_id = derived_span_id(trace_id, spans.FORWARD, root_id)
        received_ms = fact.received_at_ms
        forwarded_ms = fact.timestamps.t1_agent_recv_ms if fact.timestamps else None
        off_ms = self._clocks.off_ms(fact.agent_id)
        begun_ms = received_ms if forwarded_ms is None else forwarded_ms - (off_ms or 0)
        yield Span(
            trace_id=trace_id,
            span_id=forward_id,
            parent_id=root_id,
            name=spans.FORWARD,
            component="agent",
            start_ms=min(begun_ms, received_ms),
            end_ms=received_ms,
            attributes={**told, "echo.component": "agent"},
            clock_offset_ms=min(0, received_ms - begun_ms) if off_ms is None else off_ms,
            compared=off_ms is not None,
        )
        yield Span(
            trace_id=trace_id,
            span_id=derived_span_id(trace_id, spans.SCHEDULE, root_id),
            parent_id=forward_id,
            name=spans.SCHEDULE,
            component="core",
            attributes={**told, "echo.component": "core"},
            **self._lasted(received_ms),
        )

    def _decided(self, fact: CopyDecided, at_ms: int) -> Iterator[Span]:
        decided_ms = fact.decided_at_ms or at_ms
        return _decided(fact, self._lasted(decided_ms))

    def timed(self, step: Span) -> Span:
        """Return *step*, which stands for a moment, as long as the turn at that moment lasted."""
        return replace(step, **self._lasted(step.start_ms))

    def _lasted(self, at_ms: int) -> Lasted:
        """Return when the turn at *at_ms* began and ended; if nobody timed it, that moment."""
        turn = self._turn
        if turn.at_ms != at_ms:
            return {"start_ms": at_ms, "start_us": 0, "end_ms": at_ms, "end_us": 0}
        # A clock may be set back meanwhile.
        begun_us = max(turn.begun_at_us, at_ms * _US_PER_MS)
        start_ms, start_us = divmod(begun_us, _US_PER_MS)
        end_ms, end_us = divmod(max(turn.ended_at_us, begun_us), _US_PER_MS)
        return {"start_ms": start_ms, "start_us": start_us, "end_ms": end_ms, "end_us": end_us}


def _sent(fact: CommandSent, at_ms: int) -> Iterator[Span]:
    trace = trace_of(fact.traceparent)
    if trace is None or fact.timestamps is None:
        return
    trace_id, root_id = trace
    told: Attributes = {
        "echo.trade_id": fact.trade_id,
        "echo.command_id": fact.command_id,
        "echo.account_id": fact.account_id,
        "echo.component": "core",
        "echo.attempt": fact.attempt,
    }
    if fact.warning_codes:
        told |= {"handshake_status": "warning", "warning_codes": ",".join(fact.warning_codes)}
    worker_id = derived_span_id(trace_id, spans.DECIDE, fact.command_id)

    def step(name: str, whose: str, parent_id: str, start_ms: int, more: Attributes) -> Span:
        return Span(
            trace_id=trace_id,
            span_id=derived_span_id(trace_id, name, whose),
            parent_id=parent_id,
            name=name,
            component="core",
            start_ms=min(start_ms, at_ms),
            end_ms=at_ms,
            attributes={**told, **more},
        )

    if fact.again:
        waits: Attributes = {
            "ack_timeout_ms": fact.ack_timeout_ms,
            "backoff_ms": fact.backoff_ms,
        }
        yield step(spans.RETRY, f"{fact.command_id}|{at_ms}", worker_id, at_ms, waits)
        return
    stamps = fact.timestamps
    decided_ms = stamps.t3_core_send_ms or at_ms
    forward_id = derived_span_id(trace_id, spans.FORWARD, root_id)
    begun_ms = stamps.t2_core_recv_ms or decided_ms
    yield step(spans.DECIDE, fact.command_id, forward_id, begun_ms, {})
    yield step(spans.JOURNAL, fact.command_id, worker_id, decided_ms, {})


def _decided(fact: CopyDecided, lasted: Lasted) -> Iterator[Span]:
    trace = trace_of(fact.traceparent)
    if trace is None:
        return
    trace_id, root_id = trace
    whose = f"{fact.account_id}|{root_id}"
    parent = (spans.FORWARD, root_id)
    if fact.order is not None:
        parent = (spans.DECIDE, fact.order.command_id)
    told: Attributes = {
        "echo.trade_id": fact.trade_id,
        "echo.account_id": fact.account_id,
        "echo.strategy": fact.strategy_id,
        "echo.symbol": fact.symbol,
        "echo.component": "core",
    }

    def step(name: str, parent: tuple[str, str], more: Attributes, *, ok: bool = True) -> Span:
        return Span(
            trace_id=trace_id,
            span_id=derived_span_id(trace_id, name, whose),
            parent_id=derived_span_id(trace_id, *parent),
            name=name,
            component="core",
            attributes={**told, **more},
            ok=ok,
            **lasted,
        )

    yield step(spans.RISK, parent, _risk(fact))
    if fact.order is None:
        return
    yield step(spans.STOPS, parent, _stops(fact, fact.order))
    if fact.order.protect is not None:
        why: Attributes = {"echo.reason": "nearer than the broker allows with the order"}
        yield step(spans.FALLBACK, (spans.STOPS, whose), why)


def _risk(fact: CopyDecided) -> Attributes:
    refused = fact.code is not ErrorCode.NO_ERROR
    decision = "reject" if refused else "pass"
    found: Attributes = {"echo.risk.decision": decision, "echo.decision": decision}
    if refused:
        found["echo.risk.reject_reason"] = fact.code.name
    numbers = dict(fact.inputs)
    for name, told in _AMOUNTS.items():
        if isinstance(value := numbers.get(name), Decimal):
            found[told] = value
    per_lot, lot = numbers.get("cost_per_lot"), numbers.get("lot")
    if isinstance(per_lot, Decimal) and isinstance(lot, Decimal):
        found["echo.risk.commission_total"] = per_lot * lot
    if (currency := numbers.get("currency")) is not None:
        found["echo.risk.currency"] = str(currency)
    if (policy := numbers.get("risk_type")) is not None:
        found["echo.policy_type"] = str(policy)
    return found


def _stops(fact: CopyDecided, order: ExecuteOrder) -> Attributes:
    protect = order.protect
    levels = {
        "stop_loss": protect.stop_loss if protect else order.stop_loss,
        "take_profit": protect.take_profit if protect else order.take_profit,
    }
    found: Attributes = {
        "echo.command_id": order.command_id,
        "echo.order_side": order.side.value,
        "echo.lot_size": order.lot,
        "echo.magic_number": order.magic_number,
    }
    for (name, price), moved in zip(levels.items(), fact.offsets_points, strict=True):
        if price is not None:
            found[f"echo.{name}"] = price
            found[f"echo.{name}_offset_points"] = moved
    return found

"""The steps of one trade, from the stamps that the journal keeps of every copy.

Names and ids are those of the spans that a collector is sent, so that a step can be found in its
trace.  What a clock cannot tell is marked, never guessed; the difference between two hosts' clocks
is not in the journal, and therefore not taken off here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.ids import AccountId
from echo.domain.inquiry import Inquest, ToldAction, ToldDecision
from echo.domain.intents import ActionKind
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.domain.traces import derived_span_id, trace_of
from echo.links.telemetry import spans

FAR_MS: Final = 600_000
"""Further apart, two stamps are no duration but two clocks: old EAs stamp ticks since a start."""

TOLD: Final = {
    spans.MASTER_EA: "Master's terminal to its Agent",
    spans.FORWARD: "Agent to Core",
    spans.DECIDE: "Core: decided, on disk, sent",
    spans.TO_AGENT: "Core to the slave's Agent",
    spans.PIPE: "Agent to the slave's terminal",
    spans.SLAVE_EA: "Slave's terminal and its broker",
}
UNSTAMPED: Final = "unstamped"
"""Name of what no span tells: from the last stamp to the answer, where EAs do not stamp between."""
UNKNOWN_LENGTH: Final = "its two stamps have no clock in common: how long it took is not known"
UNKNOWN_PLACE: Final = "stamped by a clock of its own: its length is right, its place is not known"

Hop = tuple[str, str, str, str]
"""Name, whose step it is, first and last stamp."""
THERE: Final[tuple[Hop, ...]] = (
    (spans.MASTER_EA, "master_ea", "t0_master_ea_ms", "t1_agent_recv_ms"),
    (spans.FORWARD, "agent", "t1_agent_recv_ms", "t2_core_recv_ms"),
)
"""One way for all followers."""
ON: Final[tuple[Hop, ...]] = (
    (spans.DECIDE, "core", "t2_core_recv_ms", "t3_core_send_ms"),
    (spans.TO_AGENT, "agent", "t3_core_send_ms", "t4_agent_recv_ms"),
    (spans.PIPE, "agent", "t4_agent_recv_ms", "t5_slave_ea_recv_ms"),
    (spans.SLAVE_EA, "slave_ea", "t5_slave_ea_recv_ms", "t7_order_filled_ms"),
)
"""Each follower's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, ``start_ms`` after its action began, for ``lasts_ms``.

    ``span_id`` and ``parent_id`` name it in its trace; empty = no span tells of it.
    ``backwards_ms``: by how much its two stamps run backwards; then it has no length.
    ``order_ms`` is when the order left for the broker, in the step that waits for the broker;
    ``None`` = not known.  ``remark`` says what a clock could not tell; empty = nothing.
    """

    name: str
    component: str
    told: str
    start_ms: int
    lasts_ms: int
    span_id: str = ""
    parent_id: str = ""
    backwards_ms: int = 0
    order_ms: int | None = None
    remark: str = ""

    @property
    def end_ms(self) -> int:
        """When it ended."""
        return self.start_ms + self.lasts_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What an action came to on one follower.

    ``steps`` are empty where nothing was sent, or nothing has been answered with success.
    ``to_order_ms`` runs from the master's terminal seeing it to the order leaving the slave's,
    ``done_ms`` to the broker's having done it; ``None`` = not stamped, or no clock can tell.
    """

    account_id: AccountId
    outcome: Outcome
    why: str
    steps: tuple[Step, ...] = ()
    to_order_ms: int | None = None
    done_ms: int | None = None

    @property
    def end_ms(self) -> int:
        """When its last step ended."""
        return _end(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFall:
    """One action: what all followers share, then each of them, the slowest first.

    ``begun_at_ms`` is the Unix time, of the clock that stamped it, at which its steps begin.
    """

    seq: int
    kind: ActionKind
    sentence: str
    trace_id: str
    begun_at_ms: int
    shared: tuple[Step, ...]
    copies: tuple[Copy, ...]

    @property
    def end_ms(self) -> int:
        """When the last of its steps ended."""
        return max([each.end_ms for each in self.copies] + [_end(self.shared)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """A trade's actions in the order in which the Core took them in."""

    inquest: Inquest
    actions: tuple[ActionFall, ...]
    traced: bool
    """Whether a collector has it under this trace: the master's EA must have begun one."""

    @property
    def trace_id(self) -> str:
        """The trace's id, 32 hexadecimal digits."""
        return self.actions[0].trace_id if self.actions else ""


def waterfall(inquest: Inquest, account_id: str = "") -> Waterfall:
    """Lay out every step of a trade; with *account_id* for that follower alone."""
    return Waterfall(
        inquest=inquest,
        traced=any(trace_of(each.traceparent) for each in inquest.actions),
        actions=tuple(_action(inquest, each, account_id) for each in inquest.actions),
    )


def _action(inquest: Inquest, action: ToldAction, account_id: str) -> ActionFall:
    decisions = [
        each
        for each in inquest.decisions
        if each.seq == action.seq and account_id in {"", each.account_id}
    ]
    _, trace_id, root_id, _ = _traceparent(inquest, action).split("-")
    stamps = _arrival(action, decisions)
    begun_at_ms = _begun_at(stamps, action.received_at_ms)
    names = {
        spans.MASTER_EA: root_id,
        spans.FORWARD: derived_span_id(trace_id, spans.FORWARD, root_id),
    }
    shared = tuple(_placed(THERE, stamps, begun_at_ms, names, None))
    copies = [_copy(each, trace_id, shared, begun_at_ms, stamps, names) for each in decisions]
    copies.sort(key=lambda each: (-each.end_ms, each.account_id))
    return ActionFall(
        seq=action.seq,
        kind=action.kind,
        sentence=action.sentence,
        trace_id=trace_id,
        begun_at_ms=begun_at_ms,
        shared=shared,
        copies=tuple(copies),
    )


def _begun_at(stamps: Timestamps, received_at_ms: int) -> int:
    """Return the first stamp that is a time, and of the clock of those that follow."""
    first, second = stamps.t0_master_ea_ms, stamps.t1_agent_recv_ms
    if second is None:
        return received_at_ms
    return second if first is None or abs(second - first) > FAR_MS else min(first, second)


def _traceparent(inquest: Inquest, action: ToldAction) -> str:
    """Return the action's own, else one that is derived: old EAs begin no trace."""
    if trace_of(action.traceparent) is not None:
        return action.traceparent
    digest = sha256(f"{inquest.trade_id}|{action.seq}".encode()).hexdigest()
    bare = inquest.trade_id.replace("-", "").lower()
    whole = len(bare) == 32 and set(bare) <= set("0123456789abcdef")
    return f"00-{bare if whole else digest[:32]}-{digest[-16:]}-00"


def _arrival(action: ToldAction, decisions: Iterable[ToldDecision]) -> Timestamps:
    """Return the stamps of the way to the Core: of any answer, else those kept with the action."""
    own = replace(action.timestamps, t2_core_recv_ms=action.received_at_ms)
    for each in decisions:
        stamps = NO_TIMESTAMPS if each.carried is None else each.carried.timestamps
        if stamps != NO_TIMESTAMPS:
            return _together(stamps, own)
    return own


def _together(stamps: Timestamps, arrival: Timestamps) -> Timestamps:
    """Return *stamps* of an answer with what they lack of the way to the Core."""
    return replace(
        stamps,
        t0_master_ea_ms=stamps.t0_master_ea_ms or arrival.t0_master_ea_ms,
        t1_agent_recv_ms=stamps.t1_agent_recv_ms or arrival.t1_agent_recv_ms,
        t2_core_recv_ms=stamps.t2_core_recv_ms or arrival.t2_core_recv_ms,
    )


def _copy(
    decision: ToldDecision,
    trace_id: str,
    shared: Sequence[Step],
    begun_at_ms: int,
    arrival: Timestamps,
    names: dict[str, str],
) -> Copy:
    carried = decision.carried
    why = decision.sentence or (carried.last_error if carried is not None else "")
    nothing = Copy(account_id=decision.account_id, outcome=decision.outcome, why=why)
    if carried is None or carried.command_id is None or carried.timestamps == NO_TIMESTAMPS:
        return nothing
    stamps = _together(carried.timestamps, arrival)
    whose = {name: derived_span_id(trace_id, name, carried.command_id) for name, *_ in ON}
    before = shared[-1] if shared else None
    steps = list(_placed(ON, stamps, begun_at_ms, {**names, **whose}, before))
    answered_ms = stamps.t7_order_filled_ms
    if steps and steps[-1].name != spans.SLAVE_EA:
        steps += _rest(steps[-1], begun_at_ms, answered_ms)
    return replace(
        nothing,
        steps=tuple(steps),
        to_order_ms=_between_ms(stamps.t0_master_ea_ms, stamps.t6_order_send_ms),
        done_ms=_between_ms(stamps.t0_master_ea_ms, answered_ms),
    )


def _rest(last: Step, begun_at_ms: int, answered_ms: int | None) -> Iterator[Step]:
    """Yield what lies between the last stamp of the way there and the broker's answer."""
    lasts_ms = _between_ms(begun_at_ms + last.end_ms, answered_ms)
    if lasts_ms is not None:
        yield Step(
            name=UNSTAMPED,
            component="broker",
            told="Terminal and broker, not told apart",
            start_ms=last.end_ms,
            lasts_ms=lasts_ms,
            order_ms=last.end_ms,
        )


def _placed(
    hops: Iterable[Hop],
    stamps: Timestamps,
    begun_at_ms: int,
    names: dict[str, str],
    before: Step | None,
) -> Iterator[Step]:
    """Yield each hop that has both stamps; *before* is the step before the first of them."""
    for name, component, first, last in hops:
        begun_ms, ended_ms = _stamp(stamps, first), _stamp(stamps, last)
        if begun_ms is None or ended_ms is None:
            continue
        start_ms, lasts_ms, remark = _bounds(
            begun_ms - begun_at_ms, ended_ms - begun_at_ms, 0 if before is None else before.end_ms
        )
        parent = spans.MASTER_EA if before is None else before.name
        order_ms = None
        if name == spans.SLAVE_EA:
            order_ms = _between_ms(begun_ms, stamps.t6_order_send_ms)
        before = Step(
            name=name,
            component=component,
            told=TOLD[name],
            start_ms=start_ms,
            lasts_ms=lasts_ms,
            span_id=names[name],
            parent_id="" if name == spans.MASTER_EA else names[parent],
            backwards_ms=min(max(0, begun_ms - ended_ms), FAR_MS),
            order_ms=None if order_ms is None else start_ms + order_ms,
            remark=remark,
        )
        yield before


def _bounds(begun_ms: int, ended_ms: int, before_ms: int) -> tuple[int, int, str]:
    """Return where a step stands, how long it lasts, and what is not known about that.

    All since its action began; *before_ms* is when the step before it ended.
    """
    lasts_ms = ended_ms - begun_ms
    near = abs(begun_ms - before_ms) <= FAR_MS
    if abs(lasts_ms) > FAR_MS:
        return (begun_ms if near else before_ms), 0, UNKNOWN_LENGTH
    start_ms = begun_ms if near else before_ms
    if lasts_ms < 0:
        return start_ms, 0, f"the clocks at its two ends differ: {lasts_ms:+} ms"
    return start_ms, lasts_ms, "" if near else UNKNOWN_PLACE


def _stamp(stamps: Timestamps, name: str) -> int | None:
    found: int | None = getattr(stamps, name)
    return found


def _between_ms(first: int | None, last: int | None) -> int | None:
    if first is None or last is None or not 0 <= last - first <= FAR_MS:
        return None
    return last - first


def _end(steps: Iterable[Step]) -> int:
    return max((step.end_ms for step in steps), default=0)

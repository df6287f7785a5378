"""One trace per verdict: what it began with, judged and written down, told, and taken in.

The trace is the evaluation's, so that all programs find it without a word.  What leads to no new
verdict is a trace of one step.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from echo.domain.facts import Fact
from echo.domain.handshake import NO_EVALUATION, RegistrationStatus, Role
from echo.domain.ids import AccountId, EvaluationId
from echo.domain.registration_facts import (
    AccountEvaluated,
    Cause,
    EvaluationUnchanged,
    QuotesTaken,
    ReportOutcome,
    SpecsTaken,
    SymbolsReported,
    VerdictConsumed,
    VerdictForwarded,
)
from echo.domain.traces import Span, Value, derived_span_id

REPORT: Final = "core.handle_account_symbols_report"
SPECS: Final = "core.handle_symbol_spec_report"
QUOTE: Final = "core.handle_symbol_quote_snapshot"
RECONCILE: Final = "core.handshake.reconcile"
EVALUATE: Final = "core.handshake.evaluate"
PERSIST: Final = "core.handshake.persist"
SEND: Final = "core.handshake.feedback.send"
FORWARD: Final = "agent.handshake.forward"
CONSUME: Final = "ea.handshake.consume"

_AboutAccount = (
    AccountEvaluated
    | EvaluationUnchanged
    | SymbolsReported
    | SpecsTaken
    | QuotesTaken
    | VerdictForwarded
    | VerdictConsumed
)
_Attributes = dict[str, Value]

VERDICTS_OF_CORE: Final[frozenset[type[Fact]]] = frozenset(
    {AccountEvaluated, EvaluationUnchanged, SymbolsReported, SpecsTaken, QuotesTaken}
)
VERDICTS_OF_AGENT: Final[frozenset[type[Fact]]] = frozenset({VerdictForwarded, VerdictConsumed})
"""Facts that steps are made of."""


def verdict_spans_of_core(fact: Fact, at_ms: int) -> Iterator[Span]:
    """Yield the Core's steps; *at_ms*: when the fact was told, which is after all of them."""
    match fact:
        case AccountEvaluated() if fact.evaluation_id != NO_EVALUATION:
            yield from _judged(fact, at_ms)
        case EvaluationUnchanged() if fact.cause is not Cause.HANDSHAKE:
            attributes = _attributes(fact) | {"result": "skipped", "echo.reason": fact.cause.value}
            yield _alone(fact, RECONCILE, fact.evaluated_at_ms, at_ms, attributes)
        case SymbolsReported():
            yield _reported(fact, at_ms)
        case SpecsTaken():
            attributes = _attributes(fact) | {"symbols": fact.symbols, "news": str(fact.news)}
            yield _alone(fact, SPECS, fact.taken_at_ms, at_ms, attributes)
        case QuotesTaken():
            attributes = _attributes(fact) | {"echo.symbol": fact.symbol, "quotes": fact.quotes}
            yield _alone(fact, QUOTE, fact.taken_at_ms, at_ms, attributes)
        case _:
            pass


def verdict_spans_of_agent(fact: Fact, at_ms: int) -> Iterator[Span]:
    """Yield the Agent's step, and its EA's as far as that tells of it."""
    match fact:
        case VerdictForwarded() if fact.evaluation_id != NO_EVALUATION:
            attributes = _attributes(fact) | {
                "echo.attempt": fact.attempt,
                "echo.pipe_count": fact.pipe_count,
            }
            if fact.latency_ms is not None:
                attributes["feedback_latency_ms"] = fact.latency_ms
            yield _step(fact, FORWARD, SEND, (at_ms, at_ms), attributes)
        case VerdictConsumed() if fact.evaluation_id != NO_EVALUATION:
            taken_ms = min(fact.consumed_at_ms, at_ms)
            yield _step(fact, CONSUME, FORWARD, (taken_ms, taken_ms), _attributes(fact))
        case _:
            pass


def _judged(fact: AccountEvaluated, at_ms: int) -> Iterator[Span]:
    """Yield the steps to a verdict, and what made it be judged again, if something did."""
    judged_ms = min(fact.evaluated_at_ms or at_ms, at_ms)
    told = _attributes(fact) | {"echo.reason": fact.cause.value}
    if fact.status is RegistrationStatus.WARNING:
        told["warning_codes"] = ",".join(sorted({each.code for each in fact.counts}))
    begins = REPORT if fact.cause is Cause.HANDSHAKE else RECONCILE
    trace_id, moment = _trace_id(fact.evaluation_id), f"{fact.account_id}@{fact.evaluated_at_ms}"
    root_id = derived_span_id(trace_id, begins, moment)
    if begins == RECONCILE:
        yield _span(trace_id, root_id, "", RECONCILE, (judged_ms, at_ms), told)
    first_id = derived_span_id(trace_id, EVALUATE, fact.account_id)
    yield _span(trace_id, first_id, root_id, EVALUATE, (judged_ms, judged_ms), told)
    if fact.stored:
        yield _step(fact, PERSIST, EVALUATE, (judged_ms, at_ms), told)
    if fact.sent:
        yield _step(fact, SEND, PERSIST if fact.stored else EVALUATE, (at_ms, at_ms), told)


def _reported(fact: SymbolsReported, at_ms: int) -> Span:
    attributes = _attributes(fact) | {"symbols": fact.symbols, "result": fact.outcome.value}
    if fact.evaluation_id == NO_EVALUATION or fact.outcome is ReportOutcome.STALE:
        return _alone(fact, REPORT, fact.taken_at_ms, at_ms, attributes)
    trace_id, moment = _trace_id(fact.evaluation_id), f"{fact.account_id}@{fact.taken_at_ms}"
    span_id = derived_span_id(trace_id, REPORT, moment)
    begun_ms = min(fact.taken_at_ms or at_ms, at_ms)
    return _span(trace_id, span_id, "", REPORT, (begun_ms, at_ms), attributes)


def _step(
    fact: AccountEvaluated | VerdictForwarded | VerdictConsumed,
    name: str,
    parent: str,
    span_ms: tuple[int, int],
    attributes: _Attributes,
) -> Span:
    """Return a step behind *parent* in the trace of the fact's evaluation."""
    trace_id, whose = _trace_id(fact.evaluation_id), fact.account_id
    span_id, parent_id = (derived_span_id(trace_id, each, whose) for each in (name, parent))
    return _span(trace_id, span_id, parent_id, name, span_ms, attributes)


def _alone(
    fact: _AboutAccount, name: str, begun_ms: int, at_ms: int, attributes: _Attributes
) -> Span:
    """Return a step that is a trace of its own."""
    begun_ms = min(begun_ms or at_ms, at_ms)
    trace_id = _own_trace_id(fact.account_id, name, begun_ms)
    span_id = derived_span_id(trace_id, name, fact.account_id)
    return _span(trace_id, span_id, "", name, (begun_ms, at_ms), attributes)


def _span(
    trace_id: str,
    span_id: str,
    parent_id: str,
    name: str,
    span_ms: tuple[int, int],
    attributes: _Attributes,
) -> Span:
    role = attributes["echo.pipe_role"]
    component = f"{role}_ea" if name == CONSUME else name.partition(".")[0]
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_id,
        name=name,
        component=component,
        start_ms=span_ms[0],
        end_ms=span_ms[1],
        attributes=attributes | {"echo.component": component},
    )


def _trace_id(evaluation_id: EvaluationId) -> str:
    return evaluation_id.replace("-", "")


def _own_trace_id(account_id: AccountId, name: str, begun_ms: int) -> str:
    return sha256(f"{account_id}|{name}|{begun_ms}".encode()).hexdigest()[:32]


def _attributes(fact: _AboutAccount) -> _Attributes:
    """Return what every span about a handshake must say."""
    role: Role = fact.role
    told: _Attributes = {
        "pipe_role": role.value,
        "protocol_version": fact.protocol_version,
        "client_semver": fact.client_semver,
        "evaluation_id": fact.evaluation_id,
    }
    # Searches by Echo's own names have the prefix, those by the handshake's names do not.
    found = {f"echo.{name}": value for name, value in told.items()} | told
    found["echo.account_id"] = fact.account_id
    status = getattr(fact, "status", None)
    if status is not None:
        found["handshake_status"] = status.value.lower()
    return found

"""One trace per verdict: judged and written down in the Core, told on the pipe by the Agent.

The trace is the evaluation's, so both programs find it without a word.  How a terminal takes its
verdict is not seen from here: its own journal says it.
"""

from collections.abc import Iterator
from typing import Final

from echo.domain.facts import Fact
from echo.domain.handshake import NO_EVALUATION, RegistrationStatus
from echo.domain.ids import AccountId, EvaluationId
from echo.domain.registration_facts import AccountEvaluated, VerdictForwarded
from echo.links.telemetry.spans import Attributes, Span, derived_span_id

EVALUATE: Final = "core.handshake.evaluate"
PERSIST: Final = "core.handshake.persist"
SEND: Final = "core.handshake.feedback.send"
FORWARD: Final = "agent.handshake.forward"


def verdict_spans_of_core(fact: Fact, at_ms: int) -> Iterator[Span]:
    """Yield the Core's steps to a verdict; *at_ms*: when the fact was told, which is after both."""
    if not isinstance(fact, AccountEvaluated) or fact.evaluation_id == NO_EVALUATION:
        return
    judged_ms = min(fact.evaluated_at_ms or at_ms, at_ms)
    told = _attributes(fact)
    steps = [(EVALUATE, judged_ms, judged_ms, "")]
    if fact.stored:
        steps.append((PERSIST, judged_ms, at_ms, EVALUATE))
    if fact.sent:
        steps.append((SEND, at_ms, at_ms, PERSIST if fact.stored else EVALUATE))
    for name, start_ms, end_ms, parent in steps:
        yield _span(fact.evaluation_id, fact.account_id, name, parent, (start_ms, end_ms), told)


def verdict_spans_of_agent(fact: Fact, at_ms: int) -> Iterator[Span]:
    """Yield the Agent's step: from the handshake, or at once, until the verdict is on the pipe."""
    if not isinstance(fact, VerdictForwarded) or fact.evaluation_id == NO_EVALUATION:
        return
    start_ms = at_ms - (fact.latency_ms or 0)
    told = _attributes(fact)
    yield _span(fact.evaluation_id, fact.account_id, FORWARD, SEND, (start_ms, at_ms), told)


def _span(
    evaluation_id: EvaluationId,
    account_id: AccountId,
    name: str,
    parent: str,
    span_ms: tuple[int, int],
    attributes: Attributes,
) -> Span:
    trace_id = evaluation_id.replace("-", "")
    return Span(
        trace_id=trace_id,
        span_id=derived_span_id(trace_id, name, account_id),
        parent_id=derived_span_id(trace_id, parent, account_id) if parent else "",
        name=name,
        component=name.partition(".")[0],
        start_ms=span_ms[0],
        end_ms=span_ms[1],
        attributes=attributes,
    )


def _attributes(fact: AccountEvaluated | VerdictForwarded) -> Attributes:
    """Return what a span about a handshake must say; a warning says its codes as well."""
    found: Attributes = {
        "echo.account_id": fact.account_id,
        "pipe_role": fact.role.value,
        "protocol_version": fact.protocol_version,
        "client_semver": fact.client_semver,
        "evaluation_id": fact.evaluation_id,
        "handshake_status": fact.status.value.lower(),
    }
    if isinstance(fact, AccountEvaluated):
        found["echo.reason"] = fact.cause.value
        if fact.status is RegistrationStatus.WARNING:
            found["warning_codes"] = ",".join(sorted({each.code for each in fact.counts}))
    return found

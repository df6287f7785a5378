"""A verdict is one trace: what the Core did and what the Agent did hang on each other."""

from dataclasses import replace
from typing import Any

import pytest

from echo.domain.handshake import NO_EVALUATION, RegistrationStatus, Role
from echo.domain.ids import EvaluationId
from echo.domain.registration_facts import (
    Cause,
    EvaluationUnchanged,
    QuotesTaken,
    ReportOutcome,
    SpecsTaken,
    VerdictConsumed,
)
from echo.links.telemetry import registration_spans as told
from echo.links.telemetry.registration_spans import verdict_spans_of_agent, verdict_spans_of_core
from tests.links.telemetry.facts import (
    FILLED,
    SLAVE,
    TRACE_ID,
    TRADE,
    evaluated,
    forwarded,
    reported,
)

JUDGED = replace(
    evaluated(RegistrationStatus.WARNING),
    evaluation_id=EvaluationId(TRADE),
    evaluated_at_ms=1_000,
)


TAKEN = replace(reported(ReportOutcome.TAKEN), evaluation_id=EvaluationId(TRADE), taken_at_ms=1_000)
CONSUMED = VerdictConsumed(
    account_id=SLAVE,
    role=Role.SLAVE,
    status=RegistrationStatus.WARNING,
    protocol_version=3,
    client_semver="1.0.0",
    evaluation_id=EvaluationId(TRADE),
    consumed_at_ms=1_011,
)


def test_a_verdict_is_followed_from_its_judgement_to_the_pipe() -> None:
    steps = [
        *verdict_spans_of_core(TAKEN, 1_007),
        *verdict_spans_of_core(JUDGED, 1_007),
        *verdict_spans_of_agent(forwarded(Role.SLAVE), 1_009),
        *verdict_spans_of_agent(CONSUMED, 5_000),
    ]

    assert [step.name for step in steps] == [
        told.REPORT,
        told.EVALUATE,
        told.PERSIST,
        told.SEND,
        told.FORWARD,
        told.CONSUME,
    ]
    assert {step.trace_id for step in steps} == {TRACE_ID}
    assert [step.parent_id for step in steps] == ["", *(step.span_id for step in steps[:-1])]
    assert [(step.start_ms, step.end_ms) for step in steps] == [
        (1_000, 1_007),
        (1_000, 1_000),
        (1_000, 1_007),
        (1_007, 1_007),
        (1_009, 1_009),
        (1_011, 1_011),
    ]
    assert [step.component for step in steps] == [*["core"] * 4, "agent", "slave_ea"]
    assert steps[4].attributes["echo.pipe_count"] == 17


def test_it_says_whose_it_is_and_what_was_warned_of() -> None:
    [first, *_] = verdict_spans_of_core(JUDGED, 1_007)

    assert first.attributes["handshake_status"] == "warning"
    assert first.attributes["warning_codes"] == "SPEC_INVALID,SPEC_STALE"
    assert first.attributes["echo.account_id"] == SLAVE
    for name, value in (
        ("pipe_role", "slave"),
        ("protocol_version", 3),
        ("client_semver", ""),
        ("evaluation_id", TRADE),
    ):
        assert first.attributes[name] == first.attributes[f"echo.{name}"] == value


@pytest.mark.parametrize(
    "cause", sorted({*Cause} - {Cause.HANDSHAKE}), ids=lambda cause: cause.value
)
def test_a_verdict_that_nobody_asked_for_begins_with_the_reconciler(cause: Cause) -> None:
    first, second, *_ = verdict_spans_of_core(replace(JUDGED, cause=cause), 1_007)

    assert (first.name, second.name) == (told.RECONCILE, told.EVALUATE)
    assert (first.parent_id, second.parent_id) == ("", first.span_id)
    assert first.attributes["echo.reason"] == cause.value


def test_each_look_that_finds_nothing_new_is_a_trace_of_its_own() -> None:
    seen = EvaluationUnchanged(
        account_id=SLAVE,
        cause=Cause.INTERVAL,
        evaluation_id=EvaluationId(TRADE),
        status=RegistrationStatus.ACCEPTED,
        evaluated_at_ms=1_000,
    )
    [first] = verdict_spans_of_core(seen, 1_001)
    [second] = verdict_spans_of_core(replace(seen, evaluated_at_ms=2_000), 2_001)

    assert first.name == second.name == told.RECONCILE
    assert len({TRACE_ID, first.trace_id, second.trace_id}) == 3
    assert first.attributes["result"] == "skipped"
    assert not list(verdict_spans_of_core(replace(seen, cause=Cause.HANDSHAKE), 1_001))


def test_specs_quotes_and_reports_that_are_old_are_told_alone() -> None:
    of_ea: dict[str, Any] = {
        "account_id": SLAVE,
        "role": Role.SLAVE,
        "protocol_version": 2,
        "client_semver": "1.5.0",
        "evaluation_id": EvaluationId(TRADE),
        "taken_at_ms": 1_000,
    }
    specs = SpecsTaken(**of_ea, symbols=3, news=True)
    quotes = QuotesTaken(**of_ea, symbol="XAUUSD", broker_symbol="GOLD", quotes=40)
    old = replace(TAKEN, outcome=ReportOutcome.STALE)
    steps = [step for fact in (specs, quotes, old) for step in verdict_spans_of_core(fact, 1_002)]

    assert [step.name for step in steps] == [told.SPECS, told.QUOTE, told.REPORT]
    assert len({TRACE_ID, *(step.trace_id for step in steps)}) == 4
    assert {(step.parent_id, step.start_ms, step.end_ms) for step in steps} == {("", 1_000, 1_002)}
    assert steps[1].attributes["quotes"] == 40
    assert all(step.attributes["echo.evaluation_id"] == TRADE for step in steps)


def test_what_was_known_already_is_not_written_again_but_told() -> None:
    steps = list(verdict_spans_of_core(replace(JUDGED, stored=False), 1_007))

    assert [step.name for step in steps] == [told.EVALUATE, told.SEND]
    assert steps[1].parent_id == steps[0].span_id != ""


def test_nothing_else_is_a_verdict() -> None:
    assert list(verdict_spans_of_core(FILLED, 1)) == []
    assert list(verdict_spans_of_agent(FILLED, 1)) == []
    assert list(verdict_spans_of_core(replace(JUDGED, evaluation_id=NO_EVALUATION), 1)) == []

"""A verdict is one trace: what the Core did and what the Agent did hang on each other."""

from dataclasses import replace

from echo.domain.handshake import NO_EVALUATION, RegistrationStatus, Role
from echo.domain.ids import EvaluationId
from echo.links.telemetry import registration_spans as told
from echo.links.telemetry.registration_spans import verdict_spans_of_agent, verdict_spans_of_core
from tests.links.telemetry.facts import FILLED, TRACE_ID, TRADE, evaluated, forwarded

JUDGED = replace(
    evaluated(RegistrationStatus.WARNING),
    evaluation_id=EvaluationId(TRADE),
    evaluated_at_ms=1_000,
)


def test_a_verdict_is_followed_from_its_judgement_to_the_pipe() -> None:
    steps = [
        *verdict_spans_of_core(JUDGED, 1_007),
        *verdict_spans_of_agent(forwarded(Role.SLAVE), 1_009),
    ]

    assert [step.name for step in steps] == [told.EVALUATE, told.PERSIST, told.SEND, told.FORWARD]
    assert {step.trace_id for step in steps} == {TRACE_ID}
    assert [step.parent_id for step in steps] == ["", *(step.span_id for step in steps[:-1])]
    assert [(step.start_ms, step.end_ms) for step in steps] == [
        (1_000, 1_000),
        (1_000, 1_007),
        (1_007, 1_007),
        (1_005, 1_009),
    ]


def test_it_says_whose_it_is_and_what_was_warned_of() -> None:
    [first, *_] = verdict_spans_of_core(JUDGED, 1_007)

    assert first.attributes["handshake_status"] == "warning"
    assert first.attributes["warning_codes"] == "SPEC_INVALID,SPEC_STALE"
    assert {"pipe_role", "protocol_version", "client_semver", "evaluation_id"} <= set(
        first.attributes
    )


def test_what_was_known_already_is_not_written_again_but_told() -> None:
    steps = list(verdict_spans_of_core(replace(JUDGED, stored=False), 1_007))

    assert [step.name for step in steps] == [told.EVALUATE, told.SEND]
    assert steps[1].parent_id == steps[0].span_id


def test_nothing_else_is_a_verdict() -> None:
    assert list(verdict_spans_of_core(FILLED, 1)) == []
    assert list(verdict_spans_of_agent(FILLED, 1)) == []
    assert list(verdict_spans_of_core(replace(JUDGED, evaluation_id=NO_EVALUATION), 1)) == []

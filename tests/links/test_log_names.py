"""What lines of the log are called, and which of them are serious."""

import io
import json
from dataclasses import replace
from typing import Any, cast

import pytest

from echo.domain.copy_facts import IntentForwarded
from echo.domain.facts import Fact
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import EvaluationId
from echo.domain.registration_facts import (
    HandshakeHeard,
    HandshakeSent,
    MappingsLoaded,
    ReportOutcome,
    ReportSent,
    VerdictConsumed,
)
from echo.links.log_facts import LEVEL_OF, LEVELS, LogFacts
from echo.links.log_names import TERMINAL, level_highest, line_name
from tests.links.telemetry.facts import (
    AGENT_FACTS,
    FILLED,
    SLAVE,
    TRADE,
    evaluated,
    forwarded,
    reported,
)

INTENT = replace(cast(IntentForwarded, AGENT_FACTS[0]), account_id=SLAVE)

HEARD = HandshakeHeard(
    account_id=SLAVE,
    role=Role.SLAVE,
    protocol_version=2,
    client_semver="1.5.0",
    symbols=3,
    legacy=False,
)
OLD = replace(HEARD, protocol_version=1, client_semver="", legacy=True)
CONSUMED = VerdictConsumed(
    account_id=SLAVE,
    role=Role.SLAVE,
    status=RegistrationStatus.WARNING,
    protocol_version=3,
    client_semver="1.0.0",
    evaluation_id=EvaluationId(TRADE),
    consumed_at_ms=1,
)
SENT = ReportSent(
    account_id=SLAVE,
    role=Role.SLAVE,
    protocol_version=2,
    client_semver="1.5.0",
    symbols=3,
    attempt=1,
)
INTRODUCED = HandshakeSent(
    account_id=SLAVE, role=Role.SLAVE, protocol_version=3, client_semver="1.0.0", symbols=3
)


class Paper(io.BytesIO):
    """A stream that can still be read when it is closed."""

    def close(self) -> None:
        pass


def logged(fact: Fact, program: str = "echo-core", level: str = "debug") -> list[dict[str, Any]]:
    paper = Paper()
    log = LogFacts(program, paper, level=level)
    log.observe(fact)
    log.close()
    return [json.loads(line) for line in paper.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("fact", "program", "feature", "event", "level"),
    [
        (evaluated(RegistrationStatus.ACCEPTED), "echo-core", "Handshake", "Evaluate", "info"),
        (evaluated(RegistrationStatus.REJECTED), "echo-core", "Handshake", "Evaluate", "error"),
        (forwarded(Role.SLAVE), "echo-agent", "Handshake", "FeedbackForwarded", "info"),
        (CONSUMED, "echo-agent", "Handshake", "ResultConsumed", "warning"),
        (CONSUMED, TERMINAL, "Handshake", "Result", "warning"),
        (INTENT, "echo-agent", "Trading", "intent_forwarded", "debug"),
        (replace(INTENT, attempt=2), "echo-agent", "Trading", "intent_retry", "info"),
        (INTRODUCED, TERMINAL, "Handshake", "Handshake sent", "info"),
        (HEARD, "echo-agent", "Handshake", "Heard", "info"),
        (OLD, "echo-agent", "Handshake", "Heard", "warning"),
        (SENT, "echo-agent", "Symbols", "AccountSymbolsReport sent", "info"),
        (
            reported(ReportOutcome.TAKEN),
            "echo-core",
            "Symbols",
            "Symbol mappings upserted",
            "info",
        ),
        (
            reported(ReportOutcome.DUPLICATE),
            "echo-core",
            "Symbols",
            "Symbols report refused",
            "warning",
        ),
        (
            MappingsLoaded(account_id=SLAVE, symbols=3),
            "echo-core",
            "Symbols",
            "Account mappings loaded",
            "info",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_line_is_found_by_feature_and_event(
    fact: Fact, program: str, feature: str, event: str, level: str
) -> None:
    [line] = logged(fact, program)

    assert (line["app"], line["feature"], line["event"]) == (program, feature, event)
    assert line["level"] == level
    assert line["account_id"] == SLAVE


def test_a_line_about_a_handshake_says_who_and_which_version() -> None:
    [judged] = logged(evaluated(RegistrationStatus.WARNING))
    [old] = logged(OLD, "echo-agent")

    assert judged["status"] == "WARNING"
    assert {"protocol_version", "client_semver", "account_id", "evaluation_id"} <= judged.keys()
    assert (old["status"], old["level"]) == ("LEGACY", "warning")


def test_the_serious_ones_of_a_kind_are_logged_where_the_others_are_not() -> None:
    assert logged(OLD, "echo-agent", "warning")
    assert not logged(HEARD, "echo-agent", "warning")
    assert logged(evaluated(RegistrationStatus.REJECTED), level="error")
    assert not logged(evaluated(RegistrationStatus.WARNING), level="error")


def test_no_name_makes_a_line_more_serious_than_its_kind_may_be() -> None:
    for fact in (OLD, CONSUMED, evaluated(RegistrationStatus.REJECTED)):
        name = line_name(fact)
        assert name is not None
        highest = level_highest(type(fact), LEVEL_OF[type(fact)])
        assert LEVELS.index(name.level or "debug") <= LEVELS.index(highest)


@pytest.mark.parametrize("outcome", list(ReportOutcome), ids=lambda each: each.value)
def test_whatever_became_of_a_report_its_line_has_a_name(outcome: ReportOutcome) -> None:
    name = line_name(reported(outcome))

    assert name is not None
    assert name.event


def test_what_is_not_about_registration_has_no_name() -> None:
    assert line_name(FILLED) is None
    assert "feature" not in logged(FILLED)[0]

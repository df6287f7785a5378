"""A fact becomes one log record: its words, its level, its trace."""

import json

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.links.telemetry.otlp_records import records
from tests.links.telemetry.facts import AGENT_FACTS, CORE_FACTS, TRACE_ID, settled


def told(*facts: Fact) -> list[LogRecord]:
    scope = InstrumentationScope("echo")
    return [each.log_record for each in records([(7, fact) for fact in facts], Resource({}), scope)]


def test_every_fact_can_be_told() -> None:
    for record, fact in zip(
        told(*CORE_FACTS, *AGENT_FACTS), (*CORE_FACTS, *AGENT_FACTS), strict=True
    ):
        assert record.event_name == type(fact).__name__
        assert record.timestamp == 7
        assert isinstance(json.loads(str(record.body)), dict)


def test_a_decision_without_a_trace_is_found_by_its_trade() -> None:
    [record] = told(settled(Outcome.OMITTED, ErrorCode.WINDOW_BLOCKED))

    assert record.trace_id == int(TRACE_ID, 16)
    assert record.severity_number is SeverityNumber.INFO
    assert record.attributes is not None
    assert record.attributes["echo.code"] == "WINDOW_BLOCKED"

"""A fact becomes one log record: its words, its level, its trace."""

import json

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_INFO, LogRecord

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm, Fact
from echo.links.telemetry.otlp_records import LogSender, records_of
from tests.links.telemetry.collector import collecting
from tests.links.telemetry.facts import AGENT_FACTS, CORE_FACTS, TRACE_ID, settled


def told(*facts: Fact) -> list[LogRecord]:
    request = records_of([(7, fact) for fact in facts], {"service.name": "echo-core"}, "echo")
    [resource] = ExportLogsServiceRequest.FromString(request).resource_logs
    [attribute] = resource.resource.attributes
    assert (attribute.key, attribute.value.string_value) == ("service.name", "echo-core")
    [scope] = resource.scope_logs
    assert scope.scope.name == "echo"
    return list(scope.log_records)


def test_every_fact_can_be_told() -> None:
    for record, fact in zip(
        told(*CORE_FACTS, *AGENT_FACTS), (*CORE_FACTS, *AGENT_FACTS), strict=True
    ):
        assert record.event_name == type(fact).__name__
        assert record.time_unix_nano == record.observed_time_unix_nano == 7
        assert isinstance(json.loads(record.body.string_value), dict)


def test_a_decision_without_a_trace_is_found_by_its_trade() -> None:
    [record] = told(settled(Outcome.OMITTED, ErrorCode.WINDOW_BLOCKED))

    assert record.trace_id.hex() == TRACE_ID
    assert record.severity_number == SEVERITY_NUMBER_INFO
    assert record.severity_text == "INFO"
    attributes = {each.key: each.value.string_value for each in record.attributes}
    assert attributes["echo.code"] == "WINDOW_BLOCKED"


def test_a_fact_of_no_trade_belongs_to_no_trace() -> None:
    [record] = told(Alarm(key="journal", code="JOURNAL_FAILS", sentence="día"))

    assert record.trace_id == b""
    assert json.loads(record.body.string_value)["sentence"] == "día"


def test_the_sender_says_whether_it_was_taken() -> None:
    with collecting() as collector:
        sender = LogSender(
            collector.endpoint, insecure=True, timeout_s=3.0, resource={}, scope="echo"
        )
        assert sender.send([(7, CORE_FACTS[0])])
        sender.shutdown()

    assert [record.event_name for record in collector.logs] == [type(CORE_FACTS[0]).__name__]

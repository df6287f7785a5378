"""What real programs tell a collector about a handshake: one trace, and lines found by name."""

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from echo.links.telemetry import registration_spans as told
from tests.acceptance.rollout import Ea, Play, playing
from tests.fakes import until_real
from tests.links.telemetry.collector import Collector, collecting

WITHIN_S = 60.0
IN_ORDER = (told.REPORT, told.EVALUATE, told.PERSIST, told.SEND, told.FORWARD, told.CONSUME)
ALONE = (told.SPECS, told.QUOTE)
MANDATORY = {
    f"echo.{name}"
    for name in ("account_id", "pipe_role", "protocol_version", "client_semver", "evaluation_id")
}

EXPECTED = {
    ("Handshake", "Heard", "", "F1", "INFO"),
    ("Handshake", "Heard", "LEGACY", "F2", "WARNING"),
    ("Symbols", "AccountSymbolsReport sent", "", "F1", "INFO"),
    ("Symbols", "Symbol mappings upserted", "", "F1", "INFO"),
    ("Handshake", "Evaluate", "WARNING", "F1", "INFO"),
    ("Handshake", "Evaluate", "REJECTED", "F2", "ERROR"),
    ("Handshake", "FeedbackForwarded", "WARNING", "F1", "INFO"),
    ("Handshake", "FeedbackForwarded", "REJECTED", "F2", "INFO"),
    ("Handshake", "ResultConsumed", "WARNING", "F1", "WARNING"),
}
"""Feature, event, status, account and level."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


def text(attribute: KeyValue) -> str:
    return attribute.value.string_value or str(attribute.value.int_value)


def attributes(span: Span) -> dict[str, str]:
    return {each.key: text(each) for each in span.attributes}


def named(collector: Collector, name: str, account: str) -> list[Span]:
    return [
        span
        for span in collector.spans
        if span.name == name and attributes(span)["echo.account_id"] == account
    ]


def lines(collector: Collector) -> set[tuple[str, ...]]:
    """Return feature, event and status of each line about registration, and whose it is."""
    found = set()
    for record in collector.logs:
        about = {each.key: text(each) for each in record.attributes}
        if "event" in about:
            names = ("feature", "event", "status", "echo.account_id")
            found.add((*(about.get(name, "") for name in names), record.severity_text))
    return found


async def takes_in(ea: Ea) -> None:
    """Ping as an EA does that has read its latest verdict."""
    verdicts = [
        line["payload"]["evaluationId"]
        for line in ea.person.waiting
        if line["type"] == "symbol_registration_result"
    ]
    ping = {"type": "ping", "id": "p-1", "evaluation_id": verdicts[-1], "verdict_age_ms": 1}
    ea.person.write(ping)


async def all_told(collector: Collector) -> None:
    def are_here() -> bool:
        spans = all(named(collector, name, "F1") for name in (*IN_ORDER, *ALONE))
        again = bool(named(collector, told.RECONCILE, "F2"))
        return spans and again and lines(collector) >= EXPECTED

    await until_real(are_here, within_s=WITHIN_S)


async def desk_that_is_judged(play: Play) -> None:
    """A new EA and an old one, each with its verdict; then the rules change."""
    await asyncio.gather(play.first.comes(3, ("EURUSD", "AAPL")), play.second.comes(1))
    await play.first.judged("WARNING")
    await play.second.judged("WARNING")
    await takes_in(play.first)
    play.change(min_version=2, allow_legacy="false")
    await play.second.judged("REJECTED")


async def test_a_handshake_is_one_trace_through_all_programs_and_its_lines_have_names(
    collector: Collector,
) -> None:
    async with playing(collector=collector.endpoint) as play:
        await desk_that_is_judged(play)
        await all_told(collector)

    [consumed, *_] = named(collector, told.CONSUME, "F1")
    by_id = {span.span_id: span for span in collector.spans if span.trace_id == consumed.trace_id}
    chain = [consumed]
    while chain[0].parent_span_id:
        chain.insert(0, by_id[chain[0].parent_span_id])
    assert [span.name for span in chain][-5:] == list(IN_ORDER[1:])
    assert chain[0].name in {told.REPORT, told.RECONCILE}, "specs may come before it is judged"
    for name in (*IN_ORDER, *ALONE, told.RECONCILE):
        for span in named(collector, name, "F1"):
            assert attributes(span).keys() >= MANDATORY, name
    assert attributes(consumed)["echo.client_semver"] == "3.0.0"
    assert attributes(chain[1])["handshake_status"] == "warning"
    assert chain[1].end_time_unix_nano > chain[1].start_time_unix_nano
    assert "CANONICAL_NOT_ALLOWED" in attributes(chain[1])["warning_codes"]
    rejected = [attributes(span) for span in named(collector, told.RECONCILE, "F2")]
    assert "settings" in {each["echo.reason"] for each in rejected}

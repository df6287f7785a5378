"""What real programs tell a collector about a handshake: one trace, and lines found by name."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from echo.links.telemetry import registration_spans as told
from tests.acceptance.rollout import Ea, Play, playing
from tests.fakes import until_real
from tests.links.telemetry.collector import Collector, collecting

WITHIN_S = 60.0
PING_S = 0.1
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


def takes_in(ea: Ea) -> None:
    """Ping as an EA does that has read its latest verdict."""
    verdicts = [
        line["payload"]["evaluationId"]
        for line in ea.person.waiting
        if line["type"] == "symbol_registration_result"
    ]
    ping = {"type": "ping", "id": "p-1", "evaluation_id": verdicts[-1], "verdict_age_ms": 1}
    ea.person.write(ping)


@asynccontextmanager
async def pinging(ea: Ea) -> AsyncIterator[None]:
    """Have *ea* ping again and again: its first verdict is replaced as soon as its specs come."""

    async def ping() -> None:
        while True:
            takes_in(ea)
            await asyncio.sleep(PING_S)

    task = asyncio.create_task(ping())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def missing(collector: Collector) -> list[object]:
    """Return what has not been told yet: names of spans, and lines."""
    spans = [(name, "F1") for name in (*IN_ORDER, *ALONE)] + [(told.RECONCILE, "F2")]
    untold = [each for each in spans if not named(collector, *each)]
    return [*untold, *sorted(EXPECTED - lines(collector))]


async def all_told(collector: Collector) -> None:
    try:
        await until_real(lambda: not missing(collector), within_s=WITHIN_S)
    except TimeoutError:
        raise AssertionError(f"nobody told of {missing(collector)}") from None


async def desk_that_is_judged(play: Play) -> None:
    """A new EA and an old one, each with its verdict; then the rules change."""
    await asyncio.gather(play.first.comes(3, ("EURUSD", "AAPL")), play.second.comes(1))
    await play.first.judged("WARNING")
    await play.second.judged("WARNING")
    play.change(min_version=2, allow_legacy="false")
    await play.second.judged("REJECTED")


async def test_a_handshake_is_one_trace_through_all_programs_and_its_lines_have_names(
    collector: Collector,
) -> None:
    async with playing(collector=collector.endpoint) as play:
        await desk_that_is_judged(play)
        async with pinging(play.first):
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

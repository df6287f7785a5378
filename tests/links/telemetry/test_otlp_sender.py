"""What is sent survives the collector's going and coming, as the SDK's own exporters do."""

from collections.abc import Callable

import pytest

from echo.links.telemetry.otlp_records import LogSender
from echo.links.telemetry.otlp_spans import SpanSender
from tests.links.telemetry.collector import Collector, collecting
from tests.links.telemetry.facts import CORE_FACTS
from tests.links.telemetry.test_otlp_spans import SPAN
from tests.servers.ports import free_port


def spans(endpoint: str) -> Callable[[], bool]:
    sender = SpanSender(endpoint, insecure=True, timeout_s=2.0, resource={}, scope="echo")
    return lambda: sender.send([SPAN])


def records(endpoint: str) -> Callable[[], bool]:
    sender = LogSender(endpoint, insecure=True, timeout_s=2.0, resource={}, scope="echo")
    return lambda: sender.send([(7, CORE_FACTS[0])])


def arrived(collector: Collector) -> int:
    return len(collector.spans) + len(collector.logs)


@pytest.mark.parametrize("sending", [spans, records])
def test_a_collector_that_comes_back_is_told_again(
    sending: Callable[[str], Callable[[], bool]],
) -> None:
    port = free_port()
    send = sending(f"127.0.0.1:{port}")

    with collecting(port=port) as collector:
        assert send()
        assert arrived(collector) == 1
    assert not send()
    with collecting(port=port) as collector:
        while not send():  # until it has noticed: bounded by the test's own time
            pass
        assert arrived(collector)

"""A demo shows itself to a collector or to Prometheus, and goes on where it cannot."""

import asyncio
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from echo.apps.demo.cast import Cast, cast
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.performance import Performance, Result
from echo.apps.demo.show import Moment
from echo.apps.demo.stage import Stage
from echo.apps.demo.telling import Telling, complaints, heeded
from echo.apps.inquiries import inquests
from echo.apps.journals import JOURNAL_FILE
from echo.apps.waterfall.steps import waterfall
from echo.config.settings import agent_settings, core_settings
from echo.links.telemetry import spans
from echo.stores.file import FileSettings
from tests.fakes import WITHIN_S
from tests.links.telemetry.collector import collecting
from tests.servers.ports import free_ports


@pytest.mark.parametrize("otlp", ["127.0.0.1:4317", "[::1]:4317", "collector.example:65535"])
def test_a_collector_is_a_host_and_a_port(otlp: str) -> None:
    assert complaints(otlp, 8_780) == []


@pytest.mark.parametrize("otlp", ["", "4317", ":4317", "host", "host:0", "host:65536", "h\n:1"])
def test_what_is_no_collector_is_refused(otlp: str) -> None:
    [complaint] = DemoOptions(otlp=otlp).complaints

    assert f"--otlp {otlp} is not host:port" in complaint


@pytest.mark.parametrize("port", [0, -1, 65_535])
def test_figures_need_two_ports(port: int) -> None:
    [complaint] = DemoOptions(metrics_port=port).complaints

    assert complaint == f"--metrics-port {port} is not 1 to 65534"


def test_nothing_asked_nothing_told() -> None:
    told: list[str] = []

    assert heeded(None, told.append) is None
    assert told == []


def test_without_the_extra_the_demo_goes_on_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    told: list[str] = []

    assert heeded("127.0.0.1:4317", told.append) is None
    [line] = told
    assert "pip install 'echo-copier[otlp]'" in line


def test_a_collector_that_is_not_there_yet_is_named_and_tried() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{nobody.getsockname()[1]}"
        told: list[str] = []

        assert heeded(endpoint, told.append) == endpoint
    [line] = told
    assert line.startswith(f"--otlp {endpoint}: nobody listens there (Connection refused)")


def test_both_programs_are_told_where_to_tell(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.prepare(cast(1, 1), telling=Telling(otlp="127.0.0.1:4317", metrics_port=9_000))
    reading = FileSettings(stage.settings).load()
    core, agent = core_settings(reading.values), agent_settings(reading.values)

    assert (reading.complaints, reading.warnings) == ((), ())
    assert core.telemetry == agent.telemetry
    assert core.telemetry.otlp_endpoint == "127.0.0.1:4317"
    assert (core.telemetry.environment, core.telemetry.export_every_s) == ("demo", 1)
    assert (core.admin.port, agent.metrics_port) == (9_000, 9_001)


async def played(options: DemoOptions, scraped: dict[int, str] | None = None) -> Result:
    """Play a demo; read its ports as soon as there are fills."""

    def seen(_cast: Cast, moment: Moment) -> None:
        port = options.metrics_port
        if scraped is None or port is None or moment.elapsed_s < 2:
            return
        for each in (port, port + 1):
            with urlopen(f"http://127.0.0.1:{each}/metrics", timeout=WITHIN_S) as answer:
                scraped[each] = answer.read().decode()

    return await Performance(options, seen=seen, told=lambda _line: None).play()


def steps_of(journal: Path, trade_id: str) -> set[tuple[str, str, str]]:
    """Return name, id and parent of each step that the journal tells of a trade's open."""
    [inquest] = inquests(journal, trade_id)
    opened = waterfall(inquest).actions[0]
    return {
        (step.name, step.span_id, step.parent_id)
        for step in (*opened.shared, *(step for copy in opened.copies for step in copy.steps))
    }


async def test_a_collector_gets_every_step_of_a_copy_and_prometheus_its_figures(
    tmp_path: Path,
) -> None:
    scraped: dict[int, str] = {}
    port, _ = free_ports(2)
    with collecting() as collector:
        result = await played(
            DemoOptions(
                seconds=5,
                masters=1,
                slaves=1,
                broker_delay="0",
                state=tmp_path / "d",
                otlp=collector.endpoint,
                metrics_port=port,
            ),
            scraped,
        )

    assert result.exit_code == 0
    assert collector.services == {"echo-core", "echo-agent"}
    names = {span.name for span in collector.spans}
    assert names >= {
        spans.MASTER_EA,
        spans.FORWARD,
        spans.DECIDE,
        spans.TO_AGENT,
        spans.PIPE,
        spans.SLAVE_EA,
    }
    assert {"echo.order.created", "echo.intent.forwarded"} <= set(collector.metrics)
    assert "echo_order_created_total" in scraped[port]
    assert "echo_intent_forwarded_total" in scraped[port + 1]
    sent = {(span.name, span.span_id.hex(), span.parent_span_id.hex()) for span in collector.spans}
    filled = [span for span in collector.spans if span.name == spans.BROKER]
    [trade_id] = {
        each.value.string_value for each in filled[0].attributes if each.key == "echo.trade_id"
    }
    steps = await asyncio.to_thread(steps_of, tmp_path / "d" / "core" / JOURNAL_FILE, trade_id)
    assert len(steps) >= 6
    assert steps <= sent, "what the journal tells can be found in the trace"

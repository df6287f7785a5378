"""Programs tell their figures to whoever may ask, and to a collector when they are told to."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

import pytest

from echo.apps import telemetry
from echo.apps.telemetry import agent_telling, core_telling, open_metrics_port
from echo.config.reading import read_settings
from echo.config.setting import Value
from echo.config.settings import agent_settings, core_settings
from echo.domain.facts import LinkChanged
from echo.domain.traces import Span
from echo.links.telemetry import spans
from echo.links.telemetry.table import CORE_METRICS
from echo.ports.errors import SettingsInvalid
from tests.apps.programs import start, write_settings
from tests.apps.test_core import state
from tests.fakes import WITHIN_S, until_real
from tests.links.telemetry.collector import Collector, collecting
from tests.links.telemetry.facts import WRITTEN

UP = LinkChanged(peer="a", up=True)


def scraped(port: int) -> tuple[str, str]:
    """Return what Prometheus would read there, and the type of the text."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=WITHIN_S) as answer:
        return answer.read().decode(), answer.headers["content-type"]


async def test_a_running_core_shows_its_figures_without_a_collector(tmp_path: Path) -> None:
    program = await start("core", write_settings(tmp_path))
    try:
        port = str(state(tmp_path)["admin"]).rpartition(":")[2]
        text, kind = await asyncio.to_thread(scraped, int(port))
    finally:
        await program.end()

    assert kind.startswith("text/plain; version=0.0.4")
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
    assert {each.exposed_name for each in CORE_METRICS} <= told


async def test_a_running_agent_and_core_tell_the_collector_who_they_are(tmp_path: Path) -> None:
    with collecting() as collector:
        endpoint = f'[endpoints]\notel.otlp_endpoint = "{collector.endpoint}"'
        for program, port in (("core", 0), ("agent", 1)):
            settings = write_settings(tmp_path, port=port, change=("[endpoints]", endpoint))
            running = await start(program, settings)
            await running.end()

    assert collector.services == {"echo-core", "echo-agent"}
    assert collector.instances >= {"agent_test"}
    assert "echo_core_router_queue_depth" in collector.metrics


def test_switched_off_nothing_is_counted_or_shown(tmp_path: Path) -> None:
    values = read_settings(
        {"telemetry/enabled": False, "core/state_dir": str(tmp_path), "agent/metrics_port": 9}
    ).values
    core, agent = (
        core_telling(core_settings(values), "1"),
        agent_telling(agent_settings(values), "1"),
    )
    for told in (core, agent):
        told.observe(UP)
        assert told.exposition("") is None
    assert open_metrics_port(9, agent) is None
    core.close()
    agent.close()


@pytest.mark.parametrize("lacking", ["opentelemetry", "opentelemetry.exporter"])
def test_a_collector_needs_the_extra_and_says_so(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.exporter", raising=False)
    monkeypatch.setitem(sys.modules, lacking, None)
    values = read_settings({"endpoints/otel/otlp_endpoint": "127.0.0.1:4317"}).values

    with pytest.raises(SettingsInvalid, match="the extra 'otlp' is not installed"):
        agent_telling(agent_settings(values), "1")


@pytest.mark.parametrize("name", ["echo-desk", ""])
def test_a_name_that_was_given_is_the_one_that_is_told(name: str) -> None:
    with collecting() as collector:
        told = agent_telling(agent_settings(_told_to(collector, name)), "1")
        told.observe(UP)
        told.close()

    assert collector.services == {name or "echo-agent"}
    [point] = collector.metrics["echo.link.changes"].sum.data_points
    assert point.as_double == 1


def _told_to(collector: Collector, name: str) -> Mapping[str, Value]:
    flat = {"endpoints/otel/otlp_endpoint": collector.endpoint, "telemetry/service_name": name}
    return read_settings(flat).values


async def test_an_agent_without_a_collector_hands_its_spans_to_the_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telemetry, "HAND_UP_EVERY_S", 0.01)
    values = read_settings({"agent/spans_via_core": True}).values
    told = agent_telling(agent_settings(values), "1")
    told.observe(WRITTEN)
    handed: list[Span] = []

    handing = asyncio.create_task(
        telemetry.hand_spans_up(told, lambda take: handed.extend(take().spans))
    )
    await until_real(lambda: handed)
    handing.cancel()
    told.close()

    assert [span.name for span in handed] == [spans.TO_AGENT]


async def test_an_agent_that_counts_nothing_hands_nothing_up() -> None:
    values = read_settings({"agent/spans_via_core": True, "telemetry/enabled": False}).values
    told = agent_telling(agent_settings(values), "1")

    await telemetry.hand_spans_up(told, lambda take: pytest.fail(f"{take()}"))
    told.close()

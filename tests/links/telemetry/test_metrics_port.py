"""An Agent's figures can be scraped from loopback."""

from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client import generate_latest

from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.metric import Metric
from echo.links.telemetry.metrics_port import MetricsPort
from echo.links.telemetry.table import AGENT_METRICS, CORE_METRICS
from echo.links.telemetry.telemetry import Telemetry
from echo.ports.errors import PortTaken
from tests.fakes import WITHIN_S
from tests.links.telemetry.facts import FILLED
from tests.links.telemetry.test_table import fed
from tests.servers.ports import free_port
from tests.servers.prometheus import promtool, scraping


def test_figures_are_shown_until_the_port_is_closed() -> None:
    meters = Meters(CORE_METRICS)
    telemetry = Telemetry(meters, (CoreFigures(meters).take,))
    port = MetricsPort(free_port(), telemetry)
    telemetry.observe(FILLED)
    telemetry.drain()

    with urlopen(f"http://127.0.0.1:{port.port}/metrics", timeout=WITHIN_S) as answer:
        text = answer.read()
    assert b'outcome="filled"} 1.0' in text

    with pytest.raises(PortTaken, match=f"127.0.0.1:{port.port}.*agent/metrics_port"):
        MetricsPort(port.port, telemetry)
    port.close()
    MetricsPort(port.port, telemetry).close()
    telemetry.close()


def test_prometheus_reads_them(tmp_path: Path) -> None:
    meters = Meters(CORE_METRICS)
    telemetry = Telemetry(meters, (CoreFigures(meters).take,))
    telemetry.observe(FILLED)
    telemetry.drain()
    port = MetricsPort(0, telemetry)
    try:
        with scraping(f"127.0.0.1:{port.port}", tmp_path) as prometheus:
            found = prometheus.wait_for("latency_e2e_ms_sum")
    finally:
        port.close()
        telemetry.close()

    assert [(labels.split(",")[1], value) for labels, value in found.items()] == [
        ("account_id=70001", "7")
    ]


@pytest.mark.parametrize("metrics", [CORE_METRICS, AGENT_METRICS], ids=["core", "agent"])
def test_the_format_is_faultless_but_for_the_units_in_names(metrics: tuple[Metric, ...]) -> None:
    judged = promtool("check", "metrics", text=generate_latest(fed(metrics).registry).decode())

    assert judged.returncode in {0, 3}, judged.stderr
    for complaint in judged.stderr.splitlines():
        assert "abbreviated units" in complaint or "include type 'gauge'" in complaint

"""Grafana finds data and dashboards, and every link leads to something that exists."""

import json
import re
import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.deploy.composition import COMPOSE, config_of, services
from tests.deploy.test_alerts import EXPOSED, PROMETHEUS, names_in
from tests.house.sources import ROOT
from tests.servers.prometheus import promtool

BOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
LOKI_LABEL = "service_name"
"""What Loki makes of the resource attribute ``service.name``."""


def sources() -> dict[str, dict[str, Any]]:
    config = config_of("grafana", "provisioning", "datasources", "echo.yaml")
    return {each["uid"]: each for each in config["datasources"]}


def test_a_figure_leads_to_a_trade_a_trade_to_its_log_and_a_line_back() -> None:
    found = sources()
    [exemplar] = found["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]
    logs = found["jaeger"]["jsonData"]["tracesToLogsV2"]
    [derived] = found["loki"]["jsonData"]["derivedFields"]

    assert (exemplar["name"], exemplar["datasourceUid"]) == ("trace_id", "jaeger")
    assert logs["datasourceUid"] == "loki"
    assert f'{{{LOKI_LABEL}=~"echo-.+"}} | trace_id="$${{__trace.traceId}}"' == logs["query"]
    assert (derived["matcherType"], derived["matcherRegex"]) == ("label", "trace_id")
    assert derived["datasourceUid"] == "jaeger"


def test_each_source_is_a_service_of_that_name() -> None:
    for uid, source in sources().items():
        assert urlsplit(source["url"]).hostname == uid
        assert uid in services()


def test_questions_about_a_trade_name_only_figures_that_exist() -> None:
    queries = sources()["jaeger"]["jsonData"]["tracesToMetrics"]["queries"]

    assert len(queries) == 2
    for each in queries:
        assert names_in(each["query"]) <= EXPOSED


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.stem)
def test_a_board_s_panels_ask_a_source_that_is_there(board: Any) -> None:
    for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]:
        assert panel["datasource"]["uid"] in sources()
        assert panel["datasource"]["type"] == sources()[panel["datasource"]["uid"]]["type"]


def test_boards_lie_where_grafana_looks() -> None:
    [provider] = config_of("grafana", "provisioning", "dashboards", "echo.yaml")["providers"]
    grafana = services()["grafana"]
    mounts = {str(each).split(":")[1]: str(each).split(":")[0] for each in grafana["volumes"]}
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert mounts[provider["options"]["path"]] == str(BOARDS[0].parent)
    assert home in {f"{provider['options']['path']}/{each.name}" for each in BOARDS}


def test_prometheus_takes_the_configuration_with_the_alerts(tmp_path: Any) -> None:
    secret = tmp_path / "ca"
    secret.write_text("")
    config = (COMPOSE / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(config.replace("/run/secrets/ca", str(secret)))
    (tmp_path / "alerts.yml").write_bytes((PROMETHEUS / "alerts.yml").read_bytes())
    shutil.copytree(COMPOSE / "prometheus" / "hosts", tmp_path / "hosts")
    done = promtool("check", "config", "prometheus.yml", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


def test_prometheus_keeps_exemplars_and_who_told_a_figure() -> None:
    assert "--enable-feature=exemplar-storage" in services()["prometheus"]["command"]
    jobs = config_of("prometheus", "prometheus.yml")["scrape_configs"]
    by_name = {each["job_name"]: each for each in jobs}

    assert by_name["otelcol"]["honor_labels"] is True
    assert re.search(r'up\{job=~"echo-\.\*"\}', (PROMETHEUS / "alerts.yml").read_text("utf-8"))
    assert "echo-core" in by_name, "the alert that a program is down needs somebody to ask"


def test_that_the_collector_is_away_is_heard_without_the_collector() -> None:
    jobs = {
        each["job_name"]: each
        for each in config_of("prometheus", "prometheus.yml")["scrape_configs"]
    }
    [kept] = jobs["echo-core"]["metric_relabel_configs"]

    assert (kept["action"], kept["source_labels"]) == ("keep", ["__name__"])
    assert kept["regex"] == "echo_collector_up" in EXPOSED
    assert 'up{job="otelcol"} == 0' in (PROMETHEUS / "alerts.yml").read_text("utf-8")

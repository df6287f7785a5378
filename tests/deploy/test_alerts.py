"""Alert rules: they ask for figures that exist, their stories hold, and each has its page."""

import re
from pathlib import Path

import pytest

from echo.links.telemetry.metric import Kind
from echo.links.telemetry.table import ALARM_CODES, METRICS
from tests.house.sources import ROOT
from tests.servers.prometheus import promtool

PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8")
STORIES = (PROMETHEUS / "alerts.test.yml").read_text(encoding="utf-8")
ALERTS = re.findall(r"- alert: (\w+)", RULES)
EXPOSED = {
    f"{each.exposed_name}{ending}"
    for each in METRICS
    for ending in (("_bucket", "_count", "_sum") if each.kind is Kind.HISTOGRAM else ("",))
}
FUNCTIONS = {
    *("abs", "avg", "histogram_quantile", "increase", "max", "min_over_time", "rate", "sum"),
    *("by", "le", "or", "unless", "up"),
}


def names_in(query: str) -> set[str]:
    """Return the words of a query that are not labels, functions or texts."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|(?:by|on) \([^)]*\)', "", query)
    return {word for word in re.findall(r"[a-z_]\w*", bare) if word not in FUNCTIONS}


def queries() -> list[str]:
    return re.findall(r"expr: (.+)", RULES)


@pytest.mark.parametrize("query", queries())
def test_a_rule_asks_only_for_figures_that_exist(query: str) -> None:
    assert names_in(query) <= EXPOSED


def test_an_alarm_that_a_rule_waits_for_is_counted_from_zero() -> None:
    waited_for = {
        code for found in re.findall(r'code=~?"([^"]+)"', RULES) for code in found.split("|")
    }

    assert waited_for <= set(ALARM_CODES)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_story(alert: str) -> None:
    assert f"alertname: {alert}" in STORIES


@pytest.mark.parametrize("page", re.findall(r"runbook: (\S+)", RULES))
def test_an_alert_has_a_page_that_says_what_to_do(page: str) -> None:
    assert "1. " in (ROOT / page).read_text(encoding="utf-8")
    assert Path(page).name in (ROOT / "docs/how-to/alerts/README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
    ids=" ".join,
)
def test_prometheus_agrees(arguments: tuple[str, ...]) -> None:
    done = promtool(*arguments, cwd=PROMETHEUS)

    assert done.returncode == 0, done.stdout + done.stderr

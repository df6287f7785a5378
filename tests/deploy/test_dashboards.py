"""Every panel shows something while a demo runs, or it is written here why it is empty then."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any, Final

import pytest

from echo.apps.demo.cast import Cast
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.performance import Performance
from echo.apps.demo.show import Moment
from tests.house.sources import ROOT
from tests.servers.ports import free_ports
from tests.servers.prometheus import Prometheus, scraping

BOARDS: Final = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
OF_OTHERS: Final = "hosts"
"""The board of what windows_exporter tells, which runs on no machine of the tests."""
SECONDS: Final = 10

EMPTY_WHEN_ALL_IS_WELL: Final = {
    "Missed, by account": "its followers may all be able to copy what comes up in ten seconds",
    "Entries not copied, by reason": "likewise",
    "Blocked by a window": "the demo has no windows",
    "Refused by a limit": "the demo's accounts have no limits",
    "Hops whose clocks disagree": "one host, one clock",
    "Hops timed with two clocks compared": "likewise",
    "Collectors that take what they are sent": "the demo names none",
    "Facts that nobody was told": "there is time for all of them",
    "Money lost to slippage, account currency": "fills may all be at the wanted price, or better",
    "Sent again": "everything is acknowledged at once",
    "Written to a pipe again": "likewise",
    "Commands without an Agent": "the Agent is there",
    "Unusable input": "nobody sends any",
    "EAs that came back changed": "nobody changes one",
    "Alarms": "nothing is alarming",
    "Issues": "terminals register without any",
    "Verdicts that could not be written": "pipes are open",
    "Expected loss of copies, account currency": "only some size by risk, with a stop",
}
"""Title of a panel -> why a healthy demo may leave it empty."""


def panels() -> list[dict[str, Any]]:
    return [
        panel
        for board in BOARDS
        for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]
    ]


def queries(panel: dict[str, Any]) -> list[str]:
    """Return what a panel asks, with the time that is shown filled in as Grafana would."""
    return [target["expr"].replace("$__range", "5m") for target in panel["targets"]]


def of_others() -> set[str]:
    """Return the titles of panels that ask for no figure of Echo's."""
    [board] = [each for each in BOARDS if each.stem == OF_OTHERS]
    return {panel["title"] for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]}


def answer(prometheus: Prometheus, query: str, moments_s: list[float]) -> dict[str, str]:
    """Return the latest answer; a rate of nothing is no number, and counts as no answer.

    At one moment a figure may be missing: a busy machine cannot be read in time.
    """
    for at_s in reversed(moments_s):
        found = prometheus.ask(query, at_s)
        if numbers := {key: value for key, value in found.items() if value != "NaN"}:
            return numbers
    return {}


def answers(prometheus: Prometheus, moments_s: list[float]) -> dict[str, list[dict[str, str]]]:
    """Ask everything that panels ask."""
    return {
        panel["title"]: [answer(prometheus, query, moments_s) for query in queries(panel)]
        for panel in panels()
    }


@pytest.mark.no_cover
async def test_a_demo_fills_the_panels(tmp_path: Path) -> None:
    moments_s: list[float] = []

    def seen(_cast: Cast, moment: Moment) -> None:
        if moment.elapsed_s > SECONDS / 2:
            moments_s.append(time.time())

    port, _ = free_ports(2)
    options = DemoOptions(
        seconds=SECONDS, masters=2, slaves=4, legacy=1, broker_delay="0", metrics_port=port
    )
    with scraping(f"127.0.0.1:{port}", tmp_path, f"127.0.0.1:{port + 1}") as prometheus:
        # It looks at its targets only seconds after it is up, and verdicts come at the beginning.
        await asyncio.to_thread(prometheus.wait_for, "up")
        result = await Performance(options, seen=seen, told=lambda _line: None).play()
        found = await asyncio.to_thread(answers, prometheus, moments_s)

    assert result.exit_code == 0
    may_be_empty = of_others() | set(EMPTY_WHEN_ALL_IS_WELL)
    empty = [
        title for title, lines in found.items() if not all(lines) and title not in may_be_empty
    ]
    assert empty == []
    assert sum(map(all, found.values())) >= 25


def test_a_reason_belongs_to_a_panel() -> None:
    assert set(EMPTY_WHEN_ALL_IS_WELL) <= {panel["title"] for panel in panels()}


def test_what_is_counted_shows_nothing_as_nothing() -> None:
    for panel in panels():
        counted = panel["type"] == "bargauge"
        assert counted == all("$__range" in target["expr"] for target in panel["targets"])
        assert not counted or panel["fieldConfig"]["defaults"]["noValue"] == "0"
        assert not counted or all(target["instant"] for target in panel["targets"])


def test_a_distribution_shows_its_middle_and_its_end_with_the_trades_behind_it() -> None:
    distributions = [
        panel for panel in panels() if "histogram_quantile" in panel["targets"][0]["expr"]
    ]

    assert len(distributions) >= 10
    for panel in distributions:
        assert [each["legendFormat"] for each in panel["targets"]][:2] == ["p50", "p95"]
        assert all(each["exemplar"] for each in panel["targets"])

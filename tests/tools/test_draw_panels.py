"""Panels are drawn as they are answered: bars for counts, lines for courses, nothing as nothing."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from tools.dashboards import DASHBOARDS
from tools.draw_panels import Series, drawn, legend, page
from tools.grafana import dashboard

PANELS: dict[str, dict[str, Any]] = {
    panel["title"]: panel for board in DASHBOARDS for panel in dashboard(board)["panels"]
}
HOP = "Master's Agent to Core"


def silent(query: str, start_s: float, end_s: float) -> Sequence[Series]:
    return []


def answering(*series: Series):
    return lambda query, start_s, end_s: series


def test_a_count_is_a_bar_for_each_legend_the_longest_first() -> None:
    few = ({"kind": "close", "result": "new"}, [(0.0, 1.0), (9.0, 2.0)])
    many = ({"kind": "open", "result": "<new>"}, [(9.0, 8.0)])
    shown = drawn(PANELS["Actions of masters"], answering(few, many), 0, 10)

    assert re.findall(r"width:(\d+)%.*?</span>([^<]+)<", shown) == [
        ("100", "open &lt;new&gt;: 8"),
        ("25", "close new: 2"),
    ]


def test_a_count_asks_for_the_time_that_is_shown() -> None:
    asked: list[str] = []

    def ask(query: str, start_s: float, end_s: float) -> Sequence[Series]:
        asked.append(query)
        return []

    drawn(PANELS["Actions of masters"], ask, 100, 220)

    assert ["[120s]" in query for query in asked] == [True]


def test_a_course_is_a_line_and_its_latest_value_stands_below() -> None:
    course: Series = ({}, [(0.0, 1.0), (5.0, 10.0), (10.0, 100.0)])
    shown = drawn(PANELS[HOP], answering(course), 0, 10)

    assert shown.count("<polyline") == 3, "one for each share of the distribution"
    assert "p50 100.00" in shown
    points = re.findall(r'points="([^"]+)"', shown)[0].split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2), "logarithmic"


def test_what_is_no_number_is_no_answer() -> None:
    nothing: Series = ({}, [(1.0, float("nan"))])

    assert "no data" in drawn(PANELS[HOP], answering(nothing), 0, 10)
    assert "<p>0</p>" in drawn(PANELS["Blocked by a window"], silent, 0, 10)


def test_a_label_that_is_missing_shows() -> None:
    assert legend("{{account_id}} {{reason}}", {"reason": "STALE"}) == "? STALE"


def test_a_page_has_every_panel_and_fetches_nothing() -> None:
    shown = page(silent, 0, 10)

    assert shown.count("<div class=panel>") == len(PANELS)
    assert "http" not in shown

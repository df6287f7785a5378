"""Boards of panels, and how Grafana imports them."""

from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 8
HEIGHT: Final = 8
ROW: Final = 24

MS: Final = "ms"
POINTS: Final = "suffix: pt"

_BARS: Final = {
    "orientation": "horizontal",
    "displayMode": "basic",
    "reduceOptions": {"calcs": ["lastNotNull"], "values": False},
}
_LINES: Final = {
    "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
    "tooltip": {"mode": "multi", "sort": "desc"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One question.  ``legend`` names its answers by their labels."""

    query: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Questions that are answered together.

    ``counted``: the answer is one number for the time that is shown, and no course of it.
    ``decimals`` ``None`` = as many as the values need.  ``signed``: it can be less than nothing.
    """

    title: str
    lines: tuple[Line, ...]
    unit: str = "short"
    decimals: int | None = None
    counted: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """Panels about one subject."""

    name: str
    title: str
    panels: tuple[Panel, ...]


def dashboard(board: Board) -> dict[str, Any]:
    """Return *board* as Grafana imports it."""
    return {
        "uid": f"echo-{board.name}",
        "title": board.title,
        "tags": ["echo"],
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "10s",
        "panels": [_panel(number, panel) for number, panel in enumerate(board.panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    place = number * WIDTH
    defaults: dict[str, Any] = {"unit": panel.unit}
    if _is_latency(panel):
        # A broker takes seconds where a hop takes a millisecond: both shall be seen.
        defaults["custom"] = {"scaleDistribution": {"type": "log", "log": 10}}
    elif not panel.signed and panel.unit != POINTS:  # fills can be better than the master's
        defaults["min"] = 0
    if panel.decimals is not None:
        defaults["decimals"] = panel.decimals
    if panel.counted:
        defaults["noValue"] = "0"
    return {
        "id": number + 1,
        "type": "bargauge" if panel.counted else "timeseries",
        "title": panel.title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {
            "x": place % ROW,
            "y": place // ROW * HEIGHT,
            "w": WIDTH,
            "h": HEIGHT,
        },
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _BARS if panel.counted else _LINES,
        "targets": [
            _target(letter, line, panel)
            for letter, line in zip("ABC", panel.lines, strict=False)  # there may be fewer lines
        ],
    }


def _is_latency(panel: Panel) -> bool:
    return panel.unit == MS and "histogram_quantile" in panel.lines[0].query


def _target(letter: str, line: Line, panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = {"refId": letter, "expr": line.query, "legendFormat": line.legend}
    if panel.counted:
        return {**found, "instant": True, "range": False}
    return {**found, "exemplar": "_bucket" in line.query}

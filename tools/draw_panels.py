"""Draw every panel of the dashboards from a Prometheus, for a look without Grafana.

    make demo ARGS="--metrics-port 8780 --seconds 120"      beside it:
    prometheus --config.file=deploy/prometheus/prometheus.yml
    python -m tools.draw_panels --minutes 2 --output panels.html

One page, nothing fetched by it.  It is no Grafana: it shows whether questions are answered, and
whether legends, units and scales can be read.
"""

import argparse
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

from tools.dashboards import DASHBOARDS
from tools.grafana import dashboard

WIDTH: Final = 320
HEIGHT: Final = 110
STEPS: Final = 120
SERIES_MAX: Final = 10
COLOURS: Final = ("#36c", "#c63", "#393", "#939", "#399", "#993", "#c39", "#666", "#f66", "#06f")
STYLE: Final = """
body { font: 13px system-ui, sans-serif; margin: 20px; }
.board { display: grid; grid-template-columns: repeat(3, 350px); gap: 10px; }
.panel { border: 1px solid #ccc; border-radius: 6px; padding: 10px; min-height: 150px; }
.panel i { color: #777; }
.bar { position: relative; margin: 2px 0; padding: 1px 4px; }
.bar span { position: absolute; inset: 0 auto 0 0; background: #cfe0fb; z-index: -1; }
"""

Series = tuple[dict[str, str], list[tuple[float, float]]]
Ask = Callable[[str, float, float], Sequence[Series]]
"""Answers a query between two moments, Unix s: of each series its labels and values."""


def asking(address: str) -> Ask:
    """Return who asks the Prometheus at *address*, ``http://host:port``."""

    def ask(query: str, start_s: float, end_s: float) -> list[Series]:
        step_s = max(1.0, (end_s - start_s) / STEPS)
        asked = urlencode({"query": query, "start": start_s, "end": end_s, "step": step_s})
        whole = f"{address}/api/v1/query_range?{asked}"
        with urlopen(whole, timeout=30) as answer:  # noqa: S310 -- the developer's own Prometheus
            result = json.load(answer)["data"]["result"]
        return [
            (each["metric"], [(at_s, float(value)) for at_s, value in each["values"]])
            for each in result
        ]

    return ask


def page(ask: Ask, start_s: float, end_s: float) -> str:
    """Return all boards as one page."""
    boards = []
    for board in map(dashboard, DASHBOARDS):
        panels = "".join(drawn(panel, ask, start_s, end_s) for panel in board["panels"])
        boards.append(f"<h2>{escape(board['title'])}</h2><div class=board>{panels}</div>")
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{''.join(boards)}\n"


def drawn(panel: dict[str, Any], ask: Ask, start_s: float, end_s: float) -> str:
    """Return one panel."""
    defaults = panel["fieldConfig"]["defaults"]
    found: list[tuple[str, list[tuple[float, float]]]] = []
    for target in panel["targets"]:
        query = target["expr"].replace("$__range", f"{max(1, round(end_s - start_s))}s")
        for labels, values in ask(query, start_s, end_s):
            numbers = [each for each in values if math.isfinite(each[1])]
            if numbers:
                found.append((legend(target["legendFormat"], labels), numbers))
    decimals = defaults.get("decimals", 2)
    if not found:
        body = f"<p>{defaults.get('noValue', 'no data')}</p>"
    elif panel["type"] == "bargauge":
        body = "".join(_bars([(name, values[-1][1]) for name, values in found], decimals))
    else:
        log = "custom" in defaults
        body = "".join(_lines(found[:SERIES_MAX], (start_s, end_s), decimals, log=log))
    title = f"<b>{escape(panel['title'])}</b> <i>{escape(defaults['unit'])}</i>"
    return f"<div class=panel>{title}{body}</div>"


def legend(form: str, labels: dict[str, str]) -> str:
    """Return the name of a series, as its panel forms it of labels."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], "?"), form)


def _bars(values: Sequence[tuple[str, float]], decimals: int) -> Iterator[str]:
    longest = max(abs(value) for _, value in values) or 1
    for name, value in sorted(values, key=lambda each: -each[1]):
        share = abs(value) / longest * 100
        told = f"{escape(name)}: {value:,.{decimals}f}"
        yield f'<div class=bar><span style="width:{share:.0f}%"></span>{told}</div>'


def _lines(
    found: Sequence[tuple[str, list[tuple[float, float]]]],
    span_s: tuple[float, float],
    decimals: int,
    *,
    log: bool,
) -> Iterator[str]:
    def height(value: float) -> float:
        return math.log10(max(value, 1e-3)) if log else value

    heights = [height(value) for _, values in found for _, value in values]
    low, high = min([*heights, 0.0]), max([*heights, 0.0])
    rise, first_s = high - low or 1, span_s[0]
    lasts_s = span_s[1] - first_s or 1
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    for (_, values), colour in zip(found, COLOURS, strict=False):
        points = " ".join(
            f"{(at_s - first_s) / lasts_s * WIDTH:.1f},"
            f"{HEIGHT - 3 - (height(value) - low) / rise * (HEIGHT - 8):.1f}"
            for at_s, value in values
        )
        yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'
    yield "</svg><br>"
    for (name, values), colour in zip(found, COLOURS, strict=False):
        last = f"{values[-1][1]:,.{decimals}f}"
        yield f'<span style="color:{colour}">{escape(name)} {last}</span> '


def main() -> None:
    """Draw what the arguments ask for."""
    parser = argparse.ArgumentParser(description="Draw the dashboards' panels without Grafana.")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=float, default=15, help="how far to look back")
    parser.add_argument("--output", type=Path, default=Path("panels.html"))
    arguments = parser.parse_args()
    now_s = time.time()
    shown = page(asking(arguments.prometheus), now_s - arguments.minutes * 60, now_s)
    arguments.output.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Generate the reference of metrics and the dashboards from the table of metrics.

    python -m tools.generate_metrics

A test compares the committed files with a fresh run.
"""

import json
from pathlib import Path

from echo.links.telemetry import registration_spans as verdicts
from echo.links.telemetry import spans
from echo.links.telemetry.table import METRICS
from tools.dashboards import DASHBOARDS, dashboard

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference" / "metrics.md"
GRAFANA = ROOT / "deploy" / "grafana" / "dashboards"

HEAD = """# Metrics and spans

<!-- Made by `python -m tools.generate_metrics` from `echo/links/telemetry/table.py`. -->

A running Core shows its figures at `/metrics` of the admin door (`http://127.0.0.1:8780/metrics`),
an Agent at `agent/metrics_port`; a collector named in `endpoints/otel/otlp_endpoint` is sent the
same figures, the spans and the log, over OTLP. In Prometheus dots are underscores, counters end in
`_total` and durations in `_ms`. Facts are counted in a thread beside the work: a trade does not
wait for it.

| Metric | Kind | Labels | What it says | Fed by | Program |
|---|---|---|---|---|---|
"""

SPANS = f"""
## Spans

One trade is one trace: its id is the master EA's `traceparent`, and where every step's own id is
derived from it, programs on several hosts agree without asking each other. Times are the stamps
that messages carry; a step whose two stamps come from clocks that disagree has length 0 and says
so in `echo.clock_offset_ms`.

| Span | Whose | From | To | Made by |
|---|---|---|---|---|
| `{spans.MASTER_EA}` | master EA | action seen | Agent has it | Agent |
| `{spans.FORWARD}` | Agent | Agent has it | Core has it | Core |
| `{spans.DECIDE}` | Core | Core has it | command leaves, journal on disk | Core |
| `{spans.TO_AGENT}` | Core | command leaves | slave's Agent has it | Core |
| `{spans.PIPE}` | Agent | slave's Agent has it | slave EA has it | Core |
| `{spans.SLAVE_EA}` | slave EA | slave EA has it | broker has filled it | Core |

A verdict about a terminal is a trace of its own, the evaluation's:

| Span | Whose | From | To | Made by |
|---|---|---|---|---|
| `{verdicts.EVALUATE}` | Core | judged | judged | Core |
| `{verdicts.PERSIST}` | Core | judged | journal on disk | Core |
| `{verdicts.SEND}` | Core | verdict leaves | verdict has left | Core |
| `{verdicts.FORWARD}` | Agent | handshake heard | verdict on the pipe | Agent |
"""


def reference() -> str:
    """Return the reference page."""
    lines = [
        f"| `{each.name}` | {each.kind.value}{f', {each.unit}' if each.unit else ''} |"
        f" {', '.join(f'`{label}`' for label in each.labels) or '—'} | {each.told} |"
        f" {', '.join(f'`{name}`' for name in each.source.split(', '))} | {each.program} |"
        for each in METRICS
    ]
    return HEAD + "\n".join(lines) + "\n" + SPANS


def dashboards() -> dict[Path, str]:
    """Return the files of Grafana's dashboards."""
    return {
        GRAFANA / f"{board.name}.json": json.dumps(dashboard(board), indent=1) + "\n"
        for board in DASHBOARDS
    }


def main() -> None:
    """Write everything."""
    for path, text in {REFERENCE: reference(), **dashboards()}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

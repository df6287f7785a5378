"""Generate the reference of metrics and the dashboards from the table of metrics.

    python -m tools.generate_metrics

A test compares the committed files with a fresh run.
"""

import json
from pathlib import Path

from echo.domain.clocks import ROUNDING_MS
from echo.links.telemetry.span_table import TRADE, Step
from echo.links.telemetry.table import METRICS
from echo.links.telemetry.verdict_table import VERDICT
from tools.dashboards import DASHBOARDS
from tools.grafana import dashboard

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


def _steps(steps: tuple[Step, ...]) -> str:
    """Return a table of steps."""
    lines = ["| Span | Whose | Below | From | To | Sent by | |", "|---|---|---|---|---|---|---|"]
    for step in steps:
        below = f"`{step.below}`" if step.below else "—"
        cells = (f"`{step.name}`", step.whose, below, step.begins, step.ends)
        lines.append(f"| {' | '.join(cells)} | {step.program} | {step.told} |")
    return "\n".join(lines)


SPANS = f"""
## Clocks

Every host stamps by its own wall clock. Core and Agents compare theirs with every heartbeat: the
answer to a probe says what the other clock showed, the middle of the round trip is taken for the
moment, and the error is at most half of the round trip. What two hosts' stamps tell is the time
between them with that difference taken off, and `echo.clock.corrected` counts it; where nobody has
compared the clocks it is not told at all. Stamps that run backwards all the same are counted in
`echo.clock.disagreements`. A difference of up to {ROUNDING_MS} ms is what whole milliseconds make
of one clock: it counts as none.

## Spans

One trade is one trace: its id is the master EA's `traceparent`, derived from the trade's id, which
its Agent does for an EA that is too old to. Every step's own id is derived from it, so that
programs on several hosts agree without asking each other. Times are the stamps
that messages carry, told by the Core's clock; `echo.clock_offset_ms` is what was taken off for
that, and stands at every step of an Agent or a terminal whose clock was compared. A step whose two
stamps run backwards and were never compared has length 0, and says there by how much.

An EA sends no spans: its Agent reports them, from the stamps in its messages. An Agent sends its
spans to the collector, or with `agent/spans_via_core` hands them to the Core, which sends them on.

{_steps(TRADE)}

Stamps are whole milliseconds. A decision takes microseconds: its steps begin and end with the turn
of the engine, timed to the microsecond, in which it was made for all followers together. An EA of
an old protocol stamps ticks since its machine's start; its steps have their length, and end where
its Agent passed the answer on.

A verdict about a terminal is a trace of its own: its id is the evaluation's, and each step hangs on
the one before. It begins with the handshake, or with what made the account be judged again. Every
step says `echo.account_id`, `echo.pipe_role`, `echo.protocol_version`, `echo.client_semver` and
`echo.evaluation_id` (the last four also without the prefix), its `handshake_status`, and the
`warning_codes` of a warning.

{_steps(VERDICT)}
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

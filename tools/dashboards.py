"""What Grafana shows: boards of panels, each panel a question in PromQL over the table's metrics.

Metrics are named here as in the table; a name that the table does not know raises ``KeyError``.
"""

from dataclasses import dataclass
from typing import Any, Final

from echo.links.telemetry.metric import Kind
from echo.links.telemetry.table import METRICS

_NAMES: Final = {each.name: each for each in METRICS}
WIDTH: Final = 8
HEIGHT: Final = 8
ROW: Final = 24


@dataclass(frozen=True, slots=True)
class Panel:
    """One question.  ``legend`` names its lines by their labels."""

    title: str
    query: str
    legend: str = ""
    unit: str = "short"


@dataclass(frozen=True, slots=True)
class Board:
    """Panels about one subject."""

    name: str
    title: str
    panels: tuple[Panel, ...]


def rate(name: str, by: str = "") -> str:
    """Ask how often a counter's event happens, in events a second."""
    metric = _NAMES[name]
    if metric.kind is not Kind.COUNTER:
        raise ValueError(f"{name} is no counter")
    summed = f"sum by ({by}) " if by else "sum"
    return f"{summed}(rate({metric.exposed_name}[5m]))"


def total(name: str, by: str = "") -> str:
    """Ask how often a counter's event happened in the time that is shown."""
    metric = _NAMES[name]
    summed = f"sum by ({by}) " if by else "sum"
    return f"{summed}(increase({metric.exposed_name}[$__range]))"


def quantile(share: float, name: str, by: str = "") -> str:
    """Ask below which value *share* of a distribution lies."""
    metric = _NAMES[name]
    if metric.kind is not Kind.HISTOGRAM:
        raise ValueError(f"{name} is no distribution")
    labels = f"le, {by}" if by else "le"
    bucket = f"{metric.exposed_name}_bucket"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({bucket}[5m])))"


def now(name: str) -> str:
    """Ask for a state as it is."""
    return _NAMES[name].exposed_name


_HOPS: Final = (
    ("Master's terminal to order leaving the slave's", "latency_e2e_ms"),
    ("Master's Agent to Core", "echo.latency.agent_to_core"),
    ("In the Core, disk included", "echo.latency.core_process"),
    ("Core to the slave's Agent", "echo.latency.core_to_agent"),
    ("Agent to the slave's terminal", "echo.latency.agent_to_slave"),
    ("Slave's terminal and its broker", "echo.latency.slave_execution"),
)

DASHBOARDS: Final[tuple[Board, ...]] = (
    Board(
        "funnel",
        "Echo: from intent to fill",
        (
            Panel("Actions of masters", total("echo.intent.received", "kind"), "{{kind}}"),
            Panel("Entries copied", total("echo.order.created")),
            Panel("Commands sent", total("echo.order.sent")),
            Panel("Commands on a pipe", total("echo.execution.dispatched")),
            Panel(
                "Answers of terminals",
                total("echo.execution.completed", "command, outcome"),
                "{{command}} {{outcome}}",
            ),
            Panel(
                "Entries not copied, by reason",
                total("orders_rejected_count", "reason"),
                "{{reason}}",
            ),
            Panel(
                "Missed, by account", total("missed_trades_count", "account_id"), "{{account_id}}"
            ),
            Panel(
                "Blocked by a window",
                total("blocked_by_window_count", "account_id"),
                "{{account_id}}",
            ),
            Panel(
                "Refused by a limit",
                total("policy_violations_count", "account_id"),
                "{{account_id}}",
            ),
        ),
    ),
    Board(
        "latency",
        "Echo: every millisecond of it",
        tuple(
            Panel(f"{told}, p{share * 100:g}", quantile(share, name), unit="ms")
            for told, name in _HOPS
            for share in (0.5, 0.95, 0.99)
        ),
    ),
    Board(
        "slippage",
        "Echo: what copies cost",
        (
            Panel("Mean slippage", now("avg_slippage_points"), "{{account_id}}", "points"),
            Panel("Worst slippage", now("max_slippage_points"), "{{account_id}}", "points"),
            Panel("Slippage, p95", quantile(0.95, "echo.slippage_points"), unit="points"),
            Panel(
                "Money lost to slippage",
                total("echo.slippage_money_lost", "account_id"),
                "{{account_id}}",
            ),
            Panel("Spread at entry, p95", quantile(0.95, "spread_at_entry_points"), unit="points"),
            Panel("Expected loss of copies, median", quantile(0.5, "echo.core.risk.expected_loss")),
        ),
    ),
    Board(
        "delivery",
        "Echo: delivery and backlog",
        (
            Panel(
                "Oldest command without an outcome",
                now("echo_core.delivery.pending_age_ms"),
                "{{delivery_stage}}",
                "ms",
            ),
            Panel("Commands without an outcome", now("echo_core_router_queue_depth")),
            Panel(
                "Sent again",
                rate("echo_core.delivery.retry_total", "delivery_stage"),
                "{{delivery_stage}}",
            ),
            Panel(
                "Written to a pipe again",
                rate("echo_agent.pipe.retry_total", "account_id"),
                "{{account_id}}",
            ),
            Panel(
                "Terminal has a command, p95",
                quantile(0.95, "echo_agent.pipe.delivery_latency_ms"),
                unit="ms",
            ),
            Panel(
                "Actions waiting in a master's outbox",
                now("echo_ea.trade_intent.buffer_depth"),
                "{{account_id}}",
            ),
            Panel("Commands without an Agent", rate("echo_core_router_rejections_total")),
            Panel("Alarms", total("echo.alarms", "code"), "{{code}}"),
            Panel("Unusable input", rate("echo.input.refused", "reason"), "{{reason}}"),
        ),
    ),
    Board(
        "terminals",
        "Echo: terminals and their symbols",
        (
            Panel("Verdicts", total("echo.core.handshake.status_total", "status"), "{{status}}"),
            Panel(
                "Terminals by version",
                now("echo.handshake.version_gauge"),
                "{{component}} {{version}}",
            ),
            Panel(
                "Issues",
                total("echo.core.handshake.symbol_issues_total", "issue, scope"),
                "{{issue}} {{scope}}",
            ),
            Panel(
                "Handshake to verdict, p95",
                quantile(0.95, "echo.handshake.feedback_latency_ms"),
                unit="ms",
            ),
            Panel(
                "Symbols, by what was thought of them",
                total("echo.symbols.validate", "validation_result"),
                "{{validation_result}}",
            ),
            Panel(
                "Verdicts that could not be written",
                rate("echo.agent.handshake.forward_error_total", "reason"),
                "{{reason}}",
            ),
            Panel("Older protocols in use", total("echo_core.delivery.compat_mode_total")),
        ),
    ),
)


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
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {
            "x": place % ROW,
            "y": place // ROW * HEIGHT,
            "w": WIDTH,
            "h": HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": panel.query, "legendFormat": panel.legend}],
    }

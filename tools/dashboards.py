"""What Grafana shows: boards of panels, each panel a question in PromQL over the table's metrics.

Metrics are named here as in the table; a name that the table does not know raises ``KeyError``.
"""

from typing import Final

from echo.links.telemetry.metric import Kind
from echo.links.telemetry.table import METRICS
from tools.grafana import MS, POINTS, Board, Line, Panel

_NAMES: Final = {each.name: each for each in METRICS}
WINDOWS: Final = frozenset(
    {
        "windows_cpu_time_total",
        "windows_memory_physical_free_bytes",
        "windows_logical_disk_free_bytes",
        "windows_logical_disk_size_bytes",
        "windows_time_computed_time_offset_seconds",
        "windows_service_state",
        "windows_net_bytes_total",
    }
)
"""What the board of machines asks of windows_exporter 0.30 or later, its time collector on."""


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
    if not by:
        return f"sum(increase({metric.exposed_name}[$__range]))"
    # What never happened needs no bar.
    return f"sum by ({by}) (increase({metric.exposed_name}[$__range])) > 0"


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


MONEY: Final = "none"
"""Each account has its own currency."""


def count(title: str, name: str, by: str = "", unit: str = "short") -> Panel:
    """Show how often a counter's event happened, a bar for each value of *by*."""
    legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(",") if label)
    line = Line(total(name, by), legend or "all")
    return Panel(title, (line,), unit, decimals=2 if unit == MONEY else 0, counted=True)


def course(title: str, name: str, by: str = "") -> Panel:
    """Show how often a counter's event happens, over time."""
    legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(",") if label)
    return Panel(title, (Line(rate(name, by), legend or "all"),), "cps")


def state(
    title: str, name: str, legend: str = "now", unit: str = "short", *, signed: bool = False
) -> Panel:
    """Show a state, over time."""
    return Panel(title, (Line(now(name), legend),), unit, signed=signed)


def host(title: str, query: str, legend: str, unit: str, *, signed: bool = False) -> Panel:
    """Show how a terminals' machine is, over time."""
    return Panel(title, (Line(query, legend),), unit, signed=signed)


def spread(
    title: str, name: str, unit: str = MS, shares: tuple[float, ...] = (0.5, 0.95, 0.99)
) -> Panel:
    """Show where the middle of a distribution lies, and its far end, over time."""
    lines = tuple(Line(quantile(share, name), f"p{share * 100:g}") for share in shares)
    return Panel(title, lines, unit)


def _age_of_what_was_found() -> Panel:
    ages, hits = (rate(name, "cache") for name in ("echo.cache.age_ms_sum", "echo.cache.lookups"))
    found = hits.replace("[5m]", '{result="hit"}[5m]')
    return Panel("Mean age of what was found there", (Line(f"{ages} / {found}", "{{cache}}"),), MS)


DASHBOARDS: Final[tuple[Board, ...]] = (
    Board(
        "funnel",
        "Echo: from intent to fill",
        (
            count("Actions of masters", "echo.intent.received", "kind, result"),
            count("Entries copied", "echo.order.created"),
            count("Commands sent", "echo.order.sent"),
            count("Commands on a pipe", "echo.execution.dispatched"),
            count("Answers of terminals", "echo.execution.completed", "command, outcome"),
            count("Entries not copied, by reason", "orders_rejected_count", "reason"),
            count("Missed, by account", "missed_trades_count", "account_id"),
            count("Blocked by a window", "blocked_by_window_count", "account_id"),
            count("Refused by a limit", "policy_violations_count", "account_id"),
        ),
    ),
    Board(
        "latency",
        "Echo: every millisecond of it",
        (
            spread("Master's terminal to order leaving the slave's", "latency_e2e_ms"),
            spread("Master's terminal to filled order", "echo.latency.e2e"),
            spread("Master's Agent to Core", "echo.latency.agent_to_core"),
            spread("In the Core, disk included", "echo.latency.core_process"),
            spread("Core to the slave's Agent", "echo.latency.core_to_agent"),
            spread("Agent to the slave's terminal", "echo.latency.agent_to_slave"),
            spread("Slave's terminal and its broker", "echo.latency.slave_execution"),
            state(
                "Agents' clocks, ahead of the Core's",
                "echo.clock.offset_ms",
                "{{agent_id}}",
                MS,
                signed=True,
            ),
            count("Hops whose clocks disagree", "echo.clock.disagreements", "hop"),
        ),
    ),
    Board(
        "slippage",
        "Echo: what copies cost",
        (
            state("Mean slippage", "avg_slippage_points", "{{account_id}}", POINTS, signed=True),
            state("Worst slippage", "max_slippage_points", "{{account_id}}", POINTS, signed=True),
            spread("Slippage", "echo.slippage_points", POINTS),
            count(
                "Money lost to slippage, account currency",
                "echo.slippage_money_lost",
                "account_id",
                MONEY,
            ),
            spread("Spread at entry", "spread_at_entry_points", POINTS),
            spread(
                "Expected loss of copies, account currency",
                "echo.core.risk.expected_loss",
                MONEY,
                (0.5, 0.95),
            ),
        ),
    ),
    Board(
        "delivery",
        "Echo: delivery and backlog",
        (
            state(
                "Oldest command without an outcome",
                "echo_core.delivery.pending_age_ms",
                "{{delivery_stage}}",
                MS,
            ),
            state("Commands without an outcome", "echo_core_router_queue_depth"),
            course("Sent again", "echo_core.delivery.retry_total", "delivery_stage"),
            course("Written to a pipe again", "echo_agent.pipe.retry_total", "account_id"),
            spread("Terminal has a command", "echo_agent.pipe.delivery_latency_ms"),
            state(
                "Actions waiting in a master's outbox",
                "echo_ea.trade_intent.buffer_depth",
                "{{account_id}}",
            ),
            course("Commands without an Agent", "echo_core_router_rejections_total"),
            count("Alarms", "echo.alarms", "code"),
            course("Unusable input", "echo.input.refused", "reason"),
        ),
    ),
    Board(
        "terminals",
        "Echo: terminals and their symbols",
        (
            count("Verdicts", "echo.core.handshake.status_total", "status"),
            state("Accounts", "echo.accounts", "{{state}}"),
            state(
                "Terminals by version", "echo.handshake.version_gauge", "{{component}} {{version}}"
            ),
            count("Issues", "echo.core.handshake.symbol_issues_total", "issue, scope"),
            spread("Handshake to verdict", "echo.handshake.feedback_latency_ms"),
            count(
                "Symbols, by what was thought of them", "echo.symbols.validate", "validation_result"
            ),
            course(
                "Verdicts that could not be written",
                "echo.agent.handshake.forward_error_total",
                "reason",
            ),
            count("Older protocols in use", "echo_core.delivery.compat_mode_total"),
            count("EAs that came back changed", "echo.ea.changes", "what"),
        ),
    ),
    Board(
        "itself",
        "Echo: what it says about itself",
        (
            state(
                "Collectors that take what they are sent",
                "echo.collector.up",
                "{{job}} {{instance}} to {{address}}",
            ),
            count("Facts that nobody was told", "echo.telemetry.shed", "what"),
            Panel(
                "Agents, terminals and Cores that came or went",
                (Line(rate("echo.link.changes", "up"), "is here: {{up}}"),),
                "cps",
            ),
            course("Lookups in memory or in Redis", "echo.cache.lookups", "cache, result"),
            _age_of_what_was_found(),
            count("Hops timed with two clocks compared", "echo.clock.corrected", "hop"),
        ),
    ),
    Board(
        "hosts",
        "Echo: the terminals' machines",
        (
            host(
                "Processors busy",
                '1 - avg by (instance) (rate(windows_cpu_time_total{mode="idle"}[5m]))',
                "{{instance}}",
                "percentunit",
            ),
            host(
                "Memory free",
                "windows_memory_physical_free_bytes",
                "{{instance}}",
                "bytes",
            ),
            host(
                "Disks free",
                "windows_logical_disk_free_bytes / windows_logical_disk_size_bytes",
                "{{instance}} {{volume}}",
                "percentunit",
            ),
            host(
                "Clock, from its source of time",
                "windows_time_computed_time_offset_seconds",
                "{{instance}}",
                "s",
                signed=True,
            ),
            host(
                "Echo's services running",
                'windows_service_state{name=~"(?i)echo.*", state="running"}',
                "{{instance}} {{name}}",
                "short",
            ),
            host(
                "Network",
                "sum by (instance) (rate(windows_net_bytes_total[5m]))",
                "{{instance}}",
                "Bps",
            ),
        ),
    ),
)

"""The metrics about terminals: their handshakes, their symbols, their pipes, the Core's queue."""

from typing import Final

from echo.links.telemetry.metric import (
    LIFE_BOUNDS,
    SIZE_BOUNDS,
    Metric,
    counter,
    gauge,
    histogram,
)

HANDSHAKE: Final[tuple[Metric, ...]] = (
    counter(
        "echo.core.handshake.version_total",
        "Verdicts by the protocol that the terminal speaks",
        "AccountEvaluated",
        "version",
        "status",
    ),
    counter("echo.core.handshake.status_total", "Verdicts", "AccountEvaluated", "status"),
    counter(
        "echo.core.handshake.symbol_issues_total",
        "Issues that were found",
        "AccountEvaluated",
        "issue",
        "scope",
    ),
    counter(
        "echo.core.handshake.reconcile_skipped_total",
        "Evaluations that came to what was known already",
        "EvaluationUnchanged",
    ),
    counter("echo.core.handshake.warning_total", "Verdicts with a warning", "AccountEvaluated"),
    counter(
        "echo.core.handshake.notify_miss_total",
        "Changes in the database that were found by reading it again, and had not been announced",
        "ChangesMissed",
        "channel",
    ),
    gauge(
        "echo.handshake.version_gauge",
        "Terminals whose latest verdict was about this version",
        "AccountEvaluated",
        "component",
        "version",
    ),
    counter(
        "echo.handshake.rejected_total",
        "Errors in verdicts",
        "AccountEvaluated",
        "issue",
    ),
    counter(
        "echo.handshake.warning_total",
        "Warnings in verdicts",
        "AccountEvaluated",
        "issue",
        "scope",
    ),
    histogram(
        "echo.handshake.feedback_latency_ms",
        "From a terminal's handshake to its verdict on the pipe",
        "VerdictForwarded",
        program="agent",
    ),
    counter(
        "echo.agent.handshake.forwarded_total",
        "Verdicts written to a pipe",
        "VerdictForwarded",
        "status",
        program="agent",
    ),
    counter(
        "echo.agent.handshake.blocked_total",
        "Entries that waited at a shut gate",
        "OpenHeld",
        "reason",
        program="agent",
    ),
    counter(
        "echo.agent.handshake.forward_error_total",
        "Verdicts that could not be written",
        "VerdictNotForwarded",
        "reason",
        program="agent",
    ),
    counter(
        "echo.slave.handshake.status",
        "Verdicts that slaves were told",
        "VerdictForwarded",
        "status",
        program="agent",
    ),
    counter(
        "echo.master.handshake.status",
        "Verdicts that masters were told",
        "VerdictForwarded",
        "status",
        program="agent",
    ),
)

SYMBOLS: Final[tuple[Metric, ...]] = (
    counter("echo.symbols.reported", "Symbols in reports", "SymbolsReported"),
    histogram(
        "echo.symbols.reported_count",
        "Symbols in one report",
        "SymbolsReported",
        unit="symbols",
        bounds=SIZE_BOUNDS,
    ),
    counter(
        "echo.symbols.validate",
        "Reported symbols, by what was thought of them",
        "SymbolsReported",
        "validation.result",
    ),
    counter(
        "echo.symbols.loaded",
        "Symbols taken into use, by where they came from",
        "SymbolsReported, MappingsLoaded",
        "source",
    ),
    histogram(
        "echo.symbols.handshake_size",
        "Bytes of a handshake",
        "HandshakeRead",
        unit="bytes",
        bounds=SIZE_BOUNDS,
        program="agent",
    ),
    counter("echo.symbols.handshake_stale", "Reports older than a known one", "SymbolsReported"),
    counter(
        "echo.symbols.duplicates", "Reports with one instrument twice, refused", "SymbolsReported"
    ),
    counter(
        "echo.agent.specs.forwarded_total",
        "Reports of specifications passed on",
        "SpecsForwarded",
        program="agent",
    ),
    counter(
        "echo.agent.specs.filtered_total",
        "Reports of specifications kept back",
        "SpecsFiltered",
        "reason",
        program="agent",
    ),
)

LINKS: Final[tuple[Metric, ...]] = (
    counter(
        "echo.pipe.reconnection.attempts",
        "Connections to a pipe, of terminals that were served and of those that were not",
        "PipeConnected",
        program="agent",
    ),
    counter(
        "echo.pipe.reconnection.success",
        "Terminals that connected to their pipe and were served",
        "LinkChanged",
        program="agent",
    ),
    histogram(
        "echo.pipe.connection.duration_seconds",
        "How long a terminal stayed on its pipe",
        "LinkChanged",
        unit="s",
        bounds=LIFE_BOUNDS,
        program="agent",
    ),
    histogram(
        "echo.pipe.ping.rtt_ms",
        "How long a terminal's ping took to be answered, as the terminal measured it",
        "PingHeard",
        program="agent",
    ),
    histogram(
        "agent_tick_coalesce_ms",
        "How long a quote or another report waited in the Agent for its turn",
        "ReportHeld",
        program="agent",
    ),
    counter(
        "echo.link.changes", "Agents, terminals and Cores that came or went", "LinkChanged", "up"
    ),
    counter("echo.input.refused", "Unusable input that was turned away", "InputRefused", "reason"),
)

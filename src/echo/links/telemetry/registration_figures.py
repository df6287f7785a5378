"""How facts about terminals become figures, in the Core and in the Agent."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from echo.domain.copy_facts import CommandHeard, CommandWritten, IntentForwarded
from echo.domain.facts import Alarm, CompatUsed, Fact, InputRefused, LinkChanged
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import AccountId, AgentId
from echo.domain.link_facts import ChangesMissed, PingHeard, PipeConnected, ReportHeld
from echo.domain.registration_facts import (
    AccountEvaluated,
    EvaluationUnchanged,
    HandshakeRead,
    MappingsLoaded,
    OpenHeld,
    ReportOutcome,
    SpecsFiltered,
    SpecsForwarded,
    SymbolsReported,
    VerdictForwarded,
    VerdictNotForwarded,
)
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.telling_figures import telling_feeds


class RegistrationFigures:
    """Feeds the Core's meters about terminals and their symbols."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._versions: dict[AccountId, tuple[str, str]] = {}
        self._feeds: dict[type[Fact], Callable[[Any], None]] = {
            AccountEvaluated: self._evaluated,
            EvaluationUnchanged: lambda _: meters.add(
                "echo.core.handshake.reconcile_skipped_total"
            ),
            SymbolsReported: self._reported,
            ChangesMissed: lambda fact: meters.add(
                "echo.core.handshake.notify_miss_total", fact.channel, amount=fact.count
            ),
            MappingsLoaded: lambda fact: meters.add(
                "echo.symbols.loaded", "journal", amount=fact.symbols
            ),
        }

    def take(self, fact: Fact) -> None:
        """Count *fact*; one that no figure is made of is passed over."""
        feed = self._feeds.get(type(fact))
        if feed is not None:
            feed(fact)

    def _evaluated(self, fact: AccountEvaluated) -> None:
        meters, status = self._meters, fact.status.value
        version = str(fact.protocol_version)
        meters.add("echo.core.handshake.version_total", version, status)
        meters.add("echo.core.handshake.status_total", status)
        if fact.status is RegistrationStatus.WARNING:
            meters.add("echo.core.handshake.warning_total")
        for issue in fact.counts:
            meters.add(
                "echo.core.handshake.symbol_issues_total",
                issue.code,
                issue.scope,
                amount=issue.count,
            )
            if issue.severity == "error":
                meters.add("echo.handshake.rejected_total", issue.code, amount=issue.count)
            else:
                meters.add(
                    "echo.handshake.warning_total", issue.code, issue.scope, amount=issue.count
                )
        self._versions[fact.account_id] = (f"{fact.role.value}_ea", version)
        for labels, terminals in Counter(self._versions.values()).items():
            meters.set("echo.handshake.version_gauge", terminals, *labels)

    def _reported(self, fact: SymbolsReported) -> None:
        meters = self._meters
        meters.add("echo.symbols.reported", amount=fact.symbols)
        meters.observe("echo.symbols.reported_count", fact.symbols)
        if fact.outcome is ReportOutcome.STALE:
            meters.add("echo.symbols.handshake_stale")
        elif fact.outcome is ReportOutcome.DUPLICATE:
            meters.add("echo.symbols.duplicates")
        else:
            meters.add("echo.symbols.loaded", "report", amount=fact.known)
        unknown = fact.symbols - fact.known - fact.invalid
        for result, symbols in (
            ("known", fact.known),
            ("invalid", fact.invalid),
            ("unknown", max(0, unknown)),
        ):
            meters.add("echo.symbols.validate", result, amount=symbols)


class AgentFigures:
    """Feeds the Agent's meters.

    Args:
        agent_id: A label of its metrics.
    """

    def __init__(self, meters: Meters, agent_id: AgentId) -> None:
        self._meters, self._agent_id = meters, agent_id
        self._feeds: dict[type[Fact], Callable[[Any], None]] = {
            IntentForwarded: self._forwarded,
            CommandWritten: self._written,
            CommandHeard: self._heard,
            VerdictForwarded: self._verdict,
            VerdictNotForwarded: lambda fact: meters.add(
                "echo.agent.handshake.forward_error_total", fact.reason
            ),
            OpenHeld: lambda fact: meters.add("echo.agent.handshake.blocked_total", fact.reason),
            PipeConnected: lambda _: meters.add("echo.pipe.reconnection.attempts"),
            PingHeard: lambda fact: meters.observe("echo.pipe.ping.rtt_ms", fact.rtt_ms),
            ReportHeld: lambda fact: meters.observe("agent_tick_coalesce_ms", fact.waited_ms),
            HandshakeRead: lambda fact: meters.observe(
                "echo.symbols.handshake_size", fact.size_bytes
            ),
            SpecsForwarded: lambda _: meters.add("echo.agent.specs.forwarded_total"),
            SpecsFiltered: lambda fact: meters.add("echo.agent.specs.filtered_total", fact.reason),
            CompatUsed: lambda _: meters.add("echo_core.delivery.compat_mode_total"),
            LinkChanged: self._link,
            InputRefused: lambda fact: meters.add("echo.input.refused", fact.reason),
            Alarm: lambda fact: meters.add("echo.alarms", fact.code),
            **telling_feeds(meters),
        }

    def take(self, fact: Fact) -> None:
        """Count *fact*; one that no figure is made of is passed over."""
        feed = self._feeds.get(type(fact))
        if feed is not None:
            feed(fact)

    def _forwarded(self, fact: IntentForwarded) -> None:
        self._meters.add("echo.intent.forwarded", fact.kind.value)
        if fact.buffer_depth is not None:
            self._meters.set(
                "echo_ea.trade_intent.buffer_depth", fact.buffer_depth, fact.account_id
            )

    def _written(self, fact: CommandWritten) -> None:
        self._meters.add("echo.execution.dispatched")
        if fact.attempt > 1:
            self._meters.add(
                "echo_agent.pipe.retry_total",
                self._agent_id,
                fact.account_id,
                "pipe_delivered",
                "retried",
            )

    def _heard(self, fact: CommandHeard) -> None:
        self._meters.observe(
            "echo_agent.pipe.delivery_latency_ms",
            fact.latency_ms,
            self._agent_id,
            fact.account_id,
            fact.result.value.lower(),
        )

    def _verdict(self, fact: VerdictForwarded) -> None:
        status = fact.status.value
        self._meters.add("echo.agent.handshake.forwarded_total", status)
        whose = "master" if fact.role is Role.MASTER else "slave"
        self._meters.add(f"echo.{whose}.handshake.status", status)
        if fact.latency_ms is not None:
            self._meters.observe("echo.handshake.feedback_latency_ms", fact.latency_ms)

    def _link(self, fact: LinkChanged) -> None:
        self._meters.add("echo.link.changes", str(fact.up).lower())
        if fact.up and fact.peer != "core":
            self._meters.add("echo.pipe.reconnection.success")
        if fact.lasted_ms is not None:
            lasted_s = fact.lasted_ms / 1_000
            self._meters.observe("echo.pipe.connection.duration_seconds", lasted_s)

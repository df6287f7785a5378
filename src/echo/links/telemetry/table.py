"""The table of metrics: every name that Echo tells, what it means, and which fact feeds it.

Dashboards, alert rules and the reference page are made from it, and a metric that nothing feeds
fails the tests.
"""

from typing import Final

from echo.links.telemetry.cache_table import CACHES
from echo.links.telemetry.metric import (
    POINT_BOUNDS,
    SIZE_BOUNDS,
    Metric,
    counter,
    gauge,
    histogram,
)
from echo.links.telemetry.registration_table import HANDSHAKE, LINKS, SYMBOLS
from echo.links.telemetry.stop_table import STOPS
from echo.links.telemetry.telling_table import TELLING

FLOW: Final[tuple[Metric, ...]] = (
    counter(
        "echo.intent.received",
        "Actions of masters that the Core has taken in",
        "ActionReceived",
        "kind",
        "result",
    ),
    counter(
        "echo.intent.forwarded",
        "Actions of masters that the Agent has passed on, repeats included",
        "IntentForwarded",
        "kind",
        program="agent",
    ),
    counter("echo.order.created", "Entries decided to be copied", "CopyDecided"),
    counter("echo.order.sent", "Commands that left the Core, repeats included", "CommandSent"),
    counter(
        "echo.execution.dispatched",
        "Commands written to a terminal's pipe, repeats included",
        "CommandWritten",
        program="agent",
    ),
    counter(
        "echo.execution.completed",
        "Answers of terminals to commands",
        "ResultTaken",
        "command",
        "outcome",
    ),
)

LATENCY: Final[tuple[Metric, ...]] = (
    histogram(
        "echo.latency.e2e", "Master's terminal to filled order, the broker included", "ResultTaken"
    ),
    histogram("echo.latency.agent_to_core", "Master's Agent to Core", "ResultTaken"),
    histogram(
        "echo.latency.core_process", "In the Core: decide, write to disk, send", "ResultTaken"
    ),
    histogram("echo.latency.core_to_agent", "Core to the slave's Agent", "ResultTaken"),
    histogram("echo.latency.agent_to_slave", "Agent to the slave's terminal", "ResultTaken"),
    histogram(
        "echo.latency.slave_execution",
        "In the slave's terminal, the broker included",
        "ResultTaken",
    ),
    histogram(
        "latency_e2e_ms",
        "Master's terminal to the moment an order leaves the slave's, the broker apart",
        "ResultTaken",
        "account_id",
    ),
)

RISK: Final[tuple[Metric, ...]] = (
    counter(
        "echo.core.risk_policy_lookup_total",
        "Searches for the policy of an account and a strategy",
        "CopyDecided",
        "result",
    ),
    counter(
        "echo.core.risk.fixed_risk_calculation_total",
        "Sizes worked out from money at risk",
        "CopyDecided",
        "result",
    ),
    counter(
        "echo.core.risk.policy_rejected_total",
        "Entries that the account's policy or its size refused",
        "CopyDecided",
        "reason",
    ),
    histogram(
        "echo.core.risk.expected_loss",
        "Loss at the stop of what was ordered, in account currency",
        "CopyDecided",
        unit="money",
        bounds=SIZE_BOUNDS,
    ),
    histogram(
        "echo.core.risk.distance_points",
        "Distance of the stop that was sized on",
        "CopyDecided",
        unit="ticks",
        bounds=SIZE_BOUNDS,
    ),
    counter(
        "echo.core.volume_guard_decision_total",
        "What the volume guard did to the wanted lot",
        "CopyDecided",
        "decision",
        "reason",
    ),
    counter(
        "echo.core.volume_guard_clamp_total",
        "Lots that were made smaller to fit the symbol or the policy",
        "CopyDecided",
    ),
    histogram(
        "echo.core.volume_guard_spec_age_ms",
        "Age of the specification that a lot was fitted to",
        "CopyDecided",
    ),
    counter(
        "echo.sizing.missing_contract_size",
        "Sizes that failed for want of a contract size",
        "CopyDecided",
    ),
)

ROUTING: Final[tuple[Metric, ...]] = (
    counter(
        "echo.routing.mode",
        "How commands were routed: always to the one Agent that owns the account",
        "CommandSent",
        "routing.mode",
        "routing.result",
    ),
    counter(
        "echo.routing.account_lookup",
        "Searches for the Agent of an account",
        "CommandSent, OwnerMissing",
        "lookup.result",
    ),
    counter(
        "echo.symbols.lookup",
        "Searches for an account's symbol",
        "CopyDecided",
        "lookup.result",
    ),
)

DELIVERY: Final[tuple[Metric, ...]] = (
    counter(
        "echo_core.delivery.retry_total",
        "Commands sent again because a stage was not acknowledged",
        "DeliveryRetried",
        "delivery_stage",
        "result",
        "agent_id",
    ),
    gauge(
        "echo_core.delivery.pending_age_ms",
        "Age of the oldest command without a result, by the stage it has reached",
        "BacklogSeen",
        "delivery_stage",
        unit="ms",
    ),
    gauge("echo_core_router_queue_depth", "Commands without an outcome", "BacklogSeen"),
    counter("echo_core_router_dispatch_total", "Commands handed to an Agent", "CommandSent"),
    histogram(
        "echo_core_router_dispatch_duration_ms",
        "From taking an action in to handing its command to an Agent",
        "ResultTaken",
    ),
    counter(
        "echo_core_router_rejections_total",
        "Commands that found no Agent to go to",
        "OwnerMissing",
    ),
    counter(
        "echo_core.delivery.compat_mode_total",
        "Peers of an older protocol served without its newer promises",
        "CompatUsed",
    ),
    counter(
        "echo_agent.pipe.retry_total",
        "Commands written to a pipe again",
        "CommandWritten",
        "agent_id",
        "account_id",
        "delivery_stage",
        "result",
        program="agent",
    ),
    histogram(
        "echo_agent.pipe.delivery_latency_ms",
        "From writing a command to its terminal saying that it has arrived",
        "CommandHeard",
        "agent_id",
        "account_id",
        "result",
        program="agent",
    ),
    gauge(
        "echo_ea.trade_intent.buffer_depth",
        "Actions that wait in a master EA's outbox",
        "IntentForwarded",
        "account_id",
        program="agent",
    ),
)

PRODUCT: Final[tuple[Metric, ...]] = (
    counter("missed_trades_count", "Entries that were not copied", "DecisionSettled", "account_id"),
    gauge(
        "avg_slippage_points",
        "Mean slippage of the fills so far; positive = worse than the master's price",
        "ResultTaken",
        "account_id",
        unit="points",
    ),
    gauge(
        "max_slippage_points",
        "Worst slippage so far",
        "ResultTaken",
        "account_id",
        unit="points",
    ),
    histogram(
        "echo.slippage_points",
        "Slippage of fills; positive = worse than the master's price",
        "ResultTaken",
        unit="points",
        bounds=POINT_BOUNDS,
    ),
    counter(
        "echo.slippage_money_lost",
        "Money that worse fills have cost, in account currency",
        "ResultTaken",
        "account_id",
    ),
    histogram(
        "spread_at_entry_points",
        "Spread when an entry was decided",
        "CopyDecided",
        unit="points",
        bounds=POINT_BOUNDS,
    ),
    counter(
        "orders_rejected_count", "Entries omitted or failed, by code", "DecisionSettled", "reason"
    ),
    counter(
        "blocked_by_window_count", "Entries kept back by a window", "DecisionSettled", "account_id"
    ),
    counter(
        "policy_violations_count",
        "Entries refused by an account's limits",
        "DecisionSettled",
        "account_id",
    ),
    gauge(
        "echo.limit.stage",
        "How serious a limit is: 0 clear, 1 warned, 2 no entries, 3 flattened",
        "LimitStageChanged",
        "account_id",
        "limit",
    ),
    gauge(
        "echo.accounts", "Accounts that are here, and that were and are not", "BacklogSeen", "state"
    ),
    counter(
        "echo.ea.changes",
        "EAs that came back with other inputs, or in another version",
        "EaChanged",
        "what",
    ),
    counter(
        "echo.clock.disagreements",
        "Hops whose two stamps run backwards by more than the hosts' clocks were found to differ",
        "ResultTaken",
        "hop",
    ),
    counter(
        "echo.clock.corrected",
        "Hops between hosts whose clocks differ, timed with the difference taken off",
        "ResultTaken",
        "hop",
    ),
    gauge(
        "echo.clock.offset_ms",
        "How far an Agent's clock is ahead of the Core's",
        "ClockCompared",
        "agent_id",
        unit="ms",
    ),
    counter("echo.alarms", "Things a person should look at", "Alarm", "code"),
)

ALARM_CODES: Final = (
    *("CLOSE_PENDING", "IN_DOUBT", "FILLED_AFTER_ALL", "UNPROTECTED", "MISSED_TRADE"),
    *("EARLY_CLOSE", "core_delivery_failed", "journal_degraded", "journal_refused"),
)
"""Alarms that rules wait for: counted from 0, for a series that begins at 1 has never grown."""

METRICS: Final[tuple[Metric, ...]] = (
    *FLOW,
    *LATENCY,
    *RISK,
    *ROUTING,
    *DELIVERY,
    *STOPS,
    *HANDSHAKE,
    *SYMBOLS,
    *LINKS,
    *CACHES,
    *PRODUCT,
    *TELLING,
)

BOTH: Final = frozenset(
    {
        *(each.name for each in TELLING),
        "echo_core.delivery.compat_mode_total",
        "echo.link.changes",
        "echo.input.refused",
        "echo.alarms",
    }
)
"""Told by both programs, each of itself."""

CORE_METRICS: Final = tuple(each for each in METRICS if each.program == "core")
AGENT_METRICS: Final = tuple(
    each for each in METRICS if each.program == "agent" or each.name in BOTH
)

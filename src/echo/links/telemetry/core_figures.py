"""How the Core's facts become figures."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from echo.domain.answers import Outcome
from echo.domain.copy_facts import BacklogSeen, CopyDecided, OwnerMissing, ResultTaken
from echo.domain.errors import ErrorCode
from echo.domain.facts import (
    ActionReceived,
    Alarm,
    CommandSent,
    CompatUsed,
    DecisionSettled,
    DeliveryRetried,
    Fact,
    InputRefused,
    LimitStageChanged,
    LinkChanged,
)
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.link_facts import ClockCompared
from echo.domain.quantities import Side
from echo.domain.registration_facts import EaChanged
from echo.domain.traces import trace_of
from echo.links.telemetry.clocks import Clocks, Reading
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.table import ALARM_CODES
from echo.links.telemetry.telling_figures import telling_feeds

Feed = Callable[[Meters, Any], None]

HOPS: Final = (
    ("echo.latency.agent_to_core", "t1_agent_recv_ms", "t2_core_recv_ms"),
    ("echo.latency.core_process", "t2_core_recv_ms", "t3_core_send_ms"),
    ("echo.latency.core_to_agent", "t3_core_send_ms", "t4_agent_recv_ms"),
    ("echo.latency.agent_to_slave", "t4_agent_recv_ms", "t5_slave_ea_recv_ms"),
    ("echo.latency.slave_execution", "t5_slave_ea_recv_ms", "t7_order_filled_ms"),
    ("echo.latency.e2e", "t0_master_ea_ms", "t7_order_filled_ms"),
)
"""Name, first and last stamp."""
PIPETTES: Final = 3
"""From so many digits on the last one is a tenth of a pip."""

_REFUSED_BY_POLICY: Final = frozenset(
    {
        ErrorCode.RISK_POLICY_MISSING,
        ErrorCode.RISK_POLICY_INVALID,
        ErrorCode.STOP_REQUIRED,
        ErrorCode.VOLUME_BELOW_MIN,
        ErrorCode.SPEC_MISSING,
    }
)
_AGAINST_LIMITS: Final = frozenset(
    {
        ErrorCode.LIMIT_HEADROOM,
        ErrorCode.LIMIT_REACHED,
        ErrorCode.MAX_TRADES,
        ErrorCode.MAX_LOTS,
    }
)
_RISKING: Final = frozenset({"FIXED_RISK", "RISK_PERCENT"})


class CoreFigures:
    """Feeds the Core's meters; keeps the little that a mean needs."""

    def __init__(self, meters: Meters) -> None:
        self._meters, self._clocks = meters, Clocks()
        self._slippage: dict[AccountId, tuple[int, Decimal, Decimal]] = {}
        self._feeds: dict[type[Fact], Callable[[Any], None]] = {
            ActionReceived: self._action,
            CopyDecided: self._decided,
            OwnerMissing: self._owner_missing,
            CommandSent: self._sent,
            DeliveryRetried: self._retried,
            BacklogSeen: self._backlog,
            ResultTaken: self._result,
            DecisionSettled: self._settled,
            LimitStageChanged: lambda fact: meters.set(
                "echo.limit.stage", fact.stage, fact.account_id, fact.rule_id
            ),
            EaChanged: lambda fact: meters.add("echo.ea.changes", fact.what),
            CompatUsed: lambda _: meters.add("echo_core.delivery.compat_mode_total"),
            LinkChanged: lambda fact: meters.add("echo.link.changes", str(fact.up).lower()),
            InputRefused: lambda fact: meters.add("echo.input.refused", fact.reason),
            Alarm: lambda fact: meters.add("echo.alarms", fact.code),
            ClockCompared: self._compared,
            **telling_feeds(meters),
        }
        for code in ALARM_CODES:
            meters.add("echo.alarms", code, amount=0)
        for what in ("config_hash", "client_semver", "protocol_version", "server"):
            meters.add("echo.ea.changes", what, amount=0)

    def take(self, fact: Fact) -> None:
        """Count *fact*; one that no figure is made of is passed over."""
        feed = self._feeds.get(type(fact))
        if feed is not None:
            feed(fact)

    def _action(self, fact: ActionReceived) -> None:
        result = "duplicate" if fact.duplicate else "new"
        self._meters.add("echo.intent.received", fact.kind.value, result)

    def _decided(self, fact: CopyDecided) -> None:
        meters, copied = self._meters, fact.code is ErrorCode.NO_ERROR
        found = fact.code is not ErrorCode.RISK_POLICY_MISSING
        meters.add("echo.core.risk_policy_lookup_total", "hit" if found else "miss")
        if found:
            known = fact.code is not ErrorCode.SYMBOL_NOT_MAPPED
            meters.add("echo.symbols.lookup", "hit" if known else "miss")
        if fact.spread_points is not None:
            meters.observe("spread_at_entry_points", float(fact.spread_points))
        if not copied:
            self._refused(fact)
            return
        meters.add("echo.order.created")
        self._stops(fact)
        numbers = dict(fact.inputs)
        if numbers.get("risk_type") in _RISKING:
            meters.add("echo.core.risk.fixed_risk_calculation_total", "success")
        loss, ticks = numbers.get("expected_loss"), numbers.get("ticks")
        if isinstance(loss, Decimal):
            meters.observe("echo.core.risk.expected_loss", float(loss))
        if isinstance(ticks, Decimal):
            meters.observe("echo.core.risk.distance_points", float(ticks))
        wanted, lot = numbers.get("wanted_lot", numbers.get("lot_size")), numbers.get("lot")
        clamped = isinstance(wanted, Decimal) and isinstance(lot, Decimal) and lot < wanted
        decision = "clamp" if clamped else "pass_through"
        meters.add("echo.core.volume_guard_decision_total", decision, "")
        if clamped:
            meters.add("echo.core.volume_guard_clamp_total")
        if fact.spec_age_ms is not None:
            meters.observe("echo.core.volume_guard_spec_age_ms", fact.spec_age_ms)

    def _stops(self, fact: CopyDecided) -> None:
        meters, order = self._meters, fact.order
        if order is None or fact.point is None:
            return
        protect = order.protect
        stop_loss = protect.stop_loss if protect else order.stop_loss
        take_profit = protect.take_profit if protect else order.take_profit
        for level, moved, price in zip(
            ("stop_loss", "take_profit"), fact.offsets_points, (stop_loss, take_profit), strict=True
        ):
            if moved and price is not None:
                meters.add("echo_core.stop_offset_applied_total", level)
        entry = dict(fact.inputs).get("ask" if order.side is Side.BUY else "bid")
        if stop_loss is not None and isinstance(entry, Decimal):
            pip = fact.point * 10 if fact.digits >= PIPETTES else fact.point
            distance = abs(entry - stop_loss) / pip
            meters.observe("echo_core.stop_offset_distance_pips", float(distance))
        if protect is not None:
            meters.add("echo_core.stop_offset_fallback_total")

    def _compared(self, fact: ClockCompared) -> None:
        self._clocks.take(fact)
        self._meters.set("echo.clock.offset_ms", fact.ahead_ms, fact.peer)

    def _refused(self, fact: CopyDecided) -> None:
        code = fact.code
        if code not in _REFUSED_BY_POLICY:
            return
        self._meters.add("echo.core.risk.policy_rejected_total", code.name)
        if code is ErrorCode.SPEC_MISSING and not fact.contract_size_known:
            self._meters.add("echo.sizing.missing_contract_size")
        if code is ErrorCode.STOP_REQUIRED:
            self._meters.add("echo.core.risk.fixed_risk_calculation_total", "rejected")
        if code is ErrorCode.VOLUME_BELOW_MIN:
            self._meters.add("echo.core.volume_guard_decision_total", "reject", code.name)

    def _owner_missing(self, _: OwnerMissing) -> None:
        self._meters.add("echo.routing.account_lookup", "miss")
        self._meters.add("echo_core_router_rejections_total")
        self._meters.add("echo.routing.mode", "selective", "waiting")

    def _sent(self, _: CommandSent) -> None:
        self._meters.add("echo.order.sent")
        self._meters.add("echo_core_router_dispatch_total")
        self._meters.add("echo.routing.account_lookup", "hit")
        self._meters.add("echo.routing.mode", "selective", "sent")

    def _retried(self, fact: DeliveryRetried) -> None:
        stage = fact.stage.name.lower()
        self._meters.add("echo_core.delivery.retry_total", stage, "retried", fact.agent_id)

    def _backlog(self, fact: BacklogSeen) -> None:
        self._meters.set("echo_core_router_queue_depth", fact.commands)
        self._meters.set("echo.accounts", fact.accounts_connected, "connected")
        self._meters.set("echo.accounts", fact.accounts_silent, "silent")
        for stage, oldest_ms in fact.oldest_ms:
            self._meters.set("echo_core.delivery.pending_age_ms", oldest_ms, stage.name.lower())

    def _result(self, fact: ResultTaken) -> None:
        self._meters.add("echo.execution.completed", fact.kind.value, fact.outcome.value)
        if fact.code is ErrorCode.INVALID_STOPS:
            self._meters.add("echo_core.stop_offset_edge_rejections_total")
        if fact.outcome is not Outcome.FILLED:
            return
        trace = trace_of(fact.traceparent)
        stamps = Reading(self._clocks, fact.timestamps, fact.master_agent_id, fact.agent_id)
        for name, first, last in HOPS:
            lasted_ms = self._hop(stamps, name.rpartition(".")[2], first, last)
            if lasted_ms is None:
                continue
            self._meters.observe(name, lasted_ms, trace=trace)
            if name == "echo.latency.core_process":
                self._meters.observe("echo_core_router_dispatch_duration_ms", lasted_ms)
        lasted_ms = self._hop(stamps, "order_send", "t0_master_ea_ms", "t6_order_send_ms")
        if lasted_ms is not None:
            self._meters.observe("latency_e2e_ms", lasted_ms, fact.account_id, trace=trace)
        if fact.slippage_points is not None:
            self._slipped(fact, fact.slippage_points)

    def _hop(self, stamps: Reading, hop: str, first: str, last: str) -> int | None:
        """Return how long a hop took; ``None`` = no clock can tell, and that is counted."""
        found = stamps.between(first, last)
        if found is None:
            return None
        if found.lasted_ms < -found.allowed_ms:
            self._meters.add("echo.clock.disagreements", hop)
            return None
        if found.corrected:
            self._meters.add("echo.clock.corrected", hop)
        return max(0, found.lasted_ms)

    def _slipped(self, fact: ResultTaken, points: Decimal) -> None:
        account_id = fact.account_id
        fills, total, worst = self._slippage.get(account_id, (0, Decimal(0), points))
        fills, total, worst = fills + 1, total + points, max(worst, points)
        self._slippage[account_id] = (fills, total, worst)
        self._meters.set("avg_slippage_points", float(total / fills), account_id)
        self._meters.set("max_slippage_points", float(worst), account_id)
        self._meters.observe("echo.slippage_points", float(points))
        if fact.slippage_money is not None and fact.slippage_money > 0:
            lost = float(fact.slippage_money)
            self._meters.add("echo.slippage_money_lost", account_id, amount=lost)

    def _settled(self, fact: DecisionSettled) -> None:
        if fact.kind is not ActionKind.OPEN:
            return
        if fact.outcome not in {Outcome.OMITTED, Outcome.FAILED}:
            return
        meters, account_id = self._meters, fact.account_id
        meters.add("missed_trades_count", account_id)
        meters.add("orders_rejected_count", fact.code.name)
        if fact.code is ErrorCode.WINDOW_BLOCKED:
            meters.add("blocked_by_window_count", account_id)
        if fact.code in _AGAINST_LIMITS:
            meters.add("policy_violations_count", account_id)

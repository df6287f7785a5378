"""One of every fact that a figure is made of."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from echo.domain.answers import AckStage, ExecutionResult, Outcome, Receipt
from echo.domain.commands import CommandKind, ExecuteOrder, Protect
from echo.domain.copy_facts import (
    BacklogSeen,
    CommandHeard,
    CommandWritten,
    CopyDecided,
    IntentForwarded,
    OwnerMissing,
    ResultForwarded,
    ResultTaken,
)
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
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import (
    AccountId,
    AgentId,
    CommandId,
    EvaluationId,
    StrategyId,
    Ticket,
    TradeId,
)
from echo.domain.intents import ActionKind
from echo.domain.limit_rules import Stage
from echo.domain.link_facts import (
    ChangesMissed,
    ClockCompared,
    CollectorChanged,
    FactsShed,
    PingHeard,
    PipeConnected,
    ReportHeld,
)
from echo.domain.quantities import Side, Timestamps
from echo.domain.registration_facts import (
    AccountEvaluated,
    Cause,
    EaChanged,
    EvaluationUnchanged,
    HandshakeRead,
    IssueCount,
    MappingsLoaded,
    OpenHeld,
    ReportOutcome,
    SpecsFiltered,
    SpecsForwarded,
    SymbolsReported,
    VerdictForwarded,
    VerdictNotForwarded,
)

TRADE: Final = TradeId("01890a5d-ac96-774b-bcce-b302099a8057")
COMMAND: Final = CommandId("01890a5d-ac96-774b-8cce-b302099a8057")
MASTER: Final = AccountId("50001")
SLAVE: Final = AccountId("70001")
AGENT: Final = AgentId("agent_1")
TRACE_ID: Final = TRADE.replace("-", "")
TRACEPARENT: Final = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
BEGUN_MS: Final = 1_700_000_000_000
STAMPS: Final = Timestamps(
    t0_master_ea_ms=BEGUN_MS + 0,
    t1_agent_recv_ms=BEGUN_MS + 1,
    t2_core_recv_ms=BEGUN_MS + 2,
    t3_core_send_ms=BEGUN_MS + 4,
    t4_agent_recv_ms=BEGUN_MS + 5,
    t5_slave_ea_recv_ms=BEGUN_MS + 6,
    t6_order_send_ms=BEGUN_MS + 7,
    t7_order_filled_ms=BEGUN_MS + 257,
)

DECIDED: Final = CopyDecided(
    trade_id=TRADE,
    account_id=SLAVE,
    strategy_id=StrategyId("trend"),
    symbol="XAUUSD",
    code=ErrorCode.NO_ERROR,
    inputs=(
        ("risk_type", "FIXED_RISK"),
        ("ticks", Decimal(400)),
        ("wanted_lot", Decimal("0.257")),
        ("lot", Decimal("0.25")),
        ("expected_loss", Decimal("97.5")),
        ("commission_rate_pct", Decimal("0.01")),
        ("cost_per_lot", Decimal(7)),
    ),
    spec_age_ms=120,
    spread_points=Decimal(12),
    traceparent=TRACEPARENT,
    decided_at_ms=BEGUN_MS + 2,
)
FILLED: Final = ResultTaken(
    command_id=COMMAND,
    trade_id=TRADE,
    account_id=SLAVE,
    agent_id=AGENT,
    strategy_id=StrategyId("trend"),
    symbol="XAUUSD",
    kind=CommandKind.EXECUTE,
    outcome=Outcome.FILLED,
    code=ErrorCode.NO_ERROR,
    timestamps=STAMPS,
    slippage_points=Decimal(3),
    slippage_money=Decimal("1.5"),
    traceparent=TRACEPARENT,
    master_agent_id=AGENT,
)
ORDER: Final = ExecuteOrder(
    command_id=COMMAND,
    trade_id=TRADE,
    account_id=SLAVE,
    symbol="XAUUSD",
    side=Side.BUY,
    lot=Decimal("0.25"),
    magic_number=7,
    protect=Protect(stop_loss=Decimal("2300.00"), take_profit=None),
    timestamps=Timestamps(
        t2_core_recv_ms=BEGUN_MS + 2,
        t3_core_send_ms=BEGUN_MS + 2,
    ),
    traceparent=TRACEPARENT,
)
SENT: Final = CommandSent(
    command_id=COMMAND,
    account_id=SLAVE,
    agent_id=AGENT,
    attempt=1,
    trade_id=TRADE,
    traceparent=TRACEPARENT,
    timestamps=ORDER.timestamps,
    ack_timeout_ms=500,
    backoff_ms=100,
)
RECEIVED: Final = ActionReceived(
    trade_id=TRADE,
    seq=0,
    kind=ActionKind.OPEN,
    account_id=MASTER,
    symbol="XAUUSD",
    duplicate=False,
    traceparent=TRACEPARENT,
    agent_id=AGENT,
    timestamps=STAMPS,
    received_at_ms=BEGUN_MS + 2,
)
WRITTEN: Final = CommandWritten(
    command_id=COMMAND,
    account_id=SLAVE,
    attempt=1,
    trade_id=TRADE,
    traceparent=TRACEPARENT,
    received_at_ms=BEGUN_MS + 5,
    sent_at_ms=BEGUN_MS + 4,
)
HEARD: Final = CommandHeard(
    command_id=COMMAND,
    account_id=SLAVE,
    result=Receipt.OK,
    latency_ms=2,
    trade_id=TRADE,
    traceparent=TRACEPARENT,
    received_at_ms=BEGUN_MS + 5,
)
ANSWERED: Final = ResultForwarded(
    result=ExecutionResult(
        command_id=COMMAND,
        trade_id=TRADE,
        kind=CommandKind.EXECUTE,
        success=True,
        account_id=SLAVE,
        ticket=Ticket(7_001),
        executed_price=Decimal("2310.5"),
        executed_lot=Decimal("0.25"),
        timestamps=STAMPS,
        traceparent=TRACEPARENT,
    ),
    attempt=1,
    command_id=COMMAND,
    trade_id=TRADE,
    account_id=SLAVE,
    traceparent=TRACEPARENT,
)
SAME_CLOCK: Final = ClockCompared(peer=AGENT, ahead_ms=0, error_ms=3)


def replaced(fact: ResultTaken, *, account_id: AccountId) -> ResultTaken:
    """Return the same answer of another account."""
    return replace(fact, account_id=account_id)


def settled(outcome: Outcome, code: ErrorCode) -> DecisionSettled:
    """Return an entry's end on the slave."""
    return DecisionSettled(
        trade_id=TRADE,
        seq=0,
        kind=ActionKind.OPEN,
        account_id=SLAVE,
        symbol="XAUUSD",
        outcome=outcome,
        code=code,
        sentence="said why",
    )


def refused(code: ErrorCode) -> CopyDecided:
    """Return an entry that was not copied."""
    return CopyDecided(
        trade_id=TRADE,
        account_id=SLAVE,
        strategy_id=StrategyId("trend"),
        symbol="XAUUSD",
        code=code,
    )


def reported(outcome: ReportOutcome, *, symbols: int = 4) -> SymbolsReported:
    """Return a list of symbols, one of them known and one invalid."""
    return SymbolsReported(
        account_id=SLAVE,
        agent_id=AGENT,
        role=Role.SLAVE,
        outcome=outcome,
        symbols=symbols,
        known=1,
        invalid=1,
    )


def evaluated(status: RegistrationStatus, *, account_id: AccountId = SLAVE) -> AccountEvaluated:
    """Return a verdict with an error and a warning."""
    return AccountEvaluated(
        account_id=account_id,
        status=status,
        protocol_version=3,
        issues=("SPEC_STALE",),
        agent_id=AGENT,
        cause=Cause.HANDSHAKE,
        counts=(
            IssueCount(code="SPEC_STALE", scope="symbol", severity="warning", count=2),
            IssueCount(code="SPEC_INVALID", scope="symbol", severity="error", count=1),
        ),
    )


def forwarded(role: Role) -> VerdictForwarded:
    """Return a verdict on its way to an EA."""
    return VerdictForwarded(
        account_id=SLAVE,
        role=role,
        status=RegistrationStatus.ACCEPTED,
        protocol_version=3,
        client_semver="1.0.0",
        evaluation_id=EvaluationId(TRADE),
        latency_ms=4,
        pipe_count=17,
    )


LISTENING: Final = CollectorChanged(address="127.0.0.1:4317", up=True, sentence="it does")

CORE_FACTS: Final[tuple[Fact, ...]] = (
    SAME_CLOCK,
    RECEIVED,
    DECIDED,
    replace(
        DECIDED,
        inputs=(*DECIDED.inputs, ("ask", Decimal("2310.00"))),
        order=ORDER,
        point=Decimal("0.01"),
        digits=2,
        offsets_points=(Decimal(50), Decimal(0)),
    ),
    *(
        refused(code)
        for code in (
            ErrorCode.RISK_POLICY_MISSING,
            ErrorCode.STOP_REQUIRED,
            ErrorCode.VOLUME_BELOW_MIN,
            ErrorCode.SYMBOL_NOT_MAPPED,
        )
    ),
    replace(refused(ErrorCode.SPEC_MISSING), contract_size_known=False),
    OwnerMissing(command_id=COMMAND, account_id=SLAVE),
    SENT,
    DeliveryRetried(
        command_id=COMMAND,
        account_id=SLAVE,
        agent_id=AGENT,
        stage=AckStage.AGENT_BUFFERED,
        attempt=2,
    ),
    FILLED,
    settled(Outcome.OMITTED, ErrorCode.WINDOW_BLOCKED),
    settled(Outcome.OMITTED, ErrorCode.LIMIT_HEADROOM),
    replace(
        FILLED,
        timestamps=Timestamps(t1_agent_recv_ms=BEGUN_MS + 50, t2_core_recv_ms=BEGUN_MS),
    ),
    replace(FILLED, code=ErrorCode.INVALID_STOPS, outcome=Outcome.FAILED),
    ClockCompared(peer=AGENT, ahead_ms=-40, error_ms=3),
    FILLED,
    BacklogSeen(
        commands=2,
        oldest_ms=((AckStage.PIPE_DELIVERED, 250),),
        accounts_connected=5,
        accounts_silent=1,
    ),
    LimitStageChanged(
        account_id=SLAVE, rule_id="daily", before=Stage.CLEAR, stage=Stage.WARN, sentence="80 %"
    ),
    EaChanged(account_id=SLAVE, role=Role.SLAVE, what="config_hash", before="a", after="b"),
    CompatUsed(peer="slave_70001", protocol_version=1, sentence="old"),
    LinkChanged(peer=AGENT, up=True),
    InputRefused(peer=AGENT, reason="not_owner", sentence="no"),
    Alarm(key="k", code="IN_DOUBT", sentence="look"),
    LISTENING,
    FactsShed(what="spans", facts=3),
    evaluated(RegistrationStatus.WARNING),
    EvaluationUnchanged(account_id=SLAVE, cause=Cause.INTERVAL),
    ChangesMissed(channel="echo_handshake_result", count=2),
    reported(ReportOutcome.TAKEN),
    reported(ReportOutcome.STALE),
    reported(ReportOutcome.DUPLICATE),
    MappingsLoaded(account_id=SLAVE, symbols=3),
)

AGENT_FACTS: Final[tuple[Fact, ...]] = (
    IntentForwarded(
        account_id=MASTER,
        trade_id=TRADE,
        seq=0,
        kind=ActionKind.OPEN,
        attempt=1,
        buffer_depth=2,
        timestamps=STAMPS,
        traceparent=TRACEPARENT,
    ),
    WRITTEN,
    replace(WRITTEN, attempt=2),
    HEARD,
    ANSWERED,
    PipeConnected(account_id=SLAVE, role=Role.SLAVE),
    PingHeard(account_id=SLAVE, rtt_ms=3),
    ReportHeld(account_id=SLAVE, waited_ms=180),
    forwarded(Role.SLAVE),
    forwarded(Role.MASTER),
    VerdictNotForwarded(
        account_id=SLAVE,
        role=Role.SLAVE,
        evaluation_id=EvaluationId(TRADE),
        reason="pipe_down",
        attempt=1,
        final=False,
    ),
    OpenHeld(account_id=SLAVE, command_id=COMMAND, reason="no_verdict"),
    HandshakeRead(account_id=SLAVE, role=Role.SLAVE, size_bytes=2_048),
    SpecsForwarded(account_id=SLAVE, symbols=3),
    SpecsFiltered(account_id=SLAVE, reason="empty_payload"),
    CompatUsed(peer="slave_70001", protocol_version=1, sentence="old"),
    LinkChanged(peer="slave_70001", up=True),
    LinkChanged(peer="slave_70001", up=False, lasted_ms=61_000),
    InputRefused(peer="slave_70001", reason="not_json", sentence="no"),
    Alarm(key="k", code="LEDGER_UNWRITABLE", sentence="look"),
    LISTENING,
    FactsShed(what="logs", facts=3),
)

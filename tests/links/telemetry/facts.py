"""One of every fact that a figure is made of."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from echo.domain.answers import AckStage, Outcome, Receipt
from echo.domain.commands import CommandKind
from echo.domain.copy_facts import (
    BacklogSeen,
    CommandHeard,
    CommandWritten,
    CopyDecided,
    IntentForwarded,
    OwnerMissing,
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
    TradeId,
)
from echo.domain.intents import ActionKind
from echo.domain.limit_rules import Stage
from echo.domain.quantities import Timestamps
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
STAMPS: Final = Timestamps(
    t0_master_ea_ms=1_000,
    t1_agent_recv_ms=1_001,
    t2_core_recv_ms=1_002,
    t3_core_send_ms=1_004,
    t4_agent_recv_ms=1_005,
    t5_slave_ea_recv_ms=1_006,
    t6_order_send_ms=1_007,
    t7_order_filled_ms=1_257,
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
    ),
    spec_age_ms=120,
    spread_points=Decimal(12),
    traceparent=TRACEPARENT,
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
)


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
    )


CORE_FACTS: Final[tuple[Fact, ...]] = (
    ActionReceived(
        trade_id=TRADE,
        seq=0,
        kind=ActionKind.OPEN,
        account_id=MASTER,
        symbol="XAUUSD",
        duplicate=False,
        traceparent=TRACEPARENT,
    ),
    DECIDED,
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
    CommandSent(command_id=COMMAND, account_id=SLAVE, agent_id=AGENT, attempt=1),
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
    replace(FILLED, timestamps=Timestamps(t1_agent_recv_ms=5, t2_core_recv_ms=2)),
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
    evaluated(RegistrationStatus.WARNING),
    EvaluationUnchanged(account_id=SLAVE, cause=Cause.INTERVAL),
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
    CommandWritten(command_id=COMMAND, account_id=SLAVE, attempt=1),
    CommandWritten(command_id=COMMAND, account_id=SLAVE, attempt=2),
    CommandHeard(command_id=COMMAND, account_id=SLAVE, result=Receipt.OK, latency_ms=2),
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
    LinkChanged(peer="slave_70001", up=False),
    InputRefused(peer="slave_70001", reason="not_json", sentence="no"),
    Alarm(key="k", code="LEDGER_UNWRITABLE", sentence="look"),
)

"""Records to store: small builders, and one example of every kind with awkward values in it."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.accounts import AccountInfo
from echo.domain.answers import AckStage, ExecutionResult, Outcome
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    Protect,
    ReduceOrder,
    Residual,
)
from echo.domain.errors import ErrorCode
from echo.domain.funds import Funds
from echo.domain.handshake import (
    AccountMode,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.headroom import ClosedLoss
from echo.domain.ids import (
    ANY_STRATEGY,
    SEQ_CLOSE,
    AccountId,
    AgentId,
    ClientId,
    EvaluationId,
    StrategyId,
    Ticket,
    TradeId,
    derive_command_id,
    derive_trade_id,
    order_tag,
)
from echo.domain.intents import ActionKind, MasterAction, TradeClose, TradeIntent, TradeModify
from echo.domain.journal import (
    AccountRecord,
    AccountStateRecord,
    ActionRecord,
    AgentSessionRecord,
    CommandProgress,
    CommandRecord,
    CommandStatus,
    CopyRecord,
    DecisionRecord,
    EvaluationRecord,
    ExecutionRecord,
    LedgerMark,
    OperationRecord,
    QuoteRecord,
    Record,
    RetryRecord,
    SpecRecord,
    SymbolMapRecord,
    TradeRecord,
    TradeStatus,
)
from echo.domain.limit_rules import Stage
from echo.domain.limits import LimitState, LimitUse
from echo.domain.limits_record import LimitsRecord, RuleStanding
from echo.domain.modes import Mode, Scope, Switch
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.quantities import Side, Timestamps
from echo.domain.rulings import (
    Acceptance,
    ConfigChange,
    Origin,
    PolicyRecord,
    SettingSeen,
    SwitchRecord,
    WindowRecord,
)
from echo.domain.specs import (
    Quote,
    SessionRange,
    SessionWindow,
    SymbolMapping,
    SymbolSpecification,
    TradePermission,
)
from echo.domain.windows import Window, WindowSource

MASTER = AccountId("61100781")
SLAVE = AccountId("7001")
OTHER = AccountId("7002")
AGENT = AgentId("agent_one")
BIG_TICKET = Ticket(2**62 + 1)
NOW_MS = 1_750_000_000_000


def trade_id(number: int = 1) -> TradeId:
    return derive_trade_id(
        server="Demo", account_id=MASTER, root_ticket=Ticket(number), opened_at_ms=NOW_MS + number
    )


def intent(number: int = 1) -> TradeIntent:
    return TradeIntent(
        trade_id=trade_id(number),
        account_id=MASTER,
        client_id=ClientId("master_61100781"),
        ticket=BIG_TICKET,
        symbol="XAUUSD",
        side=Side.BUY,
        lot=Decimal("0.20"),
        price=Decimal("4015.1"),
        magic_number=111_111,
        stop_loss=Decimal("3999.5"),
        strategy_id=StrategyId("magic_111111"),
        server="Müller & Co-Demo",
        comment="größer #1",
        age_ms=3,
        timestamps=Timestamps(t0_master_ea_ms=NOW_MS),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
    )


def modify(number: int = 1, seq: int = 1) -> TradeModify:
    return TradeModify(
        trade_id=trade_id(number),
        seq=seq,
        account_id=MASTER,
        client_id=ClientId("master_61100781"),
        ticket=BIG_TICKET,
        symbol="XAUUSD",
        magic_number=111_111,
        stop_loss=Decimal(0),
    )


def close(number: int = 1) -> TradeClose:
    return TradeClose(
        trade_id=trade_id(number),
        account_id=MASTER,
        client_id=ClientId("master_61100781"),
        ticket=BIG_TICKET,
        symbol="XAUUSD",
        magic_number=111_111,
        close_price=Decimal("4020.25"),
        profit=Decimal("-12.5"),
        reason="manual",
    )


def trade(number: int = 1, **changes: object) -> TradeRecord:
    record = TradeRecord(
        trade_id=trade_id(number),
        master_account_id=MASTER,
        master_client_id=ClientId("master_61100781"),
        master_ticket=BIG_TICKET,
        strategy_id=StrategyId("magic_111111"),
        symbol="XAUUSD",
        side=Side.BUY,
        lot=Decimal("0.20"),
        price=Decimal("4015.1"),
        magic_number=111_111,
        stop_loss=Decimal("3999.5"),
        take_profit=None,
        comment="größer #1",
        status=TradeStatus.FILLED,
        volume_initial=Decimal("0.2"),
        volume_remaining=Decimal("0.1"),
        attempt=1,
        opened_at_ms=NOW_MS + number,
        updated_at_ms=NOW_MS,
        followers=(SLAVE, OTHER),
        settled=False,
        timeframe="H1",
        atr=Decimal("12.345678"),
    )
    return replace(record, **changes)  # type: ignore[arg-type]  # a test names fields as it likes


def action(what: MasterAction, kind: ActionKind, *, received_at_ms: int = NOW_MS) -> ActionRecord:
    return ActionRecord(
        trade_id=what.trade_id, seq=what.seq, kind=kind, action=what, received_at_ms=received_at_ms
    )


def opened(number: int = 1) -> ActionRecord:
    return action(intent(number), ActionKind.OPEN)


def decision(
    number: int = 1,
    *,
    account_id: AccountId = SLAVE,
    seq: int = 0,
    outcome: Outcome = Outcome.PENDING,
) -> DecisionRecord:
    final = outcome.is_final
    return DecisionRecord(
        trade_id=trade_id(number),
        seq=seq,
        account_id=account_id,
        kind=ActionKind.OPEN,
        outcome=outcome,
        code=ErrorCode.SPREAD_EXCEEDED if outcome is Outcome.OMITTED else ErrorCode.NO_ERROR,
        sentence="spread 34 pt > max 25 pt" if outcome is Outcome.OMITTED else "",
        inputs=(("lot", Decimal("0.10")), ("policy", "*"), ("ticks", 5000), ("stop", None)),
        command_id=derive_command_id(trade_id(number), seq, account_id),
        decided_at_ms=NOW_MS,
        settled_at_ms=NOW_MS + 9 if final else None,
    )


def execute(number: int = 1, account_id: AccountId = SLAVE) -> ExecuteOrder:
    return ExecuteOrder(
        command_id=derive_command_id(trade_id(number), 0, account_id),
        trade_id=trade_id(number),
        account_id=account_id,
        symbol="XAUUSD.m",
        side=Side.SELL,
        lot=Decimal("0.1"),
        magic_number=111_111,
        stop_loss=Decimal("4030.25"),
        comment=order_tag(trade_id(number)),
        protect=Protect(take_profit=Decimal("3990.5")),
        ttl_ms=5_000,
        age_ms=3,
        max_spread_points=Decimal(25),
    )


def command(what: Command, *, agent_id: AgentId | None = AGENT) -> CommandRecord:
    return CommandRecord(
        command_id=what.command_id,
        account_id=what.account_id,
        agent_id=agent_id,
        command=what,
        created_at_ms=NOW_MS + 1,
    )


def other_commands() -> tuple[Command, ...]:
    """One command of every kind but the open."""
    lane = {
        "trade_id": trade_id(),
        "account_id": SLAVE,
        "ticket": BIG_TICKET,
        "symbol": "XAUUSD.m",
        "magic_number": 111_111,
    }
    ids = [derive_command_id(trade_id(), seq, SLAVE) for seq in (1, 2, 3, 4, SEQ_CLOSE)]
    return (
        ModifyOrder(command_id=ids[0], seq=1, take_profit=Decimal("4040.5"), **lane),  # type: ignore[arg-type]  # one mapping serves three classes
        ReduceOrder(
            command_id=ids[1],
            seq=2,
            remaining_lot=Decimal("0.05"),
            residual=Residual.CLOSE,
            **lane,  # type: ignore[arg-type]  # as above
        ),
        CloseOrder(command_id=ids[4], seq=SEQ_CLOSE, **lane),  # type: ignore[arg-type]  # as above
        CancelPendings(command_id=ids[2], account_id=SLAVE, magic_number=7),
        Flatten(command_id=ids[3], account_id=SLAVE, tickets=(BIG_TICKET,), reason="kill switch"),
    )


def progress(
    what: Command, status: CommandStatus = CommandStatus.INFLIGHT, *, attempt: int = 2
) -> CommandProgress:
    return CommandProgress(
        command_id=what.command_id,
        stage=AckStage.AGENT_BUFFERED,
        status=status,
        attempt=attempt,
        last_error="",
        updated_at_ms=NOW_MS + 2,
    )


def result(what: ExecuteOrder | CloseOrder, **changes: object) -> ExecutionResult:
    answer = ExecutionResult(
        command_id=what.command_id,
        trade_id=what.trade_id,
        kind=what.kind,
        success=True,
        account_id=what.account_id,
        ticket=BIG_TICKET,
        executed_price=Decimal("4015.3"),
        executed_lot=Decimal("0.1"),
        spread_points=Decimal(20),
        slippage_points=Decimal("-1.5"),
        ledger_n=7,
        timestamps=Timestamps(
            t0_master_ea_ms=100,
            t1_agent_recv_ms=101,
            t2_core_recv_ms=103,
            t3_core_send_ms=106,
            t4_agent_recv_ms=110,
            t5_slave_ea_recv_ms=115,
            t6_order_send_ms=121,
            t7_order_filled_ms=128,
        ),
    )
    return replace(answer, **changes)  # type: ignore[arg-type]  # a test names fields as it likes


def execution(
    answer: ExecutionResult, *, received_at_ms: int = NOW_MS + 5, account_id: AccountId = SLAVE
) -> ExecutionRecord:
    return ExecutionRecord(
        command_id=answer.command_id,
        trade_id=answer.trade_id,
        account_id=account_id,
        agent_id=AGENT,
        result=answer,
        received_at_ms=received_at_ms,
    )


def retry(what: Command) -> RetryRecord:
    return RetryRecord(
        command_id=what.command_id,
        stage=AckStage.PIPE_DELIVERED,
        attempt=3,
        error="no answer within 150 ms",
        duration_ms=151,
        created_at_ms=NOW_MS + 4,
    )


def copy(number: int = 1, *, remaining: str = "0.1") -> CopyRecord:
    return CopyRecord(
        trade_id=trade_id(number),
        account_id=SLAVE,
        ticket=BIG_TICKET,
        symbol="XAUUSD.m",
        open_price=Decimal("4015.3"),
        lot_initial=Decimal("0.1"),
        lot_remaining=Decimal(remaining),
        updated_at_ms=NOW_MS + 6,
    )


METADATA = HandshakeMetadata(
    protocol_version=3,
    client_semver="1.5.0",
    required_features=("spec_report/v1",),
    features=("lossless/v1", "batch/v1"),
    metrics=("exposure_v1",),
    broker='Northwind "Markets" (SV), Ltd & Co',
    account_mode=AccountMode.HEDGING,
    currency="USD",
    ledger_n=12,
)


def account(*, connected_at_ms: int = NOW_MS) -> AccountRecord:
    return AccountRecord(
        account_id=SLAVE,
        agent_id=AGENT,
        role=Role.SLAVE,
        metadata=METADATA,
        last_connected_at_ms=connected_at_ms,
    )


def mapping(canonical: str, broker: str) -> SymbolMapping:
    return SymbolMapping(
        canonical_symbol=canonical,
        broker_symbol=broker,
        digits=2,
        point=Decimal("0.01"),
        tick_size=Decimal("0.01"),
        min_lot=Decimal("0.001"),
        max_lot=Decimal(100),
        lot_step=Decimal("0.001"),
        stop_level_points=20,
        contract_size=Decimal(100) if canonical == "XAUUSD" else None,
        tick_value=Decimal("0.87654321"),
        trade_permission=TradePermission.FULL if canonical == "XAUUSD" else None,
    )


def symbol_map(*symbols: SymbolMapping, reported_at_ms: int = NOW_MS) -> SymbolMapRecord:
    return SymbolMapRecord(account_id=SLAVE, symbols=symbols, reported_at_ms=reported_at_ms)


GOLD = mapping("XAUUSD", "XAUUSD.m")
DAX = mapping("GER40", "#DAX & Co")

SPEC = SymbolSpecification(
    canonical_symbol="XAUUSD",
    broker_symbol="XAUUSD.m",
    digits=2,
    stops_level_points=20,
    contract_size=Decimal(100),
    tick_value=Decimal(1),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(100),
    lot_step=Decimal("0.01"),
    sessions=(SessionWindow(day=2, trade_sessions=(SessionRange(start_minute=0, end_minute=9),)),),
)


def quote(bid: str = "4015.1") -> QuoteRecord:
    return QuoteRecord(
        quote=Quote(
            account_id=SLAVE,
            canonical_symbol="XAUUSD",
            broker_symbol="XAUUSD.m",
            bid=Decimal(bid),
            ask=Decimal("4015.3"),
            spread_points=Decimal(20),
            timestamp_ms=NOW_MS,
        )
    )


def account_state(equity: str = "-12.5") -> AccountStateRecord:
    info = AccountInfo(
        account_id=SLAVE,
        balance=Decimal("10000.00"),
        equity=Decimal(equity),
        margin=Decimal(0),
        margin_free=Decimal("9987.5"),
        margin_level=Decimal(0),
        currency="USD",
        timestamp_ms=NOW_MS,
    )
    return AccountStateRecord(info=info, updated_at_ms=NOW_MS + 1)


def evaluation() -> EvaluationRecord:
    issue = RegistrationIssue(
        code=IssueCode.SPEC_STALE, message="awaiting spec", metadata=(("age_ms", "11000"),)
    )
    symbols = tuple(
        SymbolRegistration(
            canonical_symbol="XAUUSD",
            broker_symbol=name,
            status=RegistrationStatus.WARNING,
            warnings=(issue,),
            spec_age_ms=11_000,
            evaluated_at_ms=NOW_MS,
        )
        for name in ("XAUUSD.m", "GOLD")
    )
    verdict = SymbolRegistrationResult(
        account_id=SLAVE,
        pipe_role=Role.SLAVE,
        protocol_version=3,
        status=RegistrationStatus.WARNING,
        evaluation_id=EvaluationId("0197812f-0000-7000-8000-000000000001"),
        evaluated_at_ms=NOW_MS,
        agent_id=AGENT,
        warnings=(issue,),
        symbols=symbols,
    )
    return EvaluationRecord(result=verdict, metadata=METADATA)


POLICY = RiskPolicy(
    account_id=SLAVE,
    strategy_id=ANY_STRATEGY,
    risk_type=RiskType.FIXED_RISK,
    amount=Decimal("100.50"),
    currency="USD",
    min_lot_override=Decimal("0.02"),
    commission_per_lot=Decimal(7),
    commission_rate_pct=Decimal("0.003"),
    master_accounts=frozenset({MASTER}),
    version=4,
)

MARK = LedgerMark(account_id=SLAVE, ledger_n=7)
SESSION = AgentSessionRecord(agent_id=AGENT, epoch=3)
OPERATION = OperationRecord(
    asked_at_ms=NOW_MS,
    by="ana",
    action="settle",
    command_id=derive_command_id(trade_id(), 0, SLAVE),
    outcome=Outcome.FILLED,
    ticket=BIG_TICKET,
    sentence="seen in the terminal",
)

WITHDRAWN = PolicyRecord(
    account_id=SLAVE,
    strategy_id=StrategyId("swing"),
    origin=Origin.DESK,
    policy=None,
    before=replace(POLICY, strategy_id=StrategyId("swing"), version=1),
    version=3,
    changed_at_ms=NOW_MS,
    changed_by="ana",
)
PUT = PolicyRecord(
    account_id=SLAVE,
    strategy_id=ANY_STRATEGY,
    origin=Origin.SETTINGS,
    policy=replace(POLICY, risk_pct=Decimal("0.5"), version=1),
    before=None,
    version=1,
    changed_at_ms=NOW_MS,
    changed_by="settings",
)
WINDOW = WindowRecord(
    window=Window(
        window_id="news-1",
        account_id=SLAVE,
        symbol="USD",
        starts_at_ms=NOW_MS,
        ends_at_ms=NOW_MS,
        pre_buffer_s=120,
        post_buffer_s=60,
        notes="Non-Farm 'Payrolls' · März",
        source=WindowSource.CALENDAR,
    ),
    removed=False,
    changed_at_ms=NOW_MS,
    changed_by="ana",
)
SWITCH = SwitchRecord(
    switch=Switch(
        scope=Scope.ACCOUNT, target=SLAVE, mode=Mode.CLOSE_ONLY, by="ana", since_ms=NOW_MS
    ),
    changed_at_ms=NOW_MS,
    changed_by="ana",
)
CHANGE = ConfigChange(
    key="core/delivery/max_retries",
    before="100",
    after="0",
    changed_at_ms=NOW_MS,
    changed_by="echo.toml",
    acceptance=Acceptance.REFUSED,
    reason="core/delivery/max_retries = 0 is below 1",
)
SEEN = SettingSeen(key="core/delivery/max_retries", value="100")


LIMITS = LimitsRecord(
    account_id=SLAVE,
    pack="ftmo-2-step",
    stage=Stage.WARN,
    funds=Funds(balance=Decimal(100_000), equity=Decimal("96250.50"), currency="USD"),
    rules=(
        RuleStanding(
            rule_id="daily-loss",
            state=LimitState(
                anchor_value=Decimal(100_000),
                anchored_at_ms=NOW_MS - 3_600_000,
                high_water=Decimal(104_000),
                last=Funds(balance=Decimal(100_000), equity=Decimal("96250.50"), currency="USD"),
                last_at_ms=NOW_MS,
                estimated=True,
                reached=Stage.WARN,
                anchored_by="daily_loss balance reset 100000 00:00 Europe/Prague",
                staged_by="5 percent_of_initial 0.7 0.85 0.95 True",
            ),
            use=LimitUse(
                floor=Decimal(95_000),
                headroom=Decimal("1250.50"),
                share=Decimal("0.7499"),
                stage=Stage.WARN,
                sentence="daily-loss: equity 96250.50 is 1250.50 above the floor of 95000.00",
            ),
        ),
    ),
    closed=(ClosedLoss(symbol="XAUUSD", side=Side.SELL, loss=Decimal("12.34"), at_ms=NOW_MS),),
    updated_at_ms=NOW_MS,
)


def one_of_each() -> tuple[Record, ...]:
    """One record of every kind, a trade under way."""
    order = execute()
    return (
        trade(),
        opened(),
        decision(),
        command(order),
        progress(order),
        retry(order),
        execution(result(order)),
        copy(),
        account(),
        symbol_map(GOLD, DAX),
        SpecRecord(account_id=SLAVE, symbols=(SPEC,), reported_at_ms=NOW_MS),
        quote(),
        account_state(),
        evaluation(),
        MARK,
        SESSION,
        OPERATION,
        LIMITS,
        WITHDRAWN,
        PUT,
        WINDOW,
        SWITCH,
        CHANGE,
        SEEN,
    )


def failed(what: ExecuteOrder) -> ExecutionResult:
    return result(
        what,
        success=False,
        ticket=None,
        error_code=ErrorCode.NO_MONEY,
        error_message="code=134",
        executed_price=None,
        executed_lot=None,
    )

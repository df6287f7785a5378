"""One message of each kind, spelled in the files of ``tests/golden/pipe`` in the same order."""

from dataclasses import replace
from decimal import Decimal as D
from typing import Final

from echo.domain.accounts import (
    AccountInfo,
    Deal,
    OpenTrade,
    OpenTrades,
    Position,
    StateSnapshot,
    TickValue,
)
from echo.domain.answers import (
    AckStage,
    ExecutionResult,
    PipeDeliveryAck,
    Receipt,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    CommandKind,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    Protect,
    ReduceOrder,
    Residual,
)
from echo.domain.errors import ErrorCode
from echo.domain.handshake import (
    AccountMode,
    Handshake,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import (
    SEQ_CLOSE,
    AccountId,
    AgentId,
    ClientId,
    CommandId,
    EvaluationId,
    StrategyId,
    Ticket,
    TradeId,
)
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Side, Timestamps
from echo.domain.sessions import DeliveryConfig, EaSession, Ping, Pong
from echo.domain.specs import (
    Quote,
    SessionRange,
    SessionWindow,
    SpreadType,
    SymbolMapping,
    SymbolSpecification,
    SymbolSpecReport,
    TradePermission,
)
from echo.wire.pipe import FromEa, ToEa

NOW_MS: Final = 1_721_899_067_123
"""When every line is written."""

TICK_MS: Final = 3_100_000_000
"""Ms since the start of the machine at that moment: more than 31 bits hold."""

MASTER: Final = AccountId("61100781")
SLAVE: Final = AccountId("70001")
TRADE: Final = TradeId("0145d921-2800-718b-ba1b-d7d44d061972")
COMMAND: Final = CommandId("0145d921-2800-7c4b-9013-e216d51fbce6")
TAG: Final = "E32Z8DXFN2D0RCQ40A5V4GJG00"
TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FEATURES: Final = ("spec_report/v1", "quotes/250ms")

GOLD: Final = SymbolMapping(
    canonical_symbol="XAUUSD",
    broker_symbol="GOLD&#1",
    digits=2,
    point=D("0.01"),
    tick_size=D("0.01"),
    min_lot=D("0.01"),
    max_lot=D("50.00"),
    lot_step=D("0.01"),
    stop_level_points=30,
    contract_size=D(100),
    tick_value=D("1.00"),
    trade_permission=TradePermission.FULL,
)
INTRODUCTION: Final = Handshake(
    account_id=SLAVE,
    client_id=ClientId("slave_70001"),
    role=Role.SLAVE,
    metadata=HandshakeMetadata(
        protocol_version=3,
        client_semver="3.0.0",
        required_features=("lossless/v1",),
        optional_features=("trace/v1",),
        features=FEATURES,
        metrics=("exposure_v1",),
        terminal_build=1420,
        broker='Müller "North" & Co',
        pipe_role=Role.SLAVE,
        account_mode=AccountMode.HEDGING,
        currency="USD",
        leverage=100,
        server="Northwind-Live 3",
        terminal="mt4",
        ea_config_hash="9f86d081",
        instance="6a91",
        ledger_n=41,
        symbol_mappings="GOLD&#1:XAUUSD",
        resume=(COMMAND,),
    ),
    symbols=(GOLD,),
    timestamp_ms=NOW_MS,
)
INTENT: Final = TradeIntent(
    trade_id=TRADE,
    account_id=MASTER,
    client_id=ClientId("master_61100781"),
    ticket=Ticket(1_000_001),
    symbol="XAUUSD",
    side=Side.BUY,
    lot=D("0.20"),
    price=D("4015.10"),
    magic_number=7,
    stop_loss=D("4001.00"),
    take_profit=D("4050.25"),
    strategy_id=StrategyId("magic_7"),
    server="Northwind-Live 3",
    comment="breakout",
    volume_initial=D("0.20"),
    timeframe="M15",
    atr=D("12.5"),
    buffer_depth=0,
    age_ms=3,
    sent_mono_ms=812_345,
    timestamps=Timestamps(t0_master_ea_ms=NOW_MS - 3),
    traceparent=TRACE,
)
CLOSE: Final = TradeClose(
    trade_id=TRADE,
    account_id=MASTER,
    client_id=ClientId("master_61100781"),
    ticket=Ticket(1_000_001),
    symbol="XAUUSD",
    magic_number=7,
    close_price=D("4020.00"),
    profit=D("98.00"),
    reason="tp",
    lot=D("0.20"),
    volume_remaining=D("0.00"),
    timestamps=Timestamps(t0_master_ea_ms=NOW_MS),
    traceparent=TRACE,
)
FILL: Final = ExecutionResult(
    command_id=COMMAND,
    trade_id=TRADE,
    kind=CommandKind.EXECUTE,
    success=True,
    account_id=SLAVE,
    ticket=Ticket(555_001),
    executed_price=D("4015.22"),
    executed_lot=D("0.10"),
    spread_points=D(23),
    slippage_points=D("1.2"),
    late=True,
    ledger_n=42,
    execution_time_ms=NOW_MS - 1,
    timestamps=Timestamps(
        t0_master_ea_ms=NOW_MS - 30,
        t1_agent_recv_ms=NOW_MS - 29,
        t2_core_recv_ms=NOW_MS - 28,
        t3_core_send_ms=NOW_MS - 27,
        t4_agent_recv_ms=NOW_MS - 26,
        t5_slave_ea_recv_ms=NOW_MS - 25,
        t6_order_send_ms=NOW_MS - 24,
        t7_order_filled_ms=NOW_MS - 1,
    ),
    traceparent=TRACE,
)
REFUSED_CLOSE: Final = ExecutionResult(
    command_id=COMMAND,
    trade_id=TRADE,
    kind=CommandKind.CLOSE,
    success=False,
    account_id=SLAVE,
    error_code=ErrorCode.INVALID_VOLUME,
    executed_price=D("4019.90"),
)
SPECIFICATION: Final = SymbolSpecification(
    canonical_symbol="XAUUSD",
    broker_symbol="GOLD&#1",
    digits=2,
    stops_level_points=30,
    contract_size=D("100.00"),
    tick_value=D("1.000000"),
    min_lot=D("0.01"),
    max_lot=D("50.00"),
    lot_step=D("0.01"),
    margin_currency="USD",
    spread_type=SpreadType.FIXED,
    fixed_spread_points=D("23.00"),
    profit_calculation_mode="cfd",
    margin_calculation_mode="cfd_leverage",
    margin_hedge=D("50.00"),
    margin_percentage=D("100.00"),
    swap_long=D("-3.25"),
    swap_short=D("1.10"),
    sessions=(
        SessionWindow(
            day=2,
            quote_sessions=(SessionRange(start_minute=0, end_minute=1440),),
            trade_sessions=(SessionRange(start_minute=60, end_minute=1380),),
        ),
    ),
)
SPECIFICATIONS: Final = SymbolSpecReport(
    account_id=SLAVE, symbols=(SPECIFICATION,), reported_at_ms=NOW_MS
)
QUOTE: Final = Quote(
    account_id=SLAVE,
    canonical_symbol="XAUUSD",
    broker_symbol="GOLD&#1",
    bid=D("4015.10"),
    ask=D("4015.33"),
    spread_points=D("23.00"),
    timestamp_ms=NOW_MS,
)
MONEY: Final = AccountInfo(
    account_id=SLAVE,
    balance=D("10000.00"),
    equity=D("-12.50"),
    margin=D("401.51"),
    margin_free=D("9598.49"),
    margin_level=D("2490.60"),
    currency="USD",
    timestamp_ms=NOW_MS,
)
POSITION: Final = Position(
    ticket=Ticket(555_001),
    symbol="GOLD&#1",
    side=Side.BUY,
    lot=D("0.10"),
    open_price=D("4015.22"),
    stop_loss=D("4001.00"),
    profit=D("48.00"),
    magic_number=7,
    comment=TAG,
    open_time_ms=NOW_MS,
)
SNAPSHOT: Final = StateSnapshot(
    account_id=SLAVE,
    info=MONEY,
    positions=(POSITION,),
    timestamp_ms=NOW_MS,
    epoch="6a91",
    sequence=12,
    complete=True,
    connected=True,
    history=(
        Deal(
            ticket=Ticket(554_990),
            symbol="EURUSD",
            side=Side.SELL,
            lot=D("1.00"),
            open_price=D("1.08000"),
            close_price=D("1.07900"),
            open_time_ms=NOW_MS - 60_000,
            close_time_ms=NOW_MS - 1_000,
            profit=D("100.00"),
            swap=D("0.00"),
            commission=D("-7.00"),
            magic_number=7,
            comment="[tp]",
            reason="tp",
            position_id=554_990,
        ),
    ),
    pendings=(replace(POSITION, ticket=Ticket(555_002), stop_loss=None, comment=""),),
    tick_values=(TickValue(canonical_symbol="XAUUSD", tick_value=D("1.00")),),
)
HELD: Final = OpenTrades(
    account_id=SLAVE,
    epoch="6a91",
    trades=(
        OpenTrade(ticket=Ticket(555_001), lot=D("0.10"), trade_id=TRADE),
        OpenTrade(ticket=Ticket(555_003), lot=D("0.02"), tag=TAG),
    ),
    hash="20ada964",
)

FROM_EA_3: Final[tuple[FromEa, ...]] = (
    INTRODUCTION,
    Ping(ping_id=COMMAND, timestamp_ms=NOW_MS, role="slave"),
    INTENT,
    TradeModify(
        trade_id=TRADE,
        seq=1,
        account_id=MASTER,
        client_id=ClientId("master_61100781"),
        ticket=Ticket(1_000_001),
        symbol="XAUUSD",
        magic_number=7,
        stop_loss=D("4005.00"),
        take_profit=D(0),
        timestamps=Timestamps(t0_master_ea_ms=NOW_MS),
        traceparent=TRACE,
    ),
    replace(CLOSE, seq=2, lot=D("0.05"), volume_remaining=D("0.15"), new_ticket=Ticket(1_000_002)),
    CLOSE,
    FILL,
    replace(
        REFUSED_CLOSE,
        error_code=ErrorCode.TIMEOUT,
        error_message="code=10012",
        executed_price=None,
        doubt=True,
        candidates=(Ticket(555_001), Ticket(555_002)),
    ),
    ExecutionResult(
        command_id=COMMAND,
        trade_id=TRADE,
        kind=CommandKind.MODIFY,
        success=True,
        account_id=SLAVE,
        error_code=ErrorCode.NOT_FOUND,
        stored=True,
        ledger_n=43,
    ),
    ExecutionResult(
        command_id=COMMAND,
        trade_id=TRADE,
        kind=CommandKind.REDUCE,
        success=True,
        account_id=SLAVE,
        ticket=Ticket(555_001),
        executed_lot=D("0.02"),
        new_ticket=Ticket(555_004),
    ),
    PipeDeliveryAck(
        command_id=COMMAND,
        account_id=SLAVE,
        result=Receipt.RETRY,
        error_message="handshake_not_ready",
    ),
    SPECIFICATIONS,
    QUOTE,
    SNAPSHOT,
    HELD,
)

LEGACY_MASTER: Final = Handshake(
    account_id=MASTER,
    client_id=ClientId("master_61100781"),
    role=Role.MASTER,
    metadata=HandshakeMetadata(
        protocol_version=2,
        client_semver="1.5.0",
        required_features=("spec_report/v1",),
        terminal_build=1420,
        broker='Müller "North" & Co',
        pipe_role=Role.MASTER,
    ),
    symbols=(GOLD,),
)
LEGACY_SLAVE: Final = replace(
    LEGACY_MASTER,
    account_id=SLAVE,
    client_id=ClientId("slave_70001"),
    role=Role.SLAVE,
    metadata=replace(LEGACY_MASTER.metadata, pipe_role=Role.SLAVE),
)
LEGACY: Final[tuple[FromEa, ...]] = (
    Ping(ping_id=COMMAND, role="master"),
    replace(INTENT, symbol="xauusd", magic_number=0),
    replace(CLOSE, symbol="XauUsd"),
    FILL,
    replace(
        FILL,
        success=False,
        ticket=None,
        error_code=ErrorCode.TOO_MANY_REQUESTS,
        executed_price=None,
    ),
    REFUSED_CLOSE,
    SPECIFICATIONS,
    QUOTE,
    SNAPSHOT,
)
FROM_EA_2: Final[tuple[FromEa, ...]] = (
    LEGACY_MASTER,
    LEGACY_SLAVE,
    replace(LEGACY_SLAVE, symbols=()),
    *LEGACY,
)
FROM_EA_1: Final[tuple[FromEa, ...]] = (
    replace(LEGACY_MASTER, metadata=replace(LEGACY_MASTER.metadata, client_semver="")),
    replace(LEGACY_SLAVE, metadata=replace(LEGACY_SLAVE.metadata, client_semver="0.3.0")),
    replace(
        LEGACY_SLAVE, symbols=None, metadata=replace(LEGACY_SLAVE.metadata, client_semver="0.2.0")
    ),
    *LEGACY,
)

ORDER: Final = ExecuteOrder(
    command_id=COMMAND,
    trade_id=TRADE,
    account_id=SLAVE,
    symbol="GOLD&#1",
    side=Side.BUY,
    lot=D("0.10"),
    magic_number=7,
    stop_loss=D("4001.00"),
    comment=TAG,
    protect=Protect(take_profit=D("4050.25")),
    ttl_ms=4_980,
    age_ms=20,
    sent_mono_ms=700_123,
    max_slippage_points=D(20),
    max_spread_points=D("25.5"),
    session_epoch=4,
    timestamps=Timestamps(t0_master_ea_ms=NOW_MS - 30, t1_agent_recv_ms=NOW_MS - 29),
    traceparent=TRACE,
)
CLOSE_ORDER: Final = CloseOrder(
    command_id=COMMAND,
    trade_id=TRADE,
    account_id=SLAVE,
    ticket=Ticket(555_001),
    symbol="GOLD&#1",
    magic_number=7,
    seq=SEQ_CLOSE,
    session_epoch=4,
    timestamps=Timestamps(t0_master_ea_ms=NOW_MS - 30),
)
ISSUE: Final = RegistrationIssue(
    code=IssueCode.SPEC_STALE,
    message='awaiting "spec" of GOLD&#1\tnow',
    metadata=(("symbol", "GOLD&#1"),),
)
VERDICT: Final = SymbolRegistrationResult(
    account_id=SLAVE,
    pipe_role=Role.SLAVE,
    protocol_version=3,
    status=RegistrationStatus.WARNING,
    evaluation_id=EvaluationId("0190e92e-a6f3-7147-90b5-b44b8f69d9d6"),
    evaluated_at_ms=NOW_MS,
    agent_id=AgentId("agent_local"),
    core_version="0.1.0",
    client_semver="3.0.0",
    symbols=(
        SymbolRegistration(
            canonical_symbol="XAUUSD",
            broker_symbol="GOLD&#1",
            status=RegistrationStatus.WARNING,
            warnings=(ISSUE,),
            evaluated_at_ms=NOW_MS,
        ),
    ),
)
TO_EA: Final[tuple[ToEa, ...]] = (
    Pong(ping_id=COMMAND, timestamp_ms=NOW_MS, echo_ms=812_345, mono_ms=700_001),
    ORDER,
    CLOSE_ORDER,
    ModifyOrder(
        command_id=COMMAND,
        trade_id=TRADE,
        account_id=SLAVE,
        seq=1,
        ticket=Ticket(555_001),
        symbol="GOLD&#1",
        magic_number=7,
        stop_loss=D("4005.00"),
        take_profit=D(0),
        session_epoch=4,
    ),
    ReduceOrder(
        command_id=COMMAND,
        trade_id=TRADE,
        account_id=SLAVE,
        seq=2,
        ticket=Ticket(555_001),
        symbol="GOLD&#1",
        magic_number=7,
        remaining_lot=D("0.07"),
        residual=Residual.CLOSE,
        session_epoch=4,
        traceparent=TRACE,
    ),
    CancelPendings(command_id=COMMAND, account_id=SLAVE, magic_number=7, symbol="GOLD&#1"),
    Flatten(
        command_id=COMMAND,
        account_id=SLAVE,
        tickets=(Ticket(555_001), Ticket(555_004)),
        reason="daily loss",
    ),
    VERDICT,
    TradeIntentAck(
        trade_id=TRADE,
        seq=0,
        result=Receipt.OK,
        account_id=MASTER,
        observed_at_ms=NOW_MS,
        stage=AckStage.CORE_ACCEPTED,
    ),
    TradeIntentAck(
        trade_id=TRADE,
        seq=1,
        result=Receipt.RETRY,
        account_id=MASTER,
        command_id=TRADE,
        attempt=2,
        error_code=ErrorCode.SEQ_CONFLICT,
        error_message="action 1 is another one",
        observed_at_ms=NOW_MS,
        last_seq=4,
    ),
    ResultAck(command_id=COMMAND, account_id=SLAVE, ledger_n=42),
    DeliveryConfig(retry_backoff_ms=(50, 100, 200), max_retries=100),
    EaSession(
        session_epoch=4,
        heartbeat_interval_ms=1_000,
        retry_backoff_ms=(50, 100, 200),
        max_retries=100,
        ledger_n=42,
    ),
)

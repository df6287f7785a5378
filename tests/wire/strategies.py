"""Strategies for every message of the domain, within what both wires can carry."""

from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

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
    AckResult,
    AckStage,
    CommandAck,
    ExecutionResult,
    MessageAck,
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
    AccountSymbolsReport,
    Handshake,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import SEQ_CLOSE, AccountId, CommandId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import NO_TIMESTAMPS, Side, Timestamps
from echo.domain.sessions import (
    AccountConnected,
    AccountDisconnected,
    AgentHeartbeat,
    AgentHello,
    ClockEcho,
    CoreHello,
    DeliveryConfig,
    DeliveryHeartbeat,
    EaSession,
    Ping,
    Pong,
)
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
from echo.domain.traces import AgentSpans, Span
from echo.wire.pipe.words import WEEKDAYS

T = TypeVar("T")


def built(cls: type[T], **of_fields: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Build *cls* from one strategy for each of its fields: none is left to its default."""
    names = {field.name for field in fields(cls)}  # type: ignore[arg-type]  # dataclasses only
    assert names == set(of_fields), (cls, names ^ set(of_fields))
    return st.builds(cls, **of_fields)


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def scaled(least: int, most: int) -> st.SearchStrategy[Decimal]:
    """Numbers of at most 15 digits, of which at most 8 are decimals: what a double carries."""
    return st.builds(
        lambda digits, places: Decimal(digits).scaleb(-places),
        st.integers(least, most),
        st.integers(0, 8),
    )


NUMBERS = scaled(-(10**14), 10**14)
POSITIVE = scaled(1, 10**14)
INT64 = st.integers(-(2**63), 2**63 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)
UINT32 = st.integers(0, 2**32 - 1)
STAMPS_MS = st.integers(1, 2**62)
TICKETS = st.integers(1, 2**63 - 1)
SEQS = st.integers(0, SEQ_CLOSE)
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\r\t"\\&#<'), max_size=12
)
NAMES = st.text("ABCxyz019._-", min_size=1, max_size=12)
UUIDS = st.uuids().map(str)
ACCOUNTS = NAMES.map(AccountId)
NO_ACCOUNT = st.just(AccountId(""))

TIMESTAMPS = st.just(NO_TIMESTAMPS) | built(
    Timestamps, **{field.name: maybe(STAMPS_MS) for field in fields(Timestamps)}
)
LEVELS: dict[str, st.SearchStrategy[Any]] = {
    "stop_loss": maybe(POSITIVE),
    "take_profit": maybe(POSITIVE),
}
CHANGED_LEVELS: dict[str, st.SearchStrategy[Any]] = {
    "stop_loss": maybe(POSITIVE | st.just(Decimal(0))),
    "take_profit": maybe(POSITIVE | st.just(Decimal(0))),
}
TRACED: dict[str, st.SearchStrategy[Any]] = {"timestamps": TIMESTAMPS, "traceparent": TEXTS}
MASTER: dict[str, st.SearchStrategy[Any]] = {
    "trade_id": UUIDS,
    "account_id": ACCOUNTS,
    "client_id": NAMES,
    "ticket": TICKETS,
    "symbol": TEXTS,
    "magic_number": INT64,
    **TRACED,
}

INTENTS = built(
    TradeIntent,
    **MASTER,
    **LEVELS,
    side=st.sampled_from(Side),
    lot=POSITIVE,
    price=POSITIVE,
    seq=SEQS,
    strategy_id=TEXTS,
    server=TEXTS,
    comment=TEXTS,
    volume_initial=maybe(NUMBERS),
    timeframe=TEXTS,
    atr=maybe(NUMBERS),
    attempt=INT32,
    buffer_depth=maybe(st.integers(1, 2**32 - 1)),
    age_ms=maybe(INT64),
    sent_mono_ms=maybe(INT64),
)
MODIFIES = built(TradeModify, **MASTER, **CHANGED_LEVELS, seq=SEQS)


def _closes(seq: st.SearchStrategy[int], remaining: st.SearchStrategy[Any]) -> Any:
    return built(
        TradeClose,
        **MASTER,
        seq=seq,
        close_price=maybe(POSITIVE),
        profit=maybe(NUMBERS),
        reason=TEXTS,
        lot=maybe(NUMBERS),
        volume_remaining=remaining,
        new_ticket=maybe(TICKETS),
    )


CLOSES: st.SearchStrategy[TradeClose] = _closes(
    st.integers(1, SEQ_CLOSE - 1), scaled(0, 10**9)
) | _closes(st.just(SEQ_CLOSE), maybe(NUMBERS))
ACTIONS = INTENTS | MODIFIES | CLOSES

LANE: dict[str, st.SearchStrategy[Any]] = {
    "command_id": UUIDS,
    "trade_id": UUIDS,
    "account_id": ACCOUNTS,
    "symbol": TEXTS,
    "magic_number": INT64,
    "session_epoch": INT64,
    **TRACED,
}
EXECUTES = built(
    ExecuteOrder,
    **LANE,
    **CHANGED_LEVELS,
    side=st.sampled_from(Side),
    lot=POSITIVE,
    seq=SEQS,
    comment=TEXTS,
    protect=maybe(built(Protect, **CHANGED_LEVELS)),
    ttl_ms=maybe(INT64),
    age_ms=maybe(INT64),
    sent_mono_ms=maybe(INT64),
    max_slippage_points=maybe(NUMBERS),
    max_spread_points=maybe(NUMBERS),
    first=st.booleans(),
)
CLOSE_ORDERS = built(CloseOrder, **LANE, ticket=TICKETS, seq=st.integers(1, SEQ_CLOSE))
MODIFY_ORDERS = built(ModifyOrder, **LANE, **CHANGED_LEVELS, ticket=TICKETS, seq=SEQS)
REDUCE_ORDERS = built(
    ReduceOrder,
    **LANE,
    ticket=TICKETS,
    seq=SEQS,
    remaining_lot=scaled(0, 10**9),
    residual=st.sampled_from(Residual),
    # An Agent says it to an EA; a Core says it to nobody.
    again=st.just(value=False),
)
CANCELS = built(
    CancelPendings,
    command_id=UUIDS,
    account_id=ACCOUNTS,
    magic_number=maybe(INT64),
    symbol=maybe(TEXTS),
)
FLATTENS = built(
    Flatten, command_id=UUIDS, account_id=ACCOUNTS, tickets=several(TICKETS), reason=TEXTS
)
COMMANDS = EXECUTES | CLOSE_ORDERS | MODIFY_ORDERS | REDUCE_ORDERS | CANCELS | FLATTENS


def results(account_id: st.SearchStrategy[AccountId]) -> st.SearchStrategy[ExecutionResult]:
    def of(success: bool) -> st.SearchStrategy[ExecutionResult]:
        codes = [code for code in ErrorCode if success or code is not ErrorCode.NO_ERROR]
        return built(
            ExecutionResult,
            command_id=UUIDS,
            trade_id=UUIDS | st.just(""),
            kind=st.sampled_from(CommandKind),
            success=st.just(success),
            account_id=account_id,
            ticket=maybe(TICKETS),
            error_code=st.sampled_from(codes),
            error_message=TEXTS | st.just("code=129"),
            executed_price=maybe(POSITIVE),
            executed_lot=maybe(NUMBERS),
            spread_points=maybe(NUMBERS),
            slippage_points=maybe(NUMBERS),
            new_ticket=maybe(TICKETS),
            doubt=st.booleans(),
            stored=st.booleans(),
            late=st.booleans(),
            candidates=several(TICKETS),
            ledger_n=maybe(st.integers(1, 2**63 - 1)),
            execution_time_ms=maybe(INT64),
            **TRACED,
        )

    return of(True) | of(False)


def intent_acks(account_id: st.SearchStrategy[AccountId]) -> st.SearchStrategy[TradeIntentAck]:
    def of(conflict: bool) -> st.SearchStrategy[TradeIntentAck]:
        codes = [code for code in ErrorCode if code is not ErrorCode.SEQ_CONFLICT]
        return built(
            TradeIntentAck,
            trade_id=UUIDS,
            seq=SEQS,
            result=st.just(Receipt.RETRY) if conflict else st.sampled_from(Receipt),
            account_id=account_id,
            command_id=UUIDS | st.just(""),
            attempt=st.integers(1, 2**32 - 1),
            error_code=st.just(ErrorCode.SEQ_CONFLICT) if conflict else st.sampled_from(codes),
            error_message=TEXTS,
            observed_at_ms=INT64,
            last_seq=SEQS if conflict else maybe(st.integers(1, SEQ_CLOSE)),
            stage=st.sampled_from(AckStage),
        )

    return of(True) | of(False)


def result_acks(account_id: st.SearchStrategy[AccountId]) -> st.SearchStrategy[ResultAck]:
    return built(ResultAck, command_id=UUIDS, account_id=account_id, ledger_n=INT64)


DELIVERY_ACKS = built(
    PipeDeliveryAck,
    command_id=UUIDS,
    account_id=ACCOUNTS | NO_ACCOUNT,
    result=st.sampled_from(Receipt),
    error_message=TEXTS,
)
COMMAND_ACKS = built(
    CommandAck,
    command_id=UUIDS,
    stage=st.sampled_from(AckStage),
    result=st.sampled_from(AckResult),
    attempt=st.integers(1, 2**32 - 1),
    observed_at_ms=INT64,
    error_code=st.sampled_from(ErrorCode),
    error_message=TEXTS,
)
MESSAGE_ACKS = built(MessageAck, message_id=TEXTS, success=st.booleans(), error=TEXTS)

MAPPINGS = built(
    SymbolMapping,
    canonical_symbol=TEXTS,
    broker_symbol=TEXTS,
    digits=INT32,
    point=NUMBERS,
    tick_size=NUMBERS,
    min_lot=NUMBERS,
    max_lot=NUMBERS,
    lot_step=NUMBERS,
    stop_level_points=INT32,
    contract_size=maybe(POSITIVE),
    tick_value=maybe(POSITIVE),
    trade_permission=maybe(st.sampled_from(TradePermission)),
)


NOTHING_RESUMED: st.SearchStrategy[tuple[CommandId, ...]] = st.just(())
"""What an EA resumes is said on its pipe and goes no further."""


def metadata(
    role: Role,
    version: st.SearchStrategy[int],
    resume: st.SearchStrategy[Any] = NOTHING_RESUMED,
) -> st.SearchStrategy[HandshakeMetadata]:
    return built(
        HandshakeMetadata,
        protocol_version=version,
        client_semver=TEXTS,
        required_features=several(TEXTS),
        optional_features=several(TEXTS),
        features=several(TEXTS),
        metrics=several(TEXTS),
        terminal_build=INT32,
        broker=TEXTS,
        pipe_role=st.just(role),
        account_mode=maybe(st.sampled_from(AccountMode)),
        currency=TEXTS,
        leverage=INT32,
        server=TEXTS,
        terminal=TEXTS,
        ea_config_hash=TEXTS,
        instance=TEXTS,
        ledger_n=INT64,
        symbol_mappings=TEXTS,
        ledger_id=TEXTS,
        resume=resume,
    )


def handshakes(
    version: st.SearchStrategy[int], resume: st.SearchStrategy[Any] = NOTHING_RESUMED
) -> st.SearchStrategy[Handshake]:
    def of(role: Role) -> st.SearchStrategy[Handshake]:
        return built(
            Handshake,
            account_id=ACCOUNTS,
            client_id=NAMES,
            role=st.just(role),
            metadata=metadata(role, version, resume),
            symbols=maybe(several(MAPPINGS)),
            timestamp_ms=STAMPS_MS,
        )

    return st.sampled_from(Role).flatmap(of)


def symbols_reports(
    symbols: st.SearchStrategy[Any],
) -> st.SearchStrategy[AccountSymbolsReport]:
    """Only a list that was sent has a time."""
    metadatas = maybe(st.sampled_from(Role).flatmap(lambda role: metadata(role, INT32)))

    def of(listed: Any) -> st.SearchStrategy[AccountSymbolsReport]:
        return built(
            AccountSymbolsReport,
            account_id=ACCOUNTS,
            symbols=st.just(listed),
            reported_at_ms=st.just(0) if listed is None else st.integers(1, 2**63 - 1),
            metadata=metadatas,
        )

    return symbols.flatmap(of)


RANGES = built(SessionRange, start_minute=st.integers(0, 1440), end_minute=st.integers(0, 1440))
SPECIFICATIONS = built(
    SymbolSpecification,
    canonical_symbol=TEXTS,
    broker_symbol=TEXTS,
    digits=INT32,
    stops_level_points=INT32,
    contract_size=NUMBERS,
    tick_value=NUMBERS,
    min_lot=NUMBERS,
    max_lot=NUMBERS,
    lot_step=NUMBERS,
    margin_currency=TEXTS,
    spread_type=st.sampled_from(SpreadType),
    fixed_spread_points=NUMBERS,
    profit_calculation_mode=st.sampled_from(("forex", "cfd", "futures", "exchange")),
    margin_calculation_mode=st.sampled_from(("forex", "cfd", "cfd_leverage", "exchange")),
    margin_hedge=NUMBERS,
    margin_percentage=NUMBERS,
    trade_permission=st.sampled_from(TradePermission),
    execution_mode=st.sampled_from(("request", "instant", "market", "exchange")),
    gtc_mode=st.sampled_from(("gtc", "day", "gtc_and_day")),
    swap_type=st.sampled_from(("points", "currency", "currency_symbol", "interest_current")),
    swap_long=NUMBERS,
    swap_short=NUMBERS,
    triple_swap_day=st.sampled_from(WEEKDAYS),
    sessions=several(
        built(
            SessionWindow,
            day=st.integers(1, 7),
            quote_sessions=several(RANGES),
            trade_sessions=several(RANGES),
        )
    ),
)
SPEC_REPORTS = built(
    SymbolSpecReport, account_id=ACCOUNTS, symbols=several(SPECIFICATIONS), reported_at_ms=INT64
)
QUOTES = built(
    Quote,
    account_id=ACCOUNTS,
    canonical_symbol=TEXTS,
    broker_symbol=TEXTS,
    bid=NUMBERS,
    ask=NUMBERS,
    spread_points=NUMBERS,
    timestamp_ms=STAMPS_MS,
)
POSITIONS = built(
    Position,
    **LEVELS,
    ticket=INT64,
    symbol=TEXTS,
    side=st.sampled_from(Side),
    lot=NUMBERS,
    open_price=NUMBERS,
    profit=NUMBERS,
    magic_number=INT64,
    comment=TEXTS,
    open_time_ms=INT64,
)
DEALS = built(
    Deal,
    ticket=INT64,
    symbol=TEXTS,
    side=st.sampled_from(Side),
    lot=NUMBERS,
    open_price=NUMBERS,
    close_price=NUMBERS,
    open_time_ms=INT64,
    close_time_ms=INT64,
    profit=NUMBERS,
    swap=NUMBERS,
    commission=NUMBERS,
    magic_number=INT64,
    comment=TEXTS,
    reason=TEXTS,
    position_id=INT64,
)


def _snapshots(account_id: AccountId) -> st.SearchStrategy[StateSnapshot]:
    info = built(
        AccountInfo,
        account_id=st.just(account_id),
        balance=NUMBERS,
        equity=NUMBERS,
        margin=NUMBERS,
        margin_free=NUMBERS,
        margin_level=NUMBERS,
        currency=st.sampled_from(("USD", "EUR")),
        timestamp_ms=INT64,
    )
    return built(
        StateSnapshot,
        account_id=st.just(account_id),
        info=maybe(info),
        positions=several(POSITIONS),
        timestamp_ms=STAMPS_MS,
        epoch=TEXTS,
        sequence=INT64,
        complete=st.booleans(),
        connected=st.booleans(),
        history=several(DEALS),
        pendings=several(POSITIONS),
        tick_values=several(built(TickValue, canonical_symbol=TEXTS, tick_value=NUMBERS)),
    )


SNAPSHOTS = ACCOUNTS.flatmap(_snapshots)
OPEN_TRADES = built(
    OpenTrades,
    account_id=ACCOUNTS,
    epoch=TEXTS,
    trades=several(
        built(OpenTrade, ticket=INT64, lot=NUMBERS, trade_id=UUIDS | st.just(""), tag=TEXTS)
    ),
    hash=TEXTS,
)

ISSUES_OF_VERDICT = several(
    built(
        RegistrationIssue,
        code=st.sampled_from(IssueCode),
        message=TEXTS,
        metadata=st.dictionaries(TEXTS, TEXTS, max_size=3).map(
            lambda pairs: tuple(sorted(pairs.items()))
        ),
    ),
    most=2,
)
REGISTRATIONS = built(
    SymbolRegistrationResult,
    account_id=ACCOUNTS,
    pipe_role=st.sampled_from(Role),
    protocol_version=INT32,
    status=st.sampled_from(RegistrationStatus),
    evaluation_id=UUIDS,
    evaluated_at_ms=INT64,
    agent_id=ACCOUNTS,
    core_version=TEXTS,
    client_semver=TEXTS,
    errors=ISSUES_OF_VERDICT,
    warnings=ISSUES_OF_VERDICT,
    symbols=several(
        built(
            SymbolRegistration,
            canonical_symbol=TEXTS,
            broker_symbol=TEXTS,
            status=st.sampled_from(RegistrationStatus),
            warnings=ISSUES_OF_VERDICT,
            errors=ISSUES_OF_VERDICT,
            spec_age_ms=INT64,
            evaluated_at_ms=INT64,
        )
    ),
    ledger_n=INT64,
    ledger_id=TEXTS,
)

PROBE: dict[str, st.SearchStrategy[Any]] = {
    "mono_ms": INT64,
    "echo_mono_ms": maybe(STAMPS_MS),
    "held_ms": INT64,
}
PACE: dict[str, st.SearchStrategy[Any]] = {
    "retry_backoff_ms": several(UINT32),
    "max_retries": UINT32,
}
AGENT_HELLOS = built(
    AgentHello,
    agent_id=ACCOUNTS,
    version=TEXTS,
    hostname=TEXTS,
    os=TEXTS,
    protocol_version=UINT32,
    supports_lossless_delivery=st.booleans(),
    owned_accounts=several(ACCOUNTS),
)
CORE_HELLOS = built(
    CoreHello,
    required_protocol_version=UINT32,
    lossless_required=st.booleans(),
    service_version=TEXTS,
    compat_mode_active=st.booleans(),
)
DELIVERY_HEARTBEATS = built(
    DeliveryHeartbeat,
    **PACE,
    **PROBE,
    heartbeat_interval_ms=UINT32,
    ack_timeout_ms=UINT32,
    wall_ms=STAMPS_MS,
)
AGENT_HEARTBEATS = built(AgentHeartbeat, **PROBE, agent_id=ACCOUNTS, timestamp_ms=INT64)
CLOCK_ECHOES = built(ClockEcho, **PROBE)
CONNECTED = built(
    AccountConnected,
    account_id=ACCOUNTS,
    connected_at_ms=INT64,
    role=st.sampled_from(Role),
    broker=TEXTS,
)
DISCONNECTED = built(
    AccountDisconnected, account_id=ACCOUNTS, disconnected_at_ms=INT64, reason=TEXTS
)
DELIVERY_CONFIGS = built(DeliveryConfig, **PACE)
SPAN_IDS = st.integers(1, 2**64 - 1).map(lambda number: f"{number:016x}")
SPANS = built(
    Span,
    trace_id=st.integers(1, 2**128 - 1).map(lambda number: f"{number:032x}"),
    span_id=SPAN_IDS,
    parent_id=st.just("") | SPAN_IDS,
    name=TEXTS,
    component=TEXTS,
    start_ms=STAMPS_MS,
    end_ms=st.just(2**63 - 1),
    attributes=st.fixed_dictionaries(
        {},
        optional={
            "echo.account_id": TEXTS,
            "echo.attempt": UINT32,
            "echo.slippage": NUMBERS,
        },
    ),
    ok=st.booleans(),
    clock_offset_ms=INT64,
    compared=st.booleans(),
    # Steps as short as these are the Core's own, which it sends to nobody.
    start_us=st.just(0),
    end_us=st.just(0),
)
AGENT_SPANS = built(AgentSpans, spans=several(SPANS))
EA_SESSIONS = built(
    EaSession,
    **PACE,
    session_epoch=INT64,
    heartbeat_interval_ms=UINT32,
    ledger_n=INT64,
    ledger_id=TEXTS,
)
PINGS = built(
    Ping,
    ping_id=UUIDS,
    timestamp_ms=STAMPS_MS,
    role=TEXTS,
    rtt_ms=maybe(UINT32),
    evaluation_id=UUIDS,
    verdict_age_ms=UINT32,
)
PONGS = built(Pong, ping_id=UUIDS, timestamp_ms=INT64, echo_ms=INT64, mono_ms=INT64)

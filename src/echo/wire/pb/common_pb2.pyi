from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OrderSide(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_SIDE_UNSPECIFIED: _ClassVar[OrderSide]
    ORDER_SIDE_BUY: _ClassVar[OrderSide]
    ORDER_SIDE_SELL: _ClassVar[OrderSide]

class OrderType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_TYPE_UNSPECIFIED: _ClassVar[OrderType]
    ORDER_TYPE_MARKET: _ClassVar[OrderType]
    ORDER_TYPE_LIMIT: _ClassVar[OrderType]
    ORDER_TYPE_STOP: _ClassVar[OrderType]
    ORDER_TYPE_STOP_LIMIT: _ClassVar[OrderType]

class OrderStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_STATUS_UNSPECIFIED: _ClassVar[OrderStatus]
    ORDER_STATUS_PENDING: _ClassVar[OrderStatus]
    ORDER_STATUS_FILLED: _ClassVar[OrderStatus]
    ORDER_STATUS_REJECTED: _ClassVar[OrderStatus]
    ORDER_STATUS_CANCELLED: _ClassVar[OrderStatus]
    ORDER_STATUS_EXPIRED: _ClassVar[OrderStatus]

class ErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_CODE_UNSPECIFIED: _ClassVar[ErrorCode]
    ERROR_CODE_INVALID_PRICE: _ClassVar[ErrorCode]
    ERROR_CODE_INVALID_STOPS: _ClassVar[ErrorCode]
    ERROR_CODE_INVALID_VOLUME: _ClassVar[ErrorCode]
    ERROR_CODE_MARKET_CLOSED: _ClassVar[ErrorCode]
    ERROR_CODE_NO_MONEY: _ClassVar[ErrorCode]
    ERROR_CODE_PRICE_CHANGED: _ClassVar[ErrorCode]
    ERROR_CODE_OFF_QUOTES: _ClassVar[ErrorCode]
    ERROR_CODE_BROKER_BUSY: _ClassVar[ErrorCode]
    ERROR_CODE_REQUOTE: _ClassVar[ErrorCode]
    ERROR_CODE_TOO_MANY_REQUESTS: _ClassVar[ErrorCode]
    ERROR_CODE_TIMEOUT: _ClassVar[ErrorCode]
    ERROR_CODE_TRADE_DISABLED: _ClassVar[ErrorCode]
    ERROR_CODE_LONG_ONLY: _ClassVar[ErrorCode]
    ERROR_CODE_SHORT_ONLY: _ClassVar[ErrorCode]
    ERROR_CODE_SPEC_MISSING: _ClassVar[ErrorCode]
    ERROR_CODE_RISK_POLICY_MISSING: _ClassVar[ErrorCode]
    ERROR_CODE_RISK_POLICY_INVALID: _ClassVar[ErrorCode]
    ERROR_CODE_STOP_REQUIRED: _ClassVar[ErrorCode]
    ERROR_CODE_SPREAD_EXCEEDED: _ClassVar[ErrorCode]
    ERROR_CODE_SLIPPAGE_EXCEEDED: _ClassVar[ErrorCode]
    ERROR_CODE_DELAY_EXCEEDED: _ClassVar[ErrorCode]
    ERROR_CODE_WINDOW_BLOCKED: _ClassVar[ErrorCode]
    ERROR_CODE_HANDSHAKE_NOT_READY: _ClassVar[ErrorCode]
    ERROR_CODE_NOT_FOUND: _ClassVar[ErrorCode]
    ERROR_CODE_DUPLICATE: _ClassVar[ErrorCode]
    ERROR_CODE_SYMBOL_NOT_MAPPED: _ClassVar[ErrorCode]
    ERROR_CODE_VOLUME_BELOW_MIN: _ClassVar[ErrorCode]
    ERROR_CODE_QUOTE_STALE: _ClassVar[ErrorCode]
    ERROR_CODE_LIMIT_HEADROOM: _ClassVar[ErrorCode]
    ERROR_CODE_LIMIT_REACHED: _ClassVar[ErrorCode]
    ERROR_CODE_STALE: _ClassVar[ErrorCode]
    ERROR_CODE_CLOSED_BEFORE_OPEN: _ClassVar[ErrorCode]
    ERROR_CODE_SINGLE_FLIGHT: _ClassVar[ErrorCode]
    ERROR_CODE_LEDGER_UNWRITABLE: _ClassVar[ErrorCode]
    ERROR_CODE_NOT_EXECUTED: _ClassVar[ErrorCode]
    ERROR_CODE_UNSUPPORTED_BY_PEER: _ClassVar[ErrorCode]
    ERROR_CODE_SEQ_CONFLICT: _ClassVar[ErrorCode]
    ERROR_CODE_SIDE_FILTERED: _ClassVar[ErrorCode]
    ERROR_CODE_SYMBOL_FILTERED: _ClassVar[ErrorCode]
    ERROR_CODE_PAUSED: _ClassVar[ErrorCode]
    ERROR_CODE_CLOSE_ONLY: _ClassVar[ErrorCode]
    ERROR_CODE_MAX_TRADES: _ClassVar[ErrorCode]
    ERROR_CODE_MAX_LOTS: _ClassVar[ErrorCode]
    ERROR_CODE_SESSION_CLOSED: _ClassVar[ErrorCode]
    ERROR_CODE_UNKNOWN: _ClassVar[ErrorCode]

class SymbolRegistrationStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SYMBOL_REGISTRATION_STATUS_UNSPECIFIED: _ClassVar[SymbolRegistrationStatus]
    SYMBOL_REGISTRATION_STATUS_ACCEPTED: _ClassVar[SymbolRegistrationStatus]
    SYMBOL_REGISTRATION_STATUS_WARNING: _ClassVar[SymbolRegistrationStatus]
    SYMBOL_REGISTRATION_STATUS_REJECTED: _ClassVar[SymbolRegistrationStatus]

class SymbolRegistrationIssueCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SYMBOL_REGISTRATION_ISSUE_CODE_UNSPECIFIED: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_CANONICAL_NOT_ALLOWED: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_SPEC_STALE: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_RISK_POLICY_MISSING: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_PROTOCOL_VERSION_UNSUPPORTED: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_FEATURE_MISSING: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_ACCOUNT_MODE_UNSUPPORTED: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_DUPLICATE_CANONICAL: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_SPEC_INVALID: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_ROLE_MISMATCH: _ClassVar[SymbolRegistrationIssueCode]
    SYMBOL_REGISTRATION_ISSUE_CODE_AMBIGUOUS_SYMBOL: _ClassVar[SymbolRegistrationIssueCode]

class AckStage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACK_STAGE_UNSPECIFIED: _ClassVar[AckStage]
    ACK_STAGE_CORE_ACCEPTED: _ClassVar[AckStage]
    ACK_STAGE_AGENT_BUFFERED: _ClassVar[AckStage]
    ACK_STAGE_PIPE_DELIVERED: _ClassVar[AckStage]
    ACK_STAGE_EA_CONFIRMED: _ClassVar[AckStage]

class AckResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACK_RESULT_UNSPECIFIED: _ClassVar[AckResult]
    ACK_RESULT_PENDING: _ClassVar[AckResult]
    ACK_RESULT_OK: _ClassVar[AckResult]
    ACK_RESULT_FAILED: _ClassVar[AckResult]

class TradeIntentAckResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRADE_INTENT_ACK_RESULT_UNSPECIFIED: _ClassVar[TradeIntentAckResult]
    TRADE_INTENT_ACK_RESULT_OK: _ClassVar[TradeIntentAckResult]
    TRADE_INTENT_ACK_RESULT_RETRY: _ClassVar[TradeIntentAckResult]
    TRADE_INTENT_ACK_RESULT_FAILED: _ClassVar[TradeIntentAckResult]

class PipeDeliveryAckResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PIPE_DELIVERY_ACK_RESULT_UNSPECIFIED: _ClassVar[PipeDeliveryAckResult]
    PIPE_DELIVERY_ACK_RESULT_OK: _ClassVar[PipeDeliveryAckResult]
    PIPE_DELIVERY_ACK_RESULT_RETRY: _ClassVar[PipeDeliveryAckResult]
    PIPE_DELIVERY_ACK_RESULT_FAILED: _ClassVar[PipeDeliveryAckResult]

class CommandKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMAND_KIND_UNSPECIFIED: _ClassVar[CommandKind]
    COMMAND_KIND_EXECUTE: _ClassVar[CommandKind]
    COMMAND_KIND_CLOSE: _ClassVar[CommandKind]
    COMMAND_KIND_MODIFY: _ClassVar[CommandKind]
    COMMAND_KIND_REDUCE: _ClassVar[CommandKind]
    COMMAND_KIND_CANCEL: _ClassVar[CommandKind]
    COMMAND_KIND_FLATTEN: _ClassVar[CommandKind]

class Residual(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESIDUAL_UNSPECIFIED: _ClassVar[Residual]
    RESIDUAL_CLOSE: _ClassVar[Residual]
    RESIDUAL_KEEP: _ClassVar[Residual]

class AccountMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCOUNT_MODE_UNSPECIFIED: _ClassVar[AccountMode]
    ACCOUNT_MODE_HEDGING: _ClassVar[AccountMode]
    ACCOUNT_MODE_NETTING: _ClassVar[AccountMode]

class SpreadType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPREAD_TYPE_UNSPECIFIED: _ClassVar[SpreadType]
    SPREAD_TYPE_FLOATING: _ClassVar[SpreadType]
    SPREAD_TYPE_FIXED: _ClassVar[SpreadType]

class ProfitCalculationMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROFIT_CALCULATION_MODE_UNSPECIFIED: _ClassVar[ProfitCalculationMode]
    PROFIT_CALCULATION_MODE_FOREX: _ClassVar[ProfitCalculationMode]
    PROFIT_CALCULATION_MODE_CFD: _ClassVar[ProfitCalculationMode]
    PROFIT_CALCULATION_MODE_FUTURES: _ClassVar[ProfitCalculationMode]
    PROFIT_CALCULATION_MODE_EXCHANGE: _ClassVar[ProfitCalculationMode]

class MarginCalculationMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MARGIN_CALCULATION_MODE_UNSPECIFIED: _ClassVar[MarginCalculationMode]
    MARGIN_CALCULATION_MODE_FOREX: _ClassVar[MarginCalculationMode]
    MARGIN_CALCULATION_MODE_CFD: _ClassVar[MarginCalculationMode]
    MARGIN_CALCULATION_MODE_CFD_LEVERAGE: _ClassVar[MarginCalculationMode]
    MARGIN_CALCULATION_MODE_EXCHANGE: _ClassVar[MarginCalculationMode]

class TradePermission(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRADE_PERMISSION_UNSPECIFIED: _ClassVar[TradePermission]
    TRADE_PERMISSION_DISABLED: _ClassVar[TradePermission]
    TRADE_PERMISSION_CLOSE_ONLY: _ClassVar[TradePermission]
    TRADE_PERMISSION_FULL: _ClassVar[TradePermission]

class ExecutionMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXECUTION_MODE_UNSPECIFIED: _ClassVar[ExecutionMode]
    EXECUTION_MODE_REQUEST: _ClassVar[ExecutionMode]
    EXECUTION_MODE_INSTANT: _ClassVar[ExecutionMode]
    EXECUTION_MODE_MARKET: _ClassVar[ExecutionMode]
    EXECUTION_MODE_EXCHANGE: _ClassVar[ExecutionMode]

class GTCMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GTC_MODE_UNSPECIFIED: _ClassVar[GTCMode]
    GTC_MODE_GTC: _ClassVar[GTCMode]
    GTC_MODE_DAY: _ClassVar[GTCMode]
    GTC_MODE_GTC_AND_DAY: _ClassVar[GTCMode]

class SwapType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SWAP_TYPE_UNSPECIFIED: _ClassVar[SwapType]
    SWAP_TYPE_POINTS: _ClassVar[SwapType]
    SWAP_TYPE_CURRENCY: _ClassVar[SwapType]
    SWAP_TYPE_CURRENCY_SYMBOL: _ClassVar[SwapType]
    SWAP_TYPE_INTEREST_CURRENT: _ClassVar[SwapType]

class Weekday(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEEKDAY_UNSPECIFIED: _ClassVar[Weekday]
    WEEKDAY_SUNDAY: _ClassVar[Weekday]
    WEEKDAY_MONDAY: _ClassVar[Weekday]
    WEEKDAY_TUESDAY: _ClassVar[Weekday]
    WEEKDAY_WEDNESDAY: _ClassVar[Weekday]
    WEEKDAY_THURSDAY: _ClassVar[Weekday]
    WEEKDAY_FRIDAY: _ClassVar[Weekday]
    WEEKDAY_SATURDAY: _ClassVar[Weekday]
ORDER_SIDE_UNSPECIFIED: OrderSide
ORDER_SIDE_BUY: OrderSide
ORDER_SIDE_SELL: OrderSide
ORDER_TYPE_UNSPECIFIED: OrderType
ORDER_TYPE_MARKET: OrderType
ORDER_TYPE_LIMIT: OrderType
ORDER_TYPE_STOP: OrderType
ORDER_TYPE_STOP_LIMIT: OrderType
ORDER_STATUS_UNSPECIFIED: OrderStatus
ORDER_STATUS_PENDING: OrderStatus
ORDER_STATUS_FILLED: OrderStatus
ORDER_STATUS_REJECTED: OrderStatus
ORDER_STATUS_CANCELLED: OrderStatus
ORDER_STATUS_EXPIRED: OrderStatus
ERROR_CODE_UNSPECIFIED: ErrorCode
ERROR_CODE_INVALID_PRICE: ErrorCode
ERROR_CODE_INVALID_STOPS: ErrorCode
ERROR_CODE_INVALID_VOLUME: ErrorCode
ERROR_CODE_MARKET_CLOSED: ErrorCode
ERROR_CODE_NO_MONEY: ErrorCode
ERROR_CODE_PRICE_CHANGED: ErrorCode
ERROR_CODE_OFF_QUOTES: ErrorCode
ERROR_CODE_BROKER_BUSY: ErrorCode
ERROR_CODE_REQUOTE: ErrorCode
ERROR_CODE_TOO_MANY_REQUESTS: ErrorCode
ERROR_CODE_TIMEOUT: ErrorCode
ERROR_CODE_TRADE_DISABLED: ErrorCode
ERROR_CODE_LONG_ONLY: ErrorCode
ERROR_CODE_SHORT_ONLY: ErrorCode
ERROR_CODE_SPEC_MISSING: ErrorCode
ERROR_CODE_RISK_POLICY_MISSING: ErrorCode
ERROR_CODE_RISK_POLICY_INVALID: ErrorCode
ERROR_CODE_STOP_REQUIRED: ErrorCode
ERROR_CODE_SPREAD_EXCEEDED: ErrorCode
ERROR_CODE_SLIPPAGE_EXCEEDED: ErrorCode
ERROR_CODE_DELAY_EXCEEDED: ErrorCode
ERROR_CODE_WINDOW_BLOCKED: ErrorCode
ERROR_CODE_HANDSHAKE_NOT_READY: ErrorCode
ERROR_CODE_NOT_FOUND: ErrorCode
ERROR_CODE_DUPLICATE: ErrorCode
ERROR_CODE_SYMBOL_NOT_MAPPED: ErrorCode
ERROR_CODE_VOLUME_BELOW_MIN: ErrorCode
ERROR_CODE_QUOTE_STALE: ErrorCode
ERROR_CODE_LIMIT_HEADROOM: ErrorCode
ERROR_CODE_LIMIT_REACHED: ErrorCode
ERROR_CODE_STALE: ErrorCode
ERROR_CODE_CLOSED_BEFORE_OPEN: ErrorCode
ERROR_CODE_SINGLE_FLIGHT: ErrorCode
ERROR_CODE_LEDGER_UNWRITABLE: ErrorCode
ERROR_CODE_NOT_EXECUTED: ErrorCode
ERROR_CODE_UNSUPPORTED_BY_PEER: ErrorCode
ERROR_CODE_SEQ_CONFLICT: ErrorCode
ERROR_CODE_SIDE_FILTERED: ErrorCode
ERROR_CODE_SYMBOL_FILTERED: ErrorCode
ERROR_CODE_PAUSED: ErrorCode
ERROR_CODE_CLOSE_ONLY: ErrorCode
ERROR_CODE_MAX_TRADES: ErrorCode
ERROR_CODE_MAX_LOTS: ErrorCode
ERROR_CODE_SESSION_CLOSED: ErrorCode
ERROR_CODE_UNKNOWN: ErrorCode
SYMBOL_REGISTRATION_STATUS_UNSPECIFIED: SymbolRegistrationStatus
SYMBOL_REGISTRATION_STATUS_ACCEPTED: SymbolRegistrationStatus
SYMBOL_REGISTRATION_STATUS_WARNING: SymbolRegistrationStatus
SYMBOL_REGISTRATION_STATUS_REJECTED: SymbolRegistrationStatus
SYMBOL_REGISTRATION_ISSUE_CODE_UNSPECIFIED: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_CANONICAL_NOT_ALLOWED: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_SPEC_STALE: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_RISK_POLICY_MISSING: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_PROTOCOL_VERSION_UNSUPPORTED: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_FEATURE_MISSING: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_ACCOUNT_MODE_UNSUPPORTED: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_DUPLICATE_CANONICAL: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_SPEC_INVALID: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_ROLE_MISMATCH: SymbolRegistrationIssueCode
SYMBOL_REGISTRATION_ISSUE_CODE_AMBIGUOUS_SYMBOL: SymbolRegistrationIssueCode
ACK_STAGE_UNSPECIFIED: AckStage
ACK_STAGE_CORE_ACCEPTED: AckStage
ACK_STAGE_AGENT_BUFFERED: AckStage
ACK_STAGE_PIPE_DELIVERED: AckStage
ACK_STAGE_EA_CONFIRMED: AckStage
ACK_RESULT_UNSPECIFIED: AckResult
ACK_RESULT_PENDING: AckResult
ACK_RESULT_OK: AckResult
ACK_RESULT_FAILED: AckResult
TRADE_INTENT_ACK_RESULT_UNSPECIFIED: TradeIntentAckResult
TRADE_INTENT_ACK_RESULT_OK: TradeIntentAckResult
TRADE_INTENT_ACK_RESULT_RETRY: TradeIntentAckResult
TRADE_INTENT_ACK_RESULT_FAILED: TradeIntentAckResult
PIPE_DELIVERY_ACK_RESULT_UNSPECIFIED: PipeDeliveryAckResult
PIPE_DELIVERY_ACK_RESULT_OK: PipeDeliveryAckResult
PIPE_DELIVERY_ACK_RESULT_RETRY: PipeDeliveryAckResult
PIPE_DELIVERY_ACK_RESULT_FAILED: PipeDeliveryAckResult
COMMAND_KIND_UNSPECIFIED: CommandKind
COMMAND_KIND_EXECUTE: CommandKind
COMMAND_KIND_CLOSE: CommandKind
COMMAND_KIND_MODIFY: CommandKind
COMMAND_KIND_REDUCE: CommandKind
COMMAND_KIND_CANCEL: CommandKind
COMMAND_KIND_FLATTEN: CommandKind
RESIDUAL_UNSPECIFIED: Residual
RESIDUAL_CLOSE: Residual
RESIDUAL_KEEP: Residual
ACCOUNT_MODE_UNSPECIFIED: AccountMode
ACCOUNT_MODE_HEDGING: AccountMode
ACCOUNT_MODE_NETTING: AccountMode
SPREAD_TYPE_UNSPECIFIED: SpreadType
SPREAD_TYPE_FLOATING: SpreadType
SPREAD_TYPE_FIXED: SpreadType
PROFIT_CALCULATION_MODE_UNSPECIFIED: ProfitCalculationMode
PROFIT_CALCULATION_MODE_FOREX: ProfitCalculationMode
PROFIT_CALCULATION_MODE_CFD: ProfitCalculationMode
PROFIT_CALCULATION_MODE_FUTURES: ProfitCalculationMode
PROFIT_CALCULATION_MODE_EXCHANGE: ProfitCalculationMode
MARGIN_CALCULATION_MODE_UNSPECIFIED: MarginCalculationMode
MARGIN_CALCULATION_MODE_FOREX: MarginCalculationMode
MARGIN_CALCULATION_MODE_CFD: MarginCalculationMode
MARGIN_CALCULATION_MODE_CFD_LEVERAGE: MarginCalculationMode
MARGIN_CALCULATION_MODE_EXCHANGE: MarginCalculationMode
TRADE_PERMISSION_UNSPECIFIED: TradePermission
TRADE_PERMISSION_DISABLED: TradePermission
TRADE_PERMISSION_CLOSE_ONLY: TradePermission
TRADE_PERMISSION_FULL: TradePermission
EXECUTION_MODE_UNSPECIFIED: ExecutionMode
EXECUTION_MODE_REQUEST: ExecutionMode
EXECUTION_MODE_INSTANT: ExecutionMode
EXECUTION_MODE_MARKET: ExecutionMode
EXECUTION_MODE_EXCHANGE: ExecutionMode
GTC_MODE_UNSPECIFIED: GTCMode
GTC_MODE_GTC: GTCMode
GTC_MODE_DAY: GTCMode
GTC_MODE_GTC_AND_DAY: GTCMode
SWAP_TYPE_UNSPECIFIED: SwapType
SWAP_TYPE_POINTS: SwapType
SWAP_TYPE_CURRENCY: SwapType
SWAP_TYPE_CURRENCY_SYMBOL: SwapType
SWAP_TYPE_INTEREST_CURRENT: SwapType
WEEKDAY_UNSPECIFIED: Weekday
WEEKDAY_SUNDAY: Weekday
WEEKDAY_MONDAY: Weekday
WEEKDAY_TUESDAY: Weekday
WEEKDAY_WEDNESDAY: Weekday
WEEKDAY_THURSDAY: Weekday
WEEKDAY_FRIDAY: Weekday
WEEKDAY_SATURDAY: Weekday

class TimestampMetadata(_message.Message):
    __slots__ = ("t0_master_ea_ms", "t1_agent_recv_ms", "t2_core_recv_ms", "t3_core_send_ms", "t4_agent_recv_ms", "t5_slave_ea_recv_ms", "t6_order_send_ms", "t7_order_filled_ms")
    T0_MASTER_EA_MS_FIELD_NUMBER: _ClassVar[int]
    T1_AGENT_RECV_MS_FIELD_NUMBER: _ClassVar[int]
    T2_CORE_RECV_MS_FIELD_NUMBER: _ClassVar[int]
    T3_CORE_SEND_MS_FIELD_NUMBER: _ClassVar[int]
    T4_AGENT_RECV_MS_FIELD_NUMBER: _ClassVar[int]
    T5_SLAVE_EA_RECV_MS_FIELD_NUMBER: _ClassVar[int]
    T6_ORDER_SEND_MS_FIELD_NUMBER: _ClassVar[int]
    T7_ORDER_FILLED_MS_FIELD_NUMBER: _ClassVar[int]
    t0_master_ea_ms: int
    t1_agent_recv_ms: int
    t2_core_recv_ms: int
    t3_core_send_ms: int
    t4_agent_recv_ms: int
    t5_slave_ea_recv_ms: int
    t6_order_send_ms: int
    t7_order_filled_ms: int
    def __init__(self, t0_master_ea_ms: _Optional[int] = ..., t1_agent_recv_ms: _Optional[int] = ..., t2_core_recv_ms: _Optional[int] = ..., t3_core_send_ms: _Optional[int] = ..., t4_agent_recv_ms: _Optional[int] = ..., t5_slave_ea_recv_ms: _Optional[int] = ..., t6_order_send_ms: _Optional[int] = ..., t7_order_filled_ms: _Optional[int] = ...) -> None: ...

class SymbolInfo(_message.Message):
    __slots__ = ("broker_symbol", "canonical_symbol", "digits", "point", "tick_size", "tick_value", "min_lot", "max_lot", "lot_step", "stop_level", "contract_size", "description")
    BROKER_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    DIGITS_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    TICK_SIZE_FIELD_NUMBER: _ClassVar[int]
    TICK_VALUE_FIELD_NUMBER: _ClassVar[int]
    MIN_LOT_FIELD_NUMBER: _ClassVar[int]
    MAX_LOT_FIELD_NUMBER: _ClassVar[int]
    LOT_STEP_FIELD_NUMBER: _ClassVar[int]
    STOP_LEVEL_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_SIZE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    broker_symbol: str
    canonical_symbol: str
    digits: int
    point: float
    tick_size: float
    tick_value: float
    min_lot: float
    max_lot: float
    lot_step: float
    stop_level: int
    contract_size: float
    description: str
    def __init__(self, broker_symbol: _Optional[str] = ..., canonical_symbol: _Optional[str] = ..., digits: _Optional[int] = ..., point: _Optional[float] = ..., tick_size: _Optional[float] = ..., tick_value: _Optional[float] = ..., min_lot: _Optional[float] = ..., max_lot: _Optional[float] = ..., lot_step: _Optional[float] = ..., stop_level: _Optional[int] = ..., contract_size: _Optional[float] = ..., description: _Optional[str] = ...) -> None: ...

class SymbolMapping(_message.Message):
    __slots__ = ("canonical_symbol", "broker_symbol", "digits", "point", "tick_size", "min_lot", "max_lot", "lot_step", "stop_level", "contract_size", "tick_value", "trade_permission")
    CANONICAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    BROKER_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    DIGITS_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    TICK_SIZE_FIELD_NUMBER: _ClassVar[int]
    MIN_LOT_FIELD_NUMBER: _ClassVar[int]
    MAX_LOT_FIELD_NUMBER: _ClassVar[int]
    LOT_STEP_FIELD_NUMBER: _ClassVar[int]
    STOP_LEVEL_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_SIZE_FIELD_NUMBER: _ClassVar[int]
    TICK_VALUE_FIELD_NUMBER: _ClassVar[int]
    TRADE_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    canonical_symbol: str
    broker_symbol: str
    digits: int
    point: float
    tick_size: float
    min_lot: float
    max_lot: float
    lot_step: float
    stop_level: int
    contract_size: float
    tick_value: float
    trade_permission: TradePermission
    def __init__(self, canonical_symbol: _Optional[str] = ..., broker_symbol: _Optional[str] = ..., digits: _Optional[int] = ..., point: _Optional[float] = ..., tick_size: _Optional[float] = ..., min_lot: _Optional[float] = ..., max_lot: _Optional[float] = ..., lot_step: _Optional[float] = ..., stop_level: _Optional[int] = ..., contract_size: _Optional[float] = ..., tick_value: _Optional[float] = ..., trade_permission: _Optional[_Union[TradePermission, str]] = ...) -> None: ...

class HandshakeCapabilities(_message.Message):
    __slots__ = ("features", "metrics")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedScalarFieldContainer[str]
    metrics: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, features: _Optional[_Iterable[str]] = ..., metrics: _Optional[_Iterable[str]] = ...) -> None: ...

class HandshakeMetadata(_message.Message):
    __slots__ = ("protocol_version", "client_semver", "required_features", "optional_features", "capabilities", "terminal_build", "broker", "pipe_role", "account_mode", "currency", "leverage", "server", "terminal", "ea_config_hash", "instance", "ledger_n", "symbol_mappings", "ledger_id")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SEMVER_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FEATURES_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_FEATURES_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_BUILD_FIELD_NUMBER: _ClassVar[int]
    BROKER_FIELD_NUMBER: _ClassVar[int]
    PIPE_ROLE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_MODE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LEVERAGE_FIELD_NUMBER: _ClassVar[int]
    SERVER_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_FIELD_NUMBER: _ClassVar[int]
    EA_CONFIG_HASH_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    LEDGER_N_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_MAPPINGS_FIELD_NUMBER: _ClassVar[int]
    LEDGER_ID_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    client_semver: str
    required_features: _containers.RepeatedScalarFieldContainer[str]
    optional_features: _containers.RepeatedScalarFieldContainer[str]
    capabilities: HandshakeCapabilities
    terminal_build: int
    broker: str
    pipe_role: str
    account_mode: AccountMode
    currency: str
    leverage: int
    server: str
    terminal: str
    ea_config_hash: str
    instance: str
    ledger_n: int
    symbol_mappings: str
    ledger_id: str
    def __init__(self, protocol_version: _Optional[int] = ..., client_semver: _Optional[str] = ..., required_features: _Optional[_Iterable[str]] = ..., optional_features: _Optional[_Iterable[str]] = ..., capabilities: _Optional[_Union[HandshakeCapabilities, _Mapping]] = ..., terminal_build: _Optional[int] = ..., broker: _Optional[str] = ..., pipe_role: _Optional[str] = ..., account_mode: _Optional[_Union[AccountMode, str]] = ..., currency: _Optional[str] = ..., leverage: _Optional[int] = ..., server: _Optional[str] = ..., terminal: _Optional[str] = ..., ea_config_hash: _Optional[str] = ..., instance: _Optional[str] = ..., ledger_n: _Optional[int] = ..., symbol_mappings: _Optional[str] = ..., ledger_id: _Optional[str] = ...) -> None: ...

class AccountSymbolsReport(_message.Message):
    __slots__ = ("account_id", "symbols", "reported_at_ms", "metadata")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    REPORTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    symbols: _containers.RepeatedCompositeFieldContainer[SymbolMapping]
    reported_at_ms: int
    metadata: HandshakeMetadata
    def __init__(self, account_id: _Optional[str] = ..., symbols: _Optional[_Iterable[_Union[SymbolMapping, _Mapping]]] = ..., reported_at_ms: _Optional[int] = ..., metadata: _Optional[_Union[HandshakeMetadata, _Mapping]] = ...) -> None: ...

class SymbolRegistrationIssue(_message.Message):
    __slots__ = ("code", "message", "metadata")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    code: SymbolRegistrationIssueCode
    message: str
    metadata: _containers.ScalarMap[str, str]
    def __init__(self, code: _Optional[_Union[SymbolRegistrationIssueCode, str]] = ..., message: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ...) -> None: ...

class SymbolRegistrationEntry(_message.Message):
    __slots__ = ("canonical_symbol", "broker_symbol", "status", "warnings", "errors", "spec_age_ms", "evaluated_at_ms")
    CANONICAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    BROKER_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    SPEC_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    canonical_symbol: str
    broker_symbol: str
    status: SymbolRegistrationStatus
    warnings: _containers.RepeatedCompositeFieldContainer[SymbolRegistrationIssue]
    errors: _containers.RepeatedCompositeFieldContainer[SymbolRegistrationIssue]
    spec_age_ms: int
    evaluated_at_ms: int
    def __init__(self, canonical_symbol: _Optional[str] = ..., broker_symbol: _Optional[str] = ..., status: _Optional[_Union[SymbolRegistrationStatus, str]] = ..., warnings: _Optional[_Iterable[_Union[SymbolRegistrationIssue, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[SymbolRegistrationIssue, _Mapping]]] = ..., spec_age_ms: _Optional[int] = ..., evaluated_at_ms: _Optional[int] = ...) -> None: ...

class SymbolRegistrationResult(_message.Message):
    __slots__ = ("account_id", "pipe_role", "protocol_version", "agent_id", "core_version", "status", "errors", "warnings", "symbols", "evaluated_at_ms", "evaluation_id", "client_semver", "ledger_n", "ledger_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PIPE_ROLE_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    CORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SEMVER_FIELD_NUMBER: _ClassVar[int]
    LEDGER_N_FIELD_NUMBER: _ClassVar[int]
    LEDGER_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    pipe_role: str
    protocol_version: int
    agent_id: str
    core_version: str
    status: SymbolRegistrationStatus
    errors: _containers.RepeatedCompositeFieldContainer[SymbolRegistrationIssue]
    warnings: _containers.RepeatedCompositeFieldContainer[SymbolRegistrationIssue]
    symbols: _containers.RepeatedCompositeFieldContainer[SymbolRegistrationEntry]
    evaluated_at_ms: int
    evaluation_id: str
    client_semver: str
    ledger_n: int
    ledger_id: str
    def __init__(self, account_id: _Optional[str] = ..., pipe_role: _Optional[str] = ..., protocol_version: _Optional[int] = ..., agent_id: _Optional[str] = ..., core_version: _Optional[str] = ..., status: _Optional[_Union[SymbolRegistrationStatus, str]] = ..., errors: _Optional[_Iterable[_Union[SymbolRegistrationIssue, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[SymbolRegistrationIssue, _Mapping]]] = ..., symbols: _Optional[_Iterable[_Union[SymbolRegistrationEntry, _Mapping]]] = ..., evaluated_at_ms: _Optional[int] = ..., evaluation_id: _Optional[str] = ..., client_semver: _Optional[str] = ..., ledger_n: _Optional[int] = ..., ledger_id: _Optional[str] = ...) -> None: ...

class SymbolSpecReport(_message.Message):
    __slots__ = ("account_id", "symbols", "reported_at_ms")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    REPORTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    symbols: _containers.RepeatedCompositeFieldContainer[SymbolSpecification]
    reported_at_ms: int
    def __init__(self, account_id: _Optional[str] = ..., symbols: _Optional[_Iterable[_Union[SymbolSpecification, _Mapping]]] = ..., reported_at_ms: _Optional[int] = ...) -> None: ...

class SymbolSpecification(_message.Message):
    __slots__ = ("canonical_symbol", "broker_symbol", "general", "volume", "swap", "sessions")
    CANONICAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    BROKER_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    GENERAL_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    SWAP_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    canonical_symbol: str
    broker_symbol: str
    general: SymbolGeneral
    volume: VolumeSpec
    swap: SwapSpec
    sessions: _containers.RepeatedCompositeFieldContainer[SessionWindow]
    def __init__(self, canonical_symbol: _Optional[str] = ..., broker_symbol: _Optional[str] = ..., general: _Optional[_Union[SymbolGeneral, _Mapping]] = ..., volume: _Optional[_Union[VolumeSpec, _Mapping]] = ..., swap: _Optional[_Union[SwapSpec, _Mapping]] = ..., sessions: _Optional[_Iterable[_Union[SessionWindow, _Mapping]]] = ...) -> None: ...

class SymbolGeneral(_message.Message):
    __slots__ = ("spread_type", "fixed_spread_points", "digits", "stops_level", "contract_size", "margin_currency", "profit_calculation_mode", "margin_calculation_mode", "margin_hedge", "margin_percentage", "trade_permission", "execution_mode", "gtc_mode", "tick_value")
    SPREAD_TYPE_FIELD_NUMBER: _ClassVar[int]
    FIXED_SPREAD_POINTS_FIELD_NUMBER: _ClassVar[int]
    DIGITS_FIELD_NUMBER: _ClassVar[int]
    STOPS_LEVEL_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_SIZE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PROFIT_CALCULATION_MODE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_CALCULATION_MODE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_HEDGE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    TRADE_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_MODE_FIELD_NUMBER: _ClassVar[int]
    GTC_MODE_FIELD_NUMBER: _ClassVar[int]
    TICK_VALUE_FIELD_NUMBER: _ClassVar[int]
    spread_type: SpreadType
    fixed_spread_points: float
    digits: int
    stops_level: int
    contract_size: float
    margin_currency: str
    profit_calculation_mode: ProfitCalculationMode
    margin_calculation_mode: MarginCalculationMode
    margin_hedge: float
    margin_percentage: float
    trade_permission: TradePermission
    execution_mode: ExecutionMode
    gtc_mode: GTCMode
    tick_value: float
    def __init__(self, spread_type: _Optional[_Union[SpreadType, str]] = ..., fixed_spread_points: _Optional[float] = ..., digits: _Optional[int] = ..., stops_level: _Optional[int] = ..., contract_size: _Optional[float] = ..., margin_currency: _Optional[str] = ..., profit_calculation_mode: _Optional[_Union[ProfitCalculationMode, str]] = ..., margin_calculation_mode: _Optional[_Union[MarginCalculationMode, str]] = ..., margin_hedge: _Optional[float] = ..., margin_percentage: _Optional[float] = ..., trade_permission: _Optional[_Union[TradePermission, str]] = ..., execution_mode: _Optional[_Union[ExecutionMode, str]] = ..., gtc_mode: _Optional[_Union[GTCMode, str]] = ..., tick_value: _Optional[float] = ...) -> None: ...

class VolumeSpec(_message.Message):
    __slots__ = ("min_volume", "max_volume", "volume_step")
    MIN_VOLUME_FIELD_NUMBER: _ClassVar[int]
    MAX_VOLUME_FIELD_NUMBER: _ClassVar[int]
    VOLUME_STEP_FIELD_NUMBER: _ClassVar[int]
    min_volume: float
    max_volume: float
    volume_step: float
    def __init__(self, min_volume: _Optional[float] = ..., max_volume: _Optional[float] = ..., volume_step: _Optional[float] = ...) -> None: ...

class SwapSpec(_message.Message):
    __slots__ = ("swap_type", "swap_long", "swap_short", "triple_swap_day")
    SWAP_TYPE_FIELD_NUMBER: _ClassVar[int]
    SWAP_LONG_FIELD_NUMBER: _ClassVar[int]
    SWAP_SHORT_FIELD_NUMBER: _ClassVar[int]
    TRIPLE_SWAP_DAY_FIELD_NUMBER: _ClassVar[int]
    swap_type: SwapType
    swap_long: float
    swap_short: float
    triple_swap_day: Weekday
    def __init__(self, swap_type: _Optional[_Union[SwapType, str]] = ..., swap_long: _Optional[float] = ..., swap_short: _Optional[float] = ..., triple_swap_day: _Optional[_Union[Weekday, str]] = ...) -> None: ...

class SessionWindow(_message.Message):
    __slots__ = ("day", "quote_sessions", "trade_sessions")
    DAY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    TRADE_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    day: Weekday
    quote_sessions: _containers.RepeatedCompositeFieldContainer[SessionRange]
    trade_sessions: _containers.RepeatedCompositeFieldContainer[SessionRange]
    def __init__(self, day: _Optional[_Union[Weekday, str]] = ..., quote_sessions: _Optional[_Iterable[_Union[SessionRange, _Mapping]]] = ..., trade_sessions: _Optional[_Iterable[_Union[SessionRange, _Mapping]]] = ...) -> None: ...

class SessionRange(_message.Message):
    __slots__ = ("start_minute", "end_minute")
    START_MINUTE_FIELD_NUMBER: _ClassVar[int]
    END_MINUTE_FIELD_NUMBER: _ClassVar[int]
    start_minute: int
    end_minute: int
    def __init__(self, start_minute: _Optional[int] = ..., end_minute: _Optional[int] = ...) -> None: ...

class SymbolQuoteSnapshot(_message.Message):
    __slots__ = ("account_id", "canonical_symbol", "broker_symbol", "bid", "ask", "spread_points", "timestamp_ms")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    BROKER_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    SPREAD_POINTS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    canonical_symbol: str
    broker_symbol: str
    bid: float
    ask: float
    spread_points: float
    timestamp_ms: int
    def __init__(self, account_id: _Optional[str] = ..., canonical_symbol: _Optional[str] = ..., broker_symbol: _Optional[str] = ..., bid: _Optional[float] = ..., ask: _Optional[float] = ..., spread_points: _Optional[float] = ..., timestamp_ms: _Optional[int] = ...) -> None: ...

class AccountInfo(_message.Message):
    __slots__ = ("account_id", "balance", "equity", "margin", "margin_free", "margin_level", "timestamp_ms", "currency")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    EQUITY_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FREE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_LEVEL_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    balance: float
    equity: float
    margin: float
    margin_free: float
    margin_level: float
    timestamp_ms: int
    currency: str
    def __init__(self, account_id: _Optional[str] = ..., balance: _Optional[float] = ..., equity: _Optional[float] = ..., margin: _Optional[float] = ..., margin_free: _Optional[float] = ..., margin_level: _Optional[float] = ..., timestamp_ms: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class PositionInfo(_message.Message):
    __slots__ = ("ticket", "symbol", "side", "volume", "open_price", "stop_loss", "take_profit", "profit", "magic_number", "comment", "open_time_ms")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    OPEN_PRICE_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    ticket: int
    symbol: str
    side: OrderSide
    volume: float
    open_price: float
    stop_loss: float
    take_profit: float
    profit: float
    magic_number: int
    comment: str
    open_time_ms: int
    def __init__(self, ticket: _Optional[int] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[OrderSide, str]] = ..., volume: _Optional[float] = ..., open_price: _Optional[float] = ..., stop_loss: _Optional[float] = ..., take_profit: _Optional[float] = ..., profit: _Optional[float] = ..., magic_number: _Optional[int] = ..., comment: _Optional[str] = ..., open_time_ms: _Optional[int] = ...) -> None: ...

class Deal(_message.Message):
    __slots__ = ("ticket", "symbol", "side", "volume", "open_price", "close_price", "open_time_ms", "close_time_ms", "profit", "swap", "commission", "magic_number", "comment", "reason", "position_id")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    OPEN_PRICE_FIELD_NUMBER: _ClassVar[int]
    CLOSE_PRICE_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FIELD_NUMBER: _ClassVar[int]
    SWAP_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    POSITION_ID_FIELD_NUMBER: _ClassVar[int]
    ticket: int
    symbol: str
    side: OrderSide
    volume: float
    open_price: float
    close_price: float
    open_time_ms: int
    close_time_ms: int
    profit: float
    swap: float
    commission: float
    magic_number: int
    comment: str
    reason: str
    position_id: int
    def __init__(self, ticket: _Optional[int] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[OrderSide, str]] = ..., volume: _Optional[float] = ..., open_price: _Optional[float] = ..., close_price: _Optional[float] = ..., open_time_ms: _Optional[int] = ..., close_time_ms: _Optional[int] = ..., profit: _Optional[float] = ..., swap: _Optional[float] = ..., commission: _Optional[float] = ..., magic_number: _Optional[int] = ..., comment: _Optional[str] = ..., reason: _Optional[str] = ..., position_id: _Optional[int] = ...) -> None: ...

class TickValue(_message.Message):
    __slots__ = ("canonical_symbol", "tick_value")
    CANONICAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TICK_VALUE_FIELD_NUMBER: _ClassVar[int]
    canonical_symbol: str
    tick_value: float
    def __init__(self, canonical_symbol: _Optional[str] = ..., tick_value: _Optional[float] = ...) -> None: ...

class StateSnapshot(_message.Message):
    __slots__ = ("accounts", "positions", "timestamp_ms", "epoch", "sequence", "complete", "connected", "history", "pendings", "tick_values")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    PENDINGS_FIELD_NUMBER: _ClassVar[int]
    TICK_VALUES_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[AccountInfo]
    positions: _containers.RepeatedCompositeFieldContainer[PositionInfo]
    timestamp_ms: int
    epoch: str
    sequence: int
    complete: bool
    connected: bool
    history: _containers.RepeatedCompositeFieldContainer[Deal]
    pendings: _containers.RepeatedCompositeFieldContainer[PositionInfo]
    tick_values: _containers.RepeatedCompositeFieldContainer[TickValue]
    def __init__(self, accounts: _Optional[_Iterable[_Union[AccountInfo, _Mapping]]] = ..., positions: _Optional[_Iterable[_Union[PositionInfo, _Mapping]]] = ..., timestamp_ms: _Optional[int] = ..., epoch: _Optional[str] = ..., sequence: _Optional[int] = ..., complete: _Optional[bool] = ..., connected: _Optional[bool] = ..., history: _Optional[_Iterable[_Union[Deal, _Mapping]]] = ..., pendings: _Optional[_Iterable[_Union[PositionInfo, _Mapping]]] = ..., tick_values: _Optional[_Iterable[_Union[TickValue, _Mapping]]] = ...) -> None: ...

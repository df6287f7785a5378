from echo.wire.pb import common_pb2 as _common_pb2
from echo.wire.pb import trade_pb2 as _trade_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AgentMessage(_message.Message):
    __slots__ = ("agent_id", "timestamp_ms", "message_id", "hello", "trade_intent", "trade_close", "trade_modify", "execution_result", "state_snapshot", "heartbeat", "account_connected", "account_disconnected", "account_symbols_report", "symbol_spec_report", "symbol_quote_snapshot", "command_ack", "spans", "batch", "open_trades", "clock_echo")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    TRADE_INTENT_FIELD_NUMBER: _ClassVar[int]
    TRADE_CLOSE_FIELD_NUMBER: _ClassVar[int]
    TRADE_MODIFY_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_RESULT_FIELD_NUMBER: _ClassVar[int]
    STATE_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_CONNECTED_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_DISCONNECTED_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_SYMBOLS_REPORT_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_SPEC_REPORT_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_QUOTE_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_ACK_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    OPEN_TRADES_FIELD_NUMBER: _ClassVar[int]
    CLOCK_ECHO_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    timestamp_ms: int
    message_id: str
    hello: AgentHello
    trade_intent: _trade_pb2.TradeIntent
    trade_close: _trade_pb2.TradeClose
    trade_modify: _trade_pb2.TradeModify
    execution_result: _trade_pb2.ExecutionResult
    state_snapshot: _common_pb2.StateSnapshot
    heartbeat: AgentHeartbeat
    account_connected: AccountConnected
    account_disconnected: AccountDisconnected
    account_symbols_report: _common_pb2.AccountSymbolsReport
    symbol_spec_report: _common_pb2.SymbolSpecReport
    symbol_quote_snapshot: _common_pb2.SymbolQuoteSnapshot
    command_ack: _trade_pb2.CommandAck
    spans: AgentSpans
    batch: AgentBatch
    open_trades: OpenTrades
    clock_echo: ClockEcho
    def __init__(self, agent_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., message_id: _Optional[str] = ..., hello: _Optional[_Union[AgentHello, _Mapping]] = ..., trade_intent: _Optional[_Union[_trade_pb2.TradeIntent, _Mapping]] = ..., trade_close: _Optional[_Union[_trade_pb2.TradeClose, _Mapping]] = ..., trade_modify: _Optional[_Union[_trade_pb2.TradeModify, _Mapping]] = ..., execution_result: _Optional[_Union[_trade_pb2.ExecutionResult, _Mapping]] = ..., state_snapshot: _Optional[_Union[_common_pb2.StateSnapshot, _Mapping]] = ..., heartbeat: _Optional[_Union[AgentHeartbeat, _Mapping]] = ..., account_connected: _Optional[_Union[AccountConnected, _Mapping]] = ..., account_disconnected: _Optional[_Union[AccountDisconnected, _Mapping]] = ..., account_symbols_report: _Optional[_Union[_common_pb2.AccountSymbolsReport, _Mapping]] = ..., symbol_spec_report: _Optional[_Union[_common_pb2.SymbolSpecReport, _Mapping]] = ..., symbol_quote_snapshot: _Optional[_Union[_common_pb2.SymbolQuoteSnapshot, _Mapping]] = ..., command_ack: _Optional[_Union[_trade_pb2.CommandAck, _Mapping]] = ..., spans: _Optional[_Union[AgentSpans, _Mapping]] = ..., batch: _Optional[_Union[AgentBatch, _Mapping]] = ..., open_trades: _Optional[_Union[OpenTrades, _Mapping]] = ..., clock_echo: _Optional[_Union[ClockEcho, _Mapping]] = ...) -> None: ...

class CoreMessage(_message.Message):
    __slots__ = ("timestamp_ms", "message_id", "execute_order", "close_order", "modify_order", "config_update", "ack", "symbol_registration_result", "core_hello", "delivery_heartbeat", "trade_intent_ack", "cancel_pendings", "flatten", "batch", "result_ack", "core_redirect", "reduce_order")
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CLOSE_ORDER_FIELD_NUMBER: _ClassVar[int]
    MODIFY_ORDER_FIELD_NUMBER: _ClassVar[int]
    CONFIG_UPDATE_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_REGISTRATION_RESULT_FIELD_NUMBER: _ClassVar[int]
    CORE_HELLO_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    TRADE_INTENT_ACK_FIELD_NUMBER: _ClassVar[int]
    CANCEL_PENDINGS_FIELD_NUMBER: _ClassVar[int]
    FLATTEN_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    RESULT_ACK_FIELD_NUMBER: _ClassVar[int]
    CORE_REDIRECT_FIELD_NUMBER: _ClassVar[int]
    REDUCE_ORDER_FIELD_NUMBER: _ClassVar[int]
    timestamp_ms: int
    message_id: str
    execute_order: _trade_pb2.ExecuteOrder
    close_order: _trade_pb2.CloseOrder
    modify_order: _trade_pb2.ModifyOrder
    config_update: ConfigUpdate
    ack: Ack
    symbol_registration_result: _common_pb2.SymbolRegistrationResult
    core_hello: CoreHello
    delivery_heartbeat: DeliveryHeartbeat
    trade_intent_ack: _trade_pb2.TradeIntentAck
    cancel_pendings: _trade_pb2.CancelPendings
    flatten: _trade_pb2.Flatten
    batch: CoreBatch
    result_ack: _trade_pb2.ResultAck
    core_redirect: CoreRedirect
    reduce_order: _trade_pb2.ReduceOrder
    def __init__(self, timestamp_ms: _Optional[int] = ..., message_id: _Optional[str] = ..., execute_order: _Optional[_Union[_trade_pb2.ExecuteOrder, _Mapping]] = ..., close_order: _Optional[_Union[_trade_pb2.CloseOrder, _Mapping]] = ..., modify_order: _Optional[_Union[_trade_pb2.ModifyOrder, _Mapping]] = ..., config_update: _Optional[_Union[ConfigUpdate, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., symbol_registration_result: _Optional[_Union[_common_pb2.SymbolRegistrationResult, _Mapping]] = ..., core_hello: _Optional[_Union[CoreHello, _Mapping]] = ..., delivery_heartbeat: _Optional[_Union[DeliveryHeartbeat, _Mapping]] = ..., trade_intent_ack: _Optional[_Union[_trade_pb2.TradeIntentAck, _Mapping]] = ..., cancel_pendings: _Optional[_Union[_trade_pb2.CancelPendings, _Mapping]] = ..., flatten: _Optional[_Union[_trade_pb2.Flatten, _Mapping]] = ..., batch: _Optional[_Union[CoreBatch, _Mapping]] = ..., result_ack: _Optional[_Union[_trade_pb2.ResultAck, _Mapping]] = ..., core_redirect: _Optional[_Union[CoreRedirect, _Mapping]] = ..., reduce_order: _Optional[_Union[_trade_pb2.ReduceOrder, _Mapping]] = ...) -> None: ...

class AgentBatch(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[AgentMessage]
    def __init__(self, messages: _Optional[_Iterable[_Union[AgentMessage, _Mapping]]] = ...) -> None: ...

class CoreBatch(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[CoreMessage]
    def __init__(self, messages: _Optional[_Iterable[_Union[CoreMessage, _Mapping]]] = ...) -> None: ...

class PingRequest(_message.Message):
    __slots__ = ("agent_id",)
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    def __init__(self, agent_id: _Optional[str] = ...) -> None: ...

class PingResponse(_message.Message):
    __slots__ = ("status", "timestamp_ms", "protocol_min", "protocol_max", "core_version", "ready")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MIN_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MAX_FIELD_NUMBER: _ClassVar[int]
    CORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    status: str
    timestamp_ms: int
    protocol_min: int
    protocol_max: int
    core_version: str
    ready: bool
    def __init__(self, status: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., protocol_min: _Optional[int] = ..., protocol_max: _Optional[int] = ..., core_version: _Optional[str] = ..., ready: _Optional[bool] = ...) -> None: ...

class ConfigUpdate(_message.Message):
    __slots__ = ("version", "config")
    class ConfigEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    version: str
    config: _containers.ScalarMap[str, str]
    def __init__(self, version: _Optional[str] = ..., config: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("message_id", "success", "error")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    success: bool
    error: str
    def __init__(self, message_id: _Optional[str] = ..., success: _Optional[bool] = ..., error: _Optional[str] = ...) -> None: ...

class AgentHello(_message.Message):
    __slots__ = ("agent_id", "version", "hostname", "os", "connected_clients", "owned_accounts", "symbols", "protocol_version", "supports_lossless_delivery")
    class SymbolsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _common_pb2.SymbolInfo
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_common_pb2.SymbolInfo, _Mapping]] = ...) -> None: ...
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    OS_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_CLIENTS_FIELD_NUMBER: _ClassVar[int]
    OWNED_ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_LOSSLESS_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    version: str
    hostname: str
    os: str
    connected_clients: _containers.RepeatedScalarFieldContainer[str]
    owned_accounts: _containers.RepeatedScalarFieldContainer[str]
    symbols: _containers.MessageMap[str, _common_pb2.SymbolInfo]
    protocol_version: int
    supports_lossless_delivery: bool
    def __init__(self, agent_id: _Optional[str] = ..., version: _Optional[str] = ..., hostname: _Optional[str] = ..., os: _Optional[str] = ..., connected_clients: _Optional[_Iterable[str]] = ..., owned_accounts: _Optional[_Iterable[str]] = ..., symbols: _Optional[_Mapping[str, _common_pb2.SymbolInfo]] = ..., protocol_version: _Optional[int] = ..., supports_lossless_delivery: _Optional[bool] = ...) -> None: ...

class CoreHello(_message.Message):
    __slots__ = ("required_protocol_version", "lossless_required", "service_version", "compat_mode_active")
    REQUIRED_PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    LOSSLESS_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    SERVICE_VERSION_FIELD_NUMBER: _ClassVar[int]
    COMPAT_MODE_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    required_protocol_version: int
    lossless_required: bool
    service_version: str
    compat_mode_active: bool
    def __init__(self, required_protocol_version: _Optional[int] = ..., lossless_required: _Optional[bool] = ..., service_version: _Optional[str] = ..., compat_mode_active: _Optional[bool] = ...) -> None: ...

class DeliveryHeartbeat(_message.Message):
    __slots__ = ("heartbeat_interval_ms", "retry_backoff_ms", "max_retries", "ack_timeout_ms", "mono_ms", "echo_mono_ms", "held_ms")
    HEARTBEAT_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    RETRY_BACKOFF_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_RETRIES_FIELD_NUMBER: _ClassVar[int]
    ACK_TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    MONO_MS_FIELD_NUMBER: _ClassVar[int]
    ECHO_MONO_MS_FIELD_NUMBER: _ClassVar[int]
    HELD_MS_FIELD_NUMBER: _ClassVar[int]
    heartbeat_interval_ms: int
    retry_backoff_ms: _containers.RepeatedScalarFieldContainer[int]
    max_retries: int
    ack_timeout_ms: int
    mono_ms: int
    echo_mono_ms: int
    held_ms: int
    def __init__(self, heartbeat_interval_ms: _Optional[int] = ..., retry_backoff_ms: _Optional[_Iterable[int]] = ..., max_retries: _Optional[int] = ..., ack_timeout_ms: _Optional[int] = ..., mono_ms: _Optional[int] = ..., echo_mono_ms: _Optional[int] = ..., held_ms: _Optional[int] = ...) -> None: ...

class AgentHeartbeat(_message.Message):
    __slots__ = ("agent_id", "timestamp_ms", "connected_clients", "pending_commands", "mono_ms", "echo_mono_ms", "held_ms")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_CLIENTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_COMMANDS_FIELD_NUMBER: _ClassVar[int]
    MONO_MS_FIELD_NUMBER: _ClassVar[int]
    ECHO_MONO_MS_FIELD_NUMBER: _ClassVar[int]
    HELD_MS_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    timestamp_ms: int
    connected_clients: _containers.RepeatedScalarFieldContainer[str]
    pending_commands: int
    mono_ms: int
    echo_mono_ms: int
    held_ms: int
    def __init__(self, agent_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., connected_clients: _Optional[_Iterable[str]] = ..., pending_commands: _Optional[int] = ..., mono_ms: _Optional[int] = ..., echo_mono_ms: _Optional[int] = ..., held_ms: _Optional[int] = ...) -> None: ...

class ClockEcho(_message.Message):
    __slots__ = ("mono_ms", "echo_mono_ms", "held_ms")
    MONO_MS_FIELD_NUMBER: _ClassVar[int]
    ECHO_MONO_MS_FIELD_NUMBER: _ClassVar[int]
    HELD_MS_FIELD_NUMBER: _ClassVar[int]
    mono_ms: int
    echo_mono_ms: int
    held_ms: int
    def __init__(self, mono_ms: _Optional[int] = ..., echo_mono_ms: _Optional[int] = ..., held_ms: _Optional[int] = ...) -> None: ...

class AccountConnected(_message.Message):
    __slots__ = ("account_id", "connected_at_ms", "client_type", "broker")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    BROKER_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    connected_at_ms: int
    client_type: str
    broker: str
    def __init__(self, account_id: _Optional[str] = ..., connected_at_ms: _Optional[int] = ..., client_type: _Optional[str] = ..., broker: _Optional[str] = ...) -> None: ...

class AccountDisconnected(_message.Message):
    __slots__ = ("account_id", "disconnected_at_ms", "reason")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    DISCONNECTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    disconnected_at_ms: int
    reason: str
    def __init__(self, account_id: _Optional[str] = ..., disconnected_at_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class OpenTrade(_message.Message):
    __slots__ = ("trade_id", "tag", "ticket", "volume")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    trade_id: str
    tag: str
    ticket: int
    volume: float
    def __init__(self, trade_id: _Optional[str] = ..., tag: _Optional[str] = ..., ticket: _Optional[int] = ..., volume: _Optional[float] = ...) -> None: ...

class OpenTrades(_message.Message):
    __slots__ = ("account_id", "epoch", "trades", "hash")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    epoch: str
    trades: _containers.RepeatedCompositeFieldContainer[OpenTrade]
    hash: str
    def __init__(self, account_id: _Optional[str] = ..., epoch: _Optional[str] = ..., trades: _Optional[_Iterable[_Union[OpenTrade, _Mapping]]] = ..., hash: _Optional[str] = ...) -> None: ...

class AgentSpan(_message.Message):
    __slots__ = ("name", "traceparent", "start_ms", "end_ms", "clock_offset_ms", "attributes")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    CLOCK_OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    traceparent: str
    start_ms: int
    end_ms: int
    clock_offset_ms: int
    attributes: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., traceparent: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., clock_offset_ms: _Optional[int] = ..., attributes: _Optional[_Mapping[str, str]] = ...) -> None: ...

class AgentSpans(_message.Message):
    __slots__ = ("spans",)
    SPANS_FIELD_NUMBER: _ClassVar[int]
    spans: _containers.RepeatedCompositeFieldContainer[AgentSpan]
    def __init__(self, spans: _Optional[_Iterable[_Union[AgentSpan, _Mapping]]] = ...) -> None: ...

class CoreRedirect(_message.Message):
    __slots__ = ("partition", "address", "epoch")
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    partition: int
    address: str
    epoch: int
    def __init__(self, partition: _Optional[int] = ..., address: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

from echo.wire.pb import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TradeIntent(_message.Message):
    __slots__ = ("trade_id", "timestamp_ms", "client_id", "symbol", "side", "lot_size", "price", "magic_number", "ticket", "stop_loss", "take_profit", "comment", "attempt", "timestamps", "strategy_id", "account_id", "command_id", "buffer_depth", "traceparent", "seq", "timeframe", "atr", "volume_initial", "age_ms", "sent_mono_ms", "server")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    BUFFER_DEPTH_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIMEFRAME_FIELD_NUMBER: _ClassVar[int]
    ATR_FIELD_NUMBER: _ClassVar[int]
    VOLUME_INITIAL_FIELD_NUMBER: _ClassVar[int]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    SENT_MONO_MS_FIELD_NUMBER: _ClassVar[int]
    SERVER_FIELD_NUMBER: _ClassVar[int]
    trade_id: str
    timestamp_ms: int
    client_id: str
    symbol: str
    side: _common_pb2.OrderSide
    lot_size: float
    price: float
    magic_number: int
    ticket: int
    stop_loss: float
    take_profit: float
    comment: str
    attempt: int
    timestamps: _common_pb2.TimestampMetadata
    strategy_id: str
    account_id: str
    command_id: str
    buffer_depth: int
    traceparent: str
    seq: int
    timeframe: str
    atr: float
    volume_initial: float
    age_ms: int
    sent_mono_ms: int
    server: str
    def __init__(self, trade_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., client_id: _Optional[str] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[_common_pb2.OrderSide, str]] = ..., lot_size: _Optional[float] = ..., price: _Optional[float] = ..., magic_number: _Optional[int] = ..., ticket: _Optional[int] = ..., stop_loss: _Optional[float] = ..., take_profit: _Optional[float] = ..., comment: _Optional[str] = ..., attempt: _Optional[int] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., strategy_id: _Optional[str] = ..., account_id: _Optional[str] = ..., command_id: _Optional[str] = ..., buffer_depth: _Optional[int] = ..., traceparent: _Optional[str] = ..., seq: _Optional[int] = ..., timeframe: _Optional[str] = ..., atr: _Optional[float] = ..., volume_initial: _Optional[float] = ..., age_ms: _Optional[int] = ..., sent_mono_ms: _Optional[int] = ..., server: _Optional[str] = ...) -> None: ...

class TradeClose(_message.Message):
    __slots__ = ("trade_id", "timestamp_ms", "client_id", "account_id", "ticket", "symbol", "magic_number", "close_price", "profit", "reason", "command_id", "traceparent", "timestamps", "seq", "lot_size", "volume_remaining", "new_ticket")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CLOSE_PRICE_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_REMAINING_FIELD_NUMBER: _ClassVar[int]
    NEW_TICKET_FIELD_NUMBER: _ClassVar[int]
    trade_id: str
    timestamp_ms: int
    client_id: str
    account_id: str
    ticket: int
    symbol: str
    magic_number: int
    close_price: float
    profit: float
    reason: str
    command_id: str
    traceparent: str
    timestamps: _common_pb2.TimestampMetadata
    seq: int
    lot_size: float
    volume_remaining: float
    new_ticket: int
    def __init__(self, trade_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., client_id: _Optional[str] = ..., account_id: _Optional[str] = ..., ticket: _Optional[int] = ..., symbol: _Optional[str] = ..., magic_number: _Optional[int] = ..., close_price: _Optional[float] = ..., profit: _Optional[float] = ..., reason: _Optional[str] = ..., command_id: _Optional[str] = ..., traceparent: _Optional[str] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., seq: _Optional[int] = ..., lot_size: _Optional[float] = ..., volume_remaining: _Optional[float] = ..., new_ticket: _Optional[int] = ...) -> None: ...

class TradeModify(_message.Message):
    __slots__ = ("trade_id", "timestamp_ms", "ticket", "new_stop_loss", "new_take_profit", "client_id", "account_id", "symbol", "magic_number", "command_id", "traceparent", "timestamps", "seq")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    NEW_STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    NEW_TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    trade_id: str
    timestamp_ms: int
    ticket: int
    new_stop_loss: float
    new_take_profit: float
    client_id: str
    account_id: str
    symbol: str
    magic_number: int
    command_id: str
    traceparent: str
    timestamps: _common_pb2.TimestampMetadata
    seq: int
    def __init__(self, trade_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., ticket: _Optional[int] = ..., new_stop_loss: _Optional[float] = ..., new_take_profit: _Optional[float] = ..., client_id: _Optional[str] = ..., account_id: _Optional[str] = ..., symbol: _Optional[str] = ..., magic_number: _Optional[int] = ..., command_id: _Optional[str] = ..., traceparent: _Optional[str] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., seq: _Optional[int] = ...) -> None: ...

class Protect(_message.Message):
    __slots__ = ("stop_loss", "take_profit")
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    stop_loss: float
    take_profit: float
    def __init__(self, stop_loss: _Optional[float] = ..., take_profit: _Optional[float] = ...) -> None: ...

class ExecuteOrder(_message.Message):
    __slots__ = ("command_id", "trade_id", "timestamp_ms", "target_client_id", "target_account_id", "symbol", "side", "lot_size", "magic_number", "stop_loss", "take_profit", "comment", "timestamps", "traceparent", "expires_at_ms", "seq", "ttl_ms", "max_slippage_points", "max_spread_points", "protect", "session_epoch", "age_ms", "sent_mono_ms", "first")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    TARGET_CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_SLIPPAGE_POINTS_FIELD_NUMBER: _ClassVar[int]
    MAX_SPREAD_POINTS_FIELD_NUMBER: _ClassVar[int]
    PROTECT_FIELD_NUMBER: _ClassVar[int]
    SESSION_EPOCH_FIELD_NUMBER: _ClassVar[int]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    SENT_MONO_MS_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    trade_id: str
    timestamp_ms: int
    target_client_id: str
    target_account_id: str
    symbol: str
    side: _common_pb2.OrderSide
    lot_size: float
    magic_number: int
    stop_loss: float
    take_profit: float
    comment: str
    timestamps: _common_pb2.TimestampMetadata
    traceparent: str
    expires_at_ms: int
    seq: int
    ttl_ms: int
    max_slippage_points: float
    max_spread_points: float
    protect: Protect
    session_epoch: int
    age_ms: int
    sent_mono_ms: int
    first: bool
    def __init__(self, command_id: _Optional[str] = ..., trade_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., target_client_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[_common_pb2.OrderSide, str]] = ..., lot_size: _Optional[float] = ..., magic_number: _Optional[int] = ..., stop_loss: _Optional[float] = ..., take_profit: _Optional[float] = ..., comment: _Optional[str] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., traceparent: _Optional[str] = ..., expires_at_ms: _Optional[int] = ..., seq: _Optional[int] = ..., ttl_ms: _Optional[int] = ..., max_slippage_points: _Optional[float] = ..., max_spread_points: _Optional[float] = ..., protect: _Optional[_Union[Protect, _Mapping]] = ..., session_epoch: _Optional[int] = ..., age_ms: _Optional[int] = ..., sent_mono_ms: _Optional[int] = ..., first: _Optional[bool] = ...) -> None: ...

class CloseOrder(_message.Message):
    __slots__ = ("command_id", "trade_id", "timestamp_ms", "ticket", "target_client_id", "target_account_id", "symbol", "magic_number", "lot_size", "timestamps", "traceparent", "seq", "session_epoch")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    TARGET_CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SESSION_EPOCH_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    trade_id: str
    timestamp_ms: int
    ticket: int
    target_client_id: str
    target_account_id: str
    symbol: str
    magic_number: int
    lot_size: float
    timestamps: _common_pb2.TimestampMetadata
    traceparent: str
    seq: int
    session_epoch: int
    def __init__(self, command_id: _Optional[str] = ..., trade_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., ticket: _Optional[int] = ..., target_client_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., symbol: _Optional[str] = ..., magic_number: _Optional[int] = ..., lot_size: _Optional[float] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., traceparent: _Optional[str] = ..., seq: _Optional[int] = ..., session_epoch: _Optional[int] = ...) -> None: ...

class ModifyOrder(_message.Message):
    __slots__ = ("command_id", "trade_id", "timestamp_ms", "ticket", "new_stop_loss", "new_take_profit", "target_client_id", "target_account_id", "symbol", "magic_number", "timestamps", "traceparent", "seq", "session_epoch")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    NEW_STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    NEW_TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    TARGET_CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SESSION_EPOCH_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    trade_id: str
    timestamp_ms: int
    ticket: int
    new_stop_loss: float
    new_take_profit: float
    target_client_id: str
    target_account_id: str
    symbol: str
    magic_number: int
    timestamps: _common_pb2.TimestampMetadata
    traceparent: str
    seq: int
    session_epoch: int
    def __init__(self, command_id: _Optional[str] = ..., trade_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., ticket: _Optional[int] = ..., new_stop_loss: _Optional[float] = ..., new_take_profit: _Optional[float] = ..., target_client_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., symbol: _Optional[str] = ..., magic_number: _Optional[int] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., traceparent: _Optional[str] = ..., seq: _Optional[int] = ..., session_epoch: _Optional[int] = ...) -> None: ...

class ReduceOrder(_message.Message):
    __slots__ = ("command_id", "trade_id", "seq", "target_client_id", "target_account_id", "ticket", "symbol", "magic_number", "remaining_lot", "residual", "session_epoch", "traceparent", "timestamps")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TARGET_CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REMAINING_LOT_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_FIELD_NUMBER: _ClassVar[int]
    SESSION_EPOCH_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    trade_id: str
    seq: int
    target_client_id: str
    target_account_id: str
    ticket: int
    symbol: str
    magic_number: int
    remaining_lot: float
    residual: _common_pb2.Residual
    session_epoch: int
    traceparent: str
    timestamps: _common_pb2.TimestampMetadata
    def __init__(self, command_id: _Optional[str] = ..., trade_id: _Optional[str] = ..., seq: _Optional[int] = ..., target_client_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., ticket: _Optional[int] = ..., symbol: _Optional[str] = ..., magic_number: _Optional[int] = ..., remaining_lot: _Optional[float] = ..., residual: _Optional[_Union[_common_pb2.Residual, str]] = ..., session_epoch: _Optional[int] = ..., traceparent: _Optional[str] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ...) -> None: ...

class CancelPendings(_message.Message):
    __slots__ = ("command_id", "target_account_id", "magic_number", "symbol")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MAGIC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    target_account_id: str
    magic_number: int
    symbol: str
    def __init__(self, command_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., magic_number: _Optional[int] = ..., symbol: _Optional[str] = ...) -> None: ...

class Flatten(_message.Message):
    __slots__ = ("command_id", "target_account_id", "tickets", "reason")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    target_account_id: str
    tickets: _containers.RepeatedScalarFieldContainer[int]
    reason: str
    def __init__(self, command_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., tickets: _Optional[_Iterable[int]] = ..., reason: _Optional[str] = ...) -> None: ...

class ExecutionResult(_message.Message):
    __slots__ = ("command_id", "trade_id", "success", "ticket", "error_code", "error_message", "executed_price", "execution_time_ms", "timestamps", "traceparent", "executed_lot", "command_kind", "spread_points", "slippage_points", "new_ticket", "doubt", "stored", "late", "candidates", "ledger_n")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_PRICE_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_LOT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_KIND_FIELD_NUMBER: _ClassVar[int]
    SPREAD_POINTS_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_POINTS_FIELD_NUMBER: _ClassVar[int]
    NEW_TICKET_FIELD_NUMBER: _ClassVar[int]
    DOUBT_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    LEDGER_N_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    trade_id: str
    success: bool
    ticket: int
    error_code: _common_pb2.ErrorCode
    error_message: str
    executed_price: float
    execution_time_ms: int
    timestamps: _common_pb2.TimestampMetadata
    traceparent: str
    executed_lot: float
    command_kind: _common_pb2.CommandKind
    spread_points: float
    slippage_points: float
    new_ticket: int
    doubt: bool
    stored: bool
    late: bool
    candidates: _containers.RepeatedScalarFieldContainer[int]
    ledger_n: int
    def __init__(self, command_id: _Optional[str] = ..., trade_id: _Optional[str] = ..., success: _Optional[bool] = ..., ticket: _Optional[int] = ..., error_code: _Optional[_Union[_common_pb2.ErrorCode, str]] = ..., error_message: _Optional[str] = ..., executed_price: _Optional[float] = ..., execution_time_ms: _Optional[int] = ..., timestamps: _Optional[_Union[_common_pb2.TimestampMetadata, _Mapping]] = ..., traceparent: _Optional[str] = ..., executed_lot: _Optional[float] = ..., command_kind: _Optional[_Union[_common_pb2.CommandKind, str]] = ..., spread_points: _Optional[float] = ..., slippage_points: _Optional[float] = ..., new_ticket: _Optional[int] = ..., doubt: _Optional[bool] = ..., stored: _Optional[bool] = ..., late: _Optional[bool] = ..., candidates: _Optional[_Iterable[int]] = ..., ledger_n: _Optional[int] = ...) -> None: ...

class ResultAck(_message.Message):
    __slots__ = ("command_id", "ledger_n")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    LEDGER_N_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    ledger_n: int
    def __init__(self, command_id: _Optional[str] = ..., ledger_n: _Optional[int] = ...) -> None: ...

class CommandAck(_message.Message):
    __slots__ = ("command_id", "stage", "result", "attempt", "observed_at_ms", "error_code", "error_message")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    stage: _common_pb2.AckStage
    result: _common_pb2.AckResult
    attempt: int
    observed_at_ms: int
    error_code: _common_pb2.ErrorCode
    error_message: str
    def __init__(self, command_id: _Optional[str] = ..., stage: _Optional[_Union[_common_pb2.AckStage, str]] = ..., result: _Optional[_Union[_common_pb2.AckResult, str]] = ..., attempt: _Optional[int] = ..., observed_at_ms: _Optional[int] = ..., error_code: _Optional[_Union[_common_pb2.ErrorCode, str]] = ..., error_message: _Optional[str] = ...) -> None: ...

class TradeIntentAck(_message.Message):
    __slots__ = ("trade_id", "command_id", "attempt", "result", "error_code", "error_message", "observed_at_ms", "seq", "last_seq", "stage")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    trade_id: str
    command_id: str
    attempt: int
    result: _common_pb2.TradeIntentAckResult
    error_code: _common_pb2.ErrorCode
    error_message: str
    observed_at_ms: int
    seq: int
    last_seq: int
    stage: _common_pb2.AckStage
    def __init__(self, trade_id: _Optional[str] = ..., command_id: _Optional[str] = ..., attempt: _Optional[int] = ..., result: _Optional[_Union[_common_pb2.TradeIntentAckResult, str]] = ..., error_code: _Optional[_Union[_common_pb2.ErrorCode, str]] = ..., error_message: _Optional[str] = ..., observed_at_ms: _Optional[int] = ..., seq: _Optional[int] = ..., last_seq: _Optional[int] = ..., stage: _Optional[_Union[_common_pb2.AckStage, str]] = ...) -> None: ...

class PipeDeliveryAck(_message.Message):
    __slots__ = ("command_id", "target_account_id", "result", "error_message", "observed_at_ms")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    target_account_id: str
    result: _common_pb2.PipeDeliveryAckResult
    error_message: str
    observed_at_ms: int
    def __init__(self, command_id: _Optional[str] = ..., target_account_id: _Optional[str] = ..., result: _Optional[_Union[_common_pb2.PipeDeliveryAckResult, str]] = ..., error_message: _Optional[str] = ..., observed_at_ms: _Optional[int] = ...) -> None: ...

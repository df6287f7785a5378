"""Lines that an Agent writes, as they stand on the pipe.

Fields unknown here are ignored, so that an old EA can be served by a new Agent; fields with a
default are those that an Agent leaves out for legacy EAs, or where there is nothing to say.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN
from echo.wire.pipe.ea_lines import Line, Stamps
from echo.wire.pipe.fields import LIST_MAX, SHORT_LIST_MAX, Int32, Int64, Seq, UInt32

Backoff = Annotated[tuple[UInt32, ...], Meta(max_length=SHORT_LIST_MAX)]


class Pong(Line, frozen=True, kw_only=True, tag="pong"):
    """The answer to a ping; the only line without a payload."""

    id: str
    echo_ms: Int64 = 0
    mono_ms: Int64 = 0


class LaneBody(Struct, frozen=True, kw_only=True, gc=False):
    """What commands about a trade have in common."""

    command_id: str
    trade_id: str
    target_account_id: str
    symbol: str
    magic_number: Int64
    session_epoch: Int64 = 0
    timestamps: Stamps | None = None
    traceparent: str = ""


class ProtectBody(Struct, frozen=True, kw_only=True, gc=False):
    """Levels to set after the fill."""

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None


class ExecuteOrderBody(LaneBody, frozen=True, kw_only=True):
    """Open at market."""

    order_side: str
    lot_size: Decimal
    seq: Seq = SEQ_OPEN
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    comment: str = ""
    protect: ProtectBody | None = None
    ttl_ms: Int64 | None = None
    age_ms: Int64 | None = None
    sent_mono_ms: Int64 | None = None
    max_slippage_points: Decimal | None = None
    max_spread_points: Decimal | None = None


class CloseOrderBody(LaneBody, frozen=True, kw_only=True):
    """Close a ticket."""

    ticket: Int64
    seq: Seq = SEQ_CLOSE


class ModifyOrderBody(LaneBody, frozen=True, kw_only=True):
    """Set levels; 0 = remove, absent = leave."""

    ticket: Int64
    seq: Seq
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None


class ReduceOrderBody(LaneBody, frozen=True, kw_only=True):
    """Leave ``remaining_lot``, which is never left out: silence would be read as all."""

    ticket: Int64
    seq: Seq
    remaining_lot: Decimal
    residual: str = "keep"
    again: bool = False


class CancelPendingsBody(Struct, frozen=True, kw_only=True, gc=False):
    """Delete pending orders."""

    command_id: str
    target_account_id: str
    magic_number: Int64 | None = None
    symbol: str | None = None


class FlattenBody(Struct, frozen=True, kw_only=True, gc=False):
    """Close these tickets now."""

    command_id: str
    target_account_id: str
    tickets: Annotated[tuple[Int64, ...], Meta(max_length=LIST_MAX)]
    reason: str = ""


class TradeIntentAckBody(Struct, frozen=True, kw_only=True, gc=False):
    """An action is taken, or shall come again, or never."""

    trade_id: str
    result: str
    attempt: UInt32 = 1
    command_id: str = ""
    observed_at_ms: Int64 = 0
    error_code: str = ""
    error_message: str = ""
    seq: Seq = SEQ_OPEN
    account_id: str = ""
    last_seq: Seq | None = None
    stage: str = ""


class ResultAckBody(Struct, frozen=True, kw_only=True, gc=False):
    """A result is journaled."""

    command_id: str
    target_account_id: str = ""
    ledger_n: Int64 = 0


class DeliveryConfigBody(Struct, frozen=True, kw_only=True, gc=False):
    """How patiently to repeat."""

    retry_backoff_ms: Backoff
    max_retries: UInt32


class SessionBody(Struct, frozen=True, kw_only=True, gc=False):
    """The epoch of this connection, and the link's pace."""

    session_epoch: Int64
    heartbeat_interval_ms: UInt32
    retry_backoff_ms: Backoff
    max_retries: UInt32
    ledger_n: Int64 = 0
    ledger_id: str = ""


class IssueBody(Struct, frozen=True, kw_only=True, gc=False):
    """One complaint."""

    code: str
    message: str = ""
    metadata: dict[str, str] = {}


Issues = Annotated[tuple[IssueBody, ...], Meta(max_length=LIST_MAX)]


class RegistrationEntry(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """The verdict about one symbol; 64-bit integers are strings in protobuf's JSON."""

    canonical_symbol: str
    broker_symbol: str
    status: str
    warnings: Issues = ()
    errors: Issues = ()
    spec_age_ms: str | int = 0
    evaluated_at_ms: str | int = 0


class RegistrationBody(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """The verdict about a handshake."""

    account_id: str
    status: str
    pipe_role: str = "slave"
    protocol_version: Int32 = 0
    agent_id: str = ""
    core_version: str = ""
    errors: Issues = ()
    warnings: Issues = ()
    symbols: Annotated[tuple[RegistrationEntry, ...], Meta(max_length=LIST_MAX)] = ()
    evaluated_at_ms: str | int = 0
    evaluation_id: str = ""
    client_semver: str = ""


class ExecuteOrder(Line, frozen=True, kw_only=True, tag="execute_order"):
    """``execute_order``."""

    payload: ExecuteOrderBody


class CloseOrder(Line, frozen=True, kw_only=True, tag="close_order"):
    """``close_order``."""

    payload: CloseOrderBody


class ModifyOrder(Line, frozen=True, kw_only=True, tag="modify_order"):
    """``modify_order``."""

    payload: ModifyOrderBody


class ReduceOrder(Line, frozen=True, kw_only=True, tag="reduce_order"):
    """``reduce_order``."""

    payload: ReduceOrderBody


class CancelPendings(Line, frozen=True, kw_only=True, tag="cancel_pendings"):
    """``cancel_pendings``."""

    payload: CancelPendingsBody


class Flatten(Line, frozen=True, kw_only=True, tag="flatten"):
    """``flatten``."""

    payload: FlattenBody


class TradeIntentAck(Line, frozen=True, kw_only=True, tag="trade_intent_ack"):
    """``trade_intent_ack``."""

    payload: TradeIntentAckBody


class ResultAck(Line, frozen=True, kw_only=True, tag="result_ack"):
    """``result_ack``."""

    payload: ResultAckBody


class DeliveryConfig(Line, frozen=True, kw_only=True, tag="delivery_config"):
    """``delivery_config``."""

    payload: DeliveryConfigBody


class Session(Line, frozen=True, kw_only=True, tag="session"):
    """``session``."""

    payload: SessionBody


class SymbolRegistrationResult(Line, frozen=True, kw_only=True, tag="symbol_registration_result"):
    """``symbol_registration_result``."""

    payload: RegistrationBody

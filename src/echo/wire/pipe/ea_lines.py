"""Lines about trading that an EA writes, as they stand on the pipe.

A line names its ``type``; the rest is in ``payload``, but for a ping.  Fields unknown here are
ignored, so that an old Agent can serve a new EA; fields with a default are those that some EA
in the field does not send.  Numbers are bare and decimal.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN
from echo.wire.pipe.fields import SHORT_LIST_MAX, Int32, Int64, Seq, UInt32


class Line(Struct, frozen=True, kw_only=True, gc=False, tag_field="type"):
    """What every line has.  ``timestamp_ms``: Unix ms, or a legacy EA's tick count."""

    timestamp_ms: Int64 = 0


class Stamps(Struct, frozen=True, kw_only=True, gc=False):
    """When a message passed each hop; 0 or absent = not stamped."""

    t0_master_ea_ms: Int64 | None = None
    t1_agent_recv_ms: Int64 | None = None
    t2_core_recv_ms: Int64 | None = None
    t3_core_send_ms: Int64 | None = None
    t4_agent_recv_ms: Int64 | None = None
    t5_slave_ea_recv_ms: Int64 | None = None
    t6_order_send_ms: Int64 | None = None
    t7_order_filled_ms: Int64 | None = None


class Ping(Line, frozen=True, kw_only=True, tag="ping"):
    """A probe; the only line without a payload."""

    id: str
    role: str = ""
    rtt_ms: UInt32 | None = None
    evaluation_id: str = ""
    verdict_age_ms: UInt32 = 0


class TradeIntentBody(Struct, frozen=True, kw_only=True, gc=False):
    """A position was opened."""

    trade_id: str
    client_id: str
    account_id: str
    symbol: str
    order_side: str
    lot_size: Decimal
    price: Decimal
    magic_number: Int64
    ticket: Int64
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    strategy_id: str = ""
    comment: str = ""
    attempt: Int32 = 1
    timestamps: Stamps | None = None
    seq: Seq = SEQ_OPEN
    buffer_depth: UInt32 | None = None
    timeframe: str = ""
    atr: Decimal | None = None
    volume_initial: Decimal | None = None
    age_ms: Int64 | None = None
    sent_mono_ms: Int64 | None = None
    server: str = ""
    traceparent: str = ""


class TradeModifyBody(Struct, frozen=True, kw_only=True, gc=False):
    """Stops were changed; 0 = removed, absent = unchanged."""

    trade_id: str
    seq: Seq
    ticket: Int64
    symbol: str
    magic_number: Int64
    client_id: str
    account_id: str = ""
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    timestamps: Stamps | None = None
    traceparent: str = ""


class TradeCloseBody(Struct, frozen=True, kw_only=True, gc=False):
    """A position, or a part of it, was closed; legacy EAs know no ``seq`` and no parts."""

    trade_id: str
    ticket: Int64
    client_id: str
    account_id: str = ""
    symbol: str = ""
    magic_number: Int64 = 0
    seq: Seq = SEQ_CLOSE
    close_price: Decimal | None = None
    profit: Decimal | None = None
    reason: str = ""
    lot_size: Decimal | None = None
    volume_remaining: Decimal | None = None
    new_ticket: Int64 | None = None
    timestamps: Stamps | None = None
    traceparent: str = ""


class ResultBody(Struct, frozen=True, kw_only=True, gc=False):
    """What became of a command.  Only EAs of protocol 3 name the ``command_kind``."""

    command_id: str
    success: bool
    trade_id: str = ""
    client_id: str = ""
    account_id: str = ""
    ticket: Int64 = 0
    error_code: str = ""
    error_message: str = ""
    executed_price: Decimal | None = None
    close_price: Decimal | None = None
    execution_time_ms: Int64 | None = None
    timestamps: Stamps | None = None
    command_kind: str = ""
    executed_lot: Decimal | None = None
    spread_points: Decimal | None = None
    slippage_points: Decimal | None = None
    new_ticket: Int64 | None = None
    doubt: bool = False
    stored: bool = False
    late: bool = False
    candidates: Annotated[tuple[Int64, ...], Meta(max_length=SHORT_LIST_MAX)] = ()
    ledger_n: Int64 | None = None
    traceparent: str = ""


class PipeDeliveryAckBody(Struct, frozen=True, kw_only=True, gc=False):
    """A command has arrived at the EA, or it asks for it again, or it will never do it."""

    command_id: str
    result: str
    target_account_id: str = ""
    error_message: str = ""


class TradeIntent(Line, frozen=True, kw_only=True, tag="trade_intent"):
    """``trade_intent``."""

    payload: TradeIntentBody


class TradeModify(Line, frozen=True, kw_only=True, tag="trade_modify"):
    """``trade_modify``."""

    payload: TradeModifyBody


class TradeClose(Line, frozen=True, kw_only=True, tag="trade_close"):
    """``trade_close``."""

    payload: TradeCloseBody


class ExecutionResult(Line, frozen=True, kw_only=True, tag="execution_result"):
    """``execution_result``."""

    payload: ResultBody


class CloseResult(Line, frozen=True, kw_only=True, tag="close_result"):
    """``close_result``."""

    payload: ResultBody


class ModifyResult(Line, frozen=True, kw_only=True, tag="modify_result"):
    """``modify_result``."""

    payload: ResultBody


class PipeDeliveryAck(Line, frozen=True, kw_only=True, tag="pipe_delivery_ack"):
    """``pipe_delivery_ack``."""

    payload: PipeDeliveryAckBody

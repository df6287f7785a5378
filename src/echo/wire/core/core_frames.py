"""Frames from the Core to an Agent."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from echo.domain.answers import MessageAck, ResultAck, TradeIntentAck
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.sessions import ClockEcho, CoreHello, CoreToAgent, DeliveryHeartbeat
from echo.wire.core import answers, commands, handshakes, sessions
from echo.wire.core.batches import frames, said_in
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError, WireReason


def core_frame(
    messages: Sequence[CoreToAgent],
    now_wall_ms: int,
    *,
    batch: bool,
    refused: list[WireError] | None = None,
) -> list[pb.CoreMessage]:
    """Return *messages* in as few frames as they may, in order.

    Args:
        messages: What to send; nothing of it is acknowledged by message id.
        now_wall_ms: Unix ms, of every frame.
        batch: Whether the Agent reads batches; without, each message has its own frame.
        refused: Collects what cannot be written, and the others are sent; ``None`` = raise
            instead.

    Raises:
        WireError: a number, text or word has no place in the stream.
    """

    def new_frame() -> pb.CoreMessage:
        return pb.CoreMessage(timestamp_ms=now_wall_ms)

    return frames(messages, write_core_message, new_frame, batch=batch, refused=refused)


def mark_sent(frame: pb.CoreMessage, now_wall_ms: int) -> None:
    """Stamp the commands in *frame* as leaving now: their own stamp is from before the disk."""
    for each in frame.batch.messages if frame.HasField("batch") else (frame,):
        match each.WhichOneof("payload"):
            case "execute_order":
                stamps = each.execute_order.timestamps
            case "close_order":
                stamps = each.close_order.timestamps
            case "modify_order":
                stamps = each.modify_order.timestamps
            case "reduce_order":
                stamps = each.reduce_order.timestamps
            case _:
                continue
        stamps.t3_core_send_ms = now_wall_ms


def read_core_frame(frame: pb.CoreMessage) -> tuple[list[CoreToAgent], list[WireError]]:
    """Return the messages of *frame* that can be read, in order, and why others cannot."""
    refused: list[WireError] = []
    return list(core_messages(frame, refused)), refused


def core_messages(frame: pb.CoreMessage, refused: list[WireError]) -> Iterator[CoreToAgent]:
    """Yield the messages of *frame*, each as soon as it is read; collect why others cannot be.

    The first command of a fan-out need not wait until the last one is read.
    """
    for _, message in said_in(frame, _READERS, refused):
        yield message


def write_core_message(frame: pb.CoreMessage, message: CoreToAgent) -> None:
    """Fill the payload of *frame*."""
    match message:
        case ExecuteOrder():
            commands.write_execute(frame.execute_order, message)
        case CloseOrder():
            commands.write_close_order(frame.close_order, message)
        case MessageAck():
            answers.write_message_ack(frame.ack, message)
        case ResultAck():
            answers.write_result_ack(frame.result_ack, message)
        case TradeIntentAck():
            answers.write_intent_ack(frame.trade_intent_ack, message)
        case ModifyOrder():
            commands.write_modify_order(frame.modify_order, message)
        case ReduceOrder():
            commands.write_reduce_order(frame.reduce_order, message)
        case DeliveryHeartbeat():
            sessions.write_delivery_heartbeat(frame.delivery_heartbeat, message)
            # Both clocks of one moment, not of when the frame was made.
            frame.timestamp_ms = message.wall_ms or frame.timestamp_ms
        case ClockEcho():
            # The stream has no place for it in this direction: the heartbeat carries the probe.
            raise WireError(WireReason.UNKNOWN_TYPE, "the Core's clock echo is in its heartbeat")
        case SymbolRegistrationResult():
            handshakes.write_registration(frame.symbol_registration_result, message)
        case CancelPendings():
            commands.write_cancel(frame.cancel_pendings, message)
        case Flatten():
            commands.write_flatten(frame.flatten, message)
        case CoreHello():
            sessions.write_core_hello(frame.core_hello, message)


_READERS: Final[dict[str, Callable[[pb.CoreMessage], CoreToAgent]]] = {
    "execute_order": lambda frame: commands.read_execute(frame.execute_order),
    "close_order": lambda frame: commands.read_close_order(frame.close_order),
    "modify_order": lambda frame: commands.read_modify_order(frame.modify_order),
    "reduce_order": lambda frame: commands.read_reduce_order(frame.reduce_order),
    "cancel_pendings": lambda frame: commands.read_cancel(frame.cancel_pendings),
    "flatten": lambda frame: commands.read_flatten(frame.flatten),
    "ack": lambda frame: answers.read_message_ack(frame.ack),
    "trade_intent_ack": lambda frame: answers.read_intent_ack(frame.trade_intent_ack),
    "result_ack": lambda frame: answers.read_result_ack(frame.result_ack),
    "symbol_registration_result": lambda frame: handshakes.read_registration(
        frame.symbol_registration_result
    ),
    "core_hello": lambda frame: sessions.read_core_hello(frame.core_hello),
    "delivery_heartbeat": lambda frame: sessions.read_delivery_heartbeat(
        frame.delivery_heartbeat, frame.timestamp_ms
    ),
}

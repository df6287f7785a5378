"""Frames from an Agent to the Core."""

from collections.abc import Callable, Sequence
from typing import Final

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import CommandAck, ExecutionResult
from echo.domain.handshake import AccountSymbolsReport
from echo.domain.ids import AgentId, MessageId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.sessions import (
    AccountConnected,
    AccountDisconnected,
    AgentHeartbeat,
    AgentHello,
    AgentToCore,
    ClockEcho,
)
from echo.domain.specs import Quote, SymbolSpecReport
from echo.domain.traces import AgentSpans
from echo.wire.core import actions, answers, handshakes, reports, sessions, spans, specifications
from echo.wire.core.batches import frames, messages_of
from echo.wire.pb import agent_pb2 as pb
from echo.wire.refusals import WireError


def agent_frame(
    messages: Sequence[tuple[MessageId | None, AgentToCore]],
    agent_id: AgentId,
    now_wall_ms: int,
    *,
    batch: bool,
    refused: list[WireError] | None = None,
) -> list[pb.AgentMessage]:
    """Return *messages* in as few frames as they may, in order.

    Args:
        messages: Each with the id under which the Core shall acknowledge it, or without.
        agent_id: The sender.
        now_wall_ms: Unix ms, of every frame.
        batch: Whether the Core reads batches; without, each message has its own frame.
        refused: Collects what cannot be written, each with its message id, and the others are
            sent; ``None`` = raise instead.

    Raises:
        WireError: a number, text or word has no place in the stream.
    """

    def new_frame() -> pb.AgentMessage:
        return pb.AgentMessage(agent_id=agent_id, timestamp_ms=now_wall_ms)

    return frames(messages, _fill, new_frame, batch=batch, refused=refused)


def read_agent_frame(
    frame: pb.AgentMessage,
) -> tuple[list[tuple[MessageId | None, AgentToCore]], list[WireError]]:
    """Return the messages of *frame* that can be read, in order, and why others cannot.

    A refusal carries the message id of what it refuses, so that the Agent can be told.
    """
    return messages_of(frame, _READERS)


def _fill(frame: pb.AgentMessage, said: tuple[MessageId | None, AgentToCore]) -> None:
    message_id, message = said
    if message_id is not None:
        frame.message_id = message_id
    write_agent_message(frame, message)


def write_agent_message(frame: pb.AgentMessage, message: AgentToCore) -> None:
    """Fill the payload of *frame*."""
    match message:
        case Quote():
            reports.write_quote(frame.symbol_quote_snapshot, message)
        case TradeIntent():
            actions.write_intent(frame.trade_intent, message)
        case CommandAck():
            answers.write_command_ack(frame.command_ack, message)
        case ExecutionResult():
            answers.write_result(frame.execution_result, message)
        case TradeClose():
            actions.write_close(frame.trade_close, message)
        case TradeModify():
            actions.write_modify(frame.trade_modify, message)
        case StateSnapshot():
            reports.write_snapshot(frame.state_snapshot, message)
        case OpenTrades():
            reports.write_open_trades(frame.open_trades, message)
        case SymbolSpecReport():
            specifications.write_spec_report(frame.symbol_spec_report, message)
        case AccountSymbolsReport():
            handshakes.write_symbols_report(frame.account_symbols_report, message)
        case _:
            _write_about_link(frame, message)


def _write_about_link(
    frame: pb.AgentMessage,
    message: AgentHello
    | AgentHeartbeat
    | ClockEcho
    | AccountConnected
    | AccountDisconnected
    | AgentSpans,
) -> None:
    match message:
        case AgentSpans():
            spans.write_spans(frame.spans, message)
        case AgentHeartbeat():
            sessions.write_agent_heartbeat(frame.heartbeat, message)
        case ClockEcho():
            sessions.write_clock_echo(frame.clock_echo, message)
        case AccountConnected():
            sessions.write_connected(frame.account_connected, message)
        case AccountDisconnected():
            sessions.write_disconnected(frame.account_disconnected, message)
        case AgentHello():
            sessions.write_agent_hello(frame.hello, message)


_READERS: Final[dict[str, Callable[[pb.AgentMessage], AgentToCore]]] = {
    "hello": lambda frame: sessions.read_agent_hello(frame.hello),
    "trade_intent": lambda frame: actions.read_intent(frame.trade_intent),
    "trade_close": lambda frame: actions.read_close(frame.trade_close),
    "trade_modify": lambda frame: actions.read_modify(frame.trade_modify),
    "execution_result": lambda frame: answers.read_result(frame.execution_result),
    "state_snapshot": lambda frame: reports.read_snapshot(frame.state_snapshot),
    "heartbeat": lambda frame: sessions.read_agent_heartbeat(frame.heartbeat),
    "account_connected": lambda frame: sessions.read_connected(frame.account_connected),
    "account_disconnected": lambda frame: sessions.read_disconnected(frame.account_disconnected),
    "account_symbols_report": lambda frame: handshakes.read_symbols_report(
        frame.account_symbols_report
    ),
    "symbol_spec_report": lambda frame: specifications.read_spec_report(frame.symbol_spec_report),
    "symbol_quote_snapshot": lambda frame: reports.read_quote(frame.symbol_quote_snapshot),
    "command_ack": lambda frame: answers.read_command_ack(frame.command_ack),
    "open_trades": lambda frame: reports.read_open_trades(frame.open_trades),
    "clock_echo": lambda frame: sessions.read_clock_echo(frame.clock_echo),
    "spans": lambda frame: spans.read_spans(frame.spans),
}

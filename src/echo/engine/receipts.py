"""Receipts: what a master's EA and its Agent are told about an action that was reported."""

from echo.domain.answers import MessageAck, Receipt, TradeIntentAck
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.engine.effects import Send
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox


def give(
    said: AgentSaid,
    receipt: Receipt,
    out: Outbox,
    refusal: Refusal | None = None,
    last_seq: int | None = None,
) -> None:
    """Answer an action under the name that its sender gave it, which need not be the trade's.

    The frame of one that has to come again is not acknowledged: nothing of it is journaled, and
    an acknowledgement that arrives without its answer would end it.
    """
    asked = said.message
    assert isinstance(asked, (TradeIntent, TradeModify, TradeClose))  # noqa: S101 -- dispatched by type
    ack = TradeIntentAck(
        trade_id=asked.trade_id,
        seq=asked.seq,
        result=receipt,
        account_id=asked.account_id,
        error_code=refusal.code if refusal else ErrorCode.NO_ERROR,
        error_message=refusal.sentence if refusal else "",
        last_seq=last_seq,
    )
    out.send(Send(said.agent_id, said.session, ack))
    if said.message_id is not None and receipt is not Receipt.RETRY:
        out.send(Send(said.agent_id, said.session, MessageAck(message_id=said.message_id)))

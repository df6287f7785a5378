"""Receipts go to whoever asked, under the name that was asked for."""

import pytest

from echo.domain.answers import MessageAck, Receipt, TradeIntentAck
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import AgentId, MessageId
from echo.engine import receipts
from echo.engine.effects import Send
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox
from tests.engine.scenes import opened

SAID = AgentSaid(AgentId("a"), 3, MessageId("ledger:7"), opened())


def told(receipt: Receipt, refusal: Refusal | None = None) -> list[object]:
    out = Outbox()
    receipts.give(SAID, receipt, out, refusal)
    return [each.message for each in out.effects if isinstance(each, Send)]


@pytest.mark.parametrize("receipt", [Receipt.OK, Receipt.FAILED])
def test_a_final_receipt_ends_the_agents_frame_too(receipt: Receipt) -> None:
    answer, frame = told(receipt)

    assert isinstance(answer, TradeIntentAck)
    assert (answer.trade_id, answer.result) == (opened().trade_id, receipt)
    assert frame == MessageAck(message_id=MessageId("ledger:7"))


def test_what_has_to_come_again_keeps_its_frame_alive() -> None:
    """An acknowledgement that arrived without its answer would end what nobody has journaled."""
    [answer] = told(Receipt.RETRY, Refusal(ErrorCode.NOT_FOUND, "no open of ticket 7 is known"))

    assert isinstance(answer, TradeIntentAck)
    assert answer.error_code is ErrorCode.NOT_FOUND
    assert answer.error_message == "no open of ticket 7 is known"

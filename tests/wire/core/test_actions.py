"""Actions of masters, in the stream and in the domain."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from echo.domain.ids import AccountId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.wire.core import actions
from echo.wire.pb import trade_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import CLOSE, INTENT, TRADE


@given(our.INTENTS)
def test_intents_are_read_as_they_were_written(intent: TradeIntent) -> None:
    message = pb.TradeIntent()
    actions.write_intent(message, intent)

    assert actions.read_intent(message) == intent


@given(our.MODIFIES)
def test_modifies_are_read_as_they_were_written(modify: TradeModify) -> None:
    message = pb.TradeModify()
    actions.write_modify(message, modify)

    assert actions.read_modify(message) == modify


@given(our.CLOSES)
def test_closes_are_read_as_they_were_written(close: TradeClose) -> None:
    message = pb.TradeClose()
    actions.write_close(message, close)

    assert actions.read_close(message) == close


def test_absent_fields_are_not_sent() -> None:
    message = pb.TradeIntent()
    actions.write_intent(message, replace(INTENT, stop_loss=None, comment="", age_ms=None))

    assert not any(message.HasField(name) for name in ("stop_loss", "comment", "age_ms"))


def test_an_older_agent_names_the_client_only() -> None:
    message = pb.TradeIntent()
    actions.write_intent(message, replace(INTENT, account_id=AccountId("")))
    message.trade_id = TRADE.upper()
    message.ClearField("attempt")

    read = actions.read_intent(message)

    assert (read.account_id, read.trade_id, read.attempt) == ("61100781", TRADE, 1)


def test_a_depth_of_zero_is_one_that_was_not_said() -> None:
    message = pb.TradeIntent()
    actions.write_intent(message, INTENT)

    assert INTENT.buffer_depth == 0
    assert actions.read_intent(message) == replace(INTENT, buffer_depth=None)


def test_prices_lose_nothing_on_the_way() -> None:
    message = pb.TradeClose()
    actions.write_close(message, CLOSE)

    assert actions.read_close(message).close_price == Decimal("4020.00")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("trade_id", "1", WireReason.BAD_IDENTIFIER),
        ("client_id", "", WireReason.BAD_IDENTIFIER),
        ("account_id", "a b", WireReason.BAD_IDENTIFIER),
        ("side", 0, WireReason.UNKNOWN_VALUE),
        ("side", 7, WireReason.UNKNOWN_VALUE),
        ("price", float("nan"), WireReason.NOT_FINITE),
        ("lot_size", float("inf"), WireReason.NOT_FINITE),
        ("stop_loss", 1e200, WireReason.OUT_OF_RANGE),
    ],
)
def test_an_intent_that_is_not_clear_is_refused(
    field: str, value: object, reason: WireReason
) -> None:
    message = pb.TradeIntent()
    actions.write_intent(message, INTENT)
    setattr(message, field, value)

    with pytest.raises(WireError) as refusal:
        actions.read_intent(message)

    assert refusal.value.reason is reason

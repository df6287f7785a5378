"""Outcomes are final or not; stages have an order; an answer claims nothing by itself."""

import pytest

from echo.domain.answers import AckStage, CommandAck, ExecutionResult, Outcome, Receipt, ResultAck
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode
from echo.domain.ids import CommandId, TradeId


def test_only_pending_and_doubt_can_change() -> None:
    assert {outcome for outcome in Outcome if not outcome.is_final} == {
        Outcome.PENDING,
        Outcome.IN_DOUBT,
    }


def test_stages_come_in_the_order_of_the_way_down() -> None:
    assert (
        AckStage.NONE
        < AckStage.CORE_ACCEPTED
        < AckStage.AGENT_BUFFERED
        < AckStage.PIPE_DELIVERED
        < AckStage.EA_CONFIRMED
    )


def test_a_bare_result_claims_no_position_and_no_doubt() -> None:
    result = ExecutionResult(
        command_id=CommandId("c"), trade_id=TradeId("t"), kind=CommandKind.CLOSE, success=True
    )

    assert result.ticket is None
    assert result.error_code is ErrorCode.NO_ERROR
    assert not any((result.doubt, result.stored, result.late))


@pytest.mark.parametrize("receipt", list(Receipt))
def test_receipts_are_the_words_of_the_wire(receipt: Receipt) -> None:
    assert str(receipt) == receipt.name


def test_answers_are_told_apart_by_what_they_are_about() -> None:
    ack = ResultAck(command_id=CommandId("c"), account_id="2001")  # type: ignore[arg-type]  # plain text will do

    assert ack.ledger_n == 0
    assert not isinstance(ack, CommandAck)

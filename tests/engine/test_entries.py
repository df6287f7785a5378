"""Entries: each follower's decision is written down, whatever it is, before anything is sent."""

from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.journal import CommandRecord, DecisionRecord
from echo.domain.policy import CopyOptions
from echo.engine.effects import Persist, Send
from tests.engine.scenes import SECOND, SLAVE, closed, desk, opened, records, sent


def test_every_follower_has_its_decision_before_the_first_order_leaves() -> None:
    stage = desk(SLAVE, SECOND)
    told = stage.say(opened())
    written = [n for n, each in enumerate(told) if isinstance(each, Persist)]
    leaves = [
        n
        for n, each in enumerate(told)
        if isinstance(each, Send) and isinstance(each.message, ExecuteOrder)
    ]

    assert {row.account_id for row in records(told, DecisionRecord)} == {SLAVE, SECOND}
    for n in leaves:
        order = told[n]
        assert isinstance(order, Send)
        assert isinstance(order.message, ExecuteOrder)
        command_id = order.message.command_id
        assert any(
            isinstance(each, Persist)
            and isinstance(each.record, CommandRecord)
            and each.record.command_id == command_id
            for each in told[:n]
        )
    assert written[0] < leaves[0]


def test_an_omission_is_one_row_and_no_command() -> None:
    stage = desk(options=CopyOptions(max_spread_points=Decimal(1)))
    told = stage.say(opened())

    assert [row.outcome for row in records(told, DecisionRecord)] == [Outcome.OMITTED]
    assert records(told, CommandRecord) == []


def test_a_close_between_two_chunks_of_a_fan_out_keeps_the_rest_out() -> None:
    stage = desk(SLAVE, SECOND, fanout_chunk=1)
    first = sent(stage.say(opened()), ExecuteOrder)
    stage.say(closed())
    rest = sent(stage.wait(10), ExecuteOrder)

    assert [each.account_id for each in first] == [SLAVE]
    assert rest == []
    assert stage.code(account_id=SECOND) is ErrorCode.CLOSED_BEFORE_OPEN

"""What the engine tells about copies holds the numbers that counted."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.copy_facts import CopyDecided, OwnerMissing, ResultTaken
from echo.domain.errors import ErrorCode
from echo.domain.facts import ActionReceived, CommandSent
from echo.domain.policy import CopyOptions
from tests.engine.scenes import (
    AGENT,
    OTHER_AGENT,
    SLAVE,
    TRADE,
    desk,
    facts,
    filled,
    opened,
    refused,
    two_hosts,
)


def test_a_copy_is_told_with_its_numbers() -> None:
    stage = desk()

    [fact] = facts(stage.say(opened()), CopyDecided)

    assert (fact.trade_id, fact.account_id, fact.code) == (TRADE, SLAVE, ErrorCode.NO_ERROR)
    assert dict(fact.inputs)["lot"] == Decimal("0.10")
    assert fact.spec_age_ms is not None
    assert fact.spread_points is not None


def test_an_omission_is_told_with_its_code_and_once() -> None:
    stage = desk()

    told = facts(stage.say(opened(strategy_id="nobody follows this")), CopyDecided)

    assert [each.code for each in told] == [ErrorCode.RISK_POLICY_MISSING]
    assert told[0].inputs == ()


def test_a_fill_is_told_with_what_it_cost_beside_the_masters() -> None:
    stage = desk()
    order = stage.open()
    price = opened().price + Decimal("0.00020") * order.side.sign

    [told] = facts(stage.say(replace(filled(order), executed_price=price)), ResultTaken)

    assert (told.outcome, told.agent_id) == (Outcome.FILLED, AGENT)
    assert told.slippage_points == 20
    assert told.slippage_money is None or told.slippage_money > 0


def test_a_failure_slips_nowhere() -> None:
    stage = desk()
    order = stage.open()

    [told] = facts(stage.say(refused(order, ErrorCode.NO_MONEY)), ResultTaken)

    assert (told.outcome, told.code) == (Outcome.FAILED, ErrorCode.NO_MONEY)
    assert (told.slippage_points, told.slippage_money) == (None, None)


def test_a_repeated_answer_is_told_once() -> None:
    stage = desk()
    order = stage.open()
    stage.say(filled(order))

    assert facts(stage.say(filled(order, stored=True)), ResultTaken) == []


def test_a_command_without_an_agent_is_told() -> None:
    stage = two_hosts()
    stage.leave(OTHER_AGENT)

    assert facts(stage.say(opened()), OwnerMissing)


def test_a_copy_is_told_with_its_order_and_by_how_much_its_stops_were_moved() -> None:
    stage = desk(options=CopyOptions(sl_offset_points=Decimal(20)))

    told = stage.say(opened())
    [fact] = facts(told, CopyDecided)
    [command] = facts(told, CommandSent)

    assert fact.order is not None
    assert (fact.order.command_id, fact.decided_at_ms) == (command.command_id, stage.now.wall_ms)
    assert fact.offsets_points == (Decimal(20), Decimal(0))
    assert fact.point is not None


def test_a_command_is_told_with_its_trade_and_its_repeat_as_one() -> None:
    stage = desk()
    [first] = facts(stage.say(opened()), CommandSent)
    [again] = facts(stage.wait(150), CommandSent)

    assert (first.again, again.again) == (False, True)
    assert (first.trade_id, first.traceparent) == (TRADE, opened().traceparent)
    assert first.timestamps is not None
    assert first.timestamps.t2_core_recv_ms is not None
    assert (again.ack_timeout_ms, again.backoff_ms) > (0, 0)


def test_an_action_is_told_with_who_brought_it_and_when() -> None:
    stage = desk()
    [fact] = facts(stage.say(opened()), ActionReceived)

    assert (fact.agent_id, fact.received_at_ms) == (AGENT, stage.now.wall_ms)
    assert fact.timestamps == opened().timestamps

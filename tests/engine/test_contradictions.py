"""A fill that comes after its open was recorded as not executed calls a person, once."""

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.ids import AccountId
from tests.engine.scenes import Desk, alarms, closed, desk, done, facts, filled, refused

CODE = "FILLED_AFTER_ALL"


def failed(stage: Desk) -> ExecuteOrder:
    """An open that its broker refused, of a trade that goes on."""
    order = stage.open()
    stage.say(refused(order, ErrorCode.NO_MONEY))
    return order


def settled(stage: Desk) -> ExecuteOrder:
    """An open that its broker refused, of a trade that is over."""
    order = failed(stage)
    stage.say(closed())
    assert order.trade_id in stage.engine.state.settled
    return order


def copied(stage: Desk) -> ExecuteOrder:
    """An open that was filled, of a trade that is over."""
    order = stage.fill()
    stage.say(done(stage.one(stage.say(closed()), CloseOrder)))
    return order


def test_a_late_fill_of_a_settled_trade_names_account_trade_and_ticket() -> None:
    stage = desk()
    order = settled(stage)

    [alarm] = facts(stage.say(filled(order, 9001, late=True)), Alarm)

    assert alarm.code == CODE
    assert alarm.account_id == order.account_id
    for name in (order.account_id, order.trade_id, "ticket 9001", "recorded as failed"):
        assert name in alarm.sentence
    assert stage.outcome() is Outcome.FAILED


def test_its_repeats_are_acknowledged_and_call_nobody() -> None:
    stage = desk()
    order = settled(stage)
    stage.say(filled(order, 9001, late=True))

    assert alarms(stage.say(filled(order, 9001, late=True))) == []


def test_a_trade_that_goes_on_raises_one_alarm_too_and_none_when_it_is_over() -> None:
    stage = desk()
    order = failed(stage)

    first = alarms(stage.say(filled(order, 9001, late=True)))
    again = alarms(stage.say(filled(order, 9001, late=True)))
    stage.say(closed())
    over = alarms(stage.say(filled(order, 9001, late=True)))

    assert (first, again, over) == ([CODE], [], [])


def test_the_repeat_of_a_fill_of_a_settled_trade_is_no_surprise() -> None:
    stage = desk()
    order = copied(stage)

    assert order.trade_id in stage.engine.state.settled
    assert alarms(stage.say(filled(order))) == []


def test_a_repeated_refusal_contradicts_nothing() -> None:
    stage = desk()
    order = settled(stage)

    assert alarms(stage.say(refused(order, ErrorCode.NO_MONEY))) == []


def test_a_fill_on_another_account_of_that_trade_is_not_its_business() -> None:
    stage = desk()
    order = settled(stage)

    assert alarms(stage.say(filled(order, account_id=AccountId("77")))) == []
    assert alarms(stage.say(filled(order, 9001))) == [CODE]


def test_nothing_is_kept_of_a_trade_that_everybody_copied() -> None:
    stage = desk()
    copied(stage)

    assert stage.engine.state.unfilled == {}

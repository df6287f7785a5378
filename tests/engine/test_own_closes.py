"""What Echo ends by itself: a position by an order that is named, an entry by not sending it."""

from echo.domain.answers import Outcome
from echo.domain.commands import Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, CommandId, Ticket, derive_command_id
from echo.domain.journal import CommandRecord
from echo.engine import own_closes
from echo.engine.outbox import Outbox
from echo.engine.state import Lane, TradeState
from tests.engine.scenes import SLAVE, TRADE, Desk, closed, desk, opened, records, sent

ID: CommandId = derive_command_id(TRADE, SEQ_CLOSE + 9, SLAVE, generation=9001)


def lane_of(stage: Desk) -> tuple[TradeState, Lane]:
    trade = stage.engine.state.trades[TRADE]
    return trade, trade.lanes[SLAVE]


def test_a_position_is_closed_by_an_order_that_is_journaled_and_says_why() -> None:
    stage = desk()
    stage.fill()
    _, lane = lane_of(stage)
    out = Outbox()

    own_closes.close(stage.engine.state, lane, ID, "so it was wished", stage.now, out)

    effects = out.effects
    [order] = sent(effects, Flatten)
    assert (order.tickets, order.reason) == ((Ticket(9001),), "so it was wished")
    assert [each.command_id for each in records(effects, CommandRecord)] == [ID]
    account = stage.engine.state.account(SLAVE)
    assert own_closes.being_closed(stage.engine.state, account) == {Ticket(9001)}


def test_a_close_of_the_master_counts_as_being_closed() -> None:
    stage = desk()
    stage.fill()
    account = stage.engine.state.account(SLAVE)
    assert own_closes.being_closed(stage.engine.state, account) == set()

    stage.say(closed())

    assert own_closes.being_closed(stage.engine.state, account) == {Ticket(9001)}


def test_an_entry_that_may_have_left_is_not_taken_back() -> None:
    stage = desk()
    stage.say(opened())
    trade, lane = lane_of(stage)
    out = Outbox()

    taken = own_closes.take_back(
        stage.engine.state, trade, lane, ErrorCode.CLOSE_ONLY, "no more", stage.now, out
    )

    assert (taken, out.effects) == (False, [])
    assert stage.outcome(SEQ_OPEN) is Outcome.PENDING

"""What the engine knows of a trade and an account."""

import pytest

from echo.domain.ids import SEQ_CLOSE, Ticket
from echo.engine.state import AccountState, TradeState
from tests.engine.scenes import (
    SECOND,
    SLAVE,
    TICKET,
    TRADE,
    Desk,
    closed,
    desk,
    metadata,
    modified,
    opened,
    reduced,
)


def trade(stage: Desk) -> TradeState:
    return stage.engine.state.trades[TRADE]


def test_an_account_is_made_on_first_mention() -> None:
    state = Desk().engine.state

    assert state.account(SLAVE) is state.account(SLAVE)
    assert state.account(SLAVE).agent_id is None


def test_features_are_unknown_before_the_handshake() -> None:
    account = AccountState(SLAVE)
    assert not account.offers("modify/v1")
    account.metadata = metadata(features=("modify/v1",))

    assert account.offers("modify/v1")
    assert not account.offers("partial_close/v1")


def test_the_last_number_is_that_of_the_newest_modify_or_reduction() -> None:
    stage = desk()
    stage.fill()
    assert trade(stage).last_seq == 0
    stage.say(modified(3, sl="1.09"))
    stage.say(modified(2, sl="1.08"))
    stage.say(closed())

    assert trade(stage).last_seq == 3


def test_a_position_keeps_all_the_tickets_that_it_has_had() -> None:
    stage = desk()
    stage.fill()
    stage.say(reduced(1, "0.5", new_ticket=Ticket(6001)))
    stage.say(reduced(2, "0.4"))

    assert trade(stage).tickets == {TICKET, 6001}


@pytest.mark.parametrize("reason", ["not closed", "not fanned out", "undecided"])
def test_a_trade_is_settled_only_when_nothing_can_change(reason: str) -> None:
    stage = desk(SLAVE, SECOND)
    stage.say(opened())
    mine = trade(stage)
    mine.undecided = 0
    mine.actions[SEQ_CLOSE] = closed()
    assert mine.is_settled
    if reason == "not closed":
        del mine.actions[SEQ_CLOSE]
    elif reason == "not fanned out":
        mine.fanned_out = 1
    else:
        mine.undecided = 1

    assert not mine.is_settled

"""A day is played: commands are answered as they were, or at the quotes of the day."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.apps.whatif.closed_loop import ClosedLoop
from echo.apps.whatif.recorded import Recorded
from echo.domain.accounts import AccountInfo, OpenTrades, Position, StateSnapshot
from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import CloseOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_OPEN, Ticket
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Side
from echo.engine.events import AgentSaid, Due, Started
from tests.engine.scenes import (
    SLAVE,
    TRADE,
    Desk,
    closed,
    desk,
    done,
    filled,
    fixed_lot,
    modified,
    reduced,
    refused,
)

D = Decimal


def played(stage: Desk, *, lot: str = "0.10", recorded: Recorded | None = None) -> ClosedLoop:
    loop = ClosedLoop(
        stage.settings, PolicyBook([fixed_lot(lot=lot)]), recorded or results_of(stage)
    )
    for event, now in stage.events:
        loop.take(event, now)
    return loop


def results_of(stage: Desk) -> Recorded:
    recorded = Recorded()
    for event, _ in stage.events:
        match event:
            case AgentSaid(message=ExecutionResult() as result):
                recorded._result(result)
            case _:
                pass
    return recorded


@pytest.fixture
def stage() -> Desk:
    return desk()


def test_a_copy_that_was_made_is_made_at_its_price_with_another_lot(stage: Desk) -> None:
    order = stage.open()
    stage.say(replace(filled(order), executed_price=D("1.10300")))
    loop = played(stage, lot="0.40")

    [holding] = loop.book(SLAVE).holdings.values()
    assert (holding.lot, holding.open_price) == (D("0.40"), D("1.10300"))
    assert loop.decisions[TRADE, SEQ_OPEN, SLAVE].outcome is Outcome.FILLED
    assert holding.value == D(100_000)


def test_a_copy_that_was_never_made_is_filled_at_the_quote(stage: Desk) -> None:
    stage.open()
    loop = played(stage)

    [holding] = loop.book(SLAVE).holdings.values()
    assert holding.open_price == D("1.10010")


def test_what_the_broker_refused_it_refuses_again(stage: Desk) -> None:
    order = stage.open()
    stage.say(refused(order, ErrorCode.NO_MONEY))
    loop = played(stage)

    assert loop.book(SLAVE).holdings == {}
    assert loop.decisions[TRADE, SEQ_OPEN, SLAVE].outcome is Outcome.FAILED


def test_a_close_realises_at_the_price_it_had(stage: Desk) -> None:
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close, executed_price=D("1.10210")))
    loop = played(stage, lot="1")

    assert loop.book(SLAVE).realised == D(200)
    assert loop.book(SLAVE).holdings == {}


def test_a_close_without_a_record_is_filled_at_the_quote(stage: Desk) -> None:
    stage.fill()
    stage.quote(bid="1.10110", ask="1.10120")
    stage.say(closed())
    loop = played(stage, lot="1")

    assert loop.book(SLAVE).realised == D(100)


def test_a_part_is_closed_and_the_rest_stays(stage: Desk) -> None:
    stage.fill()
    stage.say(reduced(1, "0.50"))
    loop = played(stage, lot="1")

    [holding] = loop.book(SLAVE).holdings.values()
    assert holding.lot == D("0.50")


def test_levels_are_moved_and_reached(stage: Desk) -> None:
    stage.fill()
    stage.later(2_000)
    stage.say(modified(1, sl="1.09900"))
    stage.quote(bid="1.09890", ask="1.09900")
    stage.say(closed())
    loop = played(stage, lot="1")

    assert loop.book(SLAVE).realised == D(-120)
    assert loop.book(SLAVE).holdings == {}
    assert loop.failed == 0


def test_what_the_account_really_held_is_not_held_against_it(stage: Desk) -> None:
    stage.fill()
    info = AccountInfo(
        account_id=SLAVE,
        balance=D(1_000),
        equity=D(1_000),
        margin=D(0),
        margin_free=D(1_000),
        margin_level=D(0),
        currency="USD",
    )
    stranger = Position(
        ticket=Ticket(7), symbol="EURUSD.x", side=Side.BUY, lot=D(1), open_price=D(1)
    )
    for n in range(4):
        shown = StateSnapshot(
            account_id=SLAVE,
            info=info,
            positions=(stranger,) * (n % 2),
            pendings=(stranger,),
            epoch="e",
            sequence=n,
            complete=True,
            connected=True,
        )
        stage.say(shown, message_id=None)
        stage.later(6_000)
        stage.say(OpenTrades(account_id=SLAVE, epoch="e", trades=(), hash=""), message_id=None)
    loop = played(stage)

    assert len(loop.book(SLAVE).holdings) == 1
    account = loop.engine.state.accounts[SLAVE]
    assert account.info is not None
    assert not account.pendings
    assert account.info.balance == D(1_000)


def test_timers_are_the_plays_own(stage: Desk) -> None:
    stage.open()
    stage.wait(30_000)
    with_timers = len([1 for event, _ in stage.events if isinstance(event, Due)])
    loop = played(stage)

    assert with_timers > 0
    assert len(loop.book(SLAVE).holdings) == 1


def test_another_start_of_the_core_keeps_what_is_held(stage: Desk) -> None:
    stage.fill()
    loop = played(stage)
    stage.feed_again()
    event, now = stage.events[-1]
    assert isinstance(event, Started)
    loop.take(event, now)
    loop.take(event, replace(now, mono_ms=now.mono_ms + 1))

    assert len(loop.book(SLAVE).holdings) == 1


def test_an_order_that_nothing_is_known_for_is_refused(stage: Desk) -> None:
    order = stage.open()
    loop = ClosedLoop(stage.settings, PolicyBook(), Recorded())

    answer = loop._answer(order)

    assert (answer.success, answer.error_code) == (False, ErrorCode.OFF_QUOTES)

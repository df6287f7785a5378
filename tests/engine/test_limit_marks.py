"""Marks: what quotes add to a snapshot, and what gone positions have cost."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.accounts import Deal
from echo.domain.headroom import IdeaRule
from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.engine.limit_watch import LimitWatch
from tests.engine.limit_scenes import LIMITS, holding, limited, shown
from tests.engine.reports import foreign
from tests.engine.scenes import SLAVE, Desk

REOPENING = replace(
    LIMITS, ideas=(IdeaRule(rule_id="idea", limit=Decimal(900), reopen_within_s=60),)
)


def watch(stage: Desk) -> LimitWatch:
    return stage.engine.state.account(SLAVE).limits


def test_each_position_is_marked_at_the_price_at_which_it_would_close() -> None:
    stage = limited()
    short = holding(78, lot="2.00", side=Side.SELL, stop_loss=Decimal("1.10200"))
    shown(stage, 100_000, holding(77), short, foreign(79))

    [long_mark, short_mark] = watch(stage).marks["EURUSD"]
    assert (long_mark.price, long_mark.worth) == (Decimal("1.10000"), Decimal(100_000))
    assert (short_mark.price, short_mark.worth) == (Decimal("1.10010"), Decimal(-200_000))
    assert watch(stage).marks.keys() == {"EURUSD"}


def test_quotes_move_long_and_short_against_each_other() -> None:
    stage = limited()
    short = holding(78, side=Side.SELL, stop_loss=Decimal("1.10200"))
    shown(stage, 100_000, holding(77, lot="3.00"), short)
    stage.quote(bid="1.09990", ask="1.10000")

    funds = watch(stage).funds
    assert funds is not None
    assert funds.equity == 100_000 - 30 + 10


def test_a_quote_of_something_else_moves_nothing() -> None:
    stage = limited()
    shown(stage, 100_000, holding(77))
    stage.quote(canonical="XAUUSD", bid="4000", ask="4001")

    assert watch(stage).moved == {}


def test_what_is_gone_at_a_loss_is_remembered_by_what_its_broker_says() -> None:
    stage = limited(REOPENING)
    lost, won = holding(77, profit=Decimal(-100)), holding(78, profit=Decimal(5))
    shown(stage, 100_000, lost, won, holding(79, profit=Decimal(-1)))
    deal = Deal(
        ticket=Ticket(77),
        symbol="EURUSD.x",
        side=Side.BUY,
        lot=Decimal(1),
        open_price=Decimal("1.1"),
        close_price=Decimal("1.09"),
        open_time_ms=0,
        close_time_ms=0,
        profit=Decimal(-110),
        commission=Decimal(-7),
    )
    shown(stage, 99_900, holding(79, profit=Decimal(-1)), history=(deal,))

    [found] = watch(stage).closed
    assert (found.symbol, found.side, found.loss) == ("EURUSD", Side.BUY, Decimal(117))
    assert found.at_ms == stage.now.wall_ms


def test_losses_are_forgotten_when_they_count_no_more() -> None:
    stage = limited(REOPENING)
    shown(stage, 100_000, holding(77, profit=Decimal(-100)))
    shown(stage, 99_900)
    stage.later(60_000)
    shown(stage, 99_900)

    assert watch(stage).closed == ()


def test_nobody_remembers_what_no_rule_asks_for() -> None:
    stage = limited()
    shown(stage, 100_000, holding(77, profit=Decimal(-100)))
    shown(stage, 99_900)

    assert watch(stage).closed == ()

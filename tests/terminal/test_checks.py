"""What a broker refuses, and with which number."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.domain.specs import TradePermission
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.checks import Door, Objection, code_for, object_to
from echo.terminal.holdings import Holdings
from echo.terminal.orders import (
    CloseLot,
    DeletePending,
    OrderRequest,
    PlacePending,
    SendOrder,
    SetLevels,
)
from echo.terminal.view import MT4, MT5, Price
from tests.terminal.rig import EURUSD, QUOTE, rules

D = Decimal
STRICT = replace(EURUSD, stop_level_points=50, max_lot=D(5))
BUY = SendOrder(ref="r", symbol="EURUSD.m", side=Side.BUY, lot=D("0.10"))
SELL = replace(BUY, side=Side.SELL)


def holdings() -> Holdings:
    held = Holdings(D(1_000), first_ticket=1, history_deals_max=10)
    held.apply(
        BookEntry(
            kind=BookKind.OPENED,
            at_ms=0,
            ticket=Ticket(1),
            symbol="EURUSD.m",
            lot=D("0.10"),
            price=D("1.39"),
        )
    )
    return held


def objection(
    order: OrderRequest,
    *,
    door: Door | None = None,
    prices: dict[str, Price] | None = None,
    free: str = "1000000",
    **symbol: object,
) -> Objection | None:
    strict = replace(STRICT, **symbol)  # type: ignore[arg-type]  # tests name real fields
    return object_to(
        order,
        rules=rules(symbols=(strict,)),
        door=door or Door(),
        prices={"EURUSD.m": QUOTE} if prices is None else prices,
        holdings=holdings(),
        margin_free=lambda: D(free),
    )


@pytest.mark.parametrize(
    "order",
    [
        BUY,
        SELL,
        replace(BUY, stop_loss=D("1.38950"), take_profit=D("1.39050")),
        replace(SELL, stop_loss=D("1.39060"), take_profit=D("1.38960")),
        replace(BUY, price=D("1.39010"), deviation_points=D(0)),
        replace(BUY, price=D("1.40000"), deviation_points=D(0)),
        CloseLot(ref="r", ticket=Ticket(1)),
        CloseLot(ref="r", ticket=Ticket(1), lot=D("0.10")),
        CloseLot(ref="r", ticket=Ticket(1), lot=D("0.04")),
        SetLevels(ref="r", ticket=Ticket(1), stop_loss=D("1.38"), take_profit=None),
        PlacePending(ref="r", symbol="EURUSD.m", side=Side.BUY, lot=D("0.1"), price=D("1.3")),
    ],
)
def test_sound_requests_pass(order: OrderRequest) -> None:
    assert objection(order) is None


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(BUY, lot=D("0.001")), 131),
        (replace(BUY, lot=D("0.105")), 131),
        (replace(BUY, lot=D("5.01")), 131),
        (replace(BUY, stop_loss=D("1.38951")), 130),
        (replace(BUY, stop_loss=D("1.41")), 130),
        (replace(BUY, take_profit=D("1.39049")), 130),
        (replace(SELL, stop_loss=D("1.39059")), 130),
        (replace(SELL, take_profit=D("1.38961")), 130),
        (replace(BUY, price=D("1.39000"), deviation_points=D(9)), 138),
        (replace(BUY, symbol="XAUUSD"), 4106),
        (CloseLot(ref="r", ticket=Ticket(9)), 4108),
        (CloseLot(ref="r", ticket=Ticket(1), lot=D("0.20")), 131),
        (CloseLot(ref="r", ticket=Ticket(1), lot=D("0.005")), 131),
        (CloseLot(ref="r", ticket=Ticket(1), lot=D("0.0955")), 131),
        (SetLevels(ref="r", ticket=Ticket(9), stop_loss=None, take_profit=None), 4108),
        (SetLevels(ref="r", ticket=Ticket(1), stop_loss=D("1.4"), take_profit=None), 130),
        (DeletePending(ref="r", ticket=Ticket(9)), 4108),
    ],
)
def test_unsound_requests_are_refused_by_number(order: OrderRequest, code: int) -> None:
    refused = objection(order)

    assert refused is not None
    assert refused.code == code
    assert refused.sentence


def test_what_is_not_open_just_now_is_refused() -> None:
    assert objection(BUY, door=Door(trading=False)) == (
        133,
        "trading is disabled on this account",
    )
    closed = objection(BUY, door=Door(closed_markets={"EURUSD.m"}))
    assert closed is not None
    assert closed.code == 132
    unpriced = objection(BUY, prices={})
    assert unpriced is not None
    assert unpriced.code == 136


def test_money_that_is_not_there_cannot_be_bound() -> None:
    refused = objection(BUY, free="138.99")

    assert refused == (134, "0.10 lots bind 139.01, 138.99 is free")
    assert objection(BUY, free="139.01") is None


def test_a_symbol_may_be_closed_but_not_opened() -> None:
    only_close = TradePermission.CLOSE_ONLY
    close = CloseLot(ref="r", ticket=Ticket(1))

    refused = objection(BUY, trade_permission=only_close)

    assert refused is not None
    assert refused.code == 133
    assert objection(close, trade_permission=only_close) is None


def test_the_stop_level_that_holds_now_is_the_one_that_counts() -> None:
    levels = SetLevels(ref="r", ticket=Ticket(1), stop_loss=D("1.38960"), take_profit=None)

    assert objection(levels) is not None
    assert objection(levels, door=Door(stop_levels={"EURUSD.m": 40})) is None
    assert objection(levels, door=Door(stop_levels={"EURUSD.m": 41})) is not None


def test_near_one_of_its_levels_a_position_is_frozen() -> None:
    held = holdings()
    held.apply(BookEntry(kind=BookKind.LEVELS, at_ms=1, ticket=Ticket(1), stop_loss=D("1.38970")))

    def refused(points: int, order: OrderRequest) -> int | None:
        symbol = replace(EURUSD, freeze_level_points=points)
        found = object_to(
            order,
            rules=rules(symbols=(symbol,)),
            door=Door(),
            prices={"EURUSD.m": QUOTE},
            holdings=held,
            margin_free=lambda: D(1_000),
        )
        return None if found is None else found.code

    away = SetLevels(ref="r", ticket=Ticket(1), stop_loss=D("1.38"), take_profit=None)
    close = CloseLot(ref="r", ticket=Ticket(1))

    assert [refused(30, each) for each in (away, close)] == [145, 145]
    assert [refused(29, each) for each in (away, close)] == [None, None]


def test_each_terminal_has_its_own_numbers() -> None:
    assert [code_for(code, MT4) for code in (134, 4108)] == [134, 4108]
    assert [code_for(code, MT5) for code in (134, 4108, 777)] == [10019, 10036, 10011]

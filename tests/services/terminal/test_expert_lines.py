"""What an expert's terminal is told, and the orders that come out of it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import Ticket
from echo.domain.quantities import Instant, Side
from echo.services.terminal.expert_lines import (
    ViewTeller,
    fields_of,
    line,
    number,
    read_order,
    refusal,
    reply,
)
from echo.terminal.broker import PaperBroker
from echo.terminal.orders import (
    CloseLot,
    DeletePending,
    Filled,
    LevelsSet,
    LotClosed,
    PlacePending,
    Refused,
    SendOrder,
    SetLevels,
)
from echo.terminal.view import MT4, MT5, TerminalView
from tests.terminal.rig import QUOTE, rules

D = Decimal
NOW = Instant(1_399_507_200_000, 5_000)


def traded() -> PaperBroker:
    broker = PaperBroker(rules())
    broker.advance(NOW, {"EURUSD": QUOTE})
    for lot in ("0.10", "0.20"):
        broker.request(SendOrder(ref="r", symbol="EURUSD.m", side=Side.SELL, lot=D(lot)), NOW)
    broker.request(
        PlacePending(ref="p", symbol="EURUSD.m", side=Side.BUY, lot=D("0.3"), price=D("1.38")), NOW
    )
    broker.advance(NOW, {})
    return broker


def rows(view: TerminalView, teller: ViewTeller) -> list[list[str]]:
    return [fields_of(text) for text in teller.tell(view).splitlines()]


@given(st.lists(st.text(), min_size=1))
def test_whatever_a_field_holds_comes_out_again(fields: list[str]) -> None:
    text = line(*fields)

    assert text.endswith("\n")
    assert fields_of(text[:-1]) == fields


def test_everything_is_told_once() -> None:
    broker, teller = traded(), ViewTeller()
    first = rows(broker.view(NOW), teller)
    second = rows(broker.view(NOW), teller)

    assert [row[0] for row in first] == ["A", "C", "S", "O", "O", "O", "O"]
    assert [row[4] for row in first[4:]] == ["1", "1", "2"]
    assert [row[0] for row in second] == ["C"]


def test_only_new_deals_are_told_and_all_of_them_when_old_ones_are_hidden() -> None:
    broker, teller = traded(), ViewTeller()
    rows(broker.view(NOW), teller)
    for ticket in (1_000_001, 1_000_002):
        broker.request(CloseLot(ref="c", ticket=Ticket(ticket)), NOW)
    broker.advance(NOW, {})
    view = broker.view(NOW)
    told = [row for row in rows(view, teller) if row[0] == "H"]
    fewer = rows(replace(view, history=view.history[1:]), teller)

    assert [row[1] for row in told] == ["1000001", "1000002"]
    assert [len(row) for row in fewer if row[0] == "H"] == [1, 18]


def test_prices_are_told_when_they_move() -> None:
    teller = ViewTeller()

    assert teller.tell_prices({"X": QUOTE}) == "P\tX\t1.39000\t1.39010\n"
    assert teller.tell_prices({"X": QUOTE}) == ""


@pytest.mark.parametrize(
    ("text", "value"), [("0.1000000000", "0.1"), ("100.0000", "100"), ("100", "100"), ("0.0", "0")]
)
def test_numbers_lose_the_zeros_that_say_nothing(text: str, value: str) -> None:
    assert str(number(text)) == value


def test_orders_are_read() -> None:
    positions = traded().positions.values()
    send = ["o", "send", "X", "1", "0.1", "1.39", "10000", "0.0", "1.38", "7", "tag"]

    def order(*fields: str) -> object:
        return read_order(list(fields), ref="r", positions=positions)

    assert order(*send) == SendOrder(
        ref="r",
        symbol="X",
        side=Side.SELL,
        lot=D("0.1"),
        price=D("1.39"),
        take_profit=D("1.38"),
        magic_number=7,
        comment="tag",
    )
    limited = read_order([*send[:6], "5", *send[7:]], ref="r", positions=())
    assert isinstance(limited, SendOrder)
    assert limited.deviation_points == 5
    assert order("o", "close", "1000001", "0.1000", "1", "2") == CloseLot(
        ref="r", ticket=Ticket(1_000_001)
    )
    assert order("o", "close", "1000001", "0.04", "1", "2") == CloseLot(
        ref="r", ticket=Ticket(1_000_001), lot=D("0.04")
    )
    assert order("o", "levels", "5", "0.0", "1.4") == SetLevels(
        ref="r", ticket=Ticket(5), stop_loss=None, take_profit=D("1.4")
    )
    assert order("o", "delete", "5") == DeletePending(ref="r", ticket=Ticket(5))
    with pytest.raises(ValueError, match="no order"):
        order("o", "dance")


def test_answers_are_those_of_the_platform() -> None:
    filled = Filled(ref="r", ticket=Ticket(5), lot=D("0.1"), price=D("1.39"))
    closed = LotClosed(ref="r", ticket=Ticket(5), lot=D(1), price=D(2), remaining=D(0))

    assert reply(filled, MT4) == "R\t0\t5\t0.1\t1.39\n"
    assert reply(filled, MT5) == "R\t10009\t5\t0.1\t1.39\n"
    assert reply(closed, MT4) == "R\t0\t5\t1\t2\n"
    assert reply(LevelsSet(ref="r", ticket=Ticket(5)), MT4) == "R\t0\t5\t0\t0\n"
    assert reply(Refused(ref="r", code=134), MT4) == refusal(134)

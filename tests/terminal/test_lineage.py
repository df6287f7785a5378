"""A position is followed through its partial closes, by whatever comments are left."""

from dataclasses import replace
from decimal import Decimal
from typing import Literal

import pytest

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.lineage import (
    came_from,
    current_position,
    rest_by_shape,
    root_ticket,
    same_origin,
    successor,
    went_to,
)
from echo.terminal.orders import CloseLot, SendOrder
from echo.terminal.view import TerminalView
from tests.terminal.rig import Rig

D = Decimal


@pytest.mark.parametrize(
    ("comment", "old", "new"),
    [
        ("from #123", 123, None),
        ("to #77", None, 77),
        ("from #9[sl]", 9, None),
        ("E32Z8DXFN2D0RC", None, None),
        ("not from #1", None, None),
        ("from #", None, None),
    ],
)
def test_comments_name_tickets(comment: str, old: int | None, new: int | None) -> None:
    assert (came_from(comment), went_to(comment)) == (old, new)


def chain(*parts: str) -> TerminalView:
    """An account whose position of 0.10 lots was partly closed by *parts*."""
    rig = Rig()
    order = SendOrder(ref="h", symbol="EURUSD.m", side=Side.BUY, lot=D("0.10"), comment="tag")
    rig.by_hand(order)
    for part in parts:
        rig.by_hand(CloseLot(ref="h", ticket=next(iter(rig.broker.positions)), lot=D(part)))
    return rig.broker.view(rig.now)


def without_comments(view: TerminalView, *, of: Literal["positions", "history"]) -> TerminalView:
    if of == "positions":
        return replace(view, positions=tuple(replace(one, comment="") for one in view.positions))
    return replace(view, history=tuple(replace(one, comment="") for one in view.history))


@pytest.mark.parametrize("emptied", [None, "positions", "history"])
def test_a_rest_leads_back_to_its_first_ticket_and_forth(emptied: str | None) -> None:
    view = chain("0.02", "0.03")
    if emptied == "positions":
        view = without_comments(view, of="positions")
    [position] = view.positions

    if emptied == "history":
        view = without_comments(view, of="history")
        assert root_ticket(position, view) == 1_000_002  # as far as can be told
        return

    assert root_ticket(position, view) == 1_000_001
    assert current_position(Ticket(1_000_001), view) == position
    assert successor(Ticket(1_000_001), view) == 1_000_002


def test_a_middle_part_in_the_history_may_name_where_it_came_from() -> None:
    view = chain("0.02", "0.03")
    history = tuple(
        replace(deal, comment="from #1000001" if deal.ticket == 1_000_002 else "")
        for deal in view.history
    )
    view = replace(view, history=history)

    assert successor(Ticket(1_000_001), view) == 1_000_002
    assert root_ticket(view.positions[0], view) == 1_000_001


def test_circles_in_comments_end() -> None:
    view = chain("0.02")
    [position] = view.positions
    circle = replace(view.history[0], comment=f"from #{position.ticket}")
    view = replace(view, history=(circle,))
    lost = replace(view, positions=())

    assert root_ticket(position, view) == circle.ticket
    assert current_position(circle.ticket, lost) is None


def test_without_comments_the_shape_tells_what_is_left() -> None:
    whole = chain().positions[0]
    view = without_comments(chain("0.04"), of="positions")

    assert rest_by_shape(whole, view, ()) == view.positions[0]
    assert rest_by_shape(whole, view, (view.positions[0].ticket,)) is None
    assert rest_by_shape(replace(whole, lot=D("0.06")), view, ()) is None


def test_what_was_closed_whole_has_no_rest() -> None:
    whole = chain().positions[0]
    view = without_comments(chain("0.04"), of="positions")
    closed = replace(view, history=(replace(view.history[0], lot=D("0.10")),))

    assert rest_by_shape(whole, closed, ()) is None


def test_an_equal_origin_is_symbol_magic_time_and_price() -> None:
    one = chain().positions[0]
    origin = {
        "symbol": one.symbol,
        "magic_number": one.magic_number,
        "open_time_ms": one.open_time_ms,
        "open_price": one.open_price,
    }

    assert same_origin(one, **origin)  # type: ignore[arg-type]  # the four of them
    for name, other in (("symbol", "X"), ("magic_number", 9), ("open_time_ms", 1)):
        assert not same_origin(one, **{**origin, name: other})  # type: ignore[arg-type]  # as above

"""Recognising a fill: by its tag as far as that survived, else by its shape."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.accounts import Deal, Position
from echo.domain.ids import Ticket, TradeId, order_tag
from echo.domain.quantities import Side
from echo.terminal.ledger import Ledger
from echo.terminal.sightings import Sought, TagIndex, alike, everything, tagged
from echo.terminal.view import TerminalView
from tests.terminal.rig import Rig, trade_id
from tests.terminal.test_detection import deal, position

D = Decimal
VIEW = Rig().broker.view(Rig().now)
SOUGHT = Sought(
    trade_id=trade_id(),
    symbol="EURUSD.m",
    side=Side.BUY,
    lot=D("0.10"),
    magic_number=5,
    server_from_ms=1_000,
    server_to_ms=2_000,
)
TAG = SOUGHT.tag


def shown(*positions: Position, history: tuple[Deal, ...] = ()) -> TerminalView:
    return replace(VIEW, positions=positions, history=history)


def found(view: TerminalView, ledger: Ledger | None = None) -> list[int]:
    index = TagIndex()
    index.take(view.history)
    every = tagged(SOUGHT, (*view.positions, *view.history), ledger or Ledger())
    assert tagged(SOUGHT, (*view.positions, *index.deals(TAG)), ledger or Ledger()) == every
    return [each.ticket for each in every]


@pytest.mark.parametrize(
    ("comment", "seen"),
    [
        (TAG, True),
        (TAG.lower(), True),
        (TAG[:13], True),
        (TAG[:12], False),
        (TAG + "[sl]", True),
        ("from #1", False),
        ("", False),
        (order_tag(trade_id(2)), False),
    ],
)
def test_a_tag_is_read_as_far_as_it_goes(comment: str, seen: bool) -> None:
    assert found(shown(position(1, comment=comment))) == ([1] if seen else [])


@given(st.integers(13, 26), st.integers(13, 26))
def test_two_positions_with_the_tag_are_two_findings(one: int, other: int) -> None:
    view = shown(position(1, comment=TAG[:one]), position(2, comment=TAG[:other]))

    expected = [n for n, chars in ((1, one), (2, other)) if chars == 26] or [1, 2]
    assert found(view) == expected


def test_a_position_partly_closed_is_one_finding() -> None:
    parts = (deal(9, "0.04", position_id=1, comment=TAG),)

    assert found(shown(position(1, comment=TAG), history=parts)) == [1]


def test_closed_positions_count() -> None:
    assert found(shown(history=(deal(7, comment=TAG),))) == [7]


def test_what_belongs_to_another_order_does_not_count() -> None:
    ledger = Ledger()
    ledger.owners[Ticket(1)] = trade_id(3)
    ledger.excluded.add(Ticket(2))
    view = shown(position(1, comment=TAG), position(2, comment=TAG), position(3, comment=TAG))

    assert found(view, ledger) == [3]


def test_a_shortened_tag_that_fits_two_trades_says_nothing() -> None:
    ledger = Ledger()
    twin = TAG[:20] + "".join("Z" if char != "Z" else "Y" for char in TAG[20:])
    ledger.tags[TradeId("twin")] = twin
    ledger.tags[SOUGHT.trade_id] = TAG

    assert found(shown(position(1, comment=TAG[:15])), ledger) == []
    assert found(shown(position(1, comment=TAG[:22])), ledger) == [1]
    assert found(shown(position(1, comment=TAG)), ledger) == [1]


BARE = position(1, magic_number=5, open_time_ms=1_500)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({}, True),
        ({"comment": "something else"}, True),
        ({"comment": TAG}, True),
        ({"comment": order_tag(trade_id(2))}, False),
        ({"comment": order_tag(trade_id(3))[:14]}, False),
        ({"comment": TAG[:14]}, True),
        ({"comment": order_tag(trade_id(3))[:9]}, True),
        ({"comment": "from #3"}, False),
        ({"magic_number": 6}, False),
        ({"lot": D("0.11")}, False),
        ({"side": Side.SELL}, False),
        ({"symbol": "GBPUSD"}, False),
        ({"open_time_ms": 999}, False),
        ({"open_time_ms": 2_001}, False),
        ({"ticket": Ticket(77)}, False),
    ],
)
def test_a_shape_must_agree_in_everything(change: dict[str, object], seen: bool) -> None:
    sought = replace(SOUGHT, open_before=frozenset({Ticket(77)}))

    view = shown(replace(BARE, **change))  # type: ignore[arg-type]  # fields of a position

    assert bool(alike(sought, view, Ledger())) is seen


def test_closed_positions_have_a_shape_too() -> None:
    closed = deal(4, magic_number=5, open_time_ms=1_500)

    assert [each.ticket for each in alike(SOUGHT, shown(history=(closed,)), Ledger())] == [4]


def test_what_another_open_in_doubt_has_claimed_is_found_only_by_who_asks_for_it() -> None:
    ledger = Ledger()
    ledger.excluded.add(Ticket(1))
    view = shown(BARE)

    assert alike(SOUGHT, view, ledger) == ()
    assert [each.ticket for each in alike(SOUGHT, view, ledger, claimed=True)] == [1]
    ledger.owners[Ticket(1)] = trade_id(2)
    assert alike(SOUGHT, view, ledger, claimed=True) == ()


def test_rests_of_partial_closes_are_not_positions_of_their_own() -> None:
    rest = position(2, comment="from #1")

    assert [each.ticket for each in everything(shown(position(1), rest))] == [1]


def test_an_index_is_made_anew_for_another_history_only() -> None:
    index, history = TagIndex(), (deal(7, comment=TAG),)
    index.take(history)
    first = index.deals(TAG)

    index.take(history)
    same = index.deals(TAG) is first
    index.take((*history, deal(8, comment=TAG[:14]), deal(9, comment="none")))

    assert same
    assert [each.ticket for each in index.deals(TAG)] == [7, 8]
    assert index.deals(order_tag(trade_id(2))) == []

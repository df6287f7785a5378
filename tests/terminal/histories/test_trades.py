"""Trades are facts; parts of a position find each other only if what they claim fits."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.quantities import Side
from echo.terminal.histories.cells import CloseKind, Remark
from echo.terminal.histories.trades import (
    HistoricTrade,
    HistoryUnreadable,
    group_chains,
    trade_of,
)

BUY = HistoricTrade(
    ticket=1,
    magic=None,
    symbol="eurusd",
    side=Side.BUY,
    lots=Decimal("0.10"),
    opened_at_ms=1_000,
    open_price=Decimal("1.1"),
    sl_final=None,
    tp_final=None,
    closed_at_ms=2_000,
    close_price=Decimal("1.2"),
    close_kind=CloseKind.MANUAL,
)


def made(**changes: object) -> HistoricTrade | None:
    facts: dict[str, object] = {
        "ticket": 1,
        "symbol": "eurusd",
        "side": Side.BUY,
        "lots": Decimal("0.10"),
        "opened_at_ms": 1_000,
        "open_price": Decimal("1.1"),
        "sl_final": Decimal("1.0"),
        "tp_final": Decimal("1.2"),
        "closed_at_ms": 2_000,
        "close_price": Decimal("1.15"),
    }
    return trade_of(**(facts | changes))  # type: ignore[arg-type]  # one fact is replaced by name


@pytest.mark.parametrize(
    "lacking",
    ["ticket", "lots", "open_price", "close_price", "opened_at_ms", "closed_at_ms"],
)
def test_a_row_that_lacks_a_fact_makes_no_trade(lacking: str) -> None:
    assert made() is not None
    assert made(**{lacking: None}) is None


def test_a_trade_has_a_symbol_and_does_not_end_before_it_begins() -> None:
    assert made(symbol="") is None
    assert made(closed_at_ms=999) is None


@pytest.mark.parametrize(
    ("side", "price", "kind"),
    [
        (Side.BUY, "1.0", CloseKind.SL),
        (Side.BUY, "0.99", CloseKind.SL),
        (Side.BUY, "1.2", CloseKind.TP),
        (Side.BUY, "1.15", CloseKind.MANUAL),
    ],
)
def test_a_price_at_or_beyond_a_level_tells_the_kind(
    side: Side, price: str, kind: CloseKind
) -> None:
    trade = made(side=side, close_price=Decimal(price))

    assert trade is not None
    assert trade.close_kind is kind


def test_of_a_sell_the_stop_lies_above() -> None:
    trade = made(
        side=Side.SELL,
        sl_final=Decimal("1.2"),
        tp_final=Decimal("1.0"),
        close_price=Decimal("1.21"),
    )

    assert trade is not None
    assert trade.close_kind is CloseKind.SL


def test_what_is_written_outweighs_what_prices_suggest() -> None:
    trade = made(
        close_price=Decimal("0.99"),
        remark=Remark(kind=CloseKind.SO, magic=7, from_ticket=3, to_ticket=4),
    )

    assert trade is not None
    assert trade.close_kind is CloseKind.SO
    assert (trade.magic, trade.from_ticket, trade.to_ticket) == (7, 3, 4)


@pytest.mark.parametrize(
    ("kind", "levels"),
    [(CloseKind.SL, ("1.14", "1.2")), (CloseKind.TP, ("1.0", "1.14"))],
)
def test_the_level_beside_the_kind_is_the_final_one(
    kind: CloseKind, levels: tuple[str, str]
) -> None:
    trade = made(remark=Remark(kind=kind, level=Decimal("1.14")))

    assert trade is not None
    assert (str(trade.sl_final), str(trade.tp_final)) == levels


def test_parts_are_chained_by_either_ticket_in_order_of_their_closes() -> None:
    first = replace(BUY, ticket=10, to_ticket=11, closed_at_ms=3_000, magic=7)
    middle = replace(BUY, ticket=11, to_ticket=12, closed_at_ms=4_000)
    last = replace(BUY, ticket=12, from_ticket=11, closed_at_ms=5_000)
    other = replace(BUY, ticket=13, opened_at_ms=500)

    chains = group_chains([last, first, other, middle])

    assert [chain.parts for chain in chains] == [(other,), (first, middle, last)]
    assert chains[1].lots == Decimal("0.30")
    assert (chains[1].first, chains[1].last, chains[1].magic) == (first, last, 7)


@pytest.mark.parametrize(
    "unlike",
    [
        {"symbol": "gbpusd"},
        {"side": Side.SELL},
        {"open_price": Decimal("1.11")},
        {"opened_at_ms": 1_001},
    ],
)
def test_a_ticket_of_another_position_links_nothing(unlike: dict[str, object]) -> None:
    part = replace(BUY, ticket=10, to_ticket=11)
    other = replace(BUY, ticket=11, **unlike)  # type: ignore[arg-type]  # one fact is replaced

    assert len(group_chains([part, other])) == 2


def test_a_ticket_that_is_not_there_links_nothing() -> None:
    assert len(group_chains([replace(BUY, to_ticket=99), replace(BUY, ticket=2)])) == 2


@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.none() | st.integers(1, 7),
            st.none() | st.integers(1, 7),
            st.integers(1_000, 1_003),
        ),
        max_size=12,
    )
)
def test_every_trade_is_in_exactly_one_chain_whatever_the_links(
    rows: list[tuple[int, int | None, int | None, int]],
) -> None:
    trades = [
        replace(BUY, ticket=ticket, from_ticket=origin, to_ticket=to, opened_at_ms=opened)
        for ticket, origin, to, opened in rows
    ]

    chains = group_chains(trades)

    parts = [part for chain in chains for part in chain.parts]
    assert sorted(map(repr, parts)) == sorted(map(repr, trades))
    assert [c.first.opened_at_ms for c in chains] == sorted(c.first.opened_at_ms for c in chains)


def test_the_error_says_what_was_found_and_what_is_expected() -> None:
    error = HistoryUnreadable("a picture")

    assert isinstance(error, ValueError)
    assert str(error).startswith("found a picture; expected an account statement of MT4")
    assert error.found == "a picture"

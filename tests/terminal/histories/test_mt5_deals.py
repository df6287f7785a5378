"""Deals are put together to trades, and to the parts in which positions were closed."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.quantities import Side
from echo.terminal.histories.cells import NO_REMARK, CloseKind, Remark
from echo.terminal.histories.mt5_deals import Deal, Entry, pair_deals, refine_positions
from echo.terminal.histories.trades import HistoricTrade, Skip, group_chains

POSITION = HistoricTrade(
    ticket=100,
    magic=None,
    symbol="XAUUSD",
    side=Side.SELL,
    lots=Decimal("0.03"),
    opened_at_ms=1_000,
    open_price=Decimal("2080.10"),
    sl_final=None,
    tp_final=None,
    closed_at_ms=3_000,
    close_price=Decimal("2077.43"),
    close_kind=CloseKind.MANUAL,
)


def deal(
    ticket: int,
    at_ms: int,
    what: str,
    lots: str,
    price: str = "1.1",
    *,
    symbol: str = "EURUSD",
    order: int | None = None,
    remark: Remark = NO_REMARK,
) -> Deal:
    side, entry = what.split(" ", 1)
    return Deal(
        ticket=ticket,
        order=order,
        at_ms=at_ms,
        symbol=symbol,
        side=Side(side.upper()),
        entry=Entry(entry),
        lots=Decimal(lots),
        price=Decimal(price),
        remark=remark,
    )


def test_a_close_takes_the_open_of_its_volume_before_the_oldest() -> None:
    trades, skipped = pair_deals(
        [
            deal(1, 1_000, "buy in", "0.10", "1.10", order=11),
            deal(2, 2_000, "buy in", "0.20", "1.20", order=12),
            deal(3, 3_000, "sell out", "0.20", "1.30"),
            deal(4, 4_000, "sell out", "0.10", "1.40", remark=Remark(kind=CloseKind.SL)),
        ],
        {12: (Decimal("1.1"), Decimal("1.5"))},
    )

    assert [(t.ticket, t.lots, t.open_price, t.close_price) for t in trades] == [
        (12, Decimal("0.20"), Decimal("1.20"), Decimal("1.30")),
        (11, Decimal("0.10"), Decimal("1.10"), Decimal("1.40")),
    ]
    assert (trades[0].sl_final, trades[0].tp_final) == (Decimal("1.1"), Decimal("1.5"))
    assert trades[1].close_kind is CloseKind.SL
    assert skipped == {}


def test_parts_of_one_open_form_a_chain() -> None:
    trades, _ = pair_deals(
        [
            deal(1, 1_000, "sell in", "0.30", order=11),
            deal(2, 2_000, "buy out", "0.10"),
            deal(3, 3_000, "buy out", "0.10"),
            deal(4, 4_000, "buy out", "0.10"),
        ],
        {},
    )

    [chain] = group_chains(trades)
    assert [part.ticket for part in chain.parts] == [11, 3, 4]
    assert chain.lots == Decimal("0.30")


def test_one_close_may_end_several_opens() -> None:
    trades, _ = pair_deals(
        [
            deal(1, 1_000, "buy in", "0.10"),
            deal(2, 2_000, "buy in", "0.10"),
            deal(3, 3_000, "sell out", "0.20"),
        ],
        {},
    )

    assert [(trade.ticket, trade.lots) for trade in trades] == [
        (1, Decimal("0.10")),
        (2, Decimal("0.10")),
    ]


def test_a_reversal_closes_and_opens() -> None:
    trades, skipped = pair_deals(
        [
            deal(1, 1_000, "buy in", "0.10"),
            deal(2, 2_000, "sell in/out", "0.30"),
            deal(3, 3_000, "buy out", "0.20"),
        ],
        {},
    )

    assert [(trade.side, trade.lots) for trade in trades] == [
        (Side.BUY, Decimal("0.10")),
        (Side.SELL, Decimal("0.20")),
    ]
    assert skipped == {}


def test_what_has_no_other_end_in_the_report_is_counted() -> None:
    trades, skipped = pair_deals(
        [
            deal(1, 1_000, "sell out", "0.10"),
            deal(2, 2_000, "buy in", "0.10"),
            deal(3, 3_000, "sell out", "0.10", symbol="GBPUSD"),
            deal(4, 4_000, "buy out by", "0.10"),
        ],
        {},
    )

    assert trades == []
    assert skipped == {Skip.OPENED_BEFORE: 3, Skip.OPEN: 1}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["buy in", "sell in", "buy out", "sell out", "buy in/out", "sell out by"]
            ),
            st.integers(1, 4),
        ),
        max_size=20,
    )
)
def test_volume_is_neither_made_nor_lost(rows: list[tuple[str, int]]) -> None:
    deals = [deal(n, n, what, str(lots)) for n, (what, lots) in enumerate(rows, start=1)]

    trades, _ = pair_deals(deals, {})

    for side in Side:
        opened = sum(
            d.lots for d in deals if d.side is side and d.entry in {Entry.IN, Entry.IN_OUT}
        )
        closing = sum(d.lots for d in deals if d.side is not side and d.entry is not Entry.IN)
        closed = sum(trade.lots for trade in trades if trade.side is side)
        assert closed <= opened
        assert closed <= closing
    assert all(trade.closed_at_ms >= trade.opened_at_ms for trade in trades)


def closes(*rows: tuple[int, int, str, str]) -> list[Deal]:
    return [
        deal(ticket, at_ms, "buy out", lots, price, symbol="XAUUSD")
        for ticket, at_ms, lots, price in rows
    ]


def test_a_position_closed_in_parts_is_split_where_the_deals_add_up() -> None:
    parts = refine_positions(
        [POSITION], closes((5, 2_000, "0.02", "2078.10"), (6, 3_000, "0.01", "2076.10"))
    )

    assert [(p.ticket, p.from_ticket, p.lots, p.closed_at_ms) for p in parts] == [
        (100, None, Decimal("0.02"), 2_000),
        (6, 100, Decimal("0.01"), 3_000),
    ]
    assert len(group_chains(parts)) == 1


def test_a_position_stays_whole_where_they_do_not() -> None:
    for rows in (
        [(5, 2_000, "0.02", "2078.10")],  # the rest is missing
        [(5, 2_000, "0.02", "2078.10"), (6, 2_500, "0.01", "2076.10")],  # ends too early
        [(5, 2_000, "0.02", "2079.10"), (6, 3_000, "0.01", "2076.10")],  # another mean price
        [(5, 900, "0.02", "2078.10"), (6, 3_000, "0.01", "2076.10")],  # before the open
        [(5, 2_000, "0.02", "2078.10"), (6, 3_100, "0.01", "2076.10")],  # after the close
    ):
        assert refine_positions([POSITION], closes(*rows)) == [POSITION]


def test_a_deal_belongs_to_one_position_only() -> None:
    twin = replace(POSITION, ticket=101)
    out = deal(
        7, 3_000, "buy out", "0.03", "2077.43", symbol="XAUUSD", remark=Remark(kind=CloseKind.SO)
    )

    first, second = refine_positions([POSITION, twin], [out])

    assert first.close_kind is CloseKind.SO
    assert second == twin

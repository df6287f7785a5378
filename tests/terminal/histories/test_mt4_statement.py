"""MT4 statements of all builds give their closed trades and nothing else."""

import re
from decimal import Decimal

import pytest

from echo.domain.quantities import Side
from echo.terminal.histories.cells import CloseKind, broker_time_of
from echo.terminal.histories.grid import html_grid
from echo.terminal.histories.mt4_statement import read_statement
from echo.terminal.histories.trades import HistoricTrade, History, Skip, group_chains
from tests.terminal.histories.files import mt4

# As of 2006: numbered rows, times without seconds, no taxes, the comment in the last column.
NUMBERED = """<table><tr><td>Closed Transactions:</td></tr>
<tr><td>N</td><td>Ticket</td><td>Open Time</td><td>Type</td><td>Lots</td><td>Symbol</td>
<td>Price</td><td>S/L</td><td>T/P</td><td>Close Time</td><td>Price</td><td>Commis</td>
<td>Swap</td><td>Trade P/L</td><td>Comment</td></tr>
<tr><td>1</td><td title="200">200</td><td>2006.07.27 13:27</td><td>sell</td><td>1.50</td>
<td>eurusd</td><td>1.2764</td><td>0.0000</td><td>0.0000</td><td>2006.07.27 13:34</td>
<td>1.2768</td><td>0.00</td><td>0.00</td><td>-60.00</td><td>to #201</td></tr>
<tr><td>2</td><td title="201">201</td><td>2006.07.27 13:27</td><td>sell</td><td>1.00</td>
<td>eurusd</td><td>1.2764</td><td>0.0000</td><td>1.2700</td><td>2006.07.28 13:34</td>
<td>1.2701</td><td>0.00</td><td>0.00</td><td>630.00</td><td>from #200[tp]</td></tr></table>"""


def read(page: str) -> History:
    return read_statement(html_grid(page))


def by_ticket(history: History) -> dict[int, HistoricTrade]:
    return {trade.ticket: trade for trade in history.trades}


def test_a_detailed_statement_gives_its_closed_trades() -> None:
    history = read(mt4())

    assert [trade.ticket for trade in history.trades] == [50000002, 50000003, 50000004, 50000006]
    assert history.skipped == {Skip.BALANCE: 1, Skip.PENDING: 2, Skip.OPEN: 1}
    assert history.trades[0] == HistoricTrade(
        ticket=50000002,
        magic=7001,
        symbol="eurusd",
        side=Side.BUY,
        lots=Decimal("0.10"),
        opened_at_ms=broker_time_of("2024.05.02 09:15:00") or 0,
        open_price=Decimal("1.07000"),
        sl_final=Decimal("1.06800"),
        tp_final=Decimal("1.07400"),
        closed_at_ms=broker_time_of("2024.05.02 14:30:10") or 0,
        close_price=Decimal("1.07400"),
        close_kind=CloseKind.TP,
    )


def test_spaces_and_hard_spaces_group_the_digits_of_prices() -> None:
    gold = by_ticket(read(mt4()))[50000003]

    assert (gold.open_price, gold.sl_final) == (Decimal("2300.50"), Decimal("2310.00"))
    assert gold.tp_final is None
    assert gold.symbol == "xauusd."


def test_parts_of_a_position_are_linked() -> None:
    history = read(mt4())
    trades = by_ticket(history)

    assert trades[50000003].to_ticket == 50000004
    assert trades[50000004].from_ticket == 50000003
    assert trades[50000004].close_kind is CloseKind.SL
    assert [c.lots for c in group_chains(history.trades) if len(c.parts) == 2] == [Decimal("0.10")]


def test_a_stop_out_is_told_from_a_stop() -> None:
    assert by_ticket(read(mt4()))[50000006].close_kind is CloseKind.SO


def test_columns_after_the_close_price_may_be_missing() -> None:
    bare = re.sub(r"(<td class=mspt>-?[\d. ]+</td>){4}</tr>", "</tr>", mt4())
    assert bare != mt4()

    assert read(bare).trades == read(mt4()).trades


def test_levels_may_be_missing() -> None:
    [trade] = read(
        "<tr><td>7</td><td>2019.04.04 11:56</td><td>buy</td><td>0.01</td><td>eurusd</td>"
        "<td>1.1</td><td>2019.04.04 12:56</td><td>1.2</td></tr>"
    ).trades

    assert (trade.sl_final, trade.tp_final) == (None, None)
    assert trade.close_price == Decimal("1.2")


def test_symbol_and_size_may_be_swapped() -> None:
    [trade] = read(
        "<tr><td>7</td><td>2019.04.04 11:56</td><td>buy</td><td>eurusd</td><td>0.01</td>"
        "<td>1.1</td><td>0</td><td>0</td><td>2019.04.04 12:56</td><td>1.2</td></tr>"
    ).trades

    assert (trade.symbol, trade.lots) == ("eurusd", Decimal("0.01"))


def test_the_numbered_layout_has_its_comment_in_a_column() -> None:
    history = read(NUMBERED)

    first, second = history.trades
    assert (first.ticket, first.to_ticket) == (200, 201)
    assert (second.ticket, second.from_ticket) == (201, 200)
    assert second.close_kind is CloseKind.TP
    assert len(group_chains(history.trades)) == 1


def test_a_comment_in_a_row_of_its_own_belongs_to_the_trade_above() -> None:
    page = re.sub(r' title="[^"]*"', "", mt4())
    for ticket, comment in ((50000003, "to #50000004"), (50000004, "from #50000003[sl]")):
        page = re.sub(
            rf"(.*<td>{ticket}</td>.*\n)",
            rf"\1<tr><td colspan=10>&nbsp;</td><td colspan=4>{comment}</td></tr>\n",
            page,
        )

    trades = by_ticket(read(page))

    assert trades[50000003].to_ticket == 50000004
    assert trades[50000004].from_ticket == 50000003
    assert trades[50000004].close_kind is CloseKind.SL
    assert trades[50000002].magic is None


def test_where_no_comment_is_written_the_prices_tell_the_kind() -> None:
    trades = by_ticket(read(re.sub(r' title="[^"]*"', "", mt4())))

    assert trades[50000002].close_kind is CloseKind.TP
    assert trades[50000006].close_kind is CloseKind.MANUAL


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (("credit", "Bonus", "100.00"), Skip.BALANCE),
        (("rollover fee", "x", "-1"), Skip.BALANCE),
        (("12", "x", "-1"), Skip.MALFORMED),
        (("sell limit", "0.01"), Skip.PENDING),
        (("sell", "0.01"), Skip.OPEN),
        (("buy", "0.00", "eurusd", "1.1", "0", "0", "2019.04.04 12:56", "1"),
         Skip.MALFORMED),
        (("buy", "0.01", "eurusd", "1.1", "0", "0", "later", "1"),
         Skip.MALFORMED),
        (("buy", "0.01", "eurusd", "1.1", "0", "0", "2019.04.04 12:56"),
         Skip.MALFORMED),
    ],
)  # fmt: skip
def test_every_other_booking_is_counted_by_its_reason(texts: tuple[str, ...], reason: Skip) -> None:
    cells = "".join(f"<td>{text}</td>" for text in ("9", "2019.04.04 11:56", *texts))

    history = read(f"<table><tr>{cells}</tr></table>")

    assert history.trades == ()
    assert history.skipped == {reason: 1}


def test_a_page_without_bookings_gives_nothing() -> None:
    history = read(
        "<tr><td>Closed P/L:</td><td>12.00</td></tr><tr><td>a</td><td>b</td><td>buy</td></tr>"
    )

    assert (history.trades, history.skipped) == ((), {})

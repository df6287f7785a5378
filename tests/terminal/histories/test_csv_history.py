"""Tables with named columns are read whoever named the columns."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.quantities import Side
from echo.terminal.histories.cells import CloseKind, broker_time_of
from echo.terminal.histories.csv_history import columns_of, read_table
from echo.terminal.histories.grid import delimited_grid
from echo.terminal.histories.trades import HistoricTrade, History, Skip, group_chains

OWN = (
    "ticket,magic,open_time,side,lots,symbol,open_price,sl_final,tp_final,"
    "close_time,close_price,commission,swap,profit,close_kind,related_ticket\n"
)
EXPECTED = HistoricTrade(
    ticket=42,
    magic=7,
    symbol="EURUSD",
    side=Side.SELL,
    lots=Decimal("0.10"),
    opened_at_ms=broker_time_of("2019.04.25 11:56:57") or 0,
    open_price=Decimal("1.1250"),
    sl_final=Decimal("1.1300"),
    tp_final=None,
    closed_at_ms=broker_time_of("2019.04.26 12:08:41") or 0,
    close_price=Decimal("1.1200"),
    close_kind=CloseKind.MANUAL,
)


def read(text: str) -> History:
    history = read_table(delimited_grid(text))
    assert history is not None
    return history


@pytest.mark.parametrize(
    "text",
    [
        OWN + "42,7,2019.04.25 11:56:57,sell,0.10,EURUSD,1.1250,1.1300,0,"
        "2019.04.26 12:08:41,1.1200,0,0,50,,",
        "Ticket;Magic Number;Open Time;Type;Volume;Item;Open Price;S / L;T / P;Close Time;"
        "Close Price\n"
        "42;7;25.04.2019 11:56:57;Sell;0,10;EURUSD;1,1250;1,1300;0,0000;26.04.2019 12:08:41;1,1200",
        "Time\tPosition\tSymbol\tType\tVolume\tPrice\tS / L\tT / P\tTime\tPrice\tMagic\n"
        "2019.04.25 11:56:57\t42\tEURUSD\tsell\t0.10\t1.1250\t1.1300\t\t"
        "2019.04.26 12:08:41\t1.1200\t7",
        "Tags,Open Date,Close Date,Symbol,Action,Units/Lots,SL,TP,Open Price,Close Price,Magic,"
        "Order\n"
        ",04/25/2019 11:56:57,04/26/2019 12:08:41,EURUSD,Sell,0.10,1.1300,0,1.1250,1.1200,7,42",
        "Type,Ticket,Symbol,Lots,Buy/sell,Open price,Close price,Open time,Close time,S/L,"
        "Magic number\n"
        "Closed position,42,EURUSD,0.10,Sell,1.1250,1.1200,"
        "2019/04/25 11:56:57,2019/04/26 12:08:41,1.1300,7",
        "Account of somebody\n\nid,symbol,direction,entry_time,entry_price,exit_time,exit_price,"
        "size,stop_loss,magic\n"
        "42,EURUSD,short,1556193417,1.1250,1556280521,1.1200,0.10 lots,1.1300,7",
        "Position ID,Symbol,Opening direction,Opening time (UTC+0),Closing time (UTC+0),"
        "Entry price,Closing price,Closing quantity,Stop loss,Magic\n"
        "42,EURUSD,Sell,25/04/2019 11:56:57.000,26/04/2019 12:08:41.000,1.1250,1.1200,"
        "0.10 Lots,1.13,7",
    ],
)
def test_usual_names_and_separators_give_the_same_trade(text: str) -> None:
    assert read(text).trades == (EXPECTED,)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("sl", CloseKind.SL),
        ("TP", CloseKind.TP),
        ("so", CloseKind.SO),
        ("Stop Loss", CloseKind.SL),
        ("take_profit", CloseKind.TP),
        ("Stop Out", CloseKind.SO),
        ("client", CloseKind.MANUAL),
        ("", CloseKind.MANUAL),
    ],
)
def test_the_kind_is_told_in_words(word: str, kind: CloseKind) -> None:
    row = "42,7,2019.04.25 11:56:57,sell,0.10,EURUSD,1.1250,1.1300,0,2019.04.26 12:08:41,1.1200"

    assert read(f"{OWN}{row},0,0,50,{word},").trades == (replace(EXPECTED, close_kind=kind),)


def test_related_tickets_link_the_parts_of_a_position() -> None:
    rows = (
        "74,,2019.04.19 02:04:33,buy,0.04,usdjpy.,112.003,0,0,"
        "2019.05.01 17:34:00,111.143,0,0,0,to,75\n"
        "75,,2019.04.19 02:04:33,buy,0.01,usdjpy.,112.003,0,0,"
        "2019.05.06 00:00:00,110.653,0,0,0,from,74\n"
    )

    history = read(OWN + rows)

    assert (history.trades[0].to_ticket, history.trades[1].from_ticket) == (75, 74)
    assert len(group_chains(history.trades)) == 1


def test_a_comment_serves_where_no_column_does() -> None:
    [trade] = read(
        "open time,close time,type,size,item,open price,close price,comment\n"
        "2019.04.25 11:56,2019.04.25 12:56,buy,0.1,eurusd,1.1,1.2,#9 from #3[tp]\n"
    ).trades

    assert (trade.ticket, trade.magic, trade.from_ticket) == (1, 9, 3)
    assert trade.close_kind is CloseKind.TP


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,,2019.04.25 11:56:57,buy limit,0.10,EURUSD,1.1,0,0,2019.04.25 12:56,1.2", Skip.PENDING),
        ("1,,2019.04.25 11:56:57,balance,,Deposit,0,0,0,2019.04.25 12:56,0", Skip.BALANCE),
        ("1,,2019.04.25 11:56:57,buy,0.10,EURUSD,1.1,0,0,,1.2", Skip.OPEN),
        ("1,,2019.04.25 11:56:57,hold,0.10,EURUSD,1.1,0,0,2019.04.25 12:56,1.2", Skip.MALFORMED),
        ("1,,yesterday,buy,0.10,EURUSD,1.1,0,0,2019.04.25 12:56,1.2", Skip.MALFORMED),
    ],
)
def test_every_other_row_is_counted_by_its_reason(row: str, reason: Skip) -> None:
    history = read(OWN + row)

    assert history.trades == ()
    assert history.skipped == {reason: 1}


def test_totals_below_the_table_are_passed_over() -> None:
    assert read(OWN + "Total,,,,,,,,,,,0,0,50,,\n").skipped == {}


@pytest.mark.parametrize(
    "headings",
    [
        ("ticket", "open_time", "side", "lots"),
        ("a", "b", "c"),
        (),
        # Deals state one time and one price: no trade stands in one row.
        ("Time", "Deal", "Symbol", "Type", "Direction", "Volume", "Price", "Order"),
    ],
)
def test_headings_that_make_no_trade_are_none(headings: tuple[str, ...]) -> None:
    assert columns_of(headings) is None
    assert read_table(delimited_grid(",".join(headings))) is None

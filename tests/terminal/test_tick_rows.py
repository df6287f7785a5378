"""Lines of tick files are understood in the forms in which people have them."""

import pytest

from echo.terminal.tick_rows import Columns, Quote, columns_of, numeric_quotes, table_quotes

MIDNIGHT_MS = 1_399_507_200_000  # 2014-05-08 00:00 UTC


def quotes(text: str) -> list[Quote]:
    lines = text.splitlines()
    columns = columns_of(lines)
    assert columns is not None
    return list(table_quotes(lines, columns))


def test_times_since_midnight_count_from_the_day() -> None:
    rows = numeric_quotes("17107,1.39147,1.39148\r\n42.4312,1290.33,1290\n", day_start_ms=1000)

    assert rows == [
        Quote(18_107, "1", "39147", "1", "39148"),
        Quote(1_042, "1290", "33", "1290", ""),
    ]


@pytest.mark.parametrize(
    ("time", "expected_ms"),
    [
        ("1399550400123", 1_399_550_400_123),
        ("1399550400123.9", 1_399_550_400_123),
        ("1399550400", 1_399_550_400_000),
        ("1399550400.5", 1_399_550_400_500),
    ],
)
def test_unix_times_are_told_by_their_size(time: str, expected_ms: int) -> None:
    [quote] = numeric_quotes(f"{time},1.1,1.2", day_start_ms=MIDNIGHT_MS)

    assert quote.at_ms == expected_ms


@pytest.mark.parametrize(
    "text",
    [
        "time,bid,ask\n2014-05-08T12:00:00.250Z,1.39471,1.39481",
        "2014-05-08 12:00:00.250,1.39471,1.39481",
        "2014-05-08T14:00:00.250+02:00;1,39471;1,39481",
        "2014.05.08\t12:00:00.250\t1.39471\t1.39481",
        "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\n2014.05.08\t12:00:00.250\t1.39471\t1.39481\t",
        "Gmt time,Ask,Bid,AskVolume\n08.05.2014 12:00:00.250,1.39481,1.39471,1.5",
        "Symbol,Timestamp,Bid Price,Ask Price\nEURUSD,1399550400250,1.39471,1.39481",
        'Date,Bid,Ask\n"2014-05-08 12:00:00.250","1.39471","1.39481"',
    ],
)
def test_every_usual_form_gives_the_same_tick(text: str) -> None:
    assert quotes(text) == [Quote(MIDNIGHT_MS + 43_200_250, "1", "39471", "1", "39481")]


def test_an_empty_price_means_an_unchanged_one() -> None:
    rows = quotes(
        "<DATE>\t<TIME>\t<BID>\t<ASK>\n"
        "2014.05.08\t12:00:00.000\t\t1.3948\n"  # no bid is known yet
        "2014.05.08\t12:00:01.000\t1.3947\t\n"
        "2014.05.08\t12:00:02.000\t\t1.3949\n"
        "\n"
        "2014.05.08\tnoon\t1.1\t1.2\n"
    )

    assert [(row.bid_decimals, row.ask_decimals) for row in rows] == [
        ("3947", "3948"),
        ("3947", "3949"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["hello"],
        ["bid,ask", "1,2"],
        ["time,open,high", "2014-05-08 12:00:00,1,2"],
        ["2014-05-08 12:00:00,x,2"],
        ["a,b"],
    ],
)
def test_what_is_no_table_of_ticks_has_no_columns(lines: list[str]) -> None:
    assert columns_of(lines) is None


def test_a_line_that_is_too_short_is_left_out() -> None:
    columns = Columns(delimiter=",", headed=False, day=None, time=0, bid=1, ask=2)

    assert list(table_quotes(["1399550400250,1.1"], columns)) == []

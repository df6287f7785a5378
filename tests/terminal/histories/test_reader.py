"""One door for all files: told by content, refused with one error that says what was found."""

import gzip
import io
import random
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from echo.apps.demo_data.feeds import HISTORIES, load
from echo.terminal.histories import reader
from echo.terminal.histories.grid import html_grid
from echo.terminal.histories.reader import HistoryUnreadable, read_history
from echo.terminal.histories.trades import Skip
from tests.terminal.histories.files import as_xlsx, lines_without, mt4, mt5, section

CSV = (
    "ticket,open_time,side,lots,symbol,open_price,close_time,close_price\n"
    "1,2019.04.04 11:56:57,buy,0.01,jp225,21719,2019.04.04 12:08:41,21723\n"
)


def zipped(name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
@pytest.mark.parametrize("page", [mt4, mt5])
def test_pages_are_read_in_every_encoding(page, encoding: str) -> None:
    text = page().replace("Invented Person", "Иван")

    assert read_history("x", text.encode(encoding)) == read_history("x", page().encode())


def test_the_kind_of_file_is_told() -> None:
    assert read_history("x", mt4().encode()).source == "MT4 statement"
    assert read_history("x", mt5().encode("utf-16")).source == "MT5 report"
    assert read_history("x", CSV.encode()).source == "table of trades"


def test_a_workbook_gives_what_its_page_gives() -> None:
    assert read_history("report.xlsx", as_xlsx(mt5())) == read_history("x", mt5().encode())


def test_a_workbook_without_positions_is_paired_from_deals() -> None:
    history = read_history("x", as_xlsx(section(mt5(), "<b>Positions</b>", "<b>Deals</b>")))

    assert len(history.trades) == 3


def test_an_mt4_statement_saved_as_a_workbook_is_read() -> None:
    tickets = [trade.ticket for trade in read_history("x", as_xlsx(mt4())).trades]

    assert tickets == [trade.ticket for trade in read_history("x", mt4().encode()).trades]


def test_a_report_saved_as_separated_values_is_read_by_its_shape() -> None:
    rows = html_grid(mt5())
    text = "\n".join(";".join(row.texts) for row in rows)

    history = read_history("x", text.encode())

    assert history.trades == read_history("x", mt5().encode()).trades
    assert Skip.MALFORMED not in history.skipped


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped("history.csv", data)])
def test_packed_files_are_opened(pack) -> None:
    assert read_history("x", pack(CSV.encode())) == read_history("x", CSV.encode())


def test_the_bundled_histories_are_read_whole() -> None:
    a, b = (read_history(name, load(name)) for name in HISTORIES)

    assert (len(a.trades), len(b.trades)) == (408, 297)
    assert (a.skipped, b.skipped) == ({}, {})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "an empty file"),
        (b"\xff\xfe", "an empty file"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
        (b"\x89PNG\r\n", "a picture"),
        (b"hello", "a separated text of 1 rows without closed trades, beginning with: 'hello'"),
        (b"a,b,c\n1,2,3\n", "beginning with: 'a', 'b', 'c'"),
        (b"<html><body>Not found</body></html>", "an HTML page of 0 rows"),
        (b"<title>Strategy Tester Report</title><tr><td>1</td></tr>", "of the strategy tester"),
        (b"PK\x03\x04 but no zip", "a packed file that cannot be opened"),
        (b"\x1f\x8b but no gzip", "a packed file that cannot be opened"),
    ],
)
def test_what_is_no_history_is_refused_with_what_it_is(data: bytes, says: str) -> None:
    with pytest.raises(HistoryUnreadable) as refused:
        read_history("some.file", data)

    assert says in str(refused.value)
    assert "in 'some.file'" in str(refused.value)
    assert "expected an account statement of MT4" in str(refused.value)


def test_a_statement_without_closed_trades_says_what_it_holds() -> None:
    page = lines_without(
        mt4(), *(f">{ticket}<" for ticket in (50000002, 50000003, 50000004, 50000006))
    )

    with pytest.raises(HistoryUnreadable, match="left out: 1 balance, 1 open, 2 pending"):
        read_history("x", page.encode())


def test_a_file_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(CSV.encode() + bytes(100_000))
    assert len(bomb) < 1000
    monkeypatch.setattr(reader, "FILE_BYTES_MAX", 1000)

    with pytest.raises(HistoryUnreadable, match="beyond 1000"):
        read_history("x", bomb)
    with pytest.raises(HistoryUnreadable, match="more than 1000"):
        read_history("x", bytes(1001))


def refused_or_read(data: bytes) -> bool:
    try:
        return len(read_history("fuzz", data).trades) > 0
    except HistoryUnreadable:
        return True


@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xff\xfe<\x00t\x00d")
def test_any_bytes_are_a_history_or_the_one_error(data: bytes) -> None:
    assert refused_or_read(data)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<tr>",
                    "<td>",
                    "</td>",
                    "<td title='#1 from #2[sl]'>",
                    "&nbsp;",
                    "&#xD800;",
                    "<!--",
                ),
                *("2019.04.04 11:56", "2019.04.05 11:56:01", "buy", "sell", "in", "out", "eurusd"),
                *("0.10", "1.1", "0", "1 2", "-1", "buy limit", "balance", "0.1 / 0.1", "7", ""),
            ]
        ),
        max_size=60,
    ),
    st.sampled_from(["", ",", ";", "</td><td>", "\n"]),
)
def test_any_page_of_likely_pieces_is_a_history_or_the_one_error(
    pieces: list[str], between: str
) -> None:
    assert refused_or_read(between.join(pieces).encode("utf-8", "replace"))


@pytest.mark.parametrize("make", [lambda: mt4().encode(), lambda: mt5().encode("utf-16"),
                                  lambda: as_xlsx(mt5()), CSV.encode])  # fmt: skip
def test_damaged_files_are_read_or_refused(make) -> None:
    whole, chance = make(), random.Random(7)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = chance.choice([len(damaged), chance.randrange(len(damaged))])
        assert refused_or_read(bytes(damaged[:cut]))

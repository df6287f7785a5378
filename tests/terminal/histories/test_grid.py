"""Pages and texts become rows of cells, whatever is wrong with them, in linear time."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.terminal.histories import grid
from echo.terminal.histories.grid import (
    Row,
    decode_text,
    delimited_grid,
    html_grid,
    plain_text,
    tags,
)
from echo.terminal.histories.trades import HistoryUnreadable

RUSSIAN = "Позиции: закрыто"


@pytest.mark.parametrize(
    "data",
    [
        RUSSIAN.encode(),
        RUSSIAN.encode("utf-8-sig"),
        RUSSIAN.encode("utf-16"),
        b"\xfe\xff" + RUSSIAN.encode("utf-16-be"),
        RUSSIAN.encode("cp1251"),
    ],
)
def test_encodings_are_told_apart(data: bytes) -> None:
    assert decode_text(data).lstrip("\ufeff") == RUSSIAN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_shows_by_its_zeros(encoding: str) -> None:
    text = "<html><table><tr><td>1</td></tr></table>"

    assert decode_text(text.encode(encoding)) == text


def test_a_page_names_its_own_encoding() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><td>é</td>'

    assert decode_text(page.encode("cp1252")) == page
    assert "<td>" in decode_text(page.replace("windows-1252", "klingon").encode("cp1252"))


def test_rows_hold_visible_text_and_the_first_title() -> None:
    rows = html_grid(
        "<table><tr><td title=\"#7 a &gt; b\"> 1&nbsp;000 </td><TD class='x hidden y'>no</TD>"
        '<td style="display: none">no</td><th title=second><b>A</b><br>&amp; B</th></tr></table>'
    )

    assert rows == [Row(("1 000", "A & B"), "#7 a > b")]


def test_tags_left_open_end_where_the_next_begins() -> None:
    assert html_grid("<tr><td>1<td>2<tr><td>3") == [Row(("1", "2")), Row(("3",))]


def test_comments_and_stray_signs_are_no_tags() -> None:
    assert html_grid("<!-- <tr><td>no --><tr><td>a < b > c</td></tr><!-- never ends <td>no") == [
        Row(("a < b > c",))
    ]


def test_a_sign_between_quotes_does_not_end_a_tag() -> None:
    assert html_grid('<tr><td title="a>b">1</td></tr>') == [Row(("1",), "a>b")]
    assert html_grid("<tr><td width='5>1</td></tr>") == [Row(("1",))]
    assert html_grid("<tr><td>1</td><td x") == [Row(("1",))]


def test_names_of_tags_lose_their_prefix() -> None:
    assert [tag.name for tag in tags('<x:row r="1"><c/></x:row>')] == ["row", "c", "row"]
    assert next(tags("<td>")).attribute("title") == ""


def test_plain_text_is_one_bounded_line() -> None:
    assert plain_text("a\n <i>b</i>\t&lt;c&gt;") == "a b <c>"
    assert len(plain_text("x" * 10_000)) == grid.CELL_CHARS_MAX
    assert plain_text("&#" + "9" * 5000 + ";")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_shows_by_itself(mark: str) -> None:
    lines = [mark.join(("a", "b", "c 1", "d")), mark.join(('"x"', "1", "2", "3"))]

    assert delimited_grid("\r\n".join(lines)) == [
        Row(("a", "b", "c 1", "d")),
        Row(("x", "1", "2", "3")),
    ]


def test_decimal_commas_do_not_hide_the_separator() -> None:
    assert delimited_grid("a;b;c;d\n1,5;2,5;3,5;4,5\n")[1].texts == ("1,5", "2,5", "3,5", "4,5")


def test_more_rows_than_any_history_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "ROWS_MAX", 10)

    with pytest.raises(HistoryUnreadable, match="10 table rows"):
        html_grid("<tr><td>1</td></tr>" * 12)
    with pytest.raises(HistoryUnreadable, match="10 lines"):
        delimited_grid("1,2\n" * 12)


def test_a_cell_that_never_ends_is_refused() -> None:
    with pytest.raises(HistoryUnreadable, match="breaks off"):
        delimited_grid('a,b\n"' + "x,y\n" * 100_000)


@given(st.text())
def test_any_text_is_a_grid(text: str) -> None:
    assert isinstance(html_grid(text), list)
    assert isinstance(delimited_grid(text), list)


@given(st.binary())
def test_any_bytes_are_text(data: bytes) -> None:
    assert isinstance(decode_text(data), str)


@pytest.mark.parametrize("hostile", ['<td "', "<td '\"", "<!--", "<", '<td a="', "<td><tr>"])
def test_hostile_pages_take_linear_time(hostile: str) -> None:
    start = thread_time()

    html_grid(hostile * 40_000)

    # Quadratic time would be minutes.
    assert thread_time() - start < 5

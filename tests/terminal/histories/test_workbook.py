"""Worksheets are read as other programs write them, and never trusted with sizes or entities."""

import io
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.terminal.histories import workbook
from echo.terminal.histories.grid import Row
from echo.terminal.histories.trades import HistoryUnreadable
from echo.terminal.histories.workbook import is_workbook, workbook_grid
from echo.terminal.packed import Archive

SHEET = "xl/worksheets/sheet1.xml"


def xlsx(*rows: list[object]) -> Archive:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return Archive(target.getvalue())


def parts(**members: str) -> Archive:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return Archive(target.getvalue())


def sheet(cells: str, **others: str) -> list[Row]:
    return workbook_grid(parts(xl__worksheets__sheet1=f"<sheetData>{cells}</sheetData>", **others))


def test_texts_numbers_and_gaps_keep_their_columns() -> None:
    rows = workbook_grid(
        xlsx(["Time", "Ärger & <Co>", None, 4294968001, 0.1, 1.08625, True], [None, "x"])
    )

    assert rows == [
        Row(("Time", "Ärger & <Co>", "", "4294968001", "0.1", "1.08625", "1")),
        Row(("", "x")),
    ]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)))  # noqa: DTZ001 - wall clock
def test_dates_are_written_as_terminals_write_them(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001 - wall clock
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'

    [row] = sheet(f'<row><c s="1"><v>{days!r}</v></c></row>', xl__styles=styles)

    assert row.texts == (f"{moment:%Y.%m.%d %H:%M:%S}",)


def test_dates_of_other_programs_are_recognised_by_their_format() -> None:
    [row] = workbook_grid(xlsx([datetime(2024, 3, 4, 9, 15, 2), date(2024, 3, 4), 45355.5]))  # noqa: DTZ001 - wall clock

    assert row.texts == ("2024.03.04 09:15:02", "2024.03.04 00:00:00", "45355.5")


def test_a_format_is_a_date_by_its_letters_and_not_by_its_literals() -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="yyyy\\.mm\\.dd"/>'
        '<numFmt numFmtId="171" formatCode="0.00&quot;day&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    )

    [row] = sheet(
        '<row><c s="0"><v>45355</v></c><c s="1"><v>45355</v></c></row>', xl__styles=styles
    )

    assert row.texts == ("2024.03.04 00:00:00", "45355")


def test_inline_texts_cells_without_places_and_prefixes_are_read() -> None:
    rows = sheet(
        '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t><x:t>b</x:t></x:is></x:c>'
        '<x:c t="str"><x:v>c</x:v></x:c><x:c/>'
        '<x:c t="d"><x:v>2024-03-04T09:15:02</x:v></x:c></x:row>'
    )

    assert rows == [Row(("ab", "c", "", "2024-03-04 09:15:02"))]


def test_rich_texts_are_joined_and_empty_ones_counted() -> None:
    strings = (
        "<sst><si><r><t>a</t></r><r><t>b</t></r></si><si/><si><t/></si><si><t>c</t></si></sst>"
    )

    [row] = sheet(
        "".join(f'<c t="s"><v>{index}</v></c>' for index in (0, 1, 2, 3, 9, -1)),
        xl__sharedStrings=strings,
    )

    assert row.texts == ("ab", "", "", "c", "", "")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("1.0862500000000002", "1.08625"),
        ("1E-7", "0.0000001"),
        ("2.5E+3", "2500"),
        ("0", "0"),
        ("0.000000001", "0"),
        ("NaN", ""),
        ("1E+300", ""),
        ("oops", "oops"),
    ],
)
def test_numbers_lose_their_binary_fractions(raw: str, text: str) -> None:
    [row] = sheet(f"<row><c><v>{raw}</v></c><c><v>7</v></c></row>")

    assert row.texts == (text, "7")


def test_sheets_follow_in_their_order() -> None:
    def cell(number: int) -> str:
        return f"<row><c><v>{number}</v></c></row>"

    rows = workbook_grid(parts(xl__worksheets__sheet10=cell(10), xl__worksheets__sheet2=cell(2)))

    assert [row.texts for row in rows] == [("2",), ("10",)]


def test_an_entity_is_never_followed() -> None:
    rows = sheet(
        '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]><row><c t="str"><v>&b;</v></c></row>'
    )

    assert rows == [Row(("&b;",))]


def test_cells_far_to_the_right_are_left_out() -> None:
    assert sheet('<row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>') == [Row(("1",))]


def test_too_many_rows_or_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_MAX", 5)
    with pytest.raises(HistoryUnreadable, match="more than 5 rows"):
        sheet("<row><c><v>1</v></c></row>" * 7)
    monkeypatch.setattr(workbook, "STRINGS_MAX", 5)
    with pytest.raises(HistoryUnreadable, match="more than 5 texts"):
        sheet("", xl__sharedStrings="<si/>" * 7)


def test_a_sheet_that_grows_beyond_the_bound_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, bytes(5_000_000))

    with pytest.raises(HistoryUnreadable, match="beyond 1000"):
        workbook_grid(Archive(target.getvalue(), bytes_max=1000))


def test_only_a_zip_with_worksheets_is_a_workbook() -> None:
    assert is_workbook(xlsx([1]))
    assert not is_workbook(parts(ticks=""))


def test_utf_16_sheets_are_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(SHEET, "<row><c><v>5</v></c></row>".encode("utf-16"))

    assert workbook_grid(Archive(target.getvalue())) == [Row(("5",))]


@given(st.text(st.sampled_from('<>/"= crowvtsi&;!-[]019.E\n'), max_size=200))
def test_any_text_is_a_sheet(text: str) -> None:
    assert isinstance(sheet(text, xl__styles=text, xl__sharedStrings=text), list)

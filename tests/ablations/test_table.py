from tests.ablations.safeguards import BY_NAME
from tests.ablations.table import BEGIN, BROKEN, END, PAGE, UNKNOWN, figures, table, with_table

SMALL = f"before\n\n{BEGIN}\n\na row of yesterday\n\n{END}\n\nafter\n"


def test_the_page_shows_the_list() -> None:
    """Which seed finds what by chance is a figure of its day; everything else has to agree."""
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_table(page, figures(page)), "make ablations"
    assert figures(page).keys() == BY_NAME.keys()


def test_only_the_table_is_written_anew() -> None:
    page = with_table(SMALL, {"outbox": "harsh seed 3 (1)"})

    assert page.startswith("before\n\n")
    assert page.endswith("\n\nafter\n")
    assert "a row of yesterday" not in page
    assert figures(page)["outbox"] == "harsh seed 3 (1)"
    assert figures(page)["single flight"] == UNKNOWN


def test_every_invariant_that_tells_has_its_words() -> None:
    assert {each.notices for each in BY_NAME.values()} <= BROKEN.keys()


def test_no_cell_breaks_the_table() -> None:
    rows = [line for line in table({}).splitlines() if line.startswith("| ")]

    assert {line.count("|") for line in rows} == {7}

"""The page about symbols says what the code does."""

from tools.generate_symbols import PAGE, page


def test_the_page_is_the_one_that_a_fresh_run_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.generate_symbols"


def test_nothing_that_was_recorded_is_read_wrongly() -> None:
    rows = [line.split("|") for line in page().splitlines() if line.startswith("| ")]
    counted = [row for row in rows if len(row) == 7 and row[2].strip().isdigit()]

    assert len(counted) == 14
    assert {row[5].strip() for row in counted} == {"0"}

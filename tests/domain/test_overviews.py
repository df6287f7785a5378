"""An overview holds rows of its own kind, and says how far it goes."""

from echo.domain.overviews import AskOverview, Overview, OverviewKind


def test_a_question_without_days_has_no_bounds() -> None:
    asked = AskOverview(kind=OverviewKind.TRADES)

    assert (asked.first, asked.last) == (None, None)


def test_an_overview_has_a_place_for_the_rows_of_every_kind() -> None:
    empty = Overview(kind=OverviewKind.TRADES, read_at_ms=1)

    assert [getattr(empty, kind) for kind in OverviewKind] == [(), (), ()]
    assert empty.complete

"""What a chart says about a trade."""

from decimal import Decimal

import pytest

from echo.terminal.charts import average_range, timeframe_text
from echo.terminal.view import Bar

D = Decimal


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (0, ""),
        (60, "M1"),
        (900, "M15"),
        (3_600, "H1"),
        (14_400, "H4"),
        (86_400, "D1"),
        (604_800, "W1"),
        (2_592_000, "MN1"),
    ],
)
def test_a_time_frame_is_named_as_terminals_do(seconds: int, name: str) -> None:
    assert timeframe_text(seconds) == name


def test_a_gap_to_the_bar_before_belongs_to_the_range() -> None:
    bars = [Bar(D(9), D(8), D(8)), Bar(D(12), D(11), D(11)), Bar(D(11), D(10), D(10))]
    unfinished = Bar(D(99), D(1), D(50))

    assert average_range([*bars, unfinished], 2, 1) == D("2.50")
    assert average_range([*bars, unfinished], 1, 1) == D("1.00")


def test_without_all_its_bars_there_is_no_range() -> None:
    bars = [Bar(D(9), D(8), D(8))] * 3

    assert average_range(bars, 2, 1) is None
    assert average_range(bars, 0, 1) is None
    assert average_range(bars, 1, 1) == D("1.00")

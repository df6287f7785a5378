"""Plots: SVG that every browser reads; bars as long as their money, on their side of nothing."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from echo.apps.divergence.plots import LABEL, VALUE, WIDTH, bars, lines, stacks
from echo.domain.divergence import Part
from echo.domain.divergence_totals import Total

D = Decimal
PARTS = {**dict.fromkeys(Part, D(0)), Part.MISSED: D(-30), Part.EXIT_SLIP: D(10)}


def rectangles(svg: str) -> dict[str, tuple[float, float]]:
    """Class of each rectangle -> where it begins and ends."""
    found = ElementTree.fromstring(svg).iter("rect")  # noqa: S314 -- what was written just now
    return {
        each.attrib["class"]: (
            float(each.attrib["x"]),
            float(each.attrib["x"]) + float(each.attrib["width"]),
        )
        for each in found
    }


def zero(svg: str) -> float:
    found = re.search(r'<line x1="([\d.]+)"[^>]*class="zero"', svg)
    assert found is not None
    return float(found[1])


def test_a_bar_lies_on_its_side_of_nothing_and_is_as_long_as_its_money() -> None:
    svg = bars(PARTS, "USD")
    found = rectangles(svg)

    assert found.keys() == {"missed", "exit_slip"}
    assert found["missed"][1] == pytest.approx(zero(svg))
    assert found["exit_slip"][0] == pytest.approx(zero(svg))
    lost, made = (last - first for first, last in (found["missed"], found["exit_slip"]))
    assert lost == pytest.approx(3 * made, abs=0.3)
    assert min(x for each in found.values() for x in each) >= LABEL
    assert max(x for each in found.values() for x in each) <= WIDTH - VALUE


def test_a_row_stacks_losses_to_the_left_gains_to_the_right_and_marks_their_sum() -> None:
    total = Total(key="7001", currency="USD", reference=D(100), result=D(75))
    total.parts.update({**PARTS, Part.SPREAD: D(-5)})
    svg = stacks((total,), "USD")
    found = rectangles(svg)

    assert found["missed"][1] == pytest.approx(found["spread"][0])
    assert found["spread"][1] == pytest.approx(zero(svg))
    marked = re.search(r'<line x1="([\d.]+)"[^>]*class="sum"', svg)
    assert marked is not None
    assert found["missed"][0] < float(marked[1]) < zero(svg)
    assert "-25.00" in svg


def test_what_is_not_known_of_any_copy_is_no_nought() -> None:
    known = bars(PARTS, "USD")
    unknown = bars(PARTS, "USD", {Part.SWAP_COMMISSION, Part.MISSED})

    assert known.count(">?<") == 0
    assert unknown.count(">?<") == 1
    assert unknown.count("+0.00") == known.count("+0.00") - 1


def test_nothing_at_all_is_drawn_as_nothing() -> None:
    assert rectangles(bars({}, "USD")) == {}
    assert rectangles(stacks((), "USD")) == {}


def test_names_cannot_write_markup() -> None:
    svg = stacks((Total(key="<script>&", currency="", parts=dict(PARTS)),), '"><b>')

    assert "<script>" not in svg
    assert "<b>" not in svg
    assert ElementTree.fromstring(svg) is not None  # noqa: S314 -- as above


def test_lines_go_in_steps_from_nothing_to_the_last_result() -> None:
    line = ((1_000, D(10), D(8)), (61_000, D(-5), D(-9)))
    svg = lines(line, "USD")
    found = re.findall(r'points="([^"]+)" class="(\w+)"', svg)

    assert [kind for _, kind in found] == ["reference", "result"]
    heights = [[float(each.split(",")[1]) for each in points.split()] for points, _ in found]
    assert heights[0][-1] < heights[1][-1]  # lower on the page is less money
    assert heights[0][0] == heights[1][0]
    assert "1970-01-01 00:01" in svg


def test_a_single_moment_without_money_can_be_drawn() -> None:
    assert ElementTree.fromstring(lines(((5, D(0), D(0)),), "")) is not None  # noqa: S314 -- as above

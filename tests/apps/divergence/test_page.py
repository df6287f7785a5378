"""The page: whole by itself, every number beside its plot, and what is unknown is said."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from echo.apps.divergence.findings import Findings, Span, gather
from echo.apps.divergence.page import as_html
from echo.domain.divergence import NotKnown
from tests.apps.divergence.desks import write_desk
from tests.domain.stories import TRADE

VOID = {"meta", "br"}


class Checker(HTMLParser):
    """Sees to it that every tag that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> set[str]:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    return checker.tags


@pytest.fixture
def findings(tmp_path: Path) -> Findings:
    desk = write_desk(tmp_path)
    return gather(desk / "journal.sqlite", desk / "events", Span())


def test_the_page_is_whole_and_fetches_nothing(findings: Findings) -> None:
    page = as_html(findings)
    tags = checked(page)

    assert {"svg", "table", "style"} <= tags
    assert tags.isdisjoint({"script", "link", "img", "iframe"})
    assert not re.search(r"https?:|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page


def test_every_class_of_a_plot_has_a_colour(findings: Findings) -> None:
    page = as_html(findings)
    style, drawn = page.split("</style>")

    for name in set(re.findall(r'<rect[^>]*class="(\w+)"', drawn)):
        assert f"rect.{name} " in style
        assert style.count(f"--{name}: ") == 2  # light and dark


def test_numbers_stand_beside_the_plots(findings: Findings) -> None:
    page = as_html(findings)

    for text in ("By account", "By strategy", "By day", "7001", "magic_1", "2026-11-21"):
        assert text in page
    assert "-248.00" in page  # missed, and a quarter of the master's commission saved
    assert TRADE.trade_id in page
    assert "Nothing: every part of every copy is told" in page


def test_what_is_not_known_is_said(findings: Findings) -> None:
    told, other = findings.results
    unknown = replace(other, found=NotKnown("a <b>number</b>"))
    page = as_html(replace(findings, results=(told, unknown), deals_from=None))

    checked(page)
    assert "a &lt;b&gt;number&lt;/b&gt;" in page
    assert "no raw events" in page


def test_a_part_that_lacks_is_counted(tmp_path: Path) -> None:
    desk = write_desk(tmp_path)
    page = as_html(gather(desk / "journal.sqlite", desk / "none", Span()))

    assert "Swap, commission: not known of 2 copies" in page
    assert "<td>Swap, commission</td><td>?</td><td>2 copies</td>" in page


def test_a_desk_without_results_has_a_page_all_the_same() -> None:
    page = as_html(Findings(journal=Path("journal.sqlite")))

    checked(page)
    assert "No copy of a closed trade can be told" in page

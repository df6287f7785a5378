"""The matrix shows what became of each promise in each store, and hides nothing."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from tests.stores.matrix import Watcher, store_of, tables


@pytest.mark.parametrize(
    ("name", "store"),
    [
        ("TestMemoryJournal", "memory"),
        ("TestRedisCacheOnASocket", "redis on a socket"),
        ("TestContract", "leased"),
    ],
)
def test_stores_are_named_in_words(name: str, store: str) -> None:
    assert store_of(name, Path("test_leased.py")) == store


def report(outcome: str, when: str = "call", node: str = "one") -> pytest.TestReport:
    return SimpleNamespace(  # type: ignore[return-value]  # all that is looked at
        nodeid=node, when=when, outcome=outcome, passed=outcome == "passed"
    )


def watcher(*reports: pytest.TestReport) -> Watcher:
    found = Watcher()
    found._promises = {
        "one": ("JournalContract", "it keeps", "memory"),
        "two": ("JournalContract", "it keeps", "sqlite"),
    }
    for each in reports:
        found.pytest_runtest_logreport(each)
    return found


def outcomes(*reports: pytest.TestReport) -> dict[str, str]:
    return watcher(*reports).matrix["JournalContract"]["it keeps"]


def test_of_several_examples_the_worst_counts() -> None:
    assert outcomes(report("passed"), report("failed"), report("passed")) == {"memory": "failed"}


def test_what_fails_before_or_after_its_test_has_failed() -> None:
    assert outcomes(report("failed", "setup")) == {"memory": "failed"}
    assert outcomes(report("passed"), report("failed", "teardown")) == {"memory": "failed"}
    assert outcomes(report("skipped", "setup")) == {"memory": "skipped"}


def test_each_store_has_its_column() -> None:
    found = watcher(report("passed"), report("failed", node="two"))
    console = Console(width=100, record=True, file=None, quiet=False)
    with console.capture() as said:
        console.print(*tables(found.matrix))

    text = said.get()
    assert "The journal" in text
    row = next(line for line in text.splitlines() if "it keeps" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["it keeps", "yes", "NO"]


def test_suites_that_did_not_run_are_no_table() -> None:
    assert tables({}) == []
